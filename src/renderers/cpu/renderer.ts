/** The CPU backend: splits frames into parts, drawn by one WebAssembly thread per core. */

import { cores, startThread } from '#host';
import type { StopSignal } from '../../core/ambient.js';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { checkFormat, onAbort, type PartRenderer, roomFor } from '../../core/frame/renderer.js';
import { colouringShown, hiddenShown, picturesIn, unitGrid } from '../../core/frame/shown.js';
import { DrawCache } from '../../core/network/draws.js';
import { adaptiveOf } from '../smoothness.js';
import { BLOCK_POINTS } from './adaptive.js';
import { adaptiveParts, bandsOf } from './band.js';
import type { BandFrame } from './band-frame.js';
import { arithmeticOf, chooseKernel, kernelModule } from './choose-kernel.js';
import { samplesIn } from './draw-exactly.js';
import type { Thread } from './host.js';
import { packNetwork } from './pack.js';
import type { Kernel } from './shapes.js';
import type { DrawnMessage, FrameMessage, PartMessage } from './thread.js';

/** The maximum number of parts queued per thread, so that none waits for the main thread. */
const PARTS_AHEAD = 2;

/** What a thread needs to know of a frame, apart from how large its parts are. */
type Prepared = Omit<FrameMessage, 'samples'>;

/** Parts of a frame being drawn. */
interface Job {
  message: FrameMessage;
  parts: readonly Part[];
  next: number; // the first part not given to a thread yet
  partsLeft: number; // not drawn yet
  drawn: (part: Part, rgba: ArrayBuffer) => void;
  isOver: boolean; // finished, cancelled or failed
  done: () => void;
  failed: (error: unknown) => void;
  /** Stops listening to the caller's signal. */
  unlisten: () => void;
}

interface ThreadState {
  thread: Thread;
  sent: { job: Job; part: Part }[]; // in the order the thread draws them
  lastSent?: FrameMessage; // the frame that the thread has
  buffers: ArrayBuffer[]; // to draw into, transferred back and forth
}

export class CpuRenderer implements PartRenderer {
  readonly backend = 'cpu';
  readonly description: string;
  readonly arithmetic: string;
  /** While the last bands of one frame are drawn, idle threads start on the next. */
  readonly framesInFlight = 2;
  readonly formats = ['rgba', 'rgba64'] as const;
  readonly threads: number;
  readonly #kernel: Kernel;
  readonly #threads: ThreadState[] = [];
  readonly #draws = new DrawCache();
  /** Of the frames that are drawn in parts, so that a network is packed once and sent to each thread once. */
  readonly #messages = new WeakMap<FrameDescription, FrameMessage>();
  #jobs: Job[] = []; // oldest first
  #failure: Error | undefined;

  /**
   * @param threads - The number of threads, 1 or more; defaults to one per core.
   * @param kernel - Defaults to the fastest.
   * @throws RangeError for any other number of threads; or the error that kept a thread from starting.
   */
  constructor(threads = cores, kernel: Kernel = chooseKernel()) {
    if (!(Number.isInteger(threads) && threads >= 1)) {
      throw new RangeError(`A renderer cannot have ${threads} threads: give a whole number, 1 or more.`);
    }
    this.#kernel = kernel;
    this.threads = threads;
    this.arithmetic = arithmeticOf(kernel);
    this.description = `${threads} thread${threads > 1 ? 's' : ''}, ${kernel.name}`;
    try {
      for (let i = 0; i < threads; i++) this.#startThread();
    } catch (error) {
      this.close().catch(() => {}); // end the threads that did start
      throw error;
    }
  }

