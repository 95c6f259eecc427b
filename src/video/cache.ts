/** Segments kept on disk under a key of all that makes them, so that a render that was killed goes on where it was, and one
 *  that is changed makes only what has changed. What is kept is whole: it gets its name when it is. */

import { createHash, randomBytes } from 'node:crypto';
import { constants, promises as fs } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '../ambient.js';
import { UsageError } from '../errors.js';
import { parseBytes } from './budget.js';

/** How much is kept unless UNTRAINED_CACHE_SIZE says otherwise, in bytes. */
const DEFAULT_LIMIT = 5e9;

/** Copies under way have this ending; those of processes that were killed are removed when they are a day old. */
const UNFINISHED = '.unfinished';
const DAY_MS = 24 * 60 * 60 * 1000;

const KEY = /^[0-9a-f]{40}$/;

export interface Kept {
  folder: string;
  /** How many segments there are. */
  segments: number;
  bytes: number;
  /** The most it may have, in bytes. */
  limit: number;
}

export class SegmentCache {
  /** A key of anything that JSON can hold. */
  static keyOf(all: unknown): string {
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40);
  }

  private constructor(
    private readonly folder: string,
    private readonly limit: number,
  ) {}

  /**
   * The cache of this user, by UNTRAINED_CACHE or where the system has such things; undefined where UNTRAINED_CACHE is "off".
   * @throws UsageError when UNTRAINED_CACHE_SIZE is no size.
   */
  static here(env: Environment = process.env): SegmentCache | undefined {
    if (env.UNTRAINED_CACHE === 'off') return undefined;
    const text = env.UNTRAINED_CACHE_SIZE;
    const limit = text ? parseBytes(text) : DEFAULT_LIMIT;
    if (limit === undefined) {
      throw new UsageError(`UNTRAINED_CACHE_SIZE is "${text}", and must be a size such as 5GB or 500MB.`);
    }
    return new SegmentCache(resolve(env.UNTRAINED_CACHE || join(cacheHome(env), 'untrained')), limit);
  }

  /** Puts the segment of that key at `to`, on whichever disk that is. False if there is none. */
  async take(key: string, to: string): Promise<boolean> {
    const path = this.pathOf(key);
    try {
      const now = new Date();
      await fs.utimes(path, now, now); // the oldest are dropped first, counted from when they were last of use
      await linkOrCopy(path, to);
      return true;
    } catch {
      return false; // there is none, or it was dropped just now
    }
  }

  /** Keeps a segment that is whole. Best effort: where nothing can be kept, films are made all the same. */
  async keep(key: string, from: string): Promise<void> {
    const unfinished = this.unfinished(key);
    try {
      await fs.mkdir(this.folder, { recursive: true });
      await flush(from); // a name must not outlive its bytes when the machine stops
      await linkOrCopy(from, unfinished);
      await fs.rename(unfinished, this.pathOf(key));
    } catch {
      await fs.rm(unfinished, { force: true }).catch(() => {});
    }
  }

  /** A short text that was noted under a key; undefined if there is none. */
  async recall(key: string): Promise<string | undefined> {
    return fs.readFile(this.pathOf(key), 'utf8').catch(() => undefined);
  }

  /** Notes a text in place of what the key had. Best effort, as all here is. */
  async note(key: string, text: string): Promise<void> {
    const unfinished = this.unfinished(key);
    try {
      await fs.mkdir(this.folder, { recursive: true });
      await fs.writeFile(unfinished, text);
      await fs.rename(unfinished, this.pathOf(key));
    } catch {
      await fs.rm(unfinished, { force: true }).catch(() => {});
    }
  }

  /** Drops the oldest segments until the rest is within the limit. Films being made have links of their own to theirs. */
  async trim(): Promise<void> {
    const segments = await this.list();
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of segments.sort((a, b) => a.used - b.used)) {
      if (bytes <= this.limit) break;
      await fs.rm(segment.path, { force: true }).catch(() => {});
      bytes -= segment.bytes;
    }
  }

  /** What is kept now. */
  async measure(): Promise<Kept> {
    const segments = await this.list();
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    return { folder: this.folder, segments: segments.length, bytes, limit: this.limit };
  }

  /** Drops all of it. Gives what there was. */
  async clear(): Promise<Kept> {
    const kept = await this.measure();
    for (const { path } of await this.list()) await fs.rm(path, { force: true });
    await fs.rmdir(this.folder).catch(() => {}); // somebody keeps something else there
    return kept;
  }

  private pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`"${key}" is not a key.`);
    return join(this.folder, key);
  }

  private unfinished(key: string): string {
    return `${this.pathOf(key)}-${randomBytes(4).toString('hex')}${UNFINISHED}`;
  }

  /** Segments only: whatever else lies in the folder is somebody's. Removes what killed copies left. */
  private async list(): Promise<{ path: string; bytes: number; used: number }[]> {
    const segments: { path: string; bytes: number; used: number }[] = [];
    for (const name of await fs.readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const stat = await fs.stat(path).catch(() => undefined);
      if (!stat?.isFile()) continue;
      if (KEY.test(name)) segments.push({ path, bytes: stat.size, used: stat.mtimeMs });
      else if (name.endsWith(UNFINISHED) && stat.mtimeMs < Date.now() - DAY_MS)
        await fs.rm(path, { force: true }).catch(() => {});
    }
    return segments;
  }
}

function cacheHome(env: Environment): string {
  if (process.platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

/** A link costs nothing and outlives the other's removal; another disk, and some file systems, know none. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await fs.link(from, to).catch(() => fs.copyFile(from, to, constants.COPYFILE_FICLONE));
}

async function flush(path: string): Promise<void> {
  const file = await fs.open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
