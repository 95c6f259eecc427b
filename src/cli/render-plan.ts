/** `render --plan`: renders the segments of a plan, or of one of its shards, that a store lacks. */
import { RefusedError, RenderError, UsageError } from '../core/errors.js';
import { plural } from '../core/wording/plural.js';
import { allowing, hostsOf } from '../jobs/job.js';
import { type FailedSegment, type MadeShard, makeShard } from '../jobs/make-shard.js';
import { type FilmPlan, readPlanFile } from '../jobs/plan-file.js';
import { cacheFor } from '../jobs/render.js';
import { type Shard, segmentsOf } from '../jobs/shards.js';
import { openStore } from '../stores/index.js';
import { withWorkshop } from './draw.js';
import { flagOf } from './option.js';
import { entriesOf, type RenderOptions } from './options.js';
import { duration, printJson, reporter } from './report.js';
import { noteCached } from './stopping.js';
import { shardOf } from './which-shard.js';

/** The options that concern this machine. All others would change what is rendered, which the plan determines. */
const OWN: readonly string[] = [
  ...['plan', 'shard', 'store', 'threads', 'concurrency', 'allowHost', 'browser', 'ffmpeg'],
  ...['timeout', 'cache', 'json', 'quiet'],
];

/**
 * The command `render` with --plan.
 * @param scene - Must be undefined: the plan determines the scene.
 * @param given - The names of the options that were given explicitly.
 * @throws UsageError for options that contradict the plan; otherwise as makeShard, and the error of a segment that
 * failed, once all others have been rendered.
 */
export async function render(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const place = storeFor(scene, options, given);
  const { plan: file = '', shard: choice, json, quiet } = options;
  const shard = choice && shardOf(choice, process.env);
  const plan = withOwnHosts(await readPlanFile(file), options);
  const report = reporter({ json, quiet, strict: plan.strict });
  const began = performance.now();
  const segments = segmentsOf(plan.jobs, shard ?? { index: 1, count: 1 });
  const files = await openStore(place);
  try {
    const { threads, ffmpeg, browser, concurrency, timeout, cache: follow } = options;
    const means = { threads, ffmpeg, browser, concurrency, timeout, follow, boundsChecks: true, signal };
    const callbacks = { onWarning: report.warning, onStage: report.stage, onProgress: report.progress };
    const made = await withWorkshop((workshop) =>
      makeShard(segments, files, workshop, {
        ...means,
        ...callbacks,
        onStored: noteCached,
        cache: cacheFor(options),
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    if (json) {
      const { failed, ...figures } = made;
      const numbers = failed.map(({ job, segment }) => ({
        film: plan.jobs.indexOf(job) + 1,
        segment: segment + 1,
      }));
      printJson('result', { plan: file, store: files.name, shard, ...figures, failed: numbers, seconds });
    } else if (!quiet) console.log(summary(plan, shard, made, seconds));
    if (made.failed.length > 0) throw failure(plan, made.failed);
  } finally {
    await files.close();
  }
}

/** The store, once nothing contradicts the plan. */
function storeFor(scene: string | undefined, { plan, store }: RenderOptions, given: Set<string>): string {
  if (scene !== undefined) {
    throw new UsageError(`--plan ${plan} already determines the scene: leave out "${scene}".`);
  }
  for (const entry of entriesOf('render')) {
    if (OWN.includes(entry.name) || !given.has(entry.name)) continue;
    const next =
      entry.name === 'out' ? 'pass it to untrained join' : 'leave it out, or pass it to untrained plan';
    throw new UsageError(`${flagOf(entry)} cannot change a plan: ${next}.`);
  }
  if (store !== undefined) return store;
  throw new UsageError(
    '--plan needs a store that all machines can reach: add --store with a folder or s3://bucket/prefix.',
  );
}

/**
 * The plan with the hosts that the command allows: plans are not trusted.
 * @throws RefusedError if a scene loads from another host.
 */
function withOwnHosts(plan: FilmPlan, { allowHost }: RenderOptions): FilmPlan {
  const host = plan.jobs.flatMap(hostsOf).find((host) => !allowHost.includes(host));
  if (host === undefined) return { ...plan, jobs: plan.jobs.map((job) => allowing(job, allowHost)) };
  throw new RefusedError(
    `The plan's scene loads from ${host}, which is not allowed here: allow it with --allow-host ${host}.`,
  );
}

/** "Shard 2 of 4: 3 segments, 1 of them already in the store; 100 frames in 2.1 s (cpu: ...)." */
function summary({ jobs }: FilmPlan, shard: Shard | undefined, made: MadeShard, seconds: number): string {
  const { segments, there, cached, drawn, renderer, failed } = made;
  const name = shard ? `Shard ${shard.index} of ${shard.count}` : 'The plan';
  if (segments === 0) {
    const all = jobs.reduce((sum, job) => sum + job.segments.length, 0);
    return `${name} has nothing to render: the plan has only ${plural(all, 'segment')}, which the other shards render.`;
  }
  if (there === segments) {
    const which = segments === 1 ? 'its segment is' : `all of its ${segments} segments are`;
    return `${name} has nothing to render: ${which} already in the store.`;
  }
  const notes = [
    ...(there > 0 ? [`${there} already in the store`] : []),
    ...(cached > 0 ? [`${cached} from the cache`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ];
  const which = `${plural(segments, 'segment')}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
  const pace = `${plural(drawn, 'frame')} in ${duration(seconds)}${renderer ? ` (${renderer})` : ''}`;
  return `${name}: ${which}, ${drawn > 0 ? pace : 'no frames drawn'}.`;
}

/** The error of the first segment that failed. It names the others. */
function failure({ jobs }: FilmPlan, [first, ...others]: readonly FailedSegment[]): RenderError {
  const nameOf = ({ job, segment }: FailedSegment) => {
    const film = jobs.length > 1 ? ` of film ${jobs.indexOf(job) + 1}` : '';
    return `${segment + 1}${film}`;
  };
  const { message } = first.error as Error;
  const more = others.length > 0 ? ` (Other segments that failed: ${others.map(nameOf).join(', ')}.)` : '';
  return new RenderError(`Segment ${nameOf(first)} failed: ${message ?? first.error}${more}`, {
    cause: first.error,
  });
}
