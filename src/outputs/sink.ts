/** Frames in, a film out. A sink takes frames at the pace of its ffmpeg and holds none of them here; what it makes of them
 *  is segments, which may be kept, and its film has its real name only when it is whole. */

import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { RenderError } from '../core/errors.js';
import { frameBytes } from '../core/frame/pixels.js';
import { DEFAULT_TIMEOUT, ownWork, within } from '../system/patience.js';
import { SegmentCache } from './cache.js';
import { deathMessage } from './death.js';
import { type Bench, encodingOf, NOTE_FILE, segmentStep, type Take } from './encode.js';
import type { Ffmpeg } from './ffmpeg.js';
import { formatNamed } from './formats/index.js';
import { endOfLinks, moveTo } from './links.js';
import { addNote, noteFile } from './note.js';
import { checkEncodeOptions, type EncodeOptions } from './options.js';
import { checkOutput, type FilmShape, framePath, type Output } from './output.js';
import { type Exit, type Run, type Step, startFfmpeg } from './run.js';
import { framesIn, listOf, type Range, segmentsIn } from './segments.js';
import { openWorkFolder } from './workfolder.js';

export interface FrameSink {
  readonly output: Output;

  /** The parts of the film whose frames it takes, in order: all of it, less the segments that were kept. */
  readonly missing: readonly Range[];

  /**
   * Hands over the next frame that is missing, as the film's pixels say; of RGBA the A is not looked at. Resolves when the array may
   * be used again, and not before ffmpeg is ready for more: await it before drawing over the array, and at most a frame
   * is ever waiting. Several writes may be under way; they keep their order.
   * @throws RenderError when ffmpeg has died, in ffmpeg's own words. The sink is then closed and its files are gone.
   * @throws Error for a frame of the wrong size or one too many, which is the caller's mistake.
   */
  write(frame: Uint8Array): Promise<void>;

  /**
   * Ends the film: waits for ffmpeg, makes sure that it ended well, and gives the film its name, in place of a film
   * that had it before; of a link, what it leads to. A sequence's frames take their names one after the other, from
   * firstNumber on; frames that a longer sequence left under higher numbers stay.
   * @throws RenderError when ffmpeg failed, the disk filled up, the film cannot be as small as it must, or the sink was
   * aborted. Nothing is left behind, but for
   * a whole film whose name could not be taken: the message then says where it is.
   * @throws Error when frames are missing, which is the caller's mistake.
   * @param note - In place of the one it was opened with, where more is known by now. Files of limited size keep
   * theirs.
   */
  finish(note?: string): Promise<Finished>;

  /** Ends ffmpeg at once and removes what was written so far. May be called at any time and more than once; after finish()
   *  has resolved it does nothing. */
  abort(): Promise<void>;
}

export interface Finished {
  path: string;
  /** Of all frames together for a sequence. */
  bytes: number;
  /** What was chosen that nobody asked for by name, for people: "crf 27 to fit". */
  chose?: string;
}

export interface SinkOptions extends EncodeOptions {
  /** The number of the first frame in the names of a PNG sequence, for a part of a longer film. Defaults to 0. */
  firstNumber?: number;
  /** What is added from each name to the next, where frames of that film are left out. Defaults to 1. */
  numberStep?: number;
  /** Where segments are kept for another time, what names the frames of one, and who hears of each that is there. */
  kept?: { cache: SegmentCache; namesOf: (frames: Range) => string[]; onKept?: () => void };
  /** How long ffmpeg and the disk may make no progress, in seconds. Defaults to 60. */
  timeout?: number;
}

/**
 * Starts ffmpeg on a film, or without one our own writer of PNGs (needsFfmpeg). All that can be known beforehand is
 * checked here, so that no frame is drawn in vain.
 *
 * Every frame in is one frame out, with one exception: WebP has no frames that look alike in a row, so they become one
 * that is shown for as long as all of them (a film that never changes becomes a still).
 * Memory does not grow with the length of the film, again but for WebP, whose encoder keeps the compressed film.
 * @throws UsageError for what checkOutput refuses, a quality out of range, and a target that is a folder.
 * @throws RenderError when the target cannot be written, or ffmpeg cannot be started.
 */
