/**
 * Draws frames with WebGL2, for browsers without WebGPU. It is a FrameRenderer whose `present` shows frames on the
 * canvas that it was started with, so it fits GpuPainter (explorer/plane/gpu-painter.ts) and FallbackRenderer
 * (renderers/fallback.ts), which lets the CPU take over at the first RenderError:
 *
 *     const webgl = WebGlRenderer.start(canvas);               // throws RenderError: no WebGL2, or only in software
 *     const problem = await webgl.trial();                     // why it must not be used; undefined if it is fine
 *     if (problem) await webgl.close();                        // use the CPU, with another canvas
 *     const renderer = new FallbackRenderer(webgl, () => new CpuRenderer());
 *     const isShown = await renderer.present(frame, canvas);   // false: the CPU has taken over, on another canvas
 *
 * Frames that it cannot draw (see `problemOf`), a lost context and failing shaders make it throw RenderErrors.
 */
import type { StopSignal } from '../../core/ambient.js';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { PixelFormat } from '../../core/frame/pixels.js';
import type { FrameRenderer, WebGpuCanvas } from '../../core/frame/renderer.js';

/** How a renderer is started. */
export interface WebGlOptions {
  /** Whether WebGL in software will do, as in tests; false by default. */
  software?: boolean;
}

export class WebGlRenderer implements FrameRenderer {
  readonly backend = 'gpu';
  readonly framesInFlight = 1;
  readonly formats = ['rgba'] as const;

  /**
   * @param canvas - Has no context yet, and is this renderer's alone. Its size may be changed at any time.
   * @throws RenderError if there is no WebGL2, or none on a real GPU.
   */
  static start(_canvas: HTMLCanvasElement | OffscreenCanvas, _options: WebGlOptions = {}): WebGlRenderer {
    throw new RenderError('Not written yet.');
  }

  get description(): string {
    return '';
  }

  get arithmetic(): string {
    return '';
  }

  /**
   * Draws trial frames, and compares their pixels and the time they take with the CPU's.
   * @returns Why this renderer should not be used, in one line; undefined if nothing speaks against it.
   */
  async trial(): Promise<string | undefined> {
    return undefined;
  }

  /** Why a frame cannot be drawn, in one line; undefined if it can. Takes as long as building the network. */
  problemOf(_frame: FrameDescription): string | undefined {
    return undefined;
  }

  async render(
    _frame: FrameDescription,
    _into?: Uint8Array,
    _format?: PixelFormat,
    _signal?: StopSignal,
  ): Promise<Uint8Array> {
    throw new RenderError('Not written yet.');
  }

  /** @param canvas - The one that it was started with. @returns True. */
  async present(_frame: FrameDescription, _canvas: WebGpuCanvas, _signal?: StopSignal): Promise<boolean> {
    throw new RenderError('Not written yet.');
  }

  async close(): Promise<void> {}
}
