/** Films whose quality is one number: segments encoded and joined, or the whole film again, smaller, from a lossless copy. */

import { climbDown } from '../budget.js';
import type { Step } from '../run.js';
import { copyOf, GENERAL, REPEATABLE, segmentsOf } from './arguments.js';
import {
  type Bench,
  type EncodeOptions,
  type Encoding,
  type FilmShape,
  NOTE_FILE,
  type Take,
} from './format.js';

/** A format whose quality is one number. */
export interface Graded {
  file: string;
  /** The quality on each rung of the ladder (budget.ts). */
  at: (rung: number) => number;
  rungs: number;
  halving: number;
  /** A quality in words. */
  said: (quality: number) => string;
  /** To the encoder. */
  options: (quality: number) => string[];
  /** To another encoder, whose file is taken if it is hardly larger. */
  otherwise?: (quality: number) => string[];
  container: string[];
  /** The bytes that a note adds, where it is added to the finished file. Such formats are encoded as a whole: ffmpeg can
   *  neither join their segments nor tag them. */
  addedNote?: (note: string) => number;
}

const HARDLY_LARGER = 1.05;

/** Segments at the best quality, joined; or the film anew from its copy at a lower one, where that is larger than it may be. */
export function graded(path: string, film: FilmShape, options: EncodeOptions, grades: Graded): Encoding {
  const { maxSize, loops = 1, note } = options;
  const { file, container, addedNote } = grades;
  const joinable = addedNote === undefined;
  const copy: Take = { name: 'copy', options: copyOf(film) };
  const encoded: Take = { name: 'video', options: [...grades.options(grades.at(0)), ...container] };
  const anew = async (bench: Bench, rung: number, to: string) => {
    const quality = grades.at(rung);
    const encode = (options: string[], to: string) =>
      bench.run(
        tagged(segmentsOf('copy', film), joinable ? note : undefined, [...options, ...container], to),
      );
    await encode(grades.options(quality), to);
    if (!grades.otherwise) return;
    await encode(grades.otherwise(quality), 'otherwise');
    if ((await bench.bytes('otherwise')) <= HARDLY_LARGER * (await bench.bytes(to)))
      await bench.rename('otherwise', to);
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
        else await anew(bench, rung, once);
        if (loops > 1) await bench.run(repeated);
        return (await bench.bytes('attempt')) + (note === undefined ? 0 : (addedNote?.(note) ?? 0));
      };
      const keep = () => bench.rename('attempt', file);
      if (maxSize === undefined) {
        await make(0);
        await keep();
        return undefined;
      }
      const rung = await climbDown({ ...grades, make, keep }, maxSize, path);
      return rung === 0 ? undefined : `${grades.said(grades.at(rung))} to fit`;
    },
  };
}

/** The film's segments as they are, one after another. */
export function joinedStep(film: FilmShape, note: string | undefined, container: string[], to: string): Step {
  return tagged(segmentsOf('video', film), note, ['-c', 'copy', ...container], to);
}

/** A step with the note as a tag of its file. */
function tagged(from: Step['inputs'][number], note: string | undefined, options: string[], to: string): Step {
  const tags: Step['inputs'] = note === undefined ? [] : [{ options: ['-f', 'wav'], from: NOTE_FILE }];
  const mapped = ['-map', '0:v', ...(note === undefined ? [] : ['-map_metadata', '1'])];
  return { inputs: [from, ...tags], outputs: [{ options: [...mapped, ...options, ...REPEATABLE], to }] };
}
