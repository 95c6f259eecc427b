/** The plan file: everything that machines need to render a film's segments, and to join them. */
import { RefusedError } from '../core/errors.js';
import { type Job, readJob, writeJob } from './job.js';

/** The version of the format of plan files. Increase it when earlier files can no longer be read. */
const PLAN_VERSION = 1;

/** What `untrained plan` writes. */
export interface FilmPlan {
  /** The films, one for each size and frame rate. */
  jobs: Job[];
  /** Whether warnings are errors. */
  strict?: boolean | undefined;
}

/** A plan as JSON text. */
export function writePlan({ jobs, strict }: FilmPlan): string {
  const texts = jobs.map((job) => writeJob(job).trim());
  return `{"plan":${PLAN_VERSION},${strict ? '"strict":true,' : ''}"jobs":[${texts.join(',\n')}]}\n`;
}

/**
 * Reads what writePlan wrote. It is not trusted.
 * @throws RefusedError that says what is wrong, and where.
 */
export function readPlan(text: string): FilmPlan {
  const { jobs, strict } = JSON.parse(text); // to do: check it
  if (!Array.isArray(jobs)) throw new RefusedError('The plan has no films: plan it again.');
  return { jobs: jobs.map((job) => readJob(JSON.stringify(job))), strict };
}
