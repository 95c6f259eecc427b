/** Splits the segments of a plan into shards, one for each process of an array. */
import type { Range } from '../core/range.js';
import type { Job } from './job.js';

/** One of `count` shards, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** A segment of one of a plan's films. */
export interface PlannedSegment {
  job: Job;
  /** Its index in the job, from 0. */
  segment: number;
}

/** The least that a browser must draw to justify the time that it takes to start, in seconds of film. */
const LEAST_SECONDS = 5;

/**
 * The segments of a shard, in the order in which to make them. Each segment of the plan is in exactly one shard. If
 * there are more shards than needed, some are empty.
 *
 * A sweep's segments are interleaved, because frames often cost more towards its end. A composed scene's segments stay
 * together in runs of at least five seconds, because each run starts a browser.
 */
export function segmentsOf(jobs: readonly Job[], { index, count }: Shard): PlannedSegment[] {
  const mine: PlannedSegment[] = [];
  let dealt = 0; // over all films, so that several short ones do not all go to the first shards
  for (const job of jobs) {
    const runs = job.source.kind === 'sweep' ? singles(job) : runsIn(job, count);
    for (const [first, last] of runs) {
      if (dealt++ % count !== index - 1) continue;
      for (let segment = first; segment <= last; segment++) mine.push({ job, segment });
    }
  }
  return mine;
}

const singles = ({ segments }: Job): Range[] => segments.map((_, i) => [i, i]);

/** As many runs of segments as possible, at most `most`, of at least five seconds each; otherwise one. */
function runsIn(job: Job, most: number): Range[] {
  const { segments, film } = job;
  const secondsIn = ([first, last]: Range) =>
    (segments[last].frames[1] + 1 - segments[first].frames[0]) / film.fps;
  const affordable = Math.floor(film.frames / film.fps / LEAST_SECONDS);
  for (let count = Math.min(most, affordable, segments.length); count > 1; count--) {
    const runs = split(segments.length, count);
    if (runs.every((run) => secondsIn(run) >= LEAST_SECONDS)) return runs;
  }
  return [[0, segments.length - 1]];
}

/** Splits `length` segments into runs whose lengths differ by at most one, longer ones last: a film may end short. */
const split = (length: number, count: number): Range[] =>
  Array.from({ length: count }, (_, i) => [
    Math.floor((i * length) / count),
    Math.floor(((i + 1) * length) / count) - 1,
  ]);
