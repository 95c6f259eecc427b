/** The plan file: everything that a machine needs to render a film's segments and to join them. */
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { RefusedError, UsageError } from '../core/errors.js';
import { parseJson } from '../core/wording/json.js';
import { parse } from '../core/wording/parse.js';
import { whyRefused } from '../system/folders.js';
import { type Job, parseJob } from './job.js';

/** The version of the format of plan files. Increase it when earlier files can no longer be read. */
const PLAN_VERSION = 1;

/** The maximum size of a plan, in bytes. 10,000 segments of sweeps with a few moving values take 30 MB. */
const MAX_PLAN_BYTES = 2 ** 28;

/** The maximum number of films in a plan. */
const MAX_FILMS = 1000;

/** What `untrained plan` writes. */
export interface FilmPlan {
  /** The films, one for each size and frame rate. */
  jobs: Job[];
  /** Whether warnings are errors. */
  strict?: boolean | undefined;
}

const planSchema = z.strictObject({
  plan: z.literal(PLAN_VERSION),
  strict: z.boolean().optional(),
  jobs: z.array(z.unknown()).min(1).max(MAX_FILMS),
});

/** A plan as JSON text. @throws UsageError if it would be too large to read. */
export function writePlan({ jobs, strict }: FilmPlan): string {
  const texts = jobs.map((job) => JSON.stringify(job)); // one per line, so that a plan can be looked at
  const text = `{"plan":${PLAN_VERSION},${strict ? '"strict":true,' : ''}"jobs":[\n${texts.join(',\n')}\n]}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_PLAN_BYTES && jobs.length <= MAX_FILMS) return text;
  throw new UsageError(
    `The plan has ${jobs.length} films and ${bytes} bytes but may have at most ${MAX_FILMS} and ${MAX_PLAN_BYTES}: split it, for example with --frames.`,
  );
}

/**
 * Reads a plan that writePlan wrote. The text is not trusted.
 * @param name - What to call it in messages.
 * @throws RefusedError that says what is wrong, and where.
 */
export function readPlan(text: string, name = 'The plan'): FilmPlan {
  if (text.length > MAX_PLAN_BYTES) throw tooLarge(name, text.length);
  try {
    const data = dataIn(text);
    const found = (data as { plan?: unknown } | null)?.plan;
    if (!Number.isInteger(found)) throw new Error('it is not a plan');
    if (found !== PLAN_VERSION) {
      throw new Error(`it has format ${found}, but this version of Untrained reads format ${PLAN_VERSION}`);
    }
    const { jobs, strict } = parse(planSchema, data, { whole: 'The plan' });
    return { jobs: jobs.map((job, i) => numbered(i, jobs.length, () => parseJob(job))), strict };
  } catch (error) {
    const { message } = error as Error;
    const next = /plan (it|the film) again/i.test(message) ? '' : ': plan the film again';
    throw new RefusedError(`${name} cannot be used: ${message.replace(/[.:]?$/, '')}${next}.`, {
      cause: error,
    });
  }
}

/**
 * Reads a plan file.
 * @throws UsageError if there is no such file, or it cannot be read; RefusedError if it is not a valid plan.
 */
export async function readPlanFile(path: string): Promise<FilmPlan> {
  let text: string;
  try {
    const { size } = await fileAt(path);
    if (size > MAX_PLAN_BYTES) throw tooLarge(path, size);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code ? `${whyRefused(error)} (${code})` : message;
    throw new UsageError(
      `The plan "${path}" cannot be read because ${why}: check its path, or write it with untrained plan.`,
      { cause: error },
    );
  }
  return readPlan(text, path);
}

async function fileAt(path: string) {
  const stats = await stat(path);
  if (stats.isFile()) return stats;
  throw new Error(stats.isDirectory() ? 'it is a folder' : 'it is not a file'); // reading a pipe may never end
}

function dataIn(text: string): unknown {
  if (text.trim() === '') throw new Error('it is empty');
  try {
    return parseJson(text);
  } catch (error) {
    throw new Error(`it is not complete JSON (${(error as Error).message})`, { cause: error });
  }
}

/** Adds the film's number to errors if there are several films. */
function numbered<T>(i: number, count: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const where = count > 1 ? `film ${i + 1} of ${count}: ` : '';
    throw new Error(`${where}${(error as Error).message}`, { cause: error });
  }
}

function tooLarge(name: string, size: number): RefusedError {
  return new RefusedError(
    `${name} has ${size} bytes but a plan may have at most ${MAX_PLAN_BYTES}: split the film, for example with --frames.`,
  );
}
