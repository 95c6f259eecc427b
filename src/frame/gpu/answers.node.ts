/** Caches the results of GPU detection next to the films' segments, so that it runs only once. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { homeFolder } from './drivers.node.js';

/** How many answers to cache: other Node versions and environments have their own. */
const KEPT = 8;
/** A larger file is not ours. In bytes. */
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

/** Caches an answer. Best effort: if it cannot be written, the next process asks again. */
export function keep(key: string, answer: unknown, milliseconds: number): void {
  const path = file();
  if (!path) return;
  const unfinished = `${path}-${randomBytes(4).toString('hex')}`;
  try {
    const others = read().filter((kept) => kept.key !== key);
    const all: Kept[] = [{ key, until: Date.now() + milliseconds, answer }, ...others].slice(0, KEPT);
    makeFolder(dirname(path));
    writeFileSync(unfinished, JSON.stringify(all), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch {
    try {
      rmSync(unfinished, { force: true });
    } catch {} // its folder is none
  }
}

function read(): Kept[] {
  const path = file();
  if (!path) return [];
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > MOST_BYTES) return [];
    if (process.getuid && stat.uid !== process.getuid()) return []; // somebody else's answers are not believed
    const all = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(all) ? all.filter((kept) => typeof kept?.key === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * In UNTRAINED_CACHE or the system's cache folder; undefined if caching is off.
 */
function file(): string | undefined {
  const { UNTRAINED_CACHE: named, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (named === 'off') return undefined;
  if (named) return join(resolve(named), 'gpu.json');
  const home = homeFolder();
  const caches =
    process.platform === 'win32'
      ? LOCALAPPDATA || (home && join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? home && join(home, 'Library', 'Caches')
        : XDG_CACHE_HOME || (home && join(home, '.cache'));
  return caches && isAbsolute(caches) ? join(caches, 'untrained', 'gpu.json') : undefined;
}

/** Creates at most two folders, one by one: Node's recursive mkdir never returns below /proc. */
function makeFolder(path: string): void {
  for (const folder of [dirname(path), path]) {
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' && folder === path) throw error;
    }
  }
}
