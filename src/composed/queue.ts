/** Puts frames that arrive from several pages in order, holding few. */

import { applyDelta, longestDelta } from '../page/delta.js';

/** A frame that has come in. */
interface Arrival {
  pixels: Uint8Array;
  /** Lets the page that sent it go on. */
  taken: () => void;
}

export class FrameQueue {
  private readonly bytes: number;
  private readonly pages: PageFrames[] = [];
  private readonly arrived = new Map<number, Arrival>();
  private readonly free: Uint8Array[] = [];
  private awaited: { frame: number; give: (arrival: Arrival) => void } | undefined;

  constructor(width: number, height: number) {
    this.bytes = 4 * width * height;
  }

  /**
   * Takes a frame in, as its difference from the one `before` that the same page sent. Resolves when it has been given
   * out, which is what keeps a page from running ahead.
   */
  async take(
    page: number,
    frame: number,
    before: number | undefined,
    delta: AsyncIterable<Buffer>,
  ): Promise<void> {
    const whole = await gather(delta, longestDelta(this.bytes / 4));
    this.pages[page] ??= new PageFrames(this.bytes);
    const pixels = await this.pages[page].apply(whole, frame, before, () => this.free.pop());
    await new Promise<void>((taken) => {
      if (this.awaited?.frame === frame) this.awaited.give({ pixels, taken });
      else this.arrived.set(frame, { pixels, taken });
    });
  }

  /** Gives a frame out, when it is there. */
  async next(frame: number): Promise<Uint8Array> {
    const arrival =
      this.arrived.get(frame) ??
      (await new Promise<Arrival>((give) => {
        this.awaited = { frame, give };
      }));
    this.arrived.delete(frame);
    this.awaited = undefined;
    arrival.taken();
    return arrival.pixels;
  }

  /** Takes an array back that next() gave out. */
  release(pixels: Uint8Array): void {
    this.free.push(pixels);
  }
}

/** What one page has sent. Two of its frames are under way at a time, and the later may arrive first. */
class PageFrames {
  private readonly pixels: Uint8Array;
  private latest: number | undefined;
  private readonly waiting = new Map<number | undefined, () => void>();

  constructor(bytes: number) {
    this.pixels = new Uint8Array(bytes);
  }

  /** The frame that `delta` makes of the one before, in an array of the caller's. */
  async apply(
    delta: Buffer,
    frame: number,
    before: number | undefined,
    free: () => Uint8Array | undefined,
  ): Promise<Uint8Array> {
    if (this.latest !== before) await new Promise<void>((go) => this.waiting.set(before, go));
    applyDelta(delta, this.pixels);
    const copy = free() ?? new Uint8Array(this.pixels.length);
    copy.set(this.pixels);
    this.latest = frame;
    this.waiting.get(frame)?.();
    this.waiting.delete(frame);
    return copy;
  }
}

async function gather(chunks: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const all: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) throw new Error('A frame is too large.');
    all.push(chunk);
  }
  return Buffer.concat(all, length);
}
