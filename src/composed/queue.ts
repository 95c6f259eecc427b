/** Puts frames that arrive from several pages in order, holding few. */

/** A frame on its way in. */
interface Arrival {
  pixels: Uint8Array;
  /** Lets the page that sent it go on. */
  taken: () => void;
}

export class FrameQueue {
  private readonly arrived = new Map<number, Arrival>();
  private readonly free: Uint8Array[] = [];
  private awaited: { frame: number; give: (arrival: Arrival) => void } | undefined;

  /** @param bytes - Of a frame. */
  constructor(private readonly bytes: number) {}

  /** Takes a frame in; resolves when it has been given out, which is what keeps a page from running ahead. */
  async take(frame: number, chunks: AsyncIterable<Buffer>): Promise<void> {
    const pixels = this.free.pop() ?? new Uint8Array(this.bytes);
    let filled = 0;
    for await (const chunk of chunks) {
      if (filled + chunk.length > this.bytes) throw new Error(`Frame ${frame} is too large.`);
      pixels.set(chunk, filled);
      filled += chunk.length;
    }
    if (filled !== this.bytes) throw new Error(`Frame ${frame} has ${filled} bytes, not ${this.bytes}.`);
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