  async render(
    frame: FrameDescription,
    into?: Uint8Array,
    format: PixelFormat = 'rgba',
    signal?: StopSignal,
  ): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure;
    signal?.throwIfAborted();
    checkFormat(this.formats, format);
    const rgba = roomFor(frameBytes(frame.size, format), into);
    const prepared = this.#prepare(frame, format === 'rgba64');
    const pixelBytes = bytesOfPixel(prepared.frame);
    const { places } = prepared.frame;
    if (places) fillBlack(rgba, pixelBytes);
    const { weights, output } = prepared.network;
    const bands = prepared.frame.adaptive
      ? adaptiveParts(prepared.frame, weights.length)
      : bandsOf(prepared.frame, weights.length, output.units);
    const copy = (band: Part, pixels: ArrayBuffer) =>
      copyPart(rgba, frame.size[0], places, band, pixels, pixelBytes);
    let isOurs = true; // once the frame is finished or cancelled, the array is the caller's again
    const drawn = (band: Part, pixels: ArrayBuffer) => isOurs && copy(band, pixels);
    try {
      await this.#draw(withRoom(prepared, bands), bands, drawn, signal);
    } finally {
      isOurs = false;
    }
    return rgba;
  }

  async renderParts(
    frame: FrameDescription,
    parts: readonly Part[],
    drawn: (part: Part, rgba: Uint8Array) => void,
    signal?: StopSignal,
  ): Promise<void> {
    if (this.#failure) throw this.#failure;
    signal?.throwIfAborted();
    if (parts.length === 0) return;
    const known = this.#messages.get(frame);
    const prepared = known ?? this.#prepare(frame);
    const message = known && fits(known, parts) ? known : withRoom(prepared, parts);
    this.#messages.set(frame, message);
    const report = (part: Part, rgba: ArrayBuffer) =>
      drawn(part, new Uint8Array(rgba, 0, 4 * part.width * part.height));
    await this.#draw(message, parts, report, signal);
  }

  #draw(
    message: FrameMessage,
    parts: readonly Part[],
    drawn: Job['drawn'],
    signal: StopSignal | undefined,
  ): Promise<void> {
    return new Promise((done, failed) => {
      const rest = { next: 0, partsLeft: parts.length, isOver: false, unlisten: () => {} };
      const job: Job = { message, parts, drawn, done, failed, ...rest };
      job.unlisten = onAbort(signal, (reason) => this.#end(job, reason));
      this.#jobs.push(job);
      // Round-robin, so that a frame of few parts is shared by all threads.
      for (let round = 0; round < PARTS_AHEAD; round++) for (const state of this.#threads) this.#feed(state);
    });
  }

  async close(): Promise<void> {
    this.#fail(new RenderError('The renderer was closed.'));
    await Promise.all(this.#threads.map(({ thread }) => thread.terminate()));
  }

  #startThread(): void {
    const thread = startThread<DrawnMessage>(
      (answer) => this.#drawn(state, answer),
      (error) => {
        this.#fail(new RenderError(`A render thread died: ${error.message}`));
        this.close().catch(() => {}); // no more frames can be drawn
      },
    );
    const state: ThreadState = { thread, sent: [], buffers: [] };
    this.#threads.push(state);
  }

  #prepare(frame: FrameDescription, deep = false): Prepared {
    const { supersample, view, dither, network: spec } = frame;
    const places = placesIn(frame);
    const size = places?.size ?? frame.size;
    const network = this.#pack({ ...frame, size });
    const module = kernelModule(network);
    const { features, fold } = spec;
    const inputs = { size, supersample, view, network: { features, fold } };
    const adaptive = deep ? undefined : adaptiveOf(frame);
    const drawn: BandFrame = {
      ...inputs,
      ...(adaptive && { adaptive }),
      ...(deep && { deep }),
      dither,
      colouring: colouringShown(frame),
      ...(places && { places: places.at }),
    };
    return { module, network, frame: drawn };
  }

  #pack(frame: FrameDescription) {
    try {
      return packNetwork(frame, this.#kernel, this.#draws);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // failed allocations throw RangeErrors
      throw doesNotFit('network', error);
    }
  }

  /** Sends a thread its next part, if there is one and the thread's queue is not full. */
  #feed(state: ThreadState): void {
    const job = this.#jobs.find(({ next, parts }) => next < parts.length);
    if (!job || state.sent.length >= PARTS_AHEAD) return;
    const { message, parts } = job;
    const part = parts[job.next];
    try {
      const pictures = message.frame.places?.length ?? 1;
      const bytes = bytesOfPixel(message.frame) * part.width * part.height * pictures;
      const recycled = state.buffers.pop();
      const rgba = recycled && recycled.byteLength >= bytes ? recycled : new ArrayBuffer(bytes);
      const next: PartMessage = { ...(state.lastSent !== message && { frame: message }), part, rgba };
      state.thread.post(next, [rgba]);
    } catch (error) {
      // Messages are plain data, so only lack of memory can have failed here.
      this.#end(job, doesNotFit('frame', error as Error));
      this.#feed(state);
      return;
    }
    job.next++;
    state.lastSent = message;
    state.sent.push({ job, part });
  }

  #drawn(state: ThreadState, { rgba, failed }: DrawnMessage): void {
    const { job, part } = state.sent.shift()!;
    if (failed && state.lastSent === job.message) state.lastSent = undefined; // the thread has lost its frame
    try {
      if (failed) this.#end(job, doesNotFit('frame', failed));
      else job.drawn(part, rgba);
    } catch (error) {
      this.#end(job, error); // such as: the caller's buffer is detached
    }
    state.buffers.push(rgba);
    this.#feed(state);
    job.partsLeft--;
    if (job.partsLeft === 0) this.#end(job);
  }

  /** Finishes a job, or fails it with an error, and releases its state. */
  #end(job: Job, error?: unknown): void {
    if (job.isOver) return;
    job.isOver = true;
    job.unlisten();
    this.#jobs = this.#jobs.filter((other) => other !== job);
    if (error === undefined) job.done();
    else job.failed(error);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const job of this.#jobs) this.#end(job, this.#failure);
  }
}