export async function openSink(
  ffmpeg: Ffmpeg | undefined,
  output: Output,
  film: FilmShape,
  options: SinkOptions = {},
): Promise<FrameSink> {
  checkOutput(output, film);
  checkEncodeOptions(output, options);
  const { takes, start: startOwn, join: joinSegments, files } = encodingOf(output, film, options);
  if (!ffmpeg && !startOwn) throw new Error(`${output.path}: a .${output.format} needs ffmpeg.`);
  const { tail } = formatNamed(output.format);
  const bytesOfFrame = frameBytes([film.width, film.height], film.pixels);
  const { timeout = DEFAULT_TIMEOUT } = options;
  /** Waits for our own file operations. */
  const onDisk = <T>(work: Promise<T>, seconds = timeout): Promise<T> =>
    within(
      seconds,
      work,
      `The disk that holds "${output.path}" has not responded for ${seconds} s: write to another disk, or allow more time with --timeout.`,
      ownWork(),
    );
  const folder = await onDisk(openWorkFolder(output.path));

  const runs = new Set<Run>(); // the ffmpegs at work
  let taken = 0; // frames handed over
  let written = 0; // frames that ffmpeg has taken
  let failure: Error | undefined; // why the sink is closed, if it is closed without a film
  let closed: Promise<void> | undefined;
  let finished: Promise<Finished> | undefined;
  let lastWrite: Promise<void> = Promise.resolve();
  let moving = false; // the film is whole, and has its name or is about to

  /** Closes the sink for the first reason that is given, and gives back that one. */
  async function fail(reason: Error): Promise<Error> {
    failure ??= reason;
    closed ??= close();
    await closed;
    return failure;
  }

  async function close(): Promise<void> {
    for (const run of runs) run.kill();
    await Promise.all([...runs].map(({ exit }) => exit));
    // The reason is the news; the next sink for this target tries again.
    await onDisk(folder.remove(), Math.min(timeout, REMOVE_SECONDS)).catch(() => {});
  }

  async function start(step: Step): Promise<Run> {
    try {
      return follow(await startFfmpeg(ffmpeg!, step, folder.path, timeout));
    } catch (error) {
      const message = `ffmpeg could not be started (${(error as Error).message}): name another with --ffmpeg.`;
      throw await fail(new RenderError(message, { cause: error }));
    }
  }

  function follow(run: Run): Run {
    runs.add(run);
    run.exit.then(() => runs.delete(run));
    if (failure) run.kill(); // aborted as it started
    return run;
  }

  const causeOf = (exit: Exit): Error =>
    exit.error ?? new RenderError(deathMessage(exit, ffmpeg!, output, written, film.frames));

  /** Waits for an ffmpeg to leave, and throws unless it left well. Gives what it said. */
  async function clean(run: Run): Promise<string[]> {
    const exit = await run.exit;
    if (failure) throw failure;
    if (exit.code !== 0) throw causeOf(exit);
    return exit.stderr;
  }

  const inFolder = (file: string) => join(folder.path, file);

  const segments = segmentsIn(film).map((frames, number): Segment => {
    return { frames, parts: takes.map((take) => ({ take, file: `${number}.${take.name}` })) };
  });

  /** The segments to be made, each with the parts of it that were not kept. */
  async function findMissing(): Promise<Segment[]> {
    const { kept } = options;
    if (!kept) return segments;
    const missing: Segment[] = [];
    for (const { frames, parts } of segments) {
      const lacking: Segment['parts'] = [];
      for (const part of parts) if (!(await find(part, kept.namesOf(frames)))) lacking.push(part);
      if (lacking.length > 0) missing.push({ frames, parts: lacking });
    }
    return missing;
  }

  async function find({ take, file }: Segment['parts'][number], names: string[]): Promise<boolean> {
    for (const name of names) {
      if (!(await options.kept?.cache.take(keyOf(name, take, film, ffmpeg), inFolder(file)))) continue;
      options.kept?.onKept?.();
      return true;
    }
    return false;
  }

  async function startSegment({ parts }: Segment): Promise<Run> {
    if (startOwn) {
      const run = await startOwn(inFolder(parts[0].file)).catch(async (error) => {
        throw await fail(error);
      });
      return follow(run);
    }
    const [takes, names] = [parts.map(({ take }) => take), parts.map(({ file }) => file)];
    return start(segmentStep(takes, film, names));
  }

  /** When all frames of a segment are with its ffmpeg. */
  async function finishSegment(run: Run, { frames, parts }: Segment): Promise<void> {
    run.end();
    await clean(run);
    await onDisk(
      checkFiles(
        parts.map(({ file }) => inFolder(file)),
        tail,
      ),
    );
    const { kept } = options;
    for (const name of kept?.namesOf(frames) ?? [])
      for (const { take, file } of parts)
        if (await kept?.cache.keep(keyOf(name, take, film, ffmpeg), inFolder(file))) kept?.onKept?.();
  }

  const bench: Bench = {
    async run(step) {
      const run = await start(step);
      run.end();
      return await clean(run);
    },
    bytes: async (file) => (await fs.stat(inFolder(file))).size,
    rename: (from, to) => fs.rename(inFolder(from), inFolder(to)),
    path: inFolder,
  };

  async function addNotes(note: string): Promise<void> {
    for (const file of files) await addNote(inFolder(file), output.format, note);
  }

  async function finish(latest: string | undefined): Promise<Finished> {
    let chose: string | undefined;
    // A file of limited size was planned with the note as it was.
    const note = options.maxSize === undefined ? (latest ?? options.note) : options.note;
    try {
      if (note !== undefined && note !== options.note)
        await fs.writeFile(inFolder(NOTE_FILE), noteFile(note));
      if (taken !== expected) throw new Error(`${output.path}: ${taken} of ${expected} frames were written.`);
      await lastWrite; // and so all before it
      await Promise.all(underWay);
      for (const [i, { name }] of takes.entries()) {
        const files = segments.map(({ parts }) => parts[i].file);
        const list = listOf(
          files,
          segments.map(({ frames }) => frames),
          film.fps,
        );
        await onDisk(fs.writeFile(inFolder(`${name}.txt`), list));
      }
      chose = await joinSegments(bench);
      await onDisk(checkFiles(files.map(inFolder), tail));
      if (note !== undefined) await onDisk(addNotes(note));
      if (failure) throw failure;
      moving = true;
    } catch (error) {
      throw await fail(error as Error);
    }
    const bytes = await onDisk(moveIntoPlace());
    await onDisk(folder.remove()).catch(() => {});
    return { path: output.path, bytes, ...(chose && { chose }) };
  }

  async function moveIntoPlace(): Promise<number> {
    const { firstNumber = 0, numberStep = 1 } = options;
    let bytes = 0;
    for (const [number, file] of files.entries()) {
      const from = join(folder.path, file);
      let to = folder.target;
      try {
        if (output.sequence) to = await endOfLinks(framePath(to, firstNumber + number * numberStep));
        bytes += (await fs.stat(from)).size;
        await moveTo(from, to);
      } catch (error) {
        // An hour's work is not thrown away because a player has the old film open.
        failure = new RenderError(
          `The film is whole, but could not take the name "${to}" (${(error as NodeJS.ErrnoException).code}): ` +
            `move "${from}" there yourself, before the next render of that name removes it.`,
          { cause: error },
        );
        throw failure;
      }
    }
    return bytes;
  }

  const missing = await findMissing();
  const expected = missing.reduce((sum, { frames }) => sum + framesIn(frames), 0);
  const ahead = missing.slice(); // of the one whose frames are being written
  const underWay: Promise<void>[] = []; // segments that have all their frames
  let current: { segment: Segment; run: Run; left: number } | undefined;

  async function beginSegment(): Promise<void> {
    const segment = ahead.shift()!;
    await underWay.at(-2); // one is finished while the next is written, and no more
    current = { segment, run: await startSegment(segment), left: framesIn(segment.frames) };
  }

  async function hand(frame: Uint8Array): Promise<void> {
    if (failure) throw failure;
    if (!current) await beginSegment();
    const { run, segment } = current!;
    try {
      await run.write(frame);
    } catch {
      // Node says EPIPE; how ffmpeg left, and what it said, is what one wants to know.
      const exit = await run.exit;
      throw await fail(causeOf(exit));
    }
    written++;
    if (--current!.left > 0) return;
    current = undefined;
    const finishing = finishSegment(run, segment).catch(async (error) => {
      throw await fail(error);
    });
    finishing.catch(() => {}); // the next write or finish() tells of it
    underWay.push(finishing);
  }

  if (options.note !== undefined) await onDisk(fs.writeFile(inFolder(NOTE_FILE), noteFile(options.note)));
  if (ahead.length > 0) await beginSegment(); // an ffmpeg that cannot be started is found out before anything is drawn

  return {
    output,
    missing: missing.map(({ frames }) => frames),

    async write(frame) {
      if (failure) throw failure;
      if (finished) throw new Error(`${output.path}: a frame was written after finish().`);
      if (frame.byteLength !== bytesOfFrame) {
        const expected = `${film.width}x${film.height} pixels take ${bytesOfFrame}`;
        throw new Error(`${output.path}: a frame of ${frame.byteLength} bytes was written, and ${expected}.`);
      }
      if (taken === expected) throw new Error(`${output.path}: more than ${expected} frames were written.`);
      taken++;
      const handed = lastWrite.then(() => hand(frame));
      lastWrite = handed;
      handed.catch(() => {}); // whoever called hears of it
      return handed;
    },

    finish(note) {
      if (!finished && failure) return Promise.reject(failure);
      finished ??= finish(note);
      return finished;
    },

    async abort() {
      if (!moving) await fail(new RenderError(`The render of "${output.path}" was stopped.`));
      await finished?.catch(() => {});
    },
  };
}

