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
 *
 * A frame's shader is generated for its shape (shape.ts, shader.ts); the rest is data in textures and uniforms
 * (data.ts). It is drawn tile by tile into a texture, which is then read, or shown on the canvas.
 */
import type { StopSignal } from '../../core/ambient.js';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { inputWriter } from '../../core/frame/inputs.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import {
  checkFormat,
  type FrameRenderer,
  onAbort,
  roomFor,
  type WebGpuCanvas,
} from '../../core/frame/renderer.js';
import { DrawCache } from '../../core/network/draws.js';
import type { NetworkSpec } from '../../core/network/spec.js';
import { drawnOf } from '../../renderers/drawn.js';
import { exponentsOf } from '../../renderers/exponents.js';
import { Pace } from '../../renderers/gpu/pace.js';
import { type FrameData, frameData, hiddenMatrices, pictureSize, type Uniform } from './data.js';
import { type Program, Programs } from './programs.js';
import { rowBits, SETTINGS_BITS } from './shader.js';
import { type Blocks, keyOf, layersInPart, type Shape, shapeOf } from './shape.js';
import {
  deleteTarget,
  makeTarget,
  NumberBlocks,
  NumberTexture,
  PlanesTexture,
  type Target,
} from './textures.js';
import { type TilePlace, tileAt } from './tiles.js';
import { problemInTrial } from './trial.js';

/** How a renderer is started. */
export interface WebGlOptions {
  /** Whether WebGL in software will do, as in tests; false by default. */
  software?: boolean;
}

/** What renderers in software call themselves. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|swrast|software|basic render/i;
/** Beyond this many fours of units, the values of a pixel are more than GPUs keep at hand. */
const MOST_QUADS = 256;
/** The most texels of a uniform block: what most GPUs offer, and all that some read quickly. */
const MOST_TEXELS = 4096;
/** The largest planes of given inputs, in numbers. */
const MOST_GIVEN = 2 ** 26;
/** After a tile that takes longer, the next ones are smaller, in milliseconds. */
const LONG_MS = 100;
/** The effort of an activation, in multiplications and additions. */
const ACTIVATION_EFFORT = 24;
/** Between looks at whether the GPU has finished, in milliseconds. */
const WAIT_MS = 1;
/** The effort of the first tile of a kind of work: less than for WebGPU, since old devices have only WebGL2. */
const FIRST_EFFORT = 1e8;

export class WebGlRenderer implements FrameRenderer {
  readonly backend = 'gpu';
  readonly framesInFlight = 1;
  readonly formats = ['rgba'] as const;
  readonly arithmetic: string;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #gl: WebGL2RenderingContext;
  readonly #software: boolean;
  readonly #mostPixels: number; // along a side of a texture or a frame
  readonly #blocks: Blocks;
  readonly #programs: Programs;
  readonly #parts: NumberBlocks;
  readonly #weights: NumberTexture;
  readonly #settings: NumberTexture;
  readonly #planes: PlanesTexture;
  readonly #draws = new DrawCache();
  readonly #pace = new Pace();
  #sent: { network: NetworkSpec; key: string } | undefined; // whose matrices are in #weights
  #target: Target | undefined;
  #turn: Promise<unknown> = Promise.resolve(); // frames are drawn one after another
  #state: 'working' | 'lost' | 'closed' = 'working';
  readonly #onLost = () => {
    if (this.#state === 'working') this.#state = 'lost';
  };

