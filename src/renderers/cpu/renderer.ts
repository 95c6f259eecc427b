/** The CPU backend: frames cut into bands of rows, drawn by one WebAssembly thread per core. */

import { cores, startThread } from '#host';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { colouringOf } from '../../core/frame/palette.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { type FrameRenderer, roomFor } from '../../core/frame/renderer.js';
import { DrawCache } from '../../core/network/draws.js';
import { type Band, rowsPerBand, samplesIn } from './band.js';
import { chooseKernel, compileKernel } from './choose-kernel.js';
import type { Thread } from './host.js';
import { activationsOf, type KernelActivations } from './kernel.js';
import { packNetwork } from './pack.js';
import type { BandMessage, DrawnMessage, FrameMessage } from './thread.js';

/** Bands sent to a thread ahead of the one it draws, so that it never waits for the main thread. */
const BANDS_AHEAD = 2;

/** A frame being drawn. */
interface Job {
  message: FrameMessage;
  rowsPerBand: number;
  nextRow: number; // the first row not given to a thread yet
  rowsLeft: number; // not drawn yet
  rgba: Uint8Array;
  done: (rgba: Uint8Array) => void;
  failed: (error: Error) => void;
}

interface ThreadState {
  thread: Thread;
  sent: { job: Job; band: Band }[]; // in the order the thread draws them
  lastSent?: Job; // whose frame the thread has
  buffers: ArrayBuffer[]; // to draw in, going back and forth
}

export class CpuRenderer implements FrameRenderer {
  readonly backend = 'cpu';
  readonly description: string;
  readonly arithmetic = chooseKernel().name;
  /** While the last bands of one frame are drawn, idle threads begin the next. */
  readonly framesInFlight = 2;
  readonly formats = ['rgba'] as const;
  readonly #threads: ThreadState[];
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #draws = new DrawCache();
  #jobs: Job[] = []; // oldest first
  #failure: Error | undefined;

  /** @param threads - How many to start, 1 or more; by default one per core. */
  constructor(threads = cores) {
    this.description = `${threads} thread${threads > 1 ? 's' : ''}, ${this.arithmetic}`;
    this.#threads = Array.from({ length: threads }, () => {
      const state: ThreadState = {
        thread: startThread<DrawnMessage>(
          (answer) => this.#drawn(state, answer),
          (error) => this.#fail(new RenderError(`A render thread died: ${error.message}`)),
        ),
        sent: [],
        buffers: [],
      };
      return state;
    });
  }

  async render(
    frame: FrameDescription,
    into?: Uint8Array,
    _format?: PixelFormat,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure;
    signal?.throwIfAborted();
    const rgba = roomFor(frameBytes(frame.size), into);
    const message = this.#prepare(frame);
    const rest = { message, rowsPerBand: message.rows, nextRow: 0, rowsLeft: frame.size[1], rgba };
    return new Promise((done, failed) => {
      const job: Job = { ...rest, done, failed };
      this.#jobs.push(job);
      signal?.addEventListener('abort', () => {
        this.#forget(job); // its bands under way are still drawn
        failed(signal.reason);
      });
      // One band a thread at a time, so that a frame of few bands is shared by all of them.
      for (let round = 0; round < BANDS_AHEAD; round++) for (const state of this.#threads) this.#feed(state);
    });
  }

  async close(): Promise<void> {
    this.#fail(new RenderError('The renderer was closed.'));
    await Promise.all(this.#threads.map(({ thread }) => thread.terminate()));
  }

  #prepare(frame: FrameDescription): FrameMessage & { rows: number } {
    const { shape } = chooseKernel();
    const { size, supersample, view, dither, palette } = frame;
    const colouring = colouringOf(palette);
    const network = this.#pack(frame);
    const rows = rowsPerBand(frame, network.weights.length);
    const module = this.#moduleFor(activationsOf(frame.network, network));
    const samples = samplesIn(frame, rows);
    return { shape, module, network, frame: { size, supersample, view, dither, colouring }, samples, rows };
  }

  #pack(frame: FrameDescription) {
    try {
      return packNetwork(frame, chooseKernel().shape, this.#draws);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // an allocation that failed is one
      const message = `The network does not fit into memory (${error.message}): use fewer units or layers.`;
      throw new RenderError(message, { cause: error });
    }
  }

  #moduleFor(names: KernelActivations): WebAssembly.Module {
    const key = JSON.stringify(names);
    let module = this.#modules.get(key);
    if (!module) {
      module = compileKernel(chooseKernel().shape, names);
      this.#modules.set(key, module);
    }
    return module;
  }

  /** Gives a thread its next band, if there is one and it has not enough. */
  #feed(state: ThreadState): void {
    const job = this.#jobs.find(({ nextRow, message }) => nextRow < message.frame.size[1]);
    if (!job || state.sent.length >= BANDS_AHEAD) return;
    const [width, height] = job.message.frame.size;
    const band = { firstRow: job.nextRow, rows: Math.min(job.rowsPerBand, height - job.nextRow) };
    job.nextRow += band.rows;
    const bytes = 4 * width * job.rowsPerBand;
    const recycled = state.buffers.pop();
    const rgba = recycled && recycled.byteLength >= bytes ? recycled : new ArrayBuffer(bytes);
    const message: BandMessage = { ...(state.lastSent !== job && { frame: job.message }), band, rgba };
    state.lastSent = job;
    state.sent.push({ job, band });
    state.thread.post(message, [rgba]);
  }

  #drawn(state: ThreadState, { rgba }: DrawnMessage): void {
    const { job, band } = state.sent.shift()!;
    const stride = 4 * job.message.frame.size[0];
    job.rgba.set(new Uint8Array(rgba, 0, stride * band.rows), stride * band.firstRow);
    state.buffers.push(rgba);
    this.#feed(state);
    job.rowsLeft -= band.rows;
    if (job.rowsLeft > 0) return;
    this.#forget(job);
    job.done(job.rgba);
  }

  #forget(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const job of this.#jobs) job.failed(this.#failure);
    this.#jobs = [];
  }
}
