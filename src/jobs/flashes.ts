/** Finds out whether a film flashes too often, from small pictures that are stored beside its segments. */
import { promises as fs } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FLASH_BYTES, flashPicture } from '../core/frame/flash-picture.js';
import { FlashMeter, MOST_FLASHES } from '../core/frame/flashes.js';
import type { Range } from '../core/range.js';
import { BESIDE, type FilmShape, formatNamed, parseOutput, type Workbench } from '../outputs/index.js';
import type { Job } from './job.js';
import { fileOf } from './store.js';

/** No more flashes than this are counted. */
const MOST_COUNTED = 30;

/** The small pictures of a segment's frames. */
export class FlashPictures {
  readonly #pictures = new Map<number, Uint8Array>();

  constructor(private readonly film: FilmShape) {}

  /** @param frame - The number of the frame in the film. */
  add(frame: number, pixels: Uint8Array): void {
    const { width, height, pixels: format } = this.film;
    this.#pictures.set(frame, flashPicture(pixels, [width, height], format));
  }

  /** Writes those of some frames beside the file of these. */
  async write([first, last]: Range, bench: Workbench, file: string): Promise<void> {
    const all = Array.from({ length: last - first + 1 }, (_, i) => this.#pictures.get(first + i)!);
    await bench.write(file + BESIDE, deflateRawSync(Buffer.concat(all)));
  }
}

/** The most flashes in any second of a film. */
export interface Flashes {
  /** How many: above MOST_FLASHES. */
  count: number;
  /** When the first of them begins, in seconds. */
  at: number;
  /** The least time in which the film flashes more than MOST_FLASHES times, in seconds. */
  shortest: number;
}

/**
 * Looks for the second of a film with the most flashes.
 * @param pictures - One per frame, as flashPicture() makes them; undefined where it is unknown.
 * @param fps - Frames per second.
 * @returns Undefined if it is safe.
 */
export async function flashesOf(
  pictures: AsyncIterable<Uint8Array | undefined>,
  fps: number,
): Promise<Flashes | undefined> {
  const most = Math.min(MOST_COUNTED, Math.max(MOST_FLASHES + 1, Math.ceil(fps / 2)));
  let meter = new FlashMeter(most);
  let found: Flashes | undefined;
  let frame = 0;
  for await (const picture of pictures) {
    if (picture)
      meter.add(
        frame,
        new Float32Array(picture).map((luminance) => luminance / 255),
      );
    else meter = new FlashMeter(most);
    // In frames, so that whole seconds are exact.
    const secondsOf = (flashes: number) => meter.since(flashes) / fps;
    const shortest = secondsOf(MOST_FLASHES + 1);
    if (shortest < 1) {
      let count = MOST_FLASHES + 1;
      while (count < most && secondsOf(count + 1) < 1) count++;
      const at = frame / fps - secondsOf(count);
      found =
        count > (found?.count ?? 0)
          ? { count, at, shortest: Math.min(shortest, found?.shortest ?? 1) }
          : { ...found!, shortest: Math.min(shortest, found!.shortest) };
    }
    frame++;
  }
  return found;
}

/**
 * The warning about a film's flashes; undefined if it has none.
 * @param benches - Of the outputs, with all segments.
 */
export async function flashWarning(job: Job, benches: readonly Workbench[]): Promise<string | undefined> {
  const { film, source } = job;
  if (film.frames === 1) return undefined;
  const found = await flashesOf(picturesOf(job, benches), film.fps);
  if (!found) return undefined;
  const { count, at, shortest } = found;
  const seconds = source.kind === 'sweep' ? Math.ceil(source.sweep.seconds / shortest) : undefined;
  const next =
    seconds === undefined ? 'Slow it down' : `Slow it down, for example with --seconds ${seconds},`;
  const time = (at % (film.frames / film.fps)).toFixed(1);
  return (
    `The film flashes ${count} times within a second at ${time} s: more than ${MOST_FLASHES} can trigger seizures ` +
    `(WCAG 2.3.1). ${next} or make its brightness change less.`
  );
}

/** The small pictures of a film; if it repeats, also those of its first second again. */
async function* picturesOf(
  { film, outputs, segments }: Job,
  benches: readonly Workbench[],
): AsyncGenerator<Uint8Array | undefined> {
  const repeats = outputs.some(({ path, options: { loops = 1 } }) => {
    return loops > 1 || formatNamed(parseOutput(path).format).repeats;
  });
  const again = repeats ? Math.min(film.frames, Math.ceil(film.fps)) : 0;
  const start: (Uint8Array | undefined)[] = [];
  for (const { frames, parts } of segments) {
    const [first, last] = frames;
    const files = parts
      .filter(({ output }) => outputs[output].frame === undefined)
      .map((part) => benches[part.output].path(fileOf(part)) + BESIDE);
    const pictures = await read(files, last - first + 1);
    if (start.length < again) start.push(...pictures.slice(0, again - start.length));
    yield* pictures;
  }
  yield* start;
}

/** The pictures in the first of these files that has them. Segments from other stores may have none. */
async function read(files: readonly string[], count: number): Promise<(Uint8Array | undefined)[]> {
  for (const file of files) {
    try {
      const all = inflateRawSync(await fs.readFile(file), { maxOutputLength: count * FLASH_BYTES });
      if (all.length === count * FLASH_BYTES)
        return Array.from({ length: count }, (_, i) => all.subarray(i * FLASH_BYTES, (i + 1) * FLASH_BYTES));
    } catch {} // missing or damaged
  }
  return Array.from({ length: count }, () => undefined);
}
