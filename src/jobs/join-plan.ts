/**
 * Joins films whose segments other machines have put into a store. The store is not trusted: every segment is checked,
 * and so is every joined film before it gets its name.
 */
import { availableParallelism } from 'node:os';
import { RefusedError, TransientError } from '../core/errors.js';
import { contains, union } from '../core/range.js';
import { SegmentCheck, type Workbench } from '../outputs/index.js';
import type { KeyedFiles } from '../stores/index.js';
import { VERSION } from '../system/package.js';
import { ownCodeDigest } from '../system/version.js';
import type { Film } from './film.js';
import type { Job, Part } from './job.js';
import { joinOn } from './join.js';
import { shapeOf } from './parts.js';
import { provideSounds, takeSound } from './sound.js';
import { closeBenches, fileOf, openBenches, replace } from './store.js';
import type { Means, Workshop } from './workshop.js';

/** A segment that cannot be used. */
interface Damaged {
  /** Its number in the plan, from 1. */
  segment: number;
  /** What is wrong with it. */
  why: string;
}

/** Segments are missing from the store, or were damaged and have been removed from it. */
export class IncompleteError extends TransientError {
  override name = 'IncompleteError';

  /**
   * @param missing - The numbers of segments in the plan, from 1.
   * @param count - How many segments the plan has.
   * @param store - Its name.
   * @param next - The next step, as words to follow a colon.
   */
  constructor(
    readonly missing: readonly number[],
    readonly damaged: readonly Damaged[],
    readonly count: number,
    readonly store: string,
    next = 'render what is missing, then join again',
  ) {
    super(`${incomplete(missing, damaged, count, store)}: ${next}.`);
  }

  /** This error with another next step. */
  saying(next: string): IncompleteError {
    const { missing, damaged, count, store } = this;
    return new IncompleteError(missing, damaged, count, store, next);
  }
}

function incomplete(
  missing: readonly number[],
  damaged: readonly Damaged[],
  count: number,
  store: string,
): string {
  const [lost, bad] = [missing.length, new Set(damaged.map(({ segment }) => segment)).size];
  const reasons = new Map<string, number[]>();
  for (const { segment, why } of damaged) reasons.set(why, [...(reasons.get(why) ?? []), segment]);
  const shown = [...reasons].slice(0, MOST_REASONS).map(([why, numbers]) => `${listed(numbers)} (${why})`);
  if (reasons.size > MOST_REASONS) shown.push('others');
  const removed = `${bad === 1 ? 'was' : 'were'} damaged and ${bad === 1 ? 'has' : 'have'} been removed`;
  const segments = (many: number) => (many === 1 ? 'Segment' : 'Segments');
  if (lost === 0) return `${segments(bad)} ${and(shown)} of ${count} in ${store} ${removed}`;
  const are = lost === 1 ? 'is' : 'are';
  const first = `${segments(lost)} ${listed(missing)} of ${count} ${are} missing from ${store}`;
  return bad === 0 ? first : `${first}, and ${segments(bad).toLowerCase()} ${and(shown)} ${removed}`;
}

/** No more reasons than this are shown. */
const MOST_REASONS = 5;

/** Numbers in order as text: "3, 7-9 and 12". */
function listed(numbers: readonly number[]): string {
  const runs = union(numbers.map((number) => [number, number]));
  // Two in a row are no run.
  return and(runs.flatMap(([a, b]) => (b - a === 1 ? [`${a}`, `${b}`] : a === b ? [`${a}`] : [`${a}-${b}`])));
}

