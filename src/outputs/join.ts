/** Joins an output's segments, on its workbench, into its file or files. */
import { promises as fs } from 'node:fs';
import { writeFailure } from '../system/folders.js';
import { type Encoding, encodingOf, type Joined, NOTE_FILE } from './encode.js';
import type { HardwareName } from './formats/hardware.js';
import { formatNamed } from './formats/index.js';
import { endOfLinks, moveTo } from './links.js';
import { addNote, noteFile } from './note.js';
import type { EncodeOptions } from './options.js';
import { type FilmShape, framePath, type Output } from './output.js';
import { checkFiles } from './segment-encoder.js';
import { listOf, segmentsIn } from './segments.js';
import type { Workbench } from './workbench.js';

/** A finished output. */
export interface Finished {
  /** As the caller gave it. */
  path: string;
  /** Its size in bytes; for a sequence, the total. */
  bytes: number;
  /** What was chosen automatically, as text: "crf 27 to fit". */
  chose?: string;
  /** The hardware encoder that encoded it, if one did: "nvenc". */
  encoder?: HardwareName;
}

/** How segments are joined. */
export interface JoinOptions extends EncodeOptions {
  /** The first number in the names of a PNG sequence, which may be part of a longer film. Defaults to 0. */
  firstNumber?: number;
  /** The difference between consecutive numbers: the frame step. Defaults to 1. */
  numberStep?: number;
  /**
   * Checks the complete files before they are moved.
   * @param files - Their names on the workbench.
   * @param sound - That of the encoded sound, if there is one.
   */
  check?: ((files: string[], joined: Joined, sound?: string) => Promise<void>) | undefined;
  /** Where the finished file is cached, if joining encodes the film again. */
  cached?: CachedFile | undefined;
}

/** Where an output's finished file is cached. */
export interface CachedFile {
  /** Copies it to a path. Returns how it was made; undefined if it is not cached. */
  take(to: string): Promise<Joined | undefined>;
  /** Caches a copy of it. Best effort. */
  store(from: string, joined: Joined): Promise<void>;
}

/** The file of a segment on the workbench. @param take - See Take. */
export const segmentFile = (segment: number, take: string): string => `${segment}.${take}`;

/**
 * Joins the segments, which are complete on the workbench under segmentFile's names, and moves the result to the
 * output's path, replacing any file there; if that is a link, its target. A longer sequence's frames with higher
 * numbers stay.
 * @throws RenderError if ffmpeg fails, the disk is full, or the file does not fit its size limit.
 */
export async function joinSegments(
  output: Output,
  film: FilmShape,
  options: JoinOptions,
  bench: Workbench,
): Promise<Finished> {
  const encoding = encodingOf(output, film, options);
  const { files } = encoding;
  const cached = encoding.takes.some(({ name }) => name === 'copy') ? options.cached : undefined;
  const taken = await cached?.take(bench.path(files[0]));
  const joined = taken ?? (await makeFiles(output, encoding, film, options, bench));
  await options.check?.(files, joined, options.sound);
  const { chose, from } = joined;
  const bytes = await bench.place(() => moveIntoPlace(output, files, options, bench));
  if (!taken && from === 'copy') await cached?.store(bench.target, joined);
  const encoder = options.hardware?.name;
  return { path: output.path, bytes, ...(chose && { chose }), ...(encoder && { encoder }) };
}

/** Makes an output's complete files on its workbench. */
async function makeFiles(
  output: Output,
  { takes, join, files }: Encoding,
  film: FilmShape,
  { note }: JoinOptions,
  bench: Workbench,
): Promise<Joined> {
  const segments = segmentsIn(film);
  if (note !== undefined) await bench.write(NOTE_FILE, noteFile(note));
  for (const { name } of takes) {
    const names = segments.map((_, i) => segmentFile(i, name));
    await bench.write(`${name}.txt`, listOf(names, segments, film.fps));
  }
  const joined = await join(bench);
  const { tail } = formatNamed(output.format);
  await bench.onDisk(
    checkFiles(
      files.map((file) => bench.path(file)),
      tail,
    ),
  );
  if (note !== undefined) await bench.onDisk(addNotes(output, files, note, bench));
  return joined;
}

async function addNotes({ format }: Output, files: string[], note: string, bench: Workbench): Promise<void> {
  for (const file of files) await addNote(bench.path(file), format, note);
}

/** @returns The size of all files, in bytes. */
async function moveIntoPlace(
  output: Output,
  files: string[],
  { firstNumber = 0, numberStep = 1 }: JoinOptions,
  bench: Workbench,
): Promise<number> {
  let bytes = 0;
  for (const [number, file] of files.entries()) {
    const from = bench.path(file);
    let to = bench.target;
    try {
      if (output.sequence) to = await endOfLinks(framePath(to, firstNumber + number * numberStep));
      bytes += (await fs.stat(from)).size;
      await moveTo(from, to);
    } catch (error) {
      // Do not throw away an hour's work because a player has the old film open.
      throw writeFailure(
        `The film is complete, but cannot be moved to "${to}" (${(error as NodeJS.ErrnoException).code}): ` +
          `move "${from}" there yourself, before the next render to that path removes it.`,
        error,
      );
    }
  }
  return bytes;
}
