/** One segment of one output: frames in, encoded files out. */
import { promises as fs } from 'node:fs';
import { TransientError } from '../core/errors.js';
import { frameBytes } from '../core/frame/pixels.js';
import { type Encoding, segmentStep, type Take } from './encode.js';
import { formatNamed } from './formats/index.js';
import type { FilmShape } from './output.js';
import type { Run } from './run.js';
import { stopped, type Workbench } from './workbench.js';

/** `pending` until start(); then frames are written; after the last, finish() or cancel(). */
type EncoderState = 'pending' | 'started' | 'finalizing' | 'finalized' | 'cancelled';

export class SegmentEncoder {
  private status: EncoderState = 'pending';
  private run: Run | undefined;
  private lastWrite: Promise<void> = Promise.resolve();
  private accepted = 0;

  /**
   * @param takes - What to make from the frames, and the names of the files on the workbench.
   * @param frames - How many frames will be written.
   */
  constructor(
    private readonly bench: Workbench,
    private readonly film: FilmShape,
    private readonly takes: { take: Take; file: string }[],
    private readonly frames: number,
    private readonly startOwn: Encoding['start'],
  ) {}

  get state(): EncoderState {
    return this.status;
  }

  /** Starts the encoder. @throws RenderError if ffmpeg cannot be started or the file cannot be opened. */
  async start(): Promise<void> {
    this.expect('pending');
    this.status = 'started';
    const { bench, takes } = this;
    if (this.startOwn) {
      this.run = bench.follow(await this.startOwn(bench.path(takes[0].file)));
    } else {
      const names = takes.map(({ file }) => file);
      this.run = await bench.start(
        segmentStep(
          takes.map(({ take }) => take),
          this.film,
          names,
        ),
      );
    }
    if (this.state === 'cancelled') {
      this.run.kill();
      throw stopped(bench.output);
    }
  }

  /**
   * Writes the next frame, in the film's pixel format. Calls may overlap; they keep their order.
   * Resolves when the array may be reused and ffmpeg is ready for more.
   * @throws RenderError with ffmpeg's reason if it has exited; Error for a frame of the wrong size, or one too many.
   */
  async write(frame: Uint8Array): Promise<void> {
    this.expect('started');
    const { path } = this.bench.output;
    const { width, height, pixels } = this.film;
    const bytes = frameBytes([width, height], pixels);
    if (frame.byteLength !== bytes) {
      const size = `${width}x${height} pixels take ${bytes}`;
      throw new Error(`${path}: a frame of ${frame.byteLength} bytes was written, and ${size}.`);
    }
    if (this.accepted === this.frames) {
      throw new Error(`${path}: more than ${this.frames} frames were written.`);
    }
    this.accepted++;
    const written = this.lastWrite.then(() => this.hand(frame));
    this.lastWrite = written;
    written.catch(() => {}); // the caller handles it
    return written;
  }

  /**
   * Ends the segment and waits until its files are complete.
   * @throws RenderError if ffmpeg failed or a file is cut short; Error if frames are missing.
   */
  async finish(): Promise<void> {
    this.expect('started');
    if (this.accepted !== this.frames) {
      const { path } = this.bench.output;
      throw new Error(`${path}: ${this.accepted} of ${this.frames} frames were written.`);
    }
    this.status = 'finalizing';
    await this.lastWrite;
    this.run!.end();
    const exit = await this.run!.exit;
    if (this.state === 'cancelled') throw stopped(this.bench.output);
    if (exit.code !== 0) throw this.bench.failure(exit);
    const paths = this.takes.map(({ file }) => this.bench.path(file));
    await this.bench.onDisk(checkFiles(paths, formatNamed(this.bench.output.format).tail));
    this.status = 'finalized';
  }

  /** Kills ffmpeg and removes the files. Does nothing after finish() has resolved. */
  async cancel(): Promise<void> {
    if (this.status === 'finalized' || this.status === 'cancelled') return;
    this.status = 'cancelled';
    this.run?.kill();
    await this.run?.exit;
    for (const { file } of this.takes) await fs.rm(this.bench.path(file), { force: true }).catch(() => {});
  }

  private expect(state: EncoderState): void {
    if (this.status === state) return;
    if (this.status === 'cancelled') throw stopped(this.bench.output);
    throw new Error(`${this.bench.output.path}: the segment is ${this.status}, not ${state}.`);
  }

  private async hand(frame: Uint8Array): Promise<void> {
    if (this.state === 'cancelled') throw stopped(this.bench.output);
    try {
      await this.run!.write(frame);
    } catch {
      // Node only reports EPIPE; users need to know how ffmpeg exited and what it printed.
      throw this.bench.failure(await this.run!.exit);
    }
    this.bench.written++;
  }
}

/**
 * Checks that every file exists and is complete.
 * @param tail - The bytes that every complete file ends with, for formats that are not made by ffmpeg, whose exit
 * status (with -xerror) is otherwise enough.
 */
export async function checkFiles(paths: string[], tail?: Uint8Array): Promise<void> {
  for (const [number, path] of paths.entries()) {
    const end = await lastBytes(path, tail?.length ?? 1);
    if (end.length === 0 || (tail && !end.equals(tail))) {
      const what = paths.length === 1 ? 'the film' : `frame ${number} of ${paths.length}`;
      throw new TransientError(
        `ffmpeg reported success, but ${what} is ${end.length === 0 ? 'missing' : 'cut short'}: ` +
          'most likely the disk is full, so free some space, or write elsewhere.',
      );
    }
  }
}

/** The last `count` bytes of a file, or all if it has fewer; none if the file does not exist. */
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
