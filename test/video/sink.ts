/** Sends frames into a file one by one, through everything that turns drawn frames into a film. */

import { randomUUID } from 'node:crypto';
import { RenderError } from '../../src/core/errors.js';
import { framesOf, type Range } from '../../src/core/range.js';
import { type Film, makeFilm } from '../../src/jobs/film.js';
import type { Job, SourceRequest } from '../../src/jobs/job.js';
import { Workshop } from '../../src/jobs/workshop.js';
import type {
  EncodeOptions,
  Ffmpeg,
  FilmShape,
  Finished,
  Output,
  SegmentCache,
} from '../../src/outputs/index.js';
import type { FrameSource } from '../../src/sources/source.js';

export interface SinkOptions extends EncodeOptions {
  cache?: SegmentCache;
  /** Names everything that determines these frames; unique by default. */
  nameOf?: (frames: Range) => string;
  firstNumber?: number;
  numberStep?: number;
  timeout?: number;
}

type Draw = (parts: readonly Range[]) => AsyncIterable<Uint8Array>;

/** Makes a film of the frames that `draw` returns. */
export function film(
  ffmpeg: Ffmpeg | undefined,
  { path }: Output,
  shape: FilmShape,
  {
    cache,
    nameOf = () => randomUUID(),
    firstNumber = 0,
    numberStep = 1,
    timeout,
    note,
    ...encode
  }: SinkOptions,
  draw: Draw,
  signal?: AbortSignal,
): Promise<Film> {
  const source: FrameSource = {
    shape: { pixels: 'rgba', ...shape },
    firstFrame: firstNumber,
    every: numberStep,
    backend: 'test',
    arithmetic: 'test',
    description: 'test',
    fingerprintsOf: (frames) => [nameOf(frames)],
    frames: draw,
    close: async () => {},
  };
  class Given extends Workshop {
    override async ffmpeg(): Promise<Ffmpeg> {
      if (!ffmpeg) throw new Error(`${path} needs ffmpeg.`);
      return ffmpeg;
    }
    override async source(): Promise<FrameSource> {
      return source;
    }
    override keep(job: Job, kept: FrameSource): void {
      job.note = note;
      super.keep(job, kept);
    }
  }
  const request = { source: { kind: 'given' } as unknown as SourceRequest, outputs: [{ path }], encode };
  return makeFilm(request, new Given(), { timeout, cache, signal });
}

export interface FrameSink {
  /** Resolves when the array may be used again. */
  write(frame: Uint8Array): Promise<void>;
  finish(): Promise<Finished>;
  abort(): Promise<void>;
}

/** Resolves when the film is ready for its first frame. */
export async function openSink(
  ffmpeg: Ffmpeg | undefined,
  output: Output,
  shape: FilmShape,
  options: SinkOptions = {},
): Promise<FrameSink> {
  const stopping = new AbortController();
  const waiting: { frame: Uint8Array; taken: () => void }[] = [];
  let wake = () => {};
  let ended = false;
  let open = () => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  async function* draw(parts: readonly Range[]): AsyncGenerator<Uint8Array> {
    for (const _ of framesOf(parts)) {
      open();
      while (waiting.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const next = waiting.shift();
      if (!next) return;
      yield next.frame;
      next.taken();
    }
  }
  const making = film(ffmpeg, output, shape, options, draw, stopping.signal);
  making.catch(() => {}).then(() => wake());
  await Promise.race([ready, making]);
  return {
    async write(frame) {
      const taken = new Promise<void>((resolve) => {
        waiting.push({ frame, taken: resolve });
      });
      wake();
      await Promise.race([taken, making]);
    },
    async finish() {
      ended = true;
      wake();
      const { files } = await making;
      return files[0];
    },
    async abort() {
      stopping.abort(new RenderError(`The render of "${output.path}" was stopped.`));
      ended = true;
      wake();
      await making.catch(() => {});
    },
  };
}
