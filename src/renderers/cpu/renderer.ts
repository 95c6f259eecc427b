/** The CPU backend: splits frames into bands of rows, drawn by one WebAssembly thread per core. */

import { cores, startThread } from '#host';
import type { StopSignal } from '../../core/ambient.js';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { checkFormat, type FrameRenderer, onAbort, roomFor } from '../../core/frame/renderer.js';
import { colouringShown, hiddenShown, picturesIn, unitGrid } from '../../core/frame/shown.js';
import { DrawCache } from '../../core/network/draws.js';
import { type Band, rowsPerBand, samplesIn } from './band.js';
import { arithmeticOf, chooseKernel, type KernelChoice, kernelModule } from './choose-kernel.js';
import type { Thread } from './host.js';
import { packNetwork } from './pack.js';
import type { BandMessage, DrawnMessage, FrameMessage } from './thread.js';

/** The maximum number of bands queued per thread, so that none waits for the main thread. */
const BANDS_AHEAD = 2;

/** A frame being drawn. */
interface Job {
  message: FrameMessage;
  width: number; // of the frame; the message has that of each of its pictures
  rowsPerBand: number;
  nextRow: number; // the first row not given to a thread yet
  rowsLeft: number; // not drawn yet
  /** The caller's buffer; undefined once the frame is finished or cancelled, when it is the caller's again. */
  rgba: Uint8Array | undefined;
  done: (rgba: Uint8Array) => void;
  failed: (error: unknown) => void;
  /** Stops listening to the caller's signal. */
  unlisten: () => void;
}

interface ThreadState {
  thread: Thread;
  sent: { job: Job; band: Band }[]; // in the order the thread draws them
  lastSent?: Job; // the job whose frame the thread has
  buffers: ArrayBuffer[]; // to draw into, transferred back and forth
}

export class CpuRenderer implements FrameRenderer {
  readonly backend = 'cpu';
  readonly description: string;
  readonly arithmetic: string;
  /** While the last bands of one frame are drawn, idle threads start on the next. */
  readonly framesInFlight = 2;
  readonly formats = ['rgba'] as const;
  readonly #kernel: KernelChoice;
  readonly #threads: ThreadState[] = [];
  readonly #draws = new DrawCache();
  #jobs: Job[] = []; // oldest first
  #failure: Error | undefined;

