/** Puts frames that arrive from several pages in order, holding few. */

import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { applyDelta, longestDelta } from './page/delta.js';

/** A frame that has come in, as its difference from the one that the same page sent before. */
interface Arrival {
  page: number;
  delta: Buffer;
  /** Lets the page that sent it go on. */
  taken: () => void;
}

export class FrameQueue {
  private readonly bytes: number;
  private readonly words: number;
  /** What each page has last had given out. */
  private readonly pages: Uint8Array[] = [];
  private readonly arrived = new Map<number, Arrival>();
  private awaited: { frame: number; give: (arrival: Arrival) => void } | undefined;

  constructor(size: readonly [width: number, height: number], format: PixelFormat) {
    this.bytes = frameBytes(size, format);
    this.words = Math.ceil(this.bytes / 4);
  }

  /** Takes a frame in. Resolves when it has been given out, which is what keeps a page from running ahead. */
  async take(page: number, frame: number, delta: AsyncIterable<Buffer>): Promise<void> {
    const whole = await gather(delta, longestDelta(this.words));
    await new Promise<void>((taken) => {
      const arrival = { page, delta: whole, taken };
      if (this.awaited?.frame === frame) this.awaited.give(arrival);
      else this.arrived.set(frame, arrival);
    });
  }

  /**
   * Gives a frame out, when it is there. All that pages send must be asked for, each page's in the order it sent them.
   * @returns An array that is the frame until the next is asked for.
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
    applyDelta(arrival.delta, pixels);
    arrival.taken();
    return pixels.subarray(0, this.bytes);
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
