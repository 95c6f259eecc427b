/** A GPU renderer with the CPU as a fallback: if the GPU fails, the CPU continues from the frame it had reached. */
import type { StopSignal } from '../core/ambient.js';
import { RenderError, UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import { BT709, frameBytes, type PixelFormat } from '../core/frame/pixels.js';
import {
  type Backend,
  checkFormat,
  type FrameRenderer,
  roomFor,
  type WebGpuCanvas,
} from '../core/frame/renderer.js';

export class FallbackRenderer implements FrameRenderer {
  readonly framesInFlight: number;
  readonly formats: readonly PixelFormat[];
  readonly #gpu: FrameRenderer;
  readonly #startCpu: () => FrameRenderer;
  readonly #onWarning: ((message: string) => void) | undefined;
  #cpu: FrameRenderer | undefined;
  #closed = false;

  /** @param onWarning - Called once, with a one-line message, if the CPU takes over. */
  constructor(gpu: FrameRenderer, startCpu: () => FrameRenderer, onWarning?: (message: string) => void) {
    this.#gpu = gpu;
    this.#startCpu = startCpu;
    this.#onWarning = onWarning;
    this.framesInFlight = gpu.framesInFlight;
    this.formats = gpu.formats;
  }

  get backend(): Backend {
    return (this.#cpu ?? this.#gpu).backend;
  }

  get description(): string {
    return this.#cpu ? `${this.#cpu.description}, instead of the GPU` : this.#gpu.description;
  }

  get arithmetic(): string {
    return (this.#cpu ?? this.#gpu).arithmetic;
  }

  async render(
    frame: FrameDescription,
    into?: Uint8Array,
    format: PixelFormat = 'rgba',
    signal?: StopSignal,
  ): Promise<Uint8Array> {
    checkFormat(this.formats, format);
    const drawn = await this.#onGpu((gpu) => gpu.render(frame, into, format, signal), signal);
    return drawn ?? this.#renderOnCpu(frame, into, format, signal);
  }

  async present(frame: FrameDescription, canvas: WebGpuCanvas, signal?: StopSignal): Promise<boolean> {
    const presented = await this.#onGpu((gpu) => gpu.present?.(frame, canvas, signal), signal);
    return presented ?? false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#gpu.close(), this.#cpu?.close()]);
  }

  /** What the GPU returns; undefined if the CPU has taken over, or does so because the GPU fails. */
  async #onGpu<T>(
    draw: (gpu: FrameRenderer) => Promise<T> | undefined,
    signal: StopSignal | undefined,
  ): Promise<T | undefined> {
    if (this.#cpu) return undefined;
    try {
      return await draw(this.#gpu);
    } catch (error) {
      const unable = error instanceof RenderError || error instanceof UsageError;
      if (!unable || this.#closed || signal?.aborted) throw error;
      this.#takeOver(error);
    }
  }

  /** Called for every frame in flight on the GPU; the first call starts the CPU. */
  #takeOver(error: Error): void {
    if (this.#cpu) return;
    this.#cpu = this.#startCpu();
    this.#gpu.close().catch(() => {}); // it has failed already
    this.#onWarning?.(cpuTakesOver(error));
  }

  async #renderOnCpu(
    frame: FrameDescription,
    into: Uint8Array | undefined,
    format: PixelFormat,
    signal: StopSignal | undefined,
  ): Promise<Uint8Array> {
    if (format === 'rgba') return this.#cpu!.render(frame, into, format, signal);
    const planes = roomFor(frameBytes(frame.size, format), into);
    toYuv420p(await this.#cpu!.render(frame, undefined, 'rgba', signal), frame.size, planes);
    return planes;
  }
}

/** The one-line note for users of `auto`. */
export function cpuTakesOver(error: Error): string {
  return `Switched from the GPU to the CPU. ${error.message.split('\n')[0]}`;
}

/** Converts RGBA8 to YUV 4:2:0 planes, as gpu/kernels/yuv.ts does. Width and height must be even. */
export function toYuv420p(
  rgba: Uint8Array,
  [width, height]: readonly [number, number],
  into: Uint8Array,
): void {
  const pixels = width * height;
  type Rule = (typeof BT709)[keyof typeof BT709];
  const value = ({ r, g, b, offset, shift }: Rule, red: number, green: number, blue: number) =>
    (r * red + g * green + b * blue + offset) >> shift;
  for (let i = 0; i < pixels; i++) {
    into[i] = value(BT709.y, rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
  }
  const sum = (at: number) => rgba[at] + rgba[at + 4] + rgba[at + 4 * width] + rgba[at + 4 * width + 4];
  for (let y = 0, quarter = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, quarter++) {
      const at = 4 * (y * width + x);
      const [red, green, blue] = [sum(at), sum(at + 1), sum(at + 2)];
      into[pixels + quarter] = value(BT709.cb, red, green, blue);
      into[pixels + pixels / 4 + quarter] = value(BT709.cr, red, green, blue);
    }
  }
}