  /**
   * @param threads - The number of threads, 1 or more; defaults to one per core.
   * @param kernel - Defaults to the fastest.
   * @throws RangeError for any other number of threads; or the error that kept a thread from starting.
   */
  constructor(threads = cores, kernel: KernelChoice = chooseKernel()) {
    if (!(Number.isInteger(threads) && threads >= 1)) {
      throw new RangeError(`A renderer cannot have ${threads} threads: give a whole number, 1 or more.`);
    }
    this.#kernel = kernel;
    this.arithmetic = arithmeticOf(kernel.shape);
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
    const rgba = roomFor(frameBytes(frame.size), into);
    const message = this.#prepare(frame);
    const { rows, frame: drawn } = message;
    if (drawn.places) fillBlack(rgba);
    const rest = {
      message,
      width: frame.size[0],
      rowsPerBand: rows,
      nextRow: 0,
      rowsLeft: drawn.size[1],
      rgba,
    };
    return new Promise((done, failed) => {
      const job: Job = { ...rest, done, failed, unlisten: () => {} };
      job.unlisten = onAbort(signal, (reason) => this.#end(job, reason));
      this.#jobs.push(job);
      // Round-robin, so that a frame of few bands is shared by all threads.
      for (let round = 0; round < BANDS_AHEAD; round++) for (const state of this.#threads) this.#feed(state);
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

  #prepare(frame: FrameDescription): FrameMessage & { rows: number } {
    const { shape } = this.#kernel;
    const { supersample, view, dither, network: spec } = frame;
    const places = placesIn(frame);
    const size = places?.size ?? frame.size;
    const network = this.#pack({ ...frame, size });
    const outputs = network.output.units;
    const rows = rowsPerBand({ size, supersample }, network.weights.length, outputs);
    const module = kernelModule(shape, network.activations);
    const samples = samplesIn({ size, supersample }, rows);
    const { features, fold } = spec;
    const inputs = { size, supersample, view, network: { features, fold } };
    const drawn = {
      ...inputs,
      dither,
      colouring: colouringShown(frame),
      ...(places && { places: places.at }),
    };
    return { shape, module, network, frame: drawn, samples, rows };
  }

  #pack(frame: FrameDescription) {
    try {
      return packNetwork(frame, this.#kernel.shape, this.#draws);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // failed allocations throw RangeErrors
      throw doesNotFit('network', error);
    }
  }

  /** Sends a thread its next band, if there is one and the thread's queue is not full. */
  #feed(state: ThreadState): void {
    const job = this.#jobs.find(({ nextRow, message }) => nextRow < message.frame.size[1]);
    if (!job || state.sent.length >= BANDS_AHEAD) return;
    const [width, height] = job.message.frame.size;
    const band = { firstRow: job.nextRow, rows: Math.min(job.rowsPerBand, height - job.nextRow) };
    try {
      const bytes = 4 * width * job.rowsPerBand * (job.message.frame.places?.length ?? 1);
      const recycled = state.buffers.pop();
      const rgba = recycled && recycled.byteLength >= bytes ? recycled : new ArrayBuffer(bytes);
      const message: BandMessage = { ...(state.lastSent !== job && { frame: job.message }), band, rgba };
      state.thread.post(message, [rgba]);
    } catch (error) {
      // Messages are plain data, so only lack of memory can have failed here.
      this.#end(job, doesNotFit('frame', error as Error));
      this.#feed(state);
      return;
    }
    job.nextRow += band.rows;
    state.lastSent = job;
    state.sent.push({ job, band });
  }

  #drawn(state: ThreadState, { rgba, failed }: DrawnMessage): void {
    const { job, band } = state.sent.shift()!;
    try {
      if (failed) this.#end(job, doesNotFit('frame', failed));
      else copyBand(job, band, rgba);
    } catch (error) {
      this.#end(job, error); // the caller's buffer is detached
    }
    state.buffers.push(rgba);
    this.#feed(state);
    job.rowsLeft -= band.rows;
    if (job.rowsLeft === 0) this.#end(job);
  }

  /** Finishes a frame, or fails it with an error. Afterwards its state is released and its buffer left alone. */
  #end(job: Job, error?: unknown): void {
    const { rgba } = job;
    if (!rgba) return; // already ended
    job.rgba = undefined;
    job.unlisten();
    this.#jobs = this.#jobs.filter((other) => other !== job);
    if (error === undefined) job.done(rgba);
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

/** Opaque black, for the space between the pictures of a grid. */
function fillBlack(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i++) rgba[i] = i % 4 === 3 ? 255 : 0;
}

/** Copies a drawn band into its frame. */
function copyBand({ rgba, width, message }: Job, { firstRow, rows }: Band, drawn: ArrayBuffer): void {
  if (!rgba) return; // cancelled
  const { size, places } = message.frame;
  const row = 4 * size[0];
  if (!places) {
    rgba.set(new Uint8Array(drawn, 0, row * rows), row * firstRow);
    return;
  }
  for (const [i, [left, top]] of places.entries()) {
    for (let y = 0; y < rows; y++) {
      const line = new Uint8Array(drawn, row * (i * rows + y), row);
      rgba.set(line, 4 * ((top + firstRow + y) * width + left));
    }
  }
}

const doesNotFit = (what: 'network' | 'frame', cause: Error) =>
  new RenderError(`The ${what} does not fit into memory (${cause.message}): use fewer units or layers.`, {
    cause,
  });