/** The pictures of a frame that shows the units of a layer as a grid: their size, and where they are. */
function placesIn({ network, shown, size }: FrameDescription) {
  const part = hiddenShown(shown);
  if (!part || part.unit !== undefined) return undefined;
  const count = picturesIn(shown, network);
  const { cell, place } = unitGrid(size, count);
  return { size: cell, at: Array.from({ length: count }, (_, i) => place(i)) };
}

const bytesOfPixel = ({ deep }: BandFrame) => (deep ? 8 : 4);

/** Opaque black, for the space between the pictures of a grid. */
function fillBlack(rgba: Uint8Array, pixelBytes: number): void {
  rgba.fill(0);
  for (let i = pixelBytes - 1; i < rgba.length; i += pixelBytes) rgba[i] = 255;
}

const fits = (message: FrameMessage, parts: readonly Part[]) =>
  parts.every((part) => samplesAtOnce(message.frame, part) <= message.samples);

/** A frame for parts of these sizes. */
function withRoom(prepared: Prepared, parts: readonly Part[]): FrameMessage {
  const samples = parts.reduce((most, part) => Math.max(most, samplesAtOnce(prepared.frame, part)), 0);
  return { ...prepared, samples };
}

/** The number of samples that an evaluator needs room for. */
function samplesAtOnce(frame: BandFrame, part: Part): number {
  return frame.adaptive ? BLOCK_POINTS : samplesIn(frame, part);
}

/** Copies a drawn part into its frame. */
function copyPart(
  rgba: Uint8Array,
  frameWidth: number,
  places: [number, number][] | undefined,
  { x: firstColumn, y: firstRow, width, height }: Part,
  drawn: ArrayBuffer,
  pixelBytes: number,
): void {
  const row = pixelBytes * width;
  if (!places && width === frameWidth) {
    rgba.set(new Uint8Array(drawn, 0, row * height), row * firstRow);
    return;
  }
  if (!places) {
    for (let y = 0; y < height; y++)
      rgba.set(new Uint8Array(drawn, row * y, row), pixelBytes * ((firstRow + y) * frameWidth + firstColumn));
    return;
  }
  for (const [i, [left, top]] of places.entries()) {
    for (let y = 0; y < height; y++) {
      const line = new Uint8Array(drawn, row * (i * height + y), row);
      rgba.set(line, pixelBytes * ((top + firstRow + y) * frameWidth + left));
    }
  }
}

const doesNotFit = (what: 'network' | 'frame', cause: Error) =>
  new RenderError(`The ${what} does not fit into memory (${cause.message}): use fewer units or layers.`, {
    cause,
  });