const and = (words: string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** A film of a plan while it is joined. */
interface Joining {
  job: Job;
  benches: readonly Workbench[];
  checks: readonly SegmentCheck[];
  /** How many segments of the plan come before its own. */
  before: number;
}

/** Programs, limits and callbacks for joining. */
export interface JoinMeans extends Pick<Means, 'ffmpeg' | 'timeout' | 'signal' | 'onWarning' | 'onStage'> {
  /** Called for each film when its files are in place. */
  onFilm?: ((film: Film) => void) | undefined;
}

/**
 * Joins all films of a plan from a store. All segments are checked first, so that one error names all that must be
 * rendered again. Damaged segments are removed from the store.
 * @throws RefusedError if the plan needs another version of this package or of ffmpeg; IncompleteError if segments are
 * missing or damaged; TransientError if the store or the disk fails; RenderError if a joined film is wrong; the
 * signal's reason if it is aborted. The film that fails has no files.
 */
export async function joinPlanned(
  jobs: readonly Job[],
  files: KeyedFiles,
  workshop: Workshop,
  means: JoinMeans = {},
): Promise<void> {
  const { signal } = means;
  const started = performance.now();
  for (const job of jobs) await checkPins(job, workshop, means);
  signal?.throwIfAborted();
  const missing = await missingFrom(jobs, files);
  const joinings: Joining[] = [];
  const closeAll = async () => {
    for (const { benches } of [...joinings].reverse()) await closeBenches(benches);
  };
  const stop = () => void closeAll();
  signal?.addEventListener('abort', stop);
  try {
    let before = 0;
    for (const job of jobs) {
      joinings.push(await open(job, before, workshop, means));
      before += job.segments.length;
      signal?.throwIfAborted();
    }
    for (const { job, benches } of joinings)
      await provideSounds(job, benches, workshop, means, (sound, to) => takeSound(files, sound, to));
    const { lost, damaged } = await takeAll(joinings, missing, before, files, means);
    if (lost.length > 0 || damaged.length > 0) throw new IncompleteError(lost, damaged, before, files.name);
    let from = started;
    for (const { job, benches, checks } of joinings) {
      signal?.throwIfAborted();
      means.onStage?.(`joining ${job.outputs.map(({ path }) => path).join(', ')}`);
      const made = await joinOn(job, benches, workshop, means, {
        checkOf: (output) => (names, joined, sound) => {
          means.onStage?.(`checking ${job.outputs[output].path}`);
          return checks[output].joined(names, joined, sound);
        },
      });
      const [seconds, { frames }] = [(performance.now() - from) / 1000, job.film];
      from = performance.now();
      means.onFilm?.({ files: made, frames, drawn: frames, seconds, renderer: `joined from ${files.name}` });
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await closeAll();
  }
}

/** The names of pins in messages. */
const TITLES = { version: 'Untrained', code: 'Untrained built from code', ffmpeg: 'ffmpeg' };

/** @throws RefusedError if this machine would join the segments differently. What drew the frames does not matter. */
async function checkPins({ pins }: Job, workshop: Workshop, means: Means): Promise<void> {
  const ffmpeg = pins.ffmpeg === undefined ? undefined : (await workshop.ffmpeg(means)).version;
  const here = { version: VERSION, code: ownCodeDigest(), ffmpeg };
  for (const name of ['version', 'code', 'ffmpeg'] as const) {
    if (pins[name] === here[name]) continue;
    const [planned, found] = [pins[name], here[name]].map(
      (value) => `${TITLES[name]} ${value?.slice(0, 40)}`,
    );
    throw new RefusedError(
      `The film was planned with ${planned}, but this machine has ${found}: install the same version, or plan it again here.`,
    );
  }
}

/** The keys that the store does not list. */
async function missingFrom(jobs: readonly Job[], files: KeyedFiles): Promise<Set<string>> {
  const parts = jobs.flatMap(({ segments }) => segments.flatMap(({ parts }) => parts));
  const wanted = new Set(parts.map(({ keys: [key] }) => key));
  const there = await files.among([...wanted]);
  return new Set([...wanted].filter((key) => !there.has(key)));
}

async function open(job: Job, before: number, workshop: Workshop, means: Means): Promise<Joining> {
  const ffmpeg = job.pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(means);
  const benches = await openBenches(job, means, ffmpeg);
  const threads = Math.max(1, Math.floor(availableParallelism() / job.segments.length));
  const checks = job.outputs.map(
    (output, i) => new SegmentCheck(benches[i], shapeOf(output, job.film), output.options, threads),
  );
  return { job, benches, checks, before };
}

/** How many segments are copied and checked at a time: enough for a store that answers slowly. */
const lanes = () => Math.max(4, Math.min(16, availableParallelism()));

/**
 * Up to this many files that a store does not list are requested anyway: a store may omit a file because it is damaged,
 * or the file may have just arrived.
 */
const FEW_MISSING = 100;

/**
 * Copies all segments to their workbenches, and checks them.
 * @param missing - The keys that the store does not list.
 * @param count - How many segments the plan has.
 * @returns The missing and the damaged segments, in order. The damaged ones have been removed.
 */
async function takeAll(
  joinings: readonly Joining[],
  missing: ReadonlySet<string>,
  count: number,
  files: KeyedFiles,
  { signal, onStage }: JoinMeans,
): Promise<{ lost: number[]; damaged: Damaged[] }> {
  const lost = new Set<number>();
  const damaged: Damaged[] = [];
  const ahead = joinings.flatMap((joining) => filesOf(joining.job).map((parts) => ({ joining, parts })));
  const failures: unknown[] = [];
  const lane = async () => {
    for (let next = ahead.shift(); next !== undefined && failures.length === 0; next = ahead.shift()) {
      signal?.throwIfAborted();
      const { joining, parts } = next;
      const numbers = parts.map((part) => joining.before + 1 + segmentAt(joining.job, part));
      onStage?.(`checking segment ${numbers[0]} of ${count}`);
      const hopeless = missing.size > FEW_MISSING && missing.has(parts[0].keys[0]);
      const why = hopeless ? MISSING : await takeOne(joining, parts, files);
      for (const segment of numbers) {
        if (why === MISSING) lost.add(segment);
        else if (why !== undefined) damaged.push({ segment, why });
      }
    }
  };
  const fail = (error: unknown) => failures.push(error);
  await Promise.all(Array.from({ length: lanes() }, () => lane().catch(fail)));
  if (failures.length > 0) throw failures[0];
  return { lost: [...lost].sort((a, b) => a - b), damaged: damaged.sort((a, b) => a.segment - b.segment) };
}

const MISSING = Symbol('missing');

/** The parts of a job, grouped by their file: parts of a still scene share one. */
function filesOf(job: Job): [Part, ...Part[]][] {
  const groups = new Map<string, [Part, ...Part[]]>();
  for (const part of job.segments.flatMap(({ parts }) => parts)) {
    const name = `${part.keys[0]} ${part.output} ${part.take}`;
    const group = groups.get(name);
    if (group) group.push(part);
    else groups.set(name, [part]);
  }
  return [...groups.values()];
}

/** The index of a part's segment in the job. It differs for a poster, the only segment of its output. */
const segmentAt = ({ segments }: Job, { segment, frames: [first] }: Part): number =>
  contains(segments[segment].frames, first)
    ? segment
    : segments.findIndex(({ frames }) => contains(frames, first));

/**
 * Copies a segment to the workbenches of its parts.
 * @returns MISSING, or what is wrong with it, in which case it has been removed from the store.
 */
async function takeOne(
  { benches, checks }: Joining,
  [part, ...others]: [Part, ...Part[]],
  files: KeyedFiles,
): Promise<string | typeof MISSING | undefined> {
  const { keys, output, segment, take, frames } = part;
  const [key] = keys;
  const bench = benches[output];
  const taken = await files.take(key, bench.path(fileOf(part)));
  if (taken === 'damaged') return 'it does not match its digest';
  if (taken === 'missing') return MISSING;
  const [first, last] = frames;
  const why = await checks[output].segment(segment, take as 'video' | 'copy', fileOf(part), last - first + 1);
  if (why !== undefined) {
    await files.remove(key);
    return why;
  }
  for (const other of others) {
    await replace(bench.path(fileOf(part)), bench.path(fileOf(other)));
    checks[output].same(other.segment, segment, other.take as 'video' | 'copy');
  }
  return undefined;
}
