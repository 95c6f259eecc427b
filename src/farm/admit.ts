/** Decides which jobs a worker takes, and replaces what only a worker may choose. */
import { RefusedError } from '../core/errors.js';
import type { ComposedRequest, Job } from '../jobs/job.js';
import { checkForWorker } from '../jobs/worker-job.js';
import type { Setup } from './messages.js';

type Own = Pick<Setup, 'scenes' | 'allowHosts'>;

/**
 * A job as this worker draws it. Sweeps are data; composed scenes are code, so they are found by name among the
 * worker's own scenes, must have the bundle that was planned, and may load only from hosts that the worker allows.
 * @throws RefusedError if the worker does not have the scene, or does not allow one of its hosts.
 */
export async function admitted(job: Job, own: Own): Promise<Job> {
  const checked = checkForWorker(job, own);
  const { source } = checked;
  return source.kind === 'composed' ? { ...checked, source: ownScene(source, own) } : checked;
}

function ownScene(request: ComposedRequest, { scenes }: Own): ComposedRequest {
  const { target } = request;
  const name = 'name' in target ? target.name : '';
  if (!Object.hasOwn(scenes, name)) {
    throw new RefusedError(`This worker has no composed scene "${name}": copy it into the worker's scenes/.`);
  }
  return { ...request, target: { kind: 'scene', path: scenes[name] } };
}
