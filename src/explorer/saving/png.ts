/** Saves a picture as a PNG with its recipe, as `untrained still` does. */
import { version } from '#embedded';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { noteOf } from '../../core/recipe/note.js';
import { stillOf } from '../../core/sweep/still.js';
import { frameAt, parseSweep, type Sweep } from '../../core/sweep/sweep.js';
import { joined } from '../../files/bytes.js';
import { chunk, IEND, noteChunk, pngHead, RowFilter } from '../../files/write/png.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { nextTask, reporting, type Work } from './progress.js';
import { rowsOf } from './rows.js';

export interface PictureRequest {
  sweep: Sweep;
  /** In seconds. */
  time: number;
  /** Width and height in pixels. The default is the sweep's, and so is that of `supersample`. */
  size?: [number, number];
  supersample?: Sweep['supersample'];
}

/** How much is filtered and compressed at a time, in bytes of RGBA: a few milliseconds of work. */
const PIECE = 2 ** 18;
/** The least length of an IDAT chunk, so that readers of large files have few to go through. In bytes. */
const CHUNK = 2 ** 20;

/**
 * Draws a picture, and compresses its rows as they come: in memory are a few strips of it, and the file.
 * @param renderer - Draws the picture. It stays open.
 * @throws UsageError for an invalid request; the signal's reason if the work is cancelled.
 */
export async function savePng(
  { sweep, time, size = sweep.size, supersample = sweep.supersample }: PictureRequest,
  renderer: FrameRenderer,
  work: Work = {},
): Promise<Blob> {
  const still = await stillOf(parseSweep({ ...sweep, size, supersample }), time, evaluate, work);
  const frame = frameAt(still, 0, evaluate);
  const [width, height] = size;
  const report = reporting(height, work);
  const file = new PngFile(width, height);
  try {
    let done = 0;
    report(done);
    for await (const strip of rowsOf(frame, renderer, work.signal)) {
      await file.add(strip, work.signal);
      done += strip.length / 4 / width;
      report(done);
    }
    return await file.end(noteOf({ sweep: still, made: { version, backend: renderer.backend } }));
  } finally {
    file.close();
  }
}

/** A PNG that is written as its rows come. */
class PngFile {
  readonly #parts: BlobPart[];
  readonly #filter: RowFilter;
  readonly #rowBytes: number;
  readonly #deflating = new CompressionStream('deflate');
  readonly #writer = this.#deflating.writable.getWriter();
  readonly #collecting: Promise<void>;

  constructor(width: number, height: number) {
    this.#parts = [pngHead({ width, height }) as Uint8Array<ArrayBuffer>];
    this.#filter = new RowFilter({ width, height });
    this.#rowBytes = 4 * width;
    this.#collecting = this.#collect();
    this.#collecting.catch(() => {}); // writing then fails, too
    this.#writer.closed.catch(() => {});
  }

  /** @param rgba - Whole rows. */
  async add(rgba: Uint8Array, signal?: AbortSignal): Promise<void> {
    const piece = this.#rowBytes * Math.max(1, Math.floor(PIECE / this.#rowBytes));
    for (let at = 0; at < rgba.length; at += piece) {
      await this.#writer.write(this.#filter.filter(rgba.subarray(at, at + piece)) as Uint8Array<ArrayBuffer>);
      await nextTask(signal);
    }
  }

  async end(note: string): Promise<Blob> {
    await this.#writer.close();
    await this.#collecting;
    return new Blob(
      [...this.#parts, noteChunk(note) as Uint8Array<ArrayBuffer>, IEND as Uint8Array<ArrayBuffer>],
      {
        type: 'image/png',
      },
    );
  }

  /** Ends unfinished work. */
  close(): void {
    this.#writer.abort().catch(() => {}); // it may have ended
  }

  /** Makes IDAT chunks of the compressed bytes. Browsers may keep blobs outside the page's memory. */
  async #collect(): Promise<void> {
    let pieces: Uint8Array[] = [];
    let length = 0;
    const flush = () => {
      if (length === 0) return;
      this.#parts.push(new Blob([chunk('IDAT', joined(...pieces)) as Uint8Array<ArrayBuffer>]));
      [pieces, length] = [[], 0];
    };
    const reader = this.#deflating.readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return flush();
      pieces.push(value);
      length += value.length;
      if (length >= CHUNK) flush();
    }
  }
}