/** How long a possibly dead disk may take to remove partial files before the failure is reported. */
const REMOVE_SECONDS = 3;

/** A run of frames, and the files that are made of it. */
interface Segment {
  frames: Range;
  /** One for each take. */
  parts: { take: Take; file: string }[];
}

/** Names all that makes a segment's file: its frames, and how they are encoded. How many cores there are changes how x264
 *  shares its work out, and with it the bytes. */
function keyOf(frames: string, { options }: Take, film: FilmShape, ffmpeg: Ffmpeg | undefined): string {
  const { version } = ffmpeg ?? {};
  const { width, height, fps, pixels, alpha } = film;
  const cores = availableParallelism();
  return SegmentCache.keyOf([frames, options, width, height, fps, pixels, alpha, version, cores]);
}

/** Makes sure that every file is there, to its end. @param tail - What each ends with, where ffmpeg's exit status, given
 *  -xerror, does not say that it is whole. */
async function checkFiles(paths: string[], tail?: Uint8Array): Promise<void> {
  for (const [number, path] of paths.entries()) {
    const end = await lastBytes(path, tail?.length ?? 1);
    if (end.length === 0 || (tail && !end.equals(tail))) {
      const what = paths.length === 1 ? 'the film' : `frame ${number} of ${paths.length}`;
      throw new RenderError(
        `ffmpeg said that all went well, but ${what} is ${end.length === 0 ? 'missing' : 'cut short'}: ` +
          'most likely the disk is full, so make room, or write to another.',
      );
    }
  }
}

/** The last `count` bytes of a file, or fewer if it has no more; none if there is no such file. */
async function lastBytes(path: string, count: number): Promise<Buffer> {
  const file = await fs.open(path).catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, Math.max(0, size - count));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
