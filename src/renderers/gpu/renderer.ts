/** The GPU backend: frames computed by WebGPU, in Node and in browsers alike. */
import type { StopSignal } from '../../core/ambient.js';
import { RenderError, TransientError, UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import {
  checkFormat,
  type FrameRenderer,
  onAbort,
  roomFor,
  type WebGpuCanvas,
} from '../../core/frame/renderer.js';
import type { Device } from './device.js';
import { Pace } from './pace.js';
import { gpuFormats } from './plan.js';
import { type Drawing, Session, type SessionOptions, SLOTS, type Timing } from './session.js';

/** A frame's work on a session. */
interface Work {
  begin(session: Session): Promise<Drawing>;
  finish(drawing: Drawing): Promise<void>;
}

/** How long to wait after a failure for news that the device was lost, in milliseconds. */
const GRACE_MS = 500;

export class GpuRenderer implements FrameRenderer {
  readonly backend = 'gpu';
  readonly framesInFlight = SLOTS;
  readonly formats = gpuFormats;
  /** Called after each frame, if the device supports timestamp queries. */
  onTimed: ((timing: Timing) => void) | undefined;
  #open: () => Promise<Device>;
  readonly #options: SessionOptions;
  readonly #pace: Pace;
  #session: Session | undefined;
  #recovering: Promise<Session> | undefined;
  #turn: Promise<unknown> = Promise.resolve(); // frames are submitted one after another
  #arithmetic = '';
  #losses = 0;
  #closed = false;

  private constructor(open: () => Promise<Device>, device: Device, options: SessionOptions) {
    this.#open = open;
    this.#options = options;
    this.#pace = options.pace ?? new Pace();
    this.#session = this.#start(device);
  }

  /** @param open - Opens a device; called now, and again if that device is lost. */
  static async start(open: () => Promise<Device>, options: SessionOptions = {}): Promise<GpuRenderer> {
    const device = await open();
    try {
      return new GpuRenderer(open, device, options);
    } catch (error) {
      device.close();
      throw error;
    }
  }

  get description(): string {
    return this.#session ? this.#arithmetic : 'closed';
  }

  /** The device's name. Kernel forms and chunk sizes are chosen by measurement, but do not affect the pixels. */
  get arithmetic(): string {
    return this.#arithmetic;
  }

  async render(
    frame: FrameDescription,
    into?: Uint8Array,
    format: PixelFormat = 'rgba',
    signal?: StopSignal,
  ): Promise<Uint8Array> {
    checkFormat(this.formats, format);
    const pixels = roomFor(frameBytes(frame.size, format), into);
    await this.#drawn(signal, {
      begin: (session) => session.begin(frame, format, signal),
      finish: (drawing) => drawing.finish(pixels, signal),
    });
    return pixels;
  }

  async present(frame: FrameDescription, canvas: WebGpuCanvas, signal?: StopSignal): Promise<boolean> {
    await this.#drawn(signal, {
      begin: (session) => session.begin(frame, canvas, signal),
      finish: (drawing) => drawing.finish(undefined, signal),
    });
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = this.#session;
    // Releases the WebGPU instance, which would keep Node running.
    this.#session = undefined;
    this.#open = () => Promise.reject(closedError());
    session?.close();
  }

  /** Draws a frame, again on another device if this one is lost. */
  async #drawn(signal: StopSignal | undefined, work: Work): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const session = this.#recovering ? await this.#recovering : this.#current();
      try {
        return await this.#draw(session, work, signal);
      } catch (error) {
        if (this.#closed) throw closedError();
        if (error instanceof UsageError || signal?.aborted) throw error;
        const lost = await lossOf(session);
        if (!lost) throw error;
        await this.#recover(session, lost);
      }
    }
  }

  async #draw(session: Session, { begin, finish }: Work, signal: StopSignal | undefined): Promise<void> {
    const begun = this.#turn.then(() => {
      signal?.throwIfAborted();
      return begin(session);
    });
    this.#turn = begun.catch(() => {});
    const finished = begun.then(finish);
    await new Promise<void>((resolve, reject) => {
      const unlisten = onAbort(signal, reject); // reject at once; the frame's resources are released when it finishes
      finished.then(resolve, reject).then(unlisten);
    });
  }

  #current(): Session {
    if (this.#closed || !this.#session) throw closedError();
    return this.#session;
  }

  #start(device: Device): Session {
    const session = new Session(device, { ...this.#options, pace: this.#pace });
    session.onTimed = (timing) => this.onTimed?.(timing);
    this.#arithmetic = `${session.name}${session.software ? ', in software' : ''}`;
    return session;
  }

  /** Replaces a lost device, once for all frames in flight on it. */
  async #recover(session: Session, { message }: GPUDeviceLostInfo): Promise<void> {
    if (session === this.#session && !this.#recovering) {
      this.#losses++;
      if (this.#losses > 1) {
        throw new TransientError(
          `The GPU was lost a second time (${message.trim() || 'it gave no reason'}): update its driver, or use --backend cpu.`,
        );
      }
      this.#pace.halve(); // too large a piece of work may have caused the loss
      this.#recovering = this.#replace();
    }
    await this.#recovering;
  }

  async #replace(): Promise<Session> {
    const device = await this.#open();
    if (this.#closed) {
      device.close();
      throw closedError();
    }
    try {
      this.#session = this.#start(device);
    } catch (error) {
      device.close();
      throw error;
    }
    this.#recovering = undefined;
    return this.#session;
  }
}

const closedError = () => new RenderError('The renderer was closed.');

/** Why a session's device was lost; undefined if it was not lost. */
function lossOf(session: Session): Promise<GPUDeviceLostInfo | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GRACE_MS, undefined);
    session.lost.then((info) => {
      clearTimeout(timer);
      resolve(info);
    });
  });
}
