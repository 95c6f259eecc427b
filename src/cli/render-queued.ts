/** `render --queue` and `batch --queue`: workers render the segments, and the films are joined here. */

import { openServer } from '../farm/connection.js';
import { Coordinator } from '../farm/coordinator.js';
import { type QueuedFilm, queueFilm } from '../farm/queued-film.js';
import { cacheFor } from '../jobs/render.js';
import type { Workshop } from '../jobs/workshop.js';
import { openStore } from '../stores/index.js';
import { meansOf, type Prepared, prepare, requestsOf, saveRecipeOf, withWorkshop } from './draw.js';
import { writePage } from './export.js';
import type { RenderOptions } from './options.js';
import { checkAfter } from './outputs.js';
import { type Reporter, reporter, withoutAdvice } from './report.js';
import { noteCached } from './stopping.js';

/** Where the segments go. */
export type QueueChoice = Pick<RenderOptions, 'queue' | 'store' | 'timeout'>;

/** The films of a command, each queued or complete. */
interface QueuedFilms {
  /** Waits for each film, and reports it. */
  finish(): Promise<void>;
  /** Removes unfinished files. */
  close(): Promise<void>;
}

/**
 * The command `render` with --queue.
 * @param scene - Undefined for the default scene, or with --project.
 * @param given - The names of the options that were given explicitly.
 */
export async function render(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const report = withoutAdvice(reporter(options)); // its estimates would be for this machine alone
  const prepared = await prepare(scene, options, given, report, signal);
  await withWorkshop((workshop) =>
    withCoordinator(options, report, signal, async (coordinator) => {
      const films = await queueFilms(prepared, workshop, coordinator, report, signal);
      await films.finish();
    }),
  );
}

/** Runs work with a connection to the queue, and always closes the connection. */
export async function withCoordinator<T>(
  { queue, store, timeout }: QueueChoice,
  report: Pick<Reporter, 'note' | 'progress' | 'warning'>,
  signal: AbortSignal,
  work: (coordinator: Coordinator) => Promise<T>,
): Promise<T> {
  const files = store === undefined ? undefined : await openStore(store, { timeout });
  try {
    const server = await openServer(queue!, report.warning);
    signal.throwIfAborted();
    const coordinator = await Coordinator.open(server, files, {
      signal,
      onNote: report.note,
      onProgress(progress) {
        if (files && progress.frame > 0) noteCached(); // what the store has is not rendered again
        report.progress(progress);
      },
    });
    try {
      return await work(coordinator);
    } finally {
      await coordinator.close();
    }
  } finally {
    await files?.close();
  }
}

/**
 * Queues all films of a command. Pages and recipes are written here, before.
 * @param inTurn - See queueFilm.
 */
export async function queueFilms(
  prepared: Prepared,
  workshop: Workshop,
  coordinator: Coordinator,
  report: Reporter,
  signal: AbortSignal,
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<QueuedFilms> {
  const { subject, options, plan, pages } = prepared;
  for (const path of pages) await writePage(subject, path, options, false, report, signal);
  await saveRecipeOf(prepared);
  const means = meansOf(subject, options, report, signal);
  const films: QueuedFilm[] = [];
  const close = async () => {
    await Promise.all(films.map((film) => film.close()));
  };
  try {
    for (const request of requestsOf(prepared)) {
      const making = { ...means, cache: cacheFor(options), onKept: noteCached, inTurn };
      films.push(await queueFilm(request, workshop, coordinator, making));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async finish() {
      try {
        for (const [i, film] of films.entries())
          report.done(await film.finish(), '', checkAfter(plan[i].group, report));
      } finally {
        await close();
      }
    },
  };
}
