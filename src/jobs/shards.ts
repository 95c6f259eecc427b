/** Splits the segments of a plan into shards, one for each process of an array. */
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

/** The segments of a shard, in the order in which to make them. */
export function segmentsOf(jobs: readonly Job[], { index, count }: Shard): PlannedSegment[] {
  const all = jobs.flatMap((job) => job.segments.map((_, segment) => ({ job, segment })));
  return all.filter((_, i) => i % count === index - 1); // to do: runs of composed scenes
}
