/** The `work` command: renders segments from a queue. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../core/errors.js';
import { plural } from '../core/wording/plural.js';
import { inSight } from '../core/wording/printable.js';
import { digestOf, nameOfTask } from '../farm/task.js';
import { type WorkerEvent, workUntil } from '../farm/worker.js';
import { findFfmpeg } from '../outputs/index.js';
import { openStore } from '../stores/index.js';
import type { OptionsOf } from './options.js';
import { duration, printJson } from './report.js';

/** @param signal - Tells the worker to finish its segments and stop. The command then succeeds. */
export async function work(options: OptionsOf<'work'>, signal: AbortSignal): Promise<void> {
  const {
    queue,
    store,
    concurrency = 1,
    threads,
    ffmpeg,
    browser,
    timeout,
    allowHost,
    json,
    quiet,
  } = options;
  if (queue === undefined) {
    throw new UsageError(
      'work needs a queue to take segments from: add --queue, such as --queue redis://127.0.0.1:6379.',
    );
  }
  await findFfmpeg(ffmpeg, undefined, timeout); // otherwise every segment would fail
  const files = store === undefined ? undefined : await openStore(store);
  await files?.close();
  const share = concurrency > 1 ? Math.max(1, Math.floor(availableParallelism() / concurrency)) : undefined;
  await workUntil(
    {
      queue,
      store,
      storeName: files?.name,
      storeDigest: digestOf(files?.name ?? ''),
      slots: concurrency,
      threads: threads ?? share,
      concurrency: concurrency > 1 ? 1 : undefined,
      ffmpeg,
      browser,
      timeout,
      allowHosts: allowHost,
      onEvent(event) {
        if (json) printJson(event.type, event);
        else if (event.type === 'warning') console.error(`Warning: ${inSight(event.message)}`);
        else if (!quiet) console.log(inSight(lineFor(event)));
      },
    },
    signal,
  );
}

/** One line about an event. */
function lineFor(event: Exclude<WorkerEvent, { type: 'warning' }>): string {
  switch (event.type) {
    case 'ready': {
      const place = event.store === null ? 'in Redis' : `in ${event.store}`;
      const many = event.concurrency > 1 ? `, ${event.concurrency} at a time` : '';
      return `Worker ${event.worker} takes segments from ${event.queue} and stores them ${place}${many}.`;
    }
    case 'started':
      return `${nameOfTask(event)}: started.`;
    case 'made': {
      if (event.frames === 0) return `${nameOfTask(event)}: already in the store.`;
      return `${nameOfTask(event)}: ${plural(event.frames, 'frame')} in ${duration(event.seconds)}.`;
    }
    case 'failed':
      return `${{ refused: 'Refused', transient: 'Temporary failure', segment: 'Failed' }[event.reason]}: ${event.message}`;
    case 'draining':
      return event.segments === 0
        ? 'Stopping.'
        : `Stopping once ${plural(event.segments, 'segment')} ${event.segments === 1 ? 'is' : 'are'} finished; ` +
            'interrupt again to stop at once.';
    case 'stopped':
      return `Stopped after ${plural(event.segments, 'segment')} (${plural(event.frames, 'frame')}).`;
    default:
      return event.message;
  }
}
