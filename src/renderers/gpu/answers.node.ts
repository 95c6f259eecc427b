/** Caches the results of GPU detection next to the films' segments, so that it runs only once. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, makeFolder } from '../../system/folders.js';

/** The number of answers to cache: each Node version and environment has its own. */
const KEPT = 8;
/** Larger files are not ours. In bytes. */
const MOST_BYTES = 1e6;

interface Kept {
  key: string;
  /** When it expires, in milliseconds since 1970. */
  until: number;
  answer: unknown;
}

export const keyOf = (all: unknown): string => createHash('sha256').update(JSON.stringify(all)).digest('hex');

/** The answer cached under a key, unvalidated; undefined if there is none. */
export function recall(key: string): unknown {
  return read().find((kept) => kept.key === key && kept.until > Date.now())?.answer;
}

/** Caches an answer. Best effort: if it cannot be written, the next process detects again. */
export async function keep(key: string, answer: unknown, milliseconds: number): Promise<void> {
  const path = file();
  if (!path) return;
  const unfinished = `${path}-${randomBytes(4).toString('hex')}`;
  try {
    const others = read().filter((kept) => kept.key !== key);
    const all: Kept[] = [{ key, until: Date.now() + milliseconds, answer }, ...others].slice(0, KEPT);
    await makeFolder(dirname(path));
    writeFileSync(unfinished, JSON.stringify(all), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch {
    try {
      rmSync(unfinished, { force: true });
    } catch {} // not a usable folder
  }
}

function read(): Kept[] {
  const path = file();
  if (!path) return [];
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > MOST_BYTES) return [];
    if (process.getuid && stat.uid !== process.getuid()) return []; // do not trust another user's answers
    const all = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(all) ? all.filter((kept) => typeof kept?.key === 'string') : [];
  } catch {
    return [];
  }
}

/** In UNTRAINED_CACHE, or else in the user's cache folder; undefined if caching is disabled. */
function file(): string | undefined {
  const folder = cacheFolder();
  return folder && join(folder, 'gpu.json');
}