  private constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    gl: WebGL2RenderingContext,
    name: string,
    software: boolean,
  ) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#software = software;
    this.#mostPixels = Math.min(
      gl.getParameter(gl.MAX_TEXTURE_SIZE),
      ...(gl.getParameter(gl.MAX_VIEWPORT_DIMS) as Int32Array),
    );
    this.arithmetic = `WebGL2, ${name}`;
    canvas.addEventListener('webglcontextlost', this.#onLost);
    this.#blocks = {
      texels: Math.min(MOST_TEXELS, Math.floor(gl.getParameter(gl.MAX_UNIFORM_BLOCK_SIZE) / 16 / 256) * 256),
      count: gl.getParameter(gl.MAX_FRAGMENT_UNIFORM_BLOCKS),
    };
    this.#programs = new Programs(gl, this.#blocks, () => this.#wait());
    this.#parts = new NumberBlocks(gl, 16 * this.#blocks.texels);
    this.#weights = new NumberTexture(gl);
    this.#settings = new NumberTexture(gl);
    this.#planes = new PlanesTexture(gl);
    gl.enable(gl.SCISSOR_TEST);
    gl.disable(gl.DITHER);
  }

  /**
   * @param canvas - Has no context yet, and is this renderer's alone. Its size may be changed at any time.
   * @throws RenderError if there is no WebGL2, or none on a real GPU.
   */
  static start(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    { software = false }: WebGlOptions = {},
  ): WebGlRenderer {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      preserveDrawingBuffer: true, // a frame stays, whatever else is drawn meanwhile
      powerPreference: 'high-performance',
      failIfMajorPerformanceCaveat: !software,
    }) as WebGL2RenderingContext | null;
    if (!gl) throw new RenderError('This browser has no WebGL2 on a GPU.');
    const named = gl.getExtension('WEBGL_debug_renderer_info');
    const name = String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
    if (!software && SOFTWARE.test(name)) {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
      throw new RenderError(`This browser has WebGL2 in software only (${name}).`);
    }
    return new WebGlRenderer(canvas, gl, name, software);
  }

  get description(): string {
    return this.arithmetic;
  }

  /**
   * Draws trial frames, and compares their pixels and the time they take with the CPU's. In software, any time will do.
   * @returns Why this renderer should not be used, in one line; undefined if nothing speaks against it.
   */
  trial(): Promise<string | undefined> {
    return problemInTrial((frame) => this.render(frame), !this.#software);
  }

  /** Why a frame cannot be drawn, in one line; undefined if it can. */
  problemOf(frame: FrameDescription): string | undefined {
    const side = Math.max(...frame.size);
    const most = this.#mostPixels;
    if (side > most) return `WebGL2 draws at most ${most} pixels a side here, not ${side}.`;
    const shape = shapeOf(frame, this.#blocks);
    const { hidden } = drawnOf(frame);
    const rows = Math.ceil(((hidden - 1) * (1 + 4 * shape.quads)) / 2 ** rowBits(shape.quads || 1));
    if (shape.quads > MOST_QUADS || rows > most) return 'The network is too large for WebGL2.';
    if (shape.inputs === 'given') {
      const [columns, lines] = pictureSize(frame).map((pixels) => pixels * frame.supersample);
      const isTooLarge = columns * lines * frame.network.features.length > MOST_GIVEN;
      if (isTooLarge || Math.max(columns, lines) > most)
        return 'The view is too deep for WebGL2 at this size.';
    }
    if (exponentsOf(frame, this.#draws)) return "The network's values are too large for WebGL2.";
    return undefined;
  }

  async render(
    frame: FrameDescription,
    into?: Uint8Array,
    format: PixelFormat = 'rgba',
    signal?: StopSignal,
  ): Promise<Uint8Array> {
    checkFormat(this.formats, format);
    const pixels = roomFor(frameBytes(frame.size, format), into);
    await this.#inTurn(signal, async () => {
      await this.#draw(frame, signal);
      const gl = this.#gl;
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target!.framebuffer);
      gl.readPixels(0, 0, ...frame.size, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      this.#check();
    });
    return pixels;
  }

  /** @param canvas - The one that it was started with. @returns True. */
  async present(frame: FrameDescription, canvas: WebGpuCanvas, signal?: StopSignal): Promise<boolean> {
    if ((canvas as unknown) !== this.#canvas)
      throw new TypeError(
        'WebGL2 shows frames on its own canvas only: give the one that it was started with.',
      );
    await this.#inTurn(signal, async () => {
      await this.#draw(frame, signal);
      await this.#show(frame.size);
    });
    return true;
  }

  /** Also ends the canvas's context, so that it becomes blank. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const gl = this.#gl;
    this.#canvas.removeEventListener('webglcontextlost', this.#onLost);
    this.#programs.close();
    for (const numbers of [this.#parts, this.#weights, this.#settings, this.#planes]) numbers.close();
    if (this.#target) deleteTarget(gl, this.#target);
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  /** Does the work after that of earlier calls. Rejects at once if it is cancelled. */
  async #inTurn(signal: StopSignal | undefined, work: () => Promise<void>): Promise<void> {
    signal?.throwIfAborted();
    const done = this.#turn.then(() => {
      this.#check();
      return work();
    });
    this.#turn = done.catch(() => {});
    await new Promise<void>((resolve, reject) => {
      const unlisten = onAbort(signal, reject);
      done.then(resolve, reject).then(unlisten);
    });
  }

  /** @throws RenderError if the context is lost, or the renderer closed. */
  #check(): void {
    if (this.#state === 'closed') throw new RenderError('This renderer is closed.');
    if (this.#state === 'lost' || this.#gl.isContextLost()) {
      throw new RenderError('The browser has taken WebGL2 away: reload the page to use it again.');
    }
  }

  async #wait(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    this.#check();
  }

  /** Draws a frame into the target, whose first row is the top one. */
  async #draw(frame: FrameDescription, signal: StopSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const problem = this.problemOf(frame);
    if (problem) throw new RenderError(problem);
    const shape = shapeOf(frame, this.#blocks);
    const program = await this.#programs.drawing(shape);
    signal?.throwIfAborted();
    this.#send(frame, shape, program);
    const effort = effortOf(frame, shape);
    const kind = keyOf(shape);
    let place: TilePlace | undefined = { x: 0, y: 0, rows: 0 };
    while (place) {
      const most = this.#pace.known(kind) ? this.#pace.effort(kind) : FIRST_EFFORT;
      const { tile, next }: ReturnType<typeof tileAt> = tileAt(frame.size, place, most / effort);
      const started = performance.now();
      this.#drawTile(tile, program, shape.parts);
      await this.#finished();
      const [own, took] = [effort * tile.width * tile.height, performance.now() - started];
      // A small tile says little, because waiting for it takes longer than drawing.
      if (own >= most / 2 || took > LONG_MS) this.#pace.record(kind, own, took);
      signal?.throwIfAborted();
      place = next;
    }
  }

  /** Sends a frame's data. */
  #send(frame: FrameDescription, shape: Shape, { program, uniform }: Program): void {
    const gl = this.#gl;
    const { settings, uniforms } = frameData(frame, shape, this.#draws);
    if (shape.quads > 0) this.#sendMatrices(frame, shape);
    this.#settings.write(settings, 2 ** SETTINGS_BITS);
    gl.useProgram(program);
    const given: FrameData['uniforms'] = {};
    if (shape.inputs === 'given') {
      const { planes, columns, rows } = givenInputs(frame);
      this.#planes.write(planes, columns, rows);
      this.#checkMemory();
      given.given = { int: [2] };
      given.givenPlanes = { int: [planes.length / (columns * rows)] };
    }
    const all: FrameData['uniforms'] = {
      ...uniforms,
      ...given,
      settings: { int: [0] },
      weights: { int: [1] },
    };
    for (const [name, value] of Object.entries(all)) setUniform(gl, uniform(name), value);
    const [width, height] = frame.size;
    if (!this.#target || this.#target.width < width || this.#target.height < height) {
      const { width: knownWidth = 0, height: knownHeight = 0 } = this.#target ?? {};
      if (this.#target) deleteTarget(gl, this.#target);
      this.#target = makeTarget(gl, Math.max(width, knownWidth), Math.max(height, knownHeight));
      this.#checkMemory();
    }
  }

  #sendMatrices(frame: FrameDescription, shape: Shape): void {
    const { network, shown } = frame;
    const { weights, ...rest } = network;
    const key = JSON.stringify([rest, shown && 'layer' in shown ? shown.layer : 0, shape.quads, shape.parts]);
    if (this.#sent?.key === key && this.#sent.network.weights === weights) return;
    this.#sent = { network, key };
    const numbers = hiddenMatrices(frame, shape, this.#draws);
    const { quads, parts } = shape;
    if (parts > 0) {
      const layers = layersInPart(quads, this.#blocks);
      this.#parts.write(numbers, layers * 4 * quads * (1 + 4 * quads), parts);
    } else {
      this.#weights.write(numbers, quads * 2 ** rowBits(quads));
    }
    this.#checkMemory();
  }

  /** @throws RenderError if there was not enough memory. */
  #checkMemory(): void {
    const error = this.#gl.getError();
    if (error === this.#gl.NO_ERROR) return;
    this.#sent = undefined;
    this.#check();
    throw new RenderError(`WebGL2 has too little memory for this frame (error ${error}): make it smaller.`);
  }

  #drawTile({ x, y, width, height }: Part, { program }: Program, parts: number): void {
    const gl = this.#gl;
    const target = this.#target!;
    gl.useProgram(program);
    this.#settings.bind(0);
    this.#weights.bind(1);
    this.#parts.bind(parts);
    this.#planes.bind(2);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target.framebuffer);
    gl.viewport(0, 0, target.width, target.height);
    gl.scissor(x, y, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Waits until the GPU has finished. */
  async #finished(): Promise<void> {
    const gl = this.#gl;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) this.#check();
    gl.flush();
    try {
      for (;;) {
        await this.#wait();
        const status = gl.clientWaitSync(fence!, 0, 0);
        if (status === gl.ALREADY_SIGNALED || status === gl.CONDITION_SATISFIED) return;
        if (status === gl.WAIT_FAILED) throw new RenderError('WebGL2 failed while it was drawing.');
      }
    } finally {
      gl.deleteSync(fence);
    }
  }

  async #show(size: readonly [number, number]): Promise<void> {
    const gl = this.#gl;
    const { program, uniform } = await this.#programs.presenting();
    const { width, height } = this.#canvas;
    const filter = width === size[0] && height === size[1] ? gl.NEAREST : gl.LINEAR;
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#target!.texture);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, name, filter);
    gl.uniform1i(uniform('picture'), 0);
    gl.uniform2f(uniform('size'), ...size);
    gl.uniform2f(uniform('canvas'), width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.scissor(0, 0, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.#check();
  }
}

function setUniform(gl: WebGL2RenderingContext, at: WebGLUniformLocation | null, value: Uniform): void {
  if (!at) return; // this shape's shader does not need it
  if ('fours' in value) gl.uniform4fv(at, value.fours);
  else if ('int' in value)
    [gl.uniform1iv, gl.uniform2iv, gl.uniform3iv, gl.uniform4iv][value.int.length - 1].call(
      gl,
      at,
      value.int,
    );
  else
    [gl.uniform1fv, gl.uniform2fv, gl.uniform3fv, gl.uniform4fv][value.float.length - 1].call(
      gl,
      at,
      value.float,
    );
}

/** The planes of inputs at a frame's samples: (planes, rows, columns). */
function givenInputs(frame: FrameDescription): { planes: Float32Array; columns: number; rows: number } {
  const size = pictureSize(frame);
  const [columns, rows] = size.map((pixels) => pixels * frame.supersample);
  const writer = inputWriter({ ...frame, size });
  const planes = new Float32Array(writer.planes * columns * rows);
  for (let plane = 0; plane < writer.planes; plane++) {
    const at = plane * columns * rows;
    writer.write(plane, 0, rows, planes.subarray(at, at + columns * rows));
  }
  return { planes, columns, rows };
}

/** The multiplications and additions for a pixel. */
function effortOf(frame: FrameDescription, { quads, planes }: Shape): number {
  const { hidden, units } = drawnOf(frame);
  const width = 4 * quads;
  const layers = Math.max(0, hidden - 1) * 2 * width * width + hidden * width * ACTIVATION_EFFORT;
  const ends = 2 * width * (4 * planes + Math.min(3, units.count));
  return (layers + ends + 100) * frame.supersample ** 2;
}
