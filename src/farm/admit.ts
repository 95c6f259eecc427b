/** Decides which jobs a worker takes, and replaces what only a worker may choose. */
import { basename, extname } from 'node:path';
import { RefusedError } from '../core/errors.js';
import type { ComposedRequest, Job } from '../jobs/job.js';
import type { Setup } from './messages.js';

type Own = Pick<Setup, 'scenes' | 'allowHosts'>;

/**
 * A job as this worker draws it. Sweeps are data; composed scenes are code, so they are found by name among the
 * worker's own scenes, and may load only from hosts that the worker allows.
 * @throws RefusedError if the worker does not have the scene, or does not allow one of its hosts.
 */
export async function admitted(job: Job, own: Own): Promise<Job> {
  const { source } = job;
  if (source.kind === 'composed') return { ...job, source: admittedScene(source, own) };
  if (source.kind === 'sheet' && !Array.isArray(source.cells)) {
    const scenes = source.cells.scenes.map((scene) => admittedScene(scene, own));
    return { ...job, source: { ...source, cells: { ...source.cells, scenes } } };
  }
  return job;
}

function admittedScene(request: ComposedRequest, { scenes, allowHosts }: Own): ComposedRequest {
  const { target } = request;
  const name = basename(target.path, extname(target.path));
  const path = target.kind === 'scene' && Object.hasOwn(scenes, name) ? scenes[name] : undefined;
  if (path === undefined) {
    throw new RefusedError(`This worker has no composed scene "${name}": copy it into the worker's scenes/.`);
  }
  const missing = request.allowHosts?.find((host) => !allowHosts.includes(host));
  if (missing !== undefined) {
    throw new RefusedError(
      `The scene "${name}" loads from ${missing}, which this worker does not allow: start it with --allow-host ${missing}.`,
    );
  }
  return { ...request, target: { kind: 'scene', path } };
}
