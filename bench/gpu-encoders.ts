/** Times films by each hardware encoder that works, beside x264, and lists why others do not work. */
import type { FrameRenderer, Sweep } from 'untrained';
import { findFfmpeg } from 'untrained/render';
import { built } from './built.js';
import { type GpuBench, inSoftware } from './gpu-bench.js';
import { record } from './history.js';
import { type FilmFigures, measureFilm } from './pipeline.js';
import { fixed, sized, table } from './table.js';

/** A film by one encoder. */
export interface EncodedFilm extends FilmFigures {
  encoder: string;
}

/** What is expected at 1920x1080 of x264 on 16 cores and of any hardware encoder, in milliseconds per frame. */
const EXPECTED = { x264: 15, hardware: 6 };

/** The time left that one more encoder needs, in milliseconds. */
const NEEDED = 60_000;

/**
 * Films of one sweep by x264 and by each hardware encoder.
 * @param rounds - How often each is drawn, encoded and made.
 */
export async function benchEncoders(
  sweep: Sweep,
  renderer: FrameRenderer,
  seconds: number,
  rounds: number,
  bench: GpuBench,
): Promise<EncodedFilm[]> {
  const { allHardware } = await built.video();
  const ffmpeg = await findFfmpeg();
  const found = await allHardware(ffmpeg);
  const notes = found.flatMap(({ title, problem }) => (problem ? [`${title} was skipped: ${problem}.`] : []));
  const films: EncodedFilm[] = [];
  const working = found.filter(({ problem }) => problem === undefined);
  for (const hardware of [undefined, ...working]) {
    const encoder = hardware?.title ?? 'x264';
    if (films.length > 0 && bench.left() < NEEDED) {
      notes.push(`${encoder} was skipped: less than a minute is left.`);
      continue;
    }
    try {
      films.push({ encoder, ...(await measureFilm(renderer, sweep, seconds, rounds, hardware)) });
    } catch (error) {
      if (!hardware) throw error;
      notes.push(`${encoder} failed: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
  print(films, notes, sweep, ffmpeg.version, bench);
  return films;
}

function print(
  films: EncodedFilm[],
  notes: string[],
  { size }: Sweep,
  ffmpeg: string,
  bench: GpuBench,
): void {
  const [{ frames, pixels }] = films;
  console.log(
    `\nWhole films: weight-scale, ${frames} frames of ${size.join('x')} as ${pixels} to MP4 (ffmpeg ${ffmpeg}): ` +
      `ms per frame${inSoftware(bench)}`,
  );
  const rows = films.map(({ encoder, seconds: { draw, encode, film, running }, bytes, psnr }) => {
    const ms = (time: number) => fixed((1000 * time) / frames);
    const expected = encoder === 'x264' ? EXPECTED.x264 : EXPECTED.hardware;
    const limit = encoder === 'x264' ? `${expected} or more` : `at most ${expected}`;
    const efficiency = Math.max(draw, encode) / running;
    const part = `film by ${encoder}`;
    record(part, 'drawing alone', [(1000 * draw) / frames], { best: true });
    record(part, 'encoding alone', [(1000 * encode) / frames], { expected, best: true });
    record(part, 'the film after its first frame', [(1000 * running) / frames], { best: true });
    record(part, 'PSNR of luma', [psnr], { unit: 'dB', more: true });
    record(part, 'size', [bytes], { unit: 'bytes' });
    const times = [ms(draw), ms(encode), limit, ms(film), ms(running), efficiency.toFixed(2), 'at least 0.9'];
    return [encoder, ...times, sized(bytes), `${psnr.toFixed(1)} dB`];
  });
  const head = ['', 'drawing', 'encoding', 'expected', 'film', 'after 1st frame', 'efficiency', 'expected'];
  console.log(table([[...head, 'size', 'PSNR'], ...rows]));
  for (const note of notes) console.log(`  ${note}`);
}
