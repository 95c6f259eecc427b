/** Frames in, a film out. A sink is an ffmpeg that waits for frames; it takes them at its own pace, holds none of them
 *  here, and its film has its real name only when it is whole. */

import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { RenderError } from '../errors.js';
import { frameBytes } from '../frame/pixels.js';
import { deathMessage } from './death.js';
import { type Bench, encodingOf, NOTE_FILE } from './encode.js';
import type { Ffmpeg } from './ffmpeg.js';
import { addNote, noteFile } from './note.js';
import { checkEncodeOptions, type EncodeOptions } from './options.js';
import { checkOutput, type FilmShape, framePath, type Output } from './output.js';
import { type Run, type Step, startFfmpeg } from './run.js';
import { openWorkFolder } from './workfolder.js';

export interface FrameSink {
  readonly output: Output;

  /**
   * Hands over the next frame, as the film's pixels say; of RGBA the A is not looked at. Resolves when the array may
   * be used again, and not before ffmpeg is ready for more: await it before drawing over the array, and at most a frame
   * is ever waiting. Several writes may be under way; they keep their order.
   * @throws RenderError when ffmpeg has died, in ffmpeg's own words. The sink is then closed and its files are gone.
   * @throws Error for a frame of the wrong size or one too many, which is the caller's mistake.
   */
  write(frame: Uint8Array): Promise<void>;

  /**
   * Ends the film: waits for ffmpeg, makes sure that it ended well, and gives the film its name, in place of a film that
   * had it before. A sequence's frames take their names one after the other, from firstNumber on; frames that a longer sequence left
   * under higher numbers stay.
   * @throws RenderError when ffmpeg failed, the disk filled up, the film cannot be as small as it must, or the sink was
   * aborted. Nothing is left behind, but for
   * a whole film whose name could not be taken: the message then says where it is.
   * @throws Error when frames are missing, which is the caller's mistake.
   */
  finish(): Promise<Finished>;

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
}

/**
 * Starts ffmpeg on a film. All that can be known beforehand is checked here, so that no frame is drawn in vain.
 *
 * Every frame in is one frame out, with one exception: WebP has no frames that look alike in a row, so they become one
 * that is shown for as long as all of them (a film that never changes becomes a still).
 * Memory does not grow with the length of the film, again but for WebP, whose encoder keeps the compressed film.
 * @throws UsageError for what checkOutput refuses, a quality out of range, and a target that is a folder.
 * @throws RenderError when the target cannot be written, or ffmpeg cannot be started.
 */
export async function openSink(
  ffmpeg: Ffmpeg,
  output: Output,
  film: FilmShape,
  options: SinkOptions = {},
): Promise<FrameSink> {
  checkOutput(output, film);
  checkEncodeOptions(output, options);
  const { first, finish: rest, files } = encodingOf(output, film, options);
  const bytesOfFrame = frameBytes([film.width, film.height], film.pixels);
  const folder = await openWorkFolder(output.path);

  let run: Run | undefined; // the ffmpeg at work, if one is
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
    run?.kill();
    await run?.exit;
    await folder.remove().catch(() => {}); // the reason is the news; the next sink for this target tries again
  }

  async function start(step: Step): Promise<Run> {
    try {
      return await startFfmpeg(ffmpeg, step, folder.path);
    } catch (error) {
      const message = `ffmpeg could not be started (${(error as Error).message}): name another with --ffmpeg.`;
      throw await fail(new RenderError(message, { cause: error }));
    }
  }

  /** Waits for the ffmpeg at work to leave, and throws unless it left well. Gives what it said. */
  async function clean(run: Run): Promise<string[]> {
    const exit = await run.exit;
    if (failure) throw failure;
    if (exit.code !== 0) throw new RenderError(deathMessage(exit, ffmpeg, output, written, film.frames));
    return exit.stderr;
  }

  const inFolder = (file: string) => join(folder.path, file);

  const bench: Bench = {
    async run(step) {
      run = await start(step);
      if (failure) run.kill(); // aborted as it started
      run.end();
      return await clean(run);
    },
    bytes: async (file) => (await fs.stat(inFolder(file))).size,
    rename: (from, to) => fs.rename(inFolder(from), inFolder(to)),
  };

  async function addNotes(note: string): Promise<void> {
    const { format } = output;
    if (format === 'mp4' || format === 'webm') return; // ffmpeg has
    for (const file of files) await addNote(inFolder(file), format, note);
  }

  async function finish(): Promise<Finished> {
    let chose: string | undefined;
    try {
      if (taken !== film.frames)
        throw new Error(`${output.path}: ${taken} of ${film.frames} frames were written.`);
      await lastWrite; // and so all before it
      run!.end();
      await clean(run!);
      chose = await rest?.(bench);
      await checkFiles(files.map(inFolder));
      if (options.note !== undefined) await addNotes(options.note);
      if (failure) throw failure;
      moving = true;
    } catch (error) {
      throw await fail(error as Error);
    }
    const bytes = await moveIntoPlace();
    await folder.remove().catch(() => {});
    return { path: output.path, bytes, ...(chose && { chose }) };
  }

  async function moveIntoPlace(): Promise<number> {
    let bytes = 0;
    for (const [number, file] of files.entries()) {
      const from = join(folder.path, file);
      const to = output.sequence ? framePath(output.path, (options.firstNumber ?? 0) + number) : output.path;
      try {
        bytes += (await fs.stat(from)).size;
        await fs.rename(from, to);
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

  async function hand(run: Run, frame: Uint8Array): Promise<void> {
    try {
      await run.write(frame);
      written++;
    } catch {
      // Node says EPIPE; how ffmpeg left, and what it said, is what one wants to know.
      const exit = await run.exit;
      throw await fail(new RenderError(deathMessage(exit, ffmpeg, output, written, film.frames)));
    }
  }

  if (options.note !== undefined) await fs.writeFile(inFolder(NOTE_FILE), noteFile(options.note));
  run = await start(first);

  return {
    output,

    async write(frame) {
      if (failure) throw failure;
      if (finished) throw new Error(`${output.path}: a frame was written after finish().`);
      if (frame.byteLength !== bytesOfFrame) {
        const expected = `${film.width}x${film.height} pixels take ${bytesOfFrame}`;
        throw new Error(`${output.path}: a frame of ${frame.byteLength} bytes was written, and ${expected}.`);
      }
      if (taken === film.frames)
        throw new Error(`${output.path}: more than ${film.frames} frames were written.`);
      taken++;
      lastWrite = hand(run!, frame);
      return lastWrite;
    },

    finish() {
      if (!finished && failure) return Promise.reject(failure);
      finished ??= finish();
      return finished;
    },

    async abort() {
      if (!moving) await fail(new RenderError(`The render of "${output.path}" was stopped.`));
      await finished?.catch(() => {});
    },
  };
}

/** The last chunk of every PNG: no bytes of data, its name, its checksum. */
const IEND = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

/** Makes sure that ffmpeg left every file, and every PNG to its end: on a full disk the 2018 build cuts the frames of a
 *  sequence short, says nothing, and exits with 0 (seen). The other formats are told by their exit status, given -xerror. */
async function checkFiles(paths: string[]): Promise<void> {
  for (const [number, path] of paths.entries()) {
    const end = await lastBytes(path, IEND.length);
    if (end.length === 0 || (path.endsWith('.png') && !end.equals(IEND))) {
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
