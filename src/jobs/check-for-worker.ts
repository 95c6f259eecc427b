/** Checks what a worker accepts from a queue, to which anyone may have written. */

import { extname } from 'node:path';
import { RefusedError } from '../core/errors.js';
import { notByName } from '../sources/scene-files.js';
import { allowing, type ComposedRequest, hostsOf, type Job } from './job.js';

/** The maximum number of files from one segment: each needs an encoder. */
const MOST_OUTPUTS = 32;

/** What a worker allows. */
export interface WorkerLimits {
  /** Hosts that scenes may load from: the worker's own --allow-host. */
  allowHosts?: readonly string[] | undefined;
}

/**
 * Checks a job that readJob has read from a queue, and removes its paths. The rest is data: a sweep's frames, or the
 * name of a scene in the worker's scenes/ with the digest that its bundle must have.
 * @param job - As read. Workers never write its files.
 * @param limits - What the worker allows.
 * @returns The job, with output names that only determine formats.
 * @throws RefusedError for what a worker does not accept.
 */
export function checkForWorker(job: Job, { allowHosts = [] }: WorkerLimits = {}): Job {
  const { source, outputs } = job;
  if (source.kind === 'composed') checkScene(source, hostsOf(job), allowHosts);
  if (source.kind === 'sheet' && !Array.isArray(source.cells)) {
    throw new RefusedError('Workers do not render contact sheets of composed scenes: use untrained sheet.');
  }
  if (outputs.length > MOST_OUTPUTS) {
    throw new RefusedError(
      `The film has ${outputs.length} outputs but workers make at most ${MOST_OUTPUTS} at a time: render some of them separately.`,
    );
  }
  const harmless = outputs.map((output) => ({ ...output, path: harmlessName(output.path) }));
  return allowing({ ...job, outputs: harmless }, allowHosts);
}

function checkScene({ target, bundle }: ComposedRequest, hosts: readonly string[], own: readonly string[]) {
  if (!('name' in target)) throw notByName(target.kind);
  if (bundle === undefined) {
    throw new RefusedError(`The plan has no digest of the scene "${target.name}": plan the film again.`);
  }
  const refused = hosts.find((host) => !own.includes(host));
  if (refused === undefined) return;
  throw new RefusedError(
    `The scene "${target.name}" loads from ${refused}, which this worker does not allow: start the worker with --allow-host ${refused}.`,
  );
}

/** A name for a file of the same format. That of a sequence keeps a frame number. */
function harmlessName(path: string): string {
  const ending = extname(path);
  return /%/.test(path.split(/[/\\]/).at(-1)!) ? `film-%d${ending}` : `film${ending}`;
}
