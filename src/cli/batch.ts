/** The `batch` command: renders a film for each row of a file, one after another, and prints a summary. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { breather } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import { isLink } from '../core/recipe/link.js';
import type { Workshop } from '../jobs/workshop.js';
import { identityOf } from '../system/folders.js';
import { draw, filesOf, type Prepared, prepare, withWorkshop } from './draw.js';
import { DEFAULT_SCENE } from './options.js';
import type { QueueChoice } from './render-queued.js';
import { printJson, type Reporter, type Reporting, reporter, withoutAdvice } from './report.js';
import { inOneLine, type Row, type RowReader, type RowRequest, readRows, requestOf } from './rows.js';

/** A row, counted from 1, and its state. */
interface Entry {
  number: number;
  request?: RowRequest;
  prepared?: Prepared;
  /** Why it failed, in one line. */
  failure?: string;
}

/**
 * Reads and checks all rows, then makes their films. A row that fails does not stop the others, and is listed again
 * at the end.
 * @param options - The reporting options and the queue, if any, which apply to all rows.
 * @throws UsageError if the rows cannot be read, or if two of them make the same file.
 */
export async function batch(
  file: string,
  reader: RowReader,
  options: Reporting & QueueChoice,
  signal: AbortSignal,
): Promise<void> {
  const { json, quiet } = options;
  const reporting = (entry?: Entry) =>
    reporter({ ...options, strict: entry?.request?.options.strict ?? options.strict }, entry?.number);
  const rows = await readRows(file, reader);
  const entries: Entry[] = rows.map((_, i) => ({ number: i + 1 }));
  const attempt = async (entry: Entry, work: () => Promise<void> | void) => {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      entry.failure = inOneLine(String((error as Error)?.message ?? error));
      if (json) printJson('error', { row: entry.number, message: entry.failure });
      else console.error(`untrained: Row ${entry.number}: ${entry.failure}`);
    }
  };
  const breathe = breather({ signal, onStage: reporter({ json, quiet }).stage });
  for (const entry of entries) {
    await attempt(entry, () => {
      entry.request = requestOf(rows[entry.number - 1], reader);
    });
    await breathe(() => `reading row ${entry.number} of ${rows.length}`);
  }
  nameAll(entries);
  for (const entry of entries.filter(({ request }) => request)) {
    const { scene, options, given } = entry.request!;
    await attempt(entry, async () => {
      signal.throwIfAborted();
      entry.prepared = await prepare(scene, options, given, reporting(entry), signal);
      const { subject } = entry.prepared;
      if (subject.kind === 'sweep') subject.trusted = false; // the row's changes are not trusted
    });
    await breathe(() => `checking row ${entry.number} of ${rows.length}`);
  }
  const ready = entries.filter(({ prepared }) => prepared);
  checkFiles(ready, (message) => reporting().warning(message));
  const announce = ({ number }: Entry) => {
    if (!json && !quiet) console.error(`Row ${number} of ${rows.length}: ${summaryOf(rows[number - 1])}`);
  };
  const quietly = (entry: Entry) => withoutAdvice(reporting(entry));
  await withWorkshop(async (workshop) => {
    if (options.queue !== undefined) {
      const all = { ready, options, workshop, report: reporting(), announce, quietly, attempt };
      return queueRows(all, signal);
    }
    for (const entry of ready) {
      announce(entry);
      await attempt(entry, () => draw(entry.prepared!, workshop, quietly(entry), signal));
      signal.throwIfAborted();
    }
  });
  summarise(entries, { json, quiet });
  if (entries.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

interface QueuedRows {
  ready: Entry[];
  options: QueueChoice;
  workshop: Workshop;
  /** Reports on all rows together. */
  report: Reporter;
  announce(entry: Entry): void;
  quietly(entry: Entry): Reporter;
  attempt(entry: Entry, work: () => Promise<void>): Promise<void>;
}

/** Queues the films of all rows, and joins each as soon as workers have rendered its segments. */
async function queueRows(
  { ready, options, workshop, report, announce, quietly, attempt }: QueuedRows,
  signal: AbortSignal,
): Promise<void> {
  const { queueFilms, withCoordinator } = await import('./render-queued.js');
  await withCoordinator(options, report, signal, async (coordinator) => {
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = last.then(work);
      last = turn.catch(() => {});
      return turn;
    };
    const finishing: Promise<void>[] = [];
    try {
      for (const entry of ready) {
        await attempt(entry, async () => {
          const own = quietly(entry);
          const done: Reporter['done'] = (...film) => {
            announce(entry);
            own.done(...film);
          };
          const films = await queueFilms(
            entry.prepared!,
            workshop,
            coordinator,
            { ...own, done },
            signal,
            inTurn,
          );
          entry.prepared = undefined; // so that memory does not grow with the number of rows
          const finished = attempt(entry, films.finish);
          finished.catch(() => {}); // awaited below
          finishing.push(finished);
        });
        signal.throwIfAborted();
      }
    } finally {
      await Promise.allSettled(finishing);
    }
    await Promise.all(finishing);
  });
}

