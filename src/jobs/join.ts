/** Joins the segments of a job into its files. */
import { RenderError } from '../core/errors.js';
import {
  type Finished,
  type JoinOptions,
  joinSegments,
  parseOutput,
  type SegmentCache,
  type Workbench,
} from '../outputs/index.js';
import { cachedFile } from './cached-files.js';
import { flashWarning } from './flashes.js';
import type { Job } from './job.js';
import { noteWith } from './plan.js';
import { provideSounds, soundOn, takeSound } from './sound.js';
import { closeBenches, fileOf, openBenches, type SegmentStore } from './store.js';
import type { Means, Workshop } from './workshop.js';

/**
 * Makes a job's outputs and poster from its segments, within their maximum sizes, and moves them to their paths.
 * @param job - As planned.
 * @param store - Where the segments are.
 * @param workshop - Provides ffmpeg.
 * @param means - Which ffmpeg to use, and who is warned if the film flashes too often.
 * @param benches - The outputs' workbenches, if they are open. The caller closes them.
 * @param cache - Where files that take long to make are cached.
 * @throws RenderError if a segment is missing, ffmpeg fails, the disk is full, or a file does not fit its size limit.
 */
export async function join(
  job: Job,
  store: SegmentStore,
  workshop: Workshop,
  means: Means = {},
  benches?: readonly Workbench[],
  cache?: SegmentCache,
): Promise<Finished[]> {
  if (!benches) {
    const ffmpeg = job.pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(means);
    const own = await openBenches(job, means, ffmpeg);
    try {
      return await join(job, store, workshop, means, own, cache);
    } finally {
      await closeBenches(own);
    }
  }
  for (const [i, { parts }] of job.segments.entries()) {
    for (const part of parts) {
      const there = await store.take(part, benches[part.output].path(fileOf(part)));
      if (!there) {
        const count = job.segments.length;
        throw new RenderError(
          `Segment ${i + 1} of ${count} is missing from the store: make it, then join again.`,
        );
      }
    }
  }
  const { files } = store;
  await provideSounds(job, benches, workshop, means, files && ((sound, to) => takeSound(files, sound, to)));
  return joinOn(job, benches, workshop, means, { cache });
}

interface JoinSettings {
  /** Gives the check of an output's finished files, if they are to be checked before they are moved. */
  checkOf?: (output: number) => JoinOptions['check'];
  /** Where files that take long to make are cached. */
  cache?: SegmentCache | undefined;
}

/** The same for segments that are all on the outputs' workbenches. */
export async function joinOn(
  job: Job,
  benches: readonly Workbench[],
  workshop: Workshop,
  means: Means,
  { checkOf, cache }: JoinSettings = {},
): Promise<Finished[]> {
  const warning = await flashWarning(job, benches);
  if (warning) means.onWarning?.(warning);
  const note = finalNote(job, workshop);
  return Promise.all(
    job.outputs.map((output, number) => {
      const { path, options, frame } = output;
      const film = frame === undefined ? job.film : { ...job.film, frames: 1 };
      const names = { firstNumber: job.firstFrame, numberStep: job.every };
      const bench = benches[number];
      const cached = cache && cachedFile(job, number, note, bench, cache);
      const check = checkOf?.(number);
      const settings = { ...options, ...names, note, sound: soundOn(job, output), check, cached };
      return joinSegments(parseOutput(path, options), film, settings, bench);
    }),
  );
}

/** The recipe with the hosts' responses, which are known only once all frames are drawn. */
function finalNote(job: Job, workshop: Workshop): string | undefined {
  const answers = workshop.sourceOf(job)?.answers?.() ?? {};
  if (job.note === undefined || Object.keys(answers).length === 0) return job.note;
  const { untrained: _, made, answers: __, ...recipe } = JSON.parse(job.note);
  return noteWith(recipe, answers, made.backend);
}
