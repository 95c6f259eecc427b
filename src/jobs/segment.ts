/** Makes one segment of a job, in any process. */
import { RefusedError, UsageError } from '../core/errors.js';
import { backends } from '../core/frame/backends.js';
import { contains, framesOf, union } from '../core/range.js';
import { encodingOf, parseOutput, SegmentEncoder, type Workbench } from '../outputs/index.js';
import type { FrameSource } from '../sources/source.js';
import { FlashPictures } from './flashes.js';
import type { Job, Part } from './job.js';
import { shapeOf } from './parts.js';
import { checkPins, pinsOf, plainPins } from './pins.js';
import { keyOf } from './plan.js';
import { fileOf, type SegmentStore } from './store.js';
import type { Means, Workshop } from './workshop.js';

interface SegmentOptions extends Means {
  /** Called after each frame that was drawn. */
  onFrame?: (() => void) | undefined;
}

/** A segment whose frames have all been drawn and passed to the encoders. */
export interface DrawnSegment {
  /** Waits until its files are complete and stored. */
  finish(): Promise<void>;
}

/**
 * Draws a segment's frames, encodes them, and stores each file under its key. Skips files that are in the store
 * already.
 * @param job - As planned, here or on another machine.
 * @param i - The index of the segment, from 0.
 * @param store - Where to store the files.
 * @param workshop - Provides renderers and ffmpeg.
 * @param options - Means, a signal, and a callback for each frame.
 * @throws RefusedError if the job was planned for something that this machine lacks; RenderError if drawing or encoding
 * fails.
 */
export async function segment(
  job: Job,
  i: number,
  store: SegmentStore,
  workshop: Workshop,
  options: SegmentOptions = {},
): Promise<void> {
  const drawn = await drawSegment(job, i, store, workshop, options);
  await drawn.finish();
}

/** The same in two steps, so that the next segment can be drawn while this segment's encoders finish. */
export async function drawSegment(
  job: Job,
  i: number,
  store: SegmentStore,
  workshop: Workshop,
  options: SegmentOptions = {},
): Promise<DrawnSegment> {
  const { signal, onFrame } = options;
  const missing = await missingParts(job, i, store);
  if (missing.length === 0) return { finish: async () => {} };
  const source = workshop.sourceOf(job) ?? (await openPlanned(job, workshop, options));
  if (fromElsewhere.has(source)) checkKeys(job, missing, source);
  const encoders: PartsEncoder[] = [];
  const pictures = new FlashPictures(job.film);
  const cancel = async () => {
    await Promise.all(encoders.map((encoder) => encoder.cancel()));
  };
  const onAbort = () => void cancel();
  signal?.addEventListener('abort', onAbort);
  const release = async () => {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(encoders.map(({ bench }) => store.done(bench)));
  };
  try {
    for (const parts of byOutput(missing)) encoders.push(await startEncoder(job, parts, store));
    signal?.throwIfAborted();
    const ranges = union(missing.map(({ frames }) => frames));
    const numbers = framesOf(ranges);
    const isFilm = job.film.frames > 1;
    for await (const pixels of source.frames(ranges)) {
      const frame = numbers.next().value!;
      if (isFilm) pictures.add(frame, pixels);
      const takers = encoders.filter(({ parts }) => contains(parts[0].frames, frame));
      await Promise.all(takers.map((taker) => taker.encoder.write(pixels)));
      onFrame?.();
    }
  } catch (error) {
    await cancel();
    await release();
    throw error;
  }
  return {
    async finish() {
      try {
        await Promise.all(encoders.map((encoder) => encoder.finish(job, source, store, pictures)));
      } catch (error) {
        await cancel();
        throw error;
      } finally {
        await release();
      }
    },
  };
}

/** The parts whose files are not in the store; of several parts with the same file, only one. */
export async function missingParts(job: Job, i: number, store: SegmentStore): Promise<Part[]> {
  const missing = new Map<string, Part>();
  for (const part of job.segments[i].parts) if (!(await store.has(part))) missing.set(part.keys[0], part);
  return [...missing.values()];
}

function byOutput(parts: Part[]): Part[][] {
  const groups = new Map<number, Part[]>();
  for (const part of parts) groups.set(part.output, [...(groups.get(part.output) ?? []), part]);
  return [...groups.values()];
}