/** Names films without a file name after their seed, or else their row. */
function nameAll(entries: Entry[]): void {
  const nameOf = ({ request }: Entry) => {
    const { scene = DEFAULT_SCENE, options } = request!;
    const path = options.project ?? (isLink(scene) ? 'link' : scene);
    const seed = options.seed?.replace(/[^\p{L}\p{N}.-]+/gu, '_').slice(0, 60);
    return { base: basename(path, extname(path)), seed: seed && `seed${seed}` };
  };
  const taken = new Map<string, number>();
  const unnamed = entries.filter(({ request }) => request && request.options.out.length === 0);
  const keyOf = (entry: Entry) => Object.values(nameOf(entry)).join('-').toLowerCase();
  for (const entry of unnamed) taken.set(keyOf(entry), (taken.get(keyOf(entry)) ?? 0) + 1);
  for (const entry of unnamed) {
    const { base, seed } = nameOf(entry);
    const own = seed && taken.get(keyOf(entry)) === 1 ? seed : `row${entry.number}`;
    entry.request!.options.name = `${base}-${own}`;
  }
}

/**
 * Warns of files that will be replaced.
 * @throws UsageError if two rows make the same file.
 */
function checkFiles(ready: Entry[], warn: (message: string) => void): void {
  const makers = new Map<string, number>();
  const there: string[] = [];
  for (const { number, prepared } of ready) {
    for (const file of filesOf(prepared!)) {
      const path = identityOf(file);
      const before = makers.get(path);
      if (before !== undefined) {
        const who =
          before === number
            ? `Row ${number} makes ${file} twice`
            : `Rows ${before} and ${number} both make ${file}`;
        throw new UsageError(`${who}: give each film its own "out".`);
      }
      makers.set(path, number);
      if (existsSync(file)) there.push(file);
    }
  }
  if (there.length === 0) return;
  const named = there.slice(0, 5).join(', ');
  const more = there.length > 5 ? ` and ${there.length - 5} more` : '';
  warn(`${named}${more} already ${there.length === 1 ? 'exists' : 'exist'} and will be replaced.`);
}

/** A row in one short line. */
function summaryOf(row: Row): string {
  const parts = row.map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return name === 'scene' ? text : `${name} ${text}`;
  });
  const all = inOneLine(parts.join(', '));
  return all.length > 100 ? `${all.slice(0, 99)}…` : all;
}

function summarise(entries: Entry[], { json, quiet }: { json?: boolean; quiet?: boolean }): void {
  const failed = entries.filter(({ failure }) => failure !== undefined);
  const made = entries.length - failed.length;
  if (json) {
    const failures = failed.map(({ number, failure }) => ({ row: number, message: failure }));
    printJson('summary', { rows: entries.length, made, failed: failures });
  }
  if (json || quiet) return;
  const rest = failed.length > 0 ? `; ${failed.length} failed:` : '.';
  console.log(`${made} of ${entries.length} rows made${rest}`);
  for (const { number, failure } of failed) console.log(`  row ${number}: ${failure}`);
}
