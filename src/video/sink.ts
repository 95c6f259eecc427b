/** Frames in, a film out. A sink is an ffmpeg that waits for frames; it takes them at its own pace, holds none of them
 *  here, and its film has its real name only when it is whole. */

import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { RenderError } from '../errors.js';
import { frameBytes } from '../frame/pixels.js';
import { checkEncodeOptions, type EncodeOptions, encodingOf } from './encode.js';
import type { Ffmpeg } from './ffmpeg.js';
import { checkOutput, type FilmShape, framePath, type Output } from './output.js';
import { type Exit, type Run, startFfmpeg } from './run.js';
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
   * under higher numbers stay. `bytes` is the size of what was written, of all frames together for a sequence.
   * @throws RenderError when ffmpeg failed, the disk filled up, or the sink was aborted. Nothing is left behind, but for
   * a whole film whose name could not be taken: the message then says where it is.
   * @throws Error when frames are missing, which is the caller's mistake.
   */
  finish(): Promise<{ path: string; bytes: number }>;

  /** Ends ffmpeg at once and removes what was written so far. May be called at any time and more than once; after finish()
   *  has resolved it does nothing. */
  abort(): Promise<void>;
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
  const { steps, files } = encodingOf(output, film, options);
  const bytesOfFrame = frameBytes([film.width, film.height], film.pixels);
  const folder = await openWorkFolder(output.path);

  let run: Run | undefined; // the ffmpeg at work, if one is
  let taken = 0; // frames handed over
  let written = 0; // frames that ffmpeg has taken
  let failure: Error | undefined; // why the sink is closed, if it is closed without a film
  let closed: Promise<void> | undefined;
  let finished: Promise<{ path: string; bytes: number }> | undefined;
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

  async function start(step: (typeof steps)[number]): Promise<Run> {
    try {
      return await startFfmpeg(ffmpeg, step, folder.path);
    } catch (error) {
      const message = `ffmpeg could not be started (${(error as Error).message}): name another with --ffmpeg.`;
      throw await fail(new RenderError(message, { cause: error }));
    }
  }

  /** Waits for the ffmpeg at work to leave, and throws unless it left well. */
  async function clean(run: Run): Promise<void> {
    const exit = await run.exit;
    if (failure) throw failure;
    if (exit.code !== 0) throw new RenderError(deathMessage(exit, ffmpeg, output, written, film.frames));
  }

  async function finish(): Promise<{ path: string; bytes: number }> {
    try {
      if (taken !== film.frames)
        throw new Error(`${output.path}: ${taken} of ${film.frames} frames were written.`);
      await lastWrite; // and so all before it
      run!.end();
      await clean(run!);
      for (const step of steps.slice(1)) {
        run = await start(step);
        if (failure) run.kill(); // aborted as it started
        await clean(run);
      }
      await checkFiles(files.map((file) => join(folder.path, file)));
      if (failure) throw failure;
      moving = true;
    } catch (error) {
      throw await fail(error as Error);
    }
    const bytes = await moveIntoPlace();
    await folder.remove().catch(() => {});
    return { path: output.path, bytes };
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

  run = await start(steps[0]);

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

/** What ffmpeg says after an error has been named, which adds nothing to it. */
const ECHO =
  /^(Conversion failed|Task finished with error|Terminating thread with|Last message repeated|Error muxing a packet)/;

/** One line: what happened and when, ffmpeg's own words, and the next move. */
function deathMessage(exit: Exit, ffmpeg: Ffmpeg, output: Output, written: number, frames: number): string {
  const lines = exit.stderr
    .map((line) => line.replace(/^(\[[^\]]* @ [^\]]*\] )+/, '')) // "[libx264 @ 0x2a47d300] ": where in ffmpeg it was said
    .map((line) => line.replace(/[.!]$/, ''))
    .filter((line, i, lines) => lines.indexOf(line) === i);
  const telling = lines.filter((line) => !ECHO.test(line));
  const words = (telling.length > 0 ? telling : lines).slice(-4).join('; ');
  const interrupted = exit.code === 255 && words === ''; // what ffmpeg makes of SIGINT and SIGTERM
  const end = exit.signal
    ? `was killed (${exit.signal})`
    : interrupted
      ? 'was interrupted'
      : exit.code === 0
        ? 'stopped reading'
        : `failed with exit code ${exit.code}`;

  let next: string;
  if (/No space left on device|Disk quota exceeded/.test(lines.join())) {
    next = 'The disk is full: make room, or write to another.';
  } else if (
    /Unknown encoder|Encoder not found|Automatic encoder selection failed|No such filter/i.test(words)
  ) {
    next = `This ffmpeg was built without what a .${output.format} needs: name another with --ffmpeg.`;
  } else if (interrupted) {
    next = 'Run the command again to render the film.';
  } else if (exit.signal) {
    next =
      'Somebody ended it, or memory ran out: run the command again, or make the film smaller with --size.';
  } else {
    next = 'Another ffmpeg can be named with --ffmpeg.';
  }
  const said = words === '' ? '' : `: ${words}`;
  return (
    `ffmpeg ${end} after ${written} of ${frames} frames of "${output.path}"${said}. ${next} ` +
    `(${ffmpeg.path}, version ${ffmpeg.version})`
  );
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