interface PartsEncoder {
  bench: Workbench;
  encoder: SegmentEncoder;
  parts: Part[];
  finish(job: Job, source: FrameSource, store: SegmentStore, pictures: FlashPictures): Promise<void>;
  cancel(): Promise<void>;
}

/** Starts the encoder of one output's parts, which have the same frames. */
async function startEncoder(job: Job, parts: Part[], store: SegmentStore): Promise<PartsEncoder> {
  const [{ output: number, frames }] = parts;
  const output = job.outputs[number];
  const film = shapeOf(output, job.film);
  const { takes, start } = encodingOf(parseOutput(output.path, output.options), film, output.options);
  const takeOf = (part: Part) => takes.find(({ name }) => name === part.take)!;
  const bench = await store.bench(number);
  const files = parts.map((part) => ({ take: takeOf(part), file: fileOf(part) }));
  const encoder = new SegmentEncoder(bench, film, files, frames[1] - frames[0] + 1, start);
  try {
    await encoder.start();
  } catch (error) {
    await encoder.cancel();
    await store.done(bench);
    throw error;
  }
  return {
    bench,
    encoder,
    parts,
    async finish(job, source, store, pictures) {
      await encoder.finish();
      const names = source.fingerprintsOf(frames);
      for (const part of parts) {
        const keys = names.map((name) => keyOf(name, takeOf(part).options, job.film, job.pins.ffmpeg));
        if (film.frames > 1) await pictures.write(frames, bench, fileOf(part));
        await store.keep(part, bench, fileOf(part), keys);
      }
    },
    cancel: () => encoder.cancel(),
  };
}

/** The sources of jobs that were planned elsewhere. */
const fromElsewhere = new WeakSet<FrameSource>();

/**
 * Opens the source of a job that was planned elsewhere, with the backend that was planned. A composed scene's code runs
 * only if everything that can be compared before is as planned, including its bundle.
 * @throws RefusedError if anything that the bytes depend on differs or is missing here.
 */
export async function openPlanned(job: Job, workshop: Workshop, options: Means): Promise<FrameSource> {
  const { pins, film } = job;
  const ffmpeg = pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(options);
  if (job.source.kind !== 'sweep') checkPins(pins, plainPins(ffmpeg));
  const backend = backends.find((known) => known === pins.backend);
  const threads = backend === 'gpu' ? undefined : options.threads;
  const means = { ...options, threads, deband: film.debanded, ...(backend && { backend }) };
  let source: FrameSource;
  try {
    source = await workshop.source(job.source, job.frames, means, [film.pixels ?? 'rgba']);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const message = `The film cannot be made here as it was planned: ${error.message}`;
    throw new RefusedError(message, { cause: error });
  }
  try {
    checkPins(pins, pinsOf(source, ffmpeg));
    const { width, height, frames } = source.shape;
    if (width !== film.width || height !== film.height || frames !== film.frames) {
      throw new RefusedError(
        `The film was planned with ${film.frames} frames of ${film.width}x${film.height}, but the scene has ${frames} of ${width}x${height}: plan it again.`,
      );
    }
    const { fps, alpha, debanded } = source.shape;
    const alike = [fps === film.fps, !alpha === !film.alpha, !debanded === !film.debanded];
    if (alike.includes(false) || (source.shape.pixels ?? 'rgba') !== (film.pixels ?? 'rgba'))
      throw new RefusedError(
        'The frame rate or the pixel format of the scene differs from the plan: plan the film again.',
      );
  } catch (error) {
    await source.close();
    throw error;
  }
  workshop.keep(job, source);
  fromElsewhere.add(source);
  return source;
}

/**
 * Checks that parts' own keys are those of their frames and encoders, as far as that is known before frames are drawn.
 * A store that is shared must never have other bytes under a key, whatever a plan says.
 * @throws RefusedError if one is not.
 */
function checkKeys(job: Job, parts: readonly Part[], source: FrameSource): void {
  for (const part of parts) {
    const output = job.outputs[part.output];
    const { takes } = encodingOf(
      parseOutput(output.path, output.options),
      shapeOf(output, job.film),
      output.options,
    );
    const take = takes.find(({ name }) => name === part.take)!;
    const [name] = source.fingerprintsOf(part.frames);
    if (name !== undefined && keyOf(name, take.options, job.film, job.pins.ffmpeg) === part.keys[0]) continue;
    throw new RefusedError(
      `The key of segment ${part.segment + 1} does not match its frames: the plan is damaged, or the scene loads other ` +
        'data here. Plan the film again.',
    );
  }
}
