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
  type SoundCodec,
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
  /** The same for the finished file, if it differs. */
  finalContainer?: string[];
  /** How its sound is encoded. */
  sound?: SoundCodec | undefined;
  /** Changes the finished file in place. */
  finish?: ((path: string) => Promise<void>) | undefined;
  /** How many bytes a note adds, if it is added to the finished file because ffmpeg cannot tag it. */
  addedNote?: (note: string) => number;
  /** Whether it is encoded as a whole, because ffmpeg cannot join its segments. */
  isWhole?: boolean;
}

const SIZE_TOLERANCE = 1.05;

/** Joins the segments at the best quality; if the result is too large, encodes the film again from its copy at a
 *  lower one. */
export function graded(path: string, film: FilmShape, options: EncodeOptions, grades: Graded): Encoding {
  const { maxSize, loops = 1, note } = options;
  const { file, container, finalContainer = container, addedNote } = grades;
  const joinable = !grades.isWhole;
  const sound = soundInput(grades.sound, options.sound);
  const copy: Take = { name: 'copy', options: losslessCopy(film) };
  const encoded: Take = { name: 'video', options: [...grades.options(grades.at(0)), ...container] };
  // Repetitions are made of a file without sound.
  const [once, onceContainer, onceSound] =
    loops > 1 ? ['once', container, undefined] : ['attempt', finalContainer, sound];
  const added: Added = { note: addedNote ? undefined : note, sound: onceSound };
  const encodeWhole = async (bench: Bench, rung: number, to: string) => {
    const quality = grades.at(rung);
    const encode = (options: string[], to: string) =>
      bench.run(muxed(segmentsOf('copy', film), [...options, ...onceContainer], to, added));
    await encode([...grades.options(quality), ...(onceSound ? ['-c:a', 'copy'] : [])], to);
    if (!grades.preferred) return;
    await encode(grades.preferred(quality), 'preferred');
    if ((await bench.bytes('preferred')) <= SIZE_TOLERANCE * (await bench.bytes(to)))
      await bench.rename('preferred', to);
  };
  const repeated = muxed(
    { options: [...GENERAL, '-stream_loop', String(loops - 1)], from: once },
    ['-c', 'copy', ...finalContainer],
    'attempt',
    { sound },
  );
  return {
    takes: [...(joinable ? [encoded] : []), ...(joinable && maxSize === undefined ? [] : [copy])],
    files: [file],
    async join(bench) {
      const make = async (rung: number) => {
        if (rung === 0 && joinable) await bench.run(joinedStep(film, onceContainer, once, added));
        else await encodeWhole(bench, rung, once);
        if (loops > 1) await bench.run(repeated);
        return (await bench.bytes('attempt')) + (note === undefined ? 0 : (addedNote?.(note) ?? 0));
      };
      const accept = async () => {
        await grades.finish?.(bench.path('attempt'));
        await bench.rename('attempt', file);
      };
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

/** What else a film's file contains. */
interface Added {
  note?: string | undefined;
  sound?: Input | undefined;
}

type Input = Step['inputs'][number];

/** The encoded sound as an input. @param file - Its name on the workbench; undefined for a silent film. */
export function soundInput(codec: SoundCodec | undefined, file: string | undefined): Input | undefined {
  if (!codec || file === undefined) return undefined;
  return { options: ['-protocol_whitelist', 'file', '-f', codec.container], from: file };
}

/** Concatenates the film's segments without re-encoding. */
export function joinedStep(film: FilmShape, container: string[], to: string, added: Added): Step {
  return muxed(segmentsOf('video', film), ['-c', 'copy', ...container], to, added);
}

/** A step that adds the sound and the note to the pictures. */
function muxed(from: Input, options: string[], to: string, { note, sound }: Added): Step {
  const inputs = [from];
  const mapped = ['-map', '0:v'];
  if (note !== undefined) {
    mapped.push('-map_metadata', String(inputs.length));
    inputs.push({ options: ['-f', 'wav'], from: NOTE_FILE });
  }
  if (sound) {
    mapped.push('-map', `${inputs.length}:a`);
    inputs.push(sound);
  }
  return { inputs, outputs: [{ options: [...mapped, ...options, ...REPEATABLE], to }] };
}
