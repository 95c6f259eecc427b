/** Puts frames that arrive from several pages into order. Holds only a few at a time. */

import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { applyDelta, longestDelta } from './page/delta.js';
import type { SameFrames } from './server.js';

/** A frame that has arrived, as the difference from the page's previous frame, if there is any. */
interface Arrival {
  page: number;
  delta: Buffer | undefined;
  /** Lets the page that sent it continue. */
  taken: () => void;
}

/** Frames that a page may say are the same: far more than a film has in the tenth of a second between messages. */
const MOST_AT_ONCE = 1_000_000;

export class FrameQueue {
  private readonly bytes: number;
  private readonly words: number;
  /** The last frame returned from each page. */
  private readonly pages: Uint8Array[] = [];
  private readonly arrived = new Map<number, Arrival>();
  private awaited: { frame: number; give: (arrival: Arrival) => void } | undefined;

  constructor(size: readonly [width: number, height: number], format: PixelFormat) {
    this.bytes = frameBytes(size, format);
    this.words = Math.ceil(this.bytes / 4);
  }

  /** Accepts frames. Resolves when next() has returned the last, which keeps pages from running ahead. */
  async take({ page, first, step, count }: SameFrames, delta: AsyncIterable<Buffer>): Promise<void> {
    if (step < 1 || count > MOST_AT_ONCE) throw new Error('There are too many frames.');
    let whole: Buffer | undefined = await gather(delta, longestDelta(this.words));
    const taken: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      taken.push(this.arrive(first + i * step, page, whole));
      whole = undefined; // the others are the same
    }
    await Promise.all(taken);
  }

  private arrive(frame: number, page: number, delta: Buffer | undefined): Promise<void> {
    return new Promise((taken) => {
      const arrival = { page, delta: delta?.length ? delta : undefined, taken };
      if (this.awaited?.frame === frame) this.awaited.give(arrival);
      else this.arrived.set(frame, arrival);
    });
  }

  /**
   * Waits for a frame and returns it. Every frame that pages send must be requested, in the order in which each page
   * sends them.
   * @returns The frame. The array is valid until the next call.
   */
  async next(frame: number): Promise<Uint8Array> {
    const arrival =
      this.arrived.get(frame) ??
      (await new Promise<Arrival>((give) => {
        this.awaited = { frame, give };
      }));
    this.arrived.delete(frame);
    this.awaited = undefined;
    this.pages[arrival.page] ??= new Uint8Array(4 * this.words);
    const pixels = this.pages[arrival.page];
    if (arrival.delta) applyDelta(arrival.delta, pixels);
    arrival.taken();
    return pixels.subarray(0, this.bytes);
  }
}

async function gather(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const all: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('A frame is too large.');
    all.push(chunk);
  }
  return Buffer.concat(all, length);
}
