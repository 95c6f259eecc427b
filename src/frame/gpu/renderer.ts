/** The GPU backend: frames computed by WebGPU, in Node and in browsers alike. */
import { RenderError } from '../../errors.js';
import type { FrameDescription } from '../description.js';
import type { FrameRenderer } from '../renderer.js';
import type { Device } from './device.js';
import { Session, type SessionOptions, SLOTS, type Timing } from './session.js';

/** How long after a failure its cause, a lost device, may become known, in milliseconds. */
const GRACE_MS = 500;

export class GpuRenderer implements FrameRenderer {
  readonly backend = 'gpu';
  readonly framesInFlight = SLOTS;
  /** Told of each finished frame, where the device can tell how long it took. */
  onTimed: ((timing: Timing) => void) | undefined;
  readonly #open: () => Promise<Device>;
  readonly #options: SessionOptions;
  #session: Session | undefined;
  #recovering: Promise<Session> | undefined;
  #turn: Promise<unknown> = Promise.resolve(); // frames begin one after another
  #losses = 0;
  #closed = false;

  private constructor(open: () => Promise<Device>, device: Device, options: SessionOptions) {
    this.#open = open;
    this.#options = options;
    this.#session = this.#start(device);
  }

  /** @param open - Gives a device: at once, and again if that one is lost. */
  static async start(open: () => Promise<Device>, options: SessionOptions = {}): Promise<GpuRenderer> {
    return new GpuRenderer(open, await open(), options);
  }

  get description(): string {
    return this.#session?.name ?? 'a lost GPU';
  }

  async render(frame: FrameDescription, into?: Uint8Array): Promise<Uint8Array> {
    const [width, height] = frame.size;
    const bytes = 4 * width * height;
    if (into && into.length !== bytes) {
      throw new RangeError(`The frame takes ${bytes} bytes, and ${into.length} were given.`);
    }
    const rgba = into ?? new Uint8Array(bytes);
    for (;;) {
      const session = this.#recovering ? await this.#recovering : this.#current();
      try {
        await this.#draw(session, frame, rgba);
        return rgba;
      } catch (error) {
        if (this.#closed) throw closedError();
        const lost = await lossOf(session);
        if (!lost) throw error;
        await this.#recover(session, lost);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = this.#session;
    this.#session = undefined; // and with it the instance, which would keep Node running
    session?.close();
  }

  async #draw(session: Session, frame: FrameDescription, rgba: Uint8Array): Promise<void> {
    const begun = this.#turn.then(() => session.begin(frame));
    this.#turn = begun.catch(() => {});
    const drawing = await begun;
    await drawing.finish(rgba);
  }

  #current(): Session {
    if (this.#closed || !this.#session) throw closedError();
    return this.#session;
  }

  #start(device: Device): Session {
    const session = new Session(device, this.#options);
    session.onTimed = (timing) => this.onTimed?.(timing);
    return session;
  }

  /** A lost device is replaced once, for all frames that were under way on it. */
  async #recover(session: Session, { message }: GPUDeviceLostInfo): Promise<void> {
    if (session !== this.#session) {
      await this.#recovering;
      return; // another frame has seen to it
    }
    this.#losses++;
    if (this.#losses > 1) {
      throw new RenderError(
        `The GPU was lost a second time (${message.trim() || 'it gave no reason'}): update its driver, or take --backend cpu.`,
      );
    }
    this.#recovering ??= this.#open().then((device) => {
      this.#session = this.#start(device);
      this.#recovering = undefined;
      return this.#session;
    });
    await this.#recovering;
  }
}

const closedError = () => new RenderError('The renderer was closed.');

/** Why a session's device was lost; undefined if it was not. */
function lossOf(session: Session): Promise<GPUDeviceLostInfo | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GRACE_MS, undefined);
    session.lost.then((info) => {
      clearTimeout(timer);
      resolve(info);
    });
  });
}
