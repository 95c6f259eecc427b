/** The segments of a film and the parts of each, which follow from its outputs and its shape. */
import * as z from 'zod';
import { digestSchema } from '../core/digest.js';
import type { Range } from '../core/range.js';
import {
  type EncodeOptions,
  encodingOf,
  type FilmShape,
  formatNamed,
  parseOutput,
  type SoundCodec,
  segmentsIn,
} from '../outputs/index.js';

/** A part of a segment: one take of its frames for one output. */
export interface Part {
  /** The index of the job's output, from 0. */
  output: number;
  /** The name of the take: see Take. */
  take: string;
  /** The number of the segment within the output. */
  segment: number;
  /** Frames of the film, all within the segment. */
  frames: Range;
  /** Keys of everything that determines the file's bytes. The first is its own; the others name equal files. */
  keys: string[];
}

/** A run of frames that is drawn and encoded separately. */
export interface Segment {
  frames: Range;
  parts: Part[];
}

/** A file, or a numbered sequence of PNGs. */
export interface PlannedOutput {
  path: string;
  options: EncodeOptions;
  /** The frame of the film that it shows, if it is a poster. */
  frame?: number | undefined;
  /** Its encoded sound, if that is in the store with the segments. */
  sound?: StoredSound | undefined;
}

/** An encoded sound in a store. */
export interface StoredSound {
  /** The SHA-256 of the file. */
  sha256: string;
  /** Its size. */
  bytes: number;
}

/** A part without its keys. */
export interface PlainPart extends Omit<Part, 'keys'> {
  /** The encoder's options. */
  options: string[];
}

/** The shape of an output: a poster has one frame. */
export const shapeOf = ({ frame }: PlannedOutput, film: FilmShape): FilmShape =>
  frame === undefined ? film : { ...film, frames: 1 };

/** The segments of a film, in order, each with its parts in the order of the outputs. */
export function* partsOf(
  outputs: readonly PlannedOutput[],
  film: FilmShape,
): Generator<{ frames: Range; parts: PlainPart[] }> {
  const takes = outputs.map((output) => {
    const { takes } = encodingOf(
      parseOutput(output.path, output.options),
      shapeOf(output, film),
      output.options,
    );
    return takes;
  });
  for (const [i, frames] of segmentsIn(film).entries()) {
    const parts: PlainPart[] = [];
    for (const [number, { frame }] of outputs.entries()) {
      if (frame !== undefined && !(frames[0] <= frame && frame <= frames[1])) continue;
      const shown: Range = frame === undefined ? frames : [frame, frame];
      const segment = frame === undefined ? i : 0;
      for (const { name, options } of takes[number])
        parts.push({ output: number, take: name, segment, frames: shown, options });
    }
    yield { frames, parts };
  }
}

/** How an output's sound is encoded; undefined if it has none. */
export function codecOf({ path, options, frame }: PlannedOutput): SoundCodec | undefined {
  return frame === undefined && !options.silent
    ? formatNamed(parseOutput(path, options).format).sound
    : undefined;
}

/** @internal */
export const storedSchema = z.strictObject({
  sha256: digestSchema,
  bytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
});
