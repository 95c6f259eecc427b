/** Formats whose quality is one number: encoded segments are joined, or the whole film is encoded again from a lossless
 *  copy at lower quality. */

import { fitToBudget } from '../budget.js';
import type { Step } from '../run.js';
import { GENERAL, losslessCopy, REPEATABLE, segmentsOf } from './arguments.js';
import {
  type Bench,
  type EncodeOptions,
  type Encoding,
  type FilmShape,
  NOTE_FILE,
  type Take,
} from './format.js';

/** What is specific to one such format. */
export interface Graded {
  file: string;
  /** The quality on each rung of the ladder (budget.ts). */
  at: (rung: number) => number;
  rungs: number;
  halving: number;
  /** A quality as text. */
  describe: (quality: number) => string;
  /** Options for the encoder. */
  options: (quality: number) => string[];
  /** Options for a preferred encoder, whose file is used unless it is clearly larger. */
  preferred?: (quality: number) => string[];
  container: string[];
  /** How many bytes a note adds, if it is added to the finished file. Such formats are encoded as a whole: ffmpeg can
   *  neither join their segments nor tag them. */
  addedNote?: (note: string) => number;
}

const SIZE_TOLERANCE = 1.05;

/** Joins the segments at the best quality; if the result is too large, encodes the film again from its copy at a
 *  lower one. */
export function graded(path: string, film: FilmShape, options: EncodeOptions, grades: Graded): Encoding {
  const { maxSize, loops = 1, note } = options;
  const { file, container, addedNote } = grades;
  const joinable = addedNote === undefined;
  const copy: Take = { name: 'copy', options: losslessCopy(film) };
  const encoded: Take = { name: 'video', options: [...grades.options(grades.at(0)), ...container] };
  const encodeWhole = async (bench: Bench, rung: number, to: string) => {
    const quality = grades.at(rung);
    const encode = (options: string[], to: string) =>
      bench.run(
        tagged(segmentsOf('copy', film), joinable ? note : undefined, [...options, ...container], to),
      );
    await encode(grades.options(quality), to);
    if (!grades.preferred) return;
    await encode(grades.preferred(quality), 'preferred');
    if ((await bench.bytes('preferred')) <= SIZE_TOLERANCE * (await bench.bytes(to)))
      await bench.rename('preferred', to);
  };
  const once = loops > 1 ? 'once' : 'attempt';
  const repeated: Step = {
    inputs: [{ options: [...GENERAL, '-stream_loop', String(loops - 1)], from: once }],
    outputs: [{ options: ['-c', 'copy', ...container, ...REPEATABLE], to: 'attempt' }],
  };
  return {
    takes: [...(joinable ? [encoded] : []), ...(joinable && maxSize === undefined ? [] : [copy])],
    files: [file],
    async join(bench) {
      const make = async (rung: number) => {
        if (rung === 0 && joinable) await bench.run(joinedStep(film, note, container, once));
        else await encodeWhole(bench, rung, once);
        if (loops > 1) await bench.run(repeated);
        return (await bench.bytes('attempt')) + (note === undefined ? 0 : (addedNote?.(note) ?? 0));
      };
      const accept = () => bench.rename('attempt', file);
      if (maxSize === undefined) {
        await make(0);
        await accept();
        return { from: joinable ? 'video' : 'copy' };
      }
      const rung = await fitToBudget({ ...grades, make, accept }, maxSize, path);
      if (rung === 0) return { from: joinable ? 'video' : 'copy' };
      return { from: 'copy', chose: `${grades.describe(grades.at(rung))} to fit` };
    },
  };
}

/** Concatenates the film's segments without re-encoding. */
export function joinedStep(film: FilmShape, note: string | undefined, container: string[], to: string): Step {
  return tagged(segmentsOf('video', film), note, ['-c', 'copy', ...container], to);
}

/** A step that tags its file with the note. */
function tagged(from: Step['inputs'][number], note: string | undefined, options: string[], to: string): Step {
  const tags: Step['inputs'] = note === undefined ? [] : [{ options: ['-f', 'wav'], from: NOTE_FILE }];
  const mapped = ['-map', '0:v', ...(note === undefined ? [] : ['-map_metadata', '1'])];
  return { inputs: [from, ...tags], outputs: [{ options: [...mapped, ...options, ...REPEATABLE], to }] };
}
