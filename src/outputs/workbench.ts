/** Where one output is made: a hidden folder beside it, and the ffmpeg processes that run there. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { RenderError, TransientError } from '../core/errors.js';
import { cannotWrite } from '../system/folders.js';
import { DEFAULT_TIMEOUT, ownWork, within } from '../system/patience.js';
import { deathError } from './death.js';
import type { Ffmpeg } from './ffmpeg.js';
import type { Output } from './output.js';
import { type Exit, type Run, type Step, startFfmpeg } from './run.js';
import { openWorkFolder, type WorkFolder } from './workfolder.js';

/** How long to wait for the removal of partial files, in seconds: the disk may not respond. */
const REMOVE_SECONDS = 3;

interface BenchOptions {
  ffmpeg?: Ffmpeg;
  /** How long ffmpeg and the disk may make no progress, in seconds. Defaults to 60. */
  timeout?: number;
  /** How many frames the film has, for messages. */
  frames: number;
}

export class Workbench {
  /** Frames written to ffmpeg so far, for messages. */
  written = 0;
  private readonly ffmpeg: Ffmpeg | undefined;
  private readonly timeout: number;
  private readonly frames: number;
  private readonly runs = new Set<Run>();
  private readonly starting = new Set<Promise<unknown>>();
  private halted = false;
  private closing: Promise<void> | undefined;
  private placing: Promise<unknown> | undefined;

  /** @param folder - An existing folder. */
  constructor(
    readonly output: Output,
    private readonly folder: WorkFolder,
    { ffmpeg, timeout = DEFAULT_TIMEOUT, frames }: BenchOptions,
  ) {
    this.ffmpeg = ffmpeg;
    this.timeout = timeout;
    this.frames = frames;
  }

  /**
   * Makes a hidden folder beside the output, which proves that the output can be written.
   * @throws UsageError if the target is a folder; RenderError if it cannot be written.
   */
  static async beside(output: Output, options: BenchOptions): Promise<Workbench> {
    const folder = await responding(output, options.timeout ?? DEFAULT_TIMEOUT, openWorkFolder(output.path));
    return new Workbench(output, folder, options);
  }

  /** The file to make; if it is a link, the link's target. Absolute, and on the same disk as the folder. */
  get target(): string {
    return this.folder.target;
  }

  /** The path of a file in the folder. */
  path(file: string): string {
    return join(this.folder.path, file);
  }

  /** The size of a file, in bytes. */
  async bytes(file: string): Promise<number> {
    return (await fs.stat(this.path(file))).size;
  }

  rename(from: string, to: string): Promise<void> {
    return fs.rename(this.path(from), this.path(to));
  }

  async write(file: string, content: string | Uint8Array): Promise<void> {
    await this.onDisk(fs.writeFile(this.path(file), content));
  }

  /** Waits for our own file operations. @throws RenderError if the disk is full or does not respond. */
  async onDisk<T>(work: Promise<T>): Promise<T> {
    try {
      return await responding(this.output, this.timeout, work);
    } catch (error) {
      throw explained(this.output, error as Error);
    }
  }

  /**
   * Starts ffmpeg in the folder.
   * @throws RenderError if it cannot be started.
   */
  async start(step: Step): Promise<Run> {
    if (this.halted) throw stopped(this.output);
    const starting = startFfmpeg(this.ffmpeg!, step, this.folder.path, this.timeout).then(
      (run) => this.follow(run),
      (error) => {
        const message = `ffmpeg could not be started (${error.message}): choose another with --ffmpeg.`;
        throw new TransientError(message, { cause: error }); // it ran when it was found
      },
    );
    this.starting.add(starting);
    try {
      return await starting;
    } finally {
      this.starting.delete(starting);
    }
  }

  /** Makes sure that a run ends when the workbench closes. */
  follow(run: Run): Run {
    this.runs.add(run);
    run.exit.then(() => this.runs.delete(run));
    if (this.halted) run.kill(); // the workbench was closed meanwhile
    return run;
  }

  /**
   * Runs a step that reads no frames.
   * @returns The last lines of ffmpeg's stderr.
   * @throws RenderError with ffmpeg's reason if it fails.
   */
  async run(step: Step): Promise<string[]> {
    const exit = await this.attempt(step);
    if (exit.code !== 0) throw this.failure(exit);
    return exit.stderr;
  }

  /** The same for a step that may fail because of what it reads. @returns How ffmpeg exited. */
  async attempt(step: Step): Promise<Exit> {
    if (this.halted) throw stopped(this.output);
    const run = await this.start(step);
    run.end();
    const exit = await run.exit;
    if (this.halted) throw stopped(this.output);
    return exit;
  }

  /** Why an ffmpeg failed. */
  failure(exit: Exit): Error {
    if (exit.error) return exit.error;
    return deathError(exit, this.ffmpeg!, this.output, this.written, this.frames);
  }

  /** Moves complete files to their destination. A concurrent close() waits for it. */
  async place<T>(move: () => Promise<T>): Promise<T> {
    if (this.halted) throw stopped(this.output);
    const placing = move();
    this.placing = placing;
    return this.onDisk(placing);
  }

  /** Kills all runs, and starts no more. */
  halt(): void {
    this.halted = true;
    for (const run of this.runs) run.kill();
  }

  /**
   * Kills all runs and removes the folder. May be called at any time, and more than once.
   * Finished files that could not be moved to their destination stay.
   */
  close(): Promise<void> {
    this.halt();
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    try {
      await this.placing;
    } catch {
      return; // the message says where the files are
    }
    await Promise.allSettled(this.starting); // a program that starts now would still write into the folder
    await Promise.all([...this.runs].map(({ exit }) => exit));
    const seconds = Math.min(this.timeout, REMOVE_SECONDS);
    // If this fails, the next render of the same output removes the folder.
    await responding(this.output, seconds, this.folder.remove()).catch(() => {});
  }
}

export function stopped({ path }: Output): RenderError {
  return new RenderError(`The render of "${path}" was stopped.`);
}

/** Turns a file system error into a RenderError; returns other errors unchanged. */
function explained({ path }: Output, error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof RenderError || code === undefined) return error;
  return cannotWrite(`"${path}" cannot be written`, error, 'free some space, or write elsewhere');
}

function responding<T>(output: Output, seconds: number, work: Promise<T>): Promise<T> {
  return within(
    seconds,
    work,
    `The disk that holds "${output.path}" has not responded for ${seconds} s: write to another disk, or allow more time with --timeout.`,
    ownWork(),
  );
}
