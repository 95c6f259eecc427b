/** Segments kept on disk under a key of all that makes them, so that a render that was killed goes on where it was, and one
 *  that is changed makes only what has changed. What is kept is whole: it gets its name when it is. A digest beside each
 *  says what it held then, and what no longer does is dropped. */

import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream, promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import type { Environment } from '../core/ambient.js';
import { UsageError } from '../core/errors.js';
import { cacheFolder, makeFolder } from '../system/folders.js';
import { parseBytes } from './budget.js';

/** How much is kept unless UNTRAINED_CACHE_SIZE says otherwise, in bytes. */
const DEFAULT_LIMIT = 5e9;

/** Copies under way have this ending; those of processes that were killed are removed when they are a day old. */
const UNFINISHED = '.unfinished';
const DAY_MS = 24 * 60 * 60 * 1000;

const KEY = /^[0-9a-f]{40}$/;

/** The ending of a segment's digest: SHA-256 of its key and its bytes, so that segments that changed places show. */
const DIGEST = '.sha256';

/** Errors of a copy that say nothing about the segment. */
const SHORTAGES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM'];

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

  /** How many requested segments were damaged, and were dropped. */
  damaged = 0;

  private constructor(
    private readonly folder: string,
    private readonly limit: number,
  ) {}

  /**
   * The cache of this user, by UNTRAINED_CACHE or where the system has such things; undefined where UNTRAINED_CACHE is
   * "off", and where it names no folder and the user has no home.
   * @throws UsageError when UNTRAINED_CACHE_SIZE is no size.
   */
  static here(env: Environment = process.env): SegmentCache | undefined {
    const folder = cacheFolder(env);
    if (folder === undefined) return undefined;
    const text = env.UNTRAINED_CACHE_SIZE;
    const limit = text ? parseBytes(text) : DEFAULT_LIMIT;
    if (limit === undefined) {
      throw new UsageError(`UNTRAINED_CACHE_SIZE is "${text}" but must be a size such as 5GB or 500MB.`);
    }
    return new SegmentCache(folder, limit);
  }

  /** A store of segments in a folder, without a limit. */
  static at(folder: string): SegmentCache {
    return new SegmentCache(folder, Number.POSITIVE_INFINITY);
  }

  /** Whether there is a segment with that key. */
  async has(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    return (await exists(path)) && (await exists(path + DIGEST));
  }

  /**
   * Copies the segment with that key to `to`, on any disk. A damaged one is dropped, and counted in `damaged`.
   * @returns False if there is none.
   */
  async take(key: string, to: string): Promise<boolean> {
    const path = this.pathOf(key);
    if (!(await exists(path))) return false;
    try {
      if (!(await isFile(path)) || !(await isFile(path + DIGEST))) throw new Error('not a file');
      await linkOrCopy(path, to);
      if ((await fs.readFile(path + DIGEST, 'latin1')) !== (await digestOf(key, to)))
        throw new Error('another digest');
      const now = new Date();
      await fs.utimes(path, now, now).catch(() => {}); // the oldest are dropped first, counted from their last use
      return true;
    } catch (error) {
      await fs.rm(to, { force: true }).catch(() => {});
      if (SHORTAGES.includes((error as NodeJS.ErrnoException).code ?? '')) return false; // and nothing is wrong with it
      if (!(await exists(path))) return false; // another process dropped it just now
      await this.drop(path);
      this.damaged++;
      return false;
    }
  }

  /** Caches a complete segment. Best effort: if it cannot be cached (false), films are still made. */
  async keep(key: string, from: string): Promise<boolean> {
    return this.store(key, from).then(
      () => true,
      () => false,
    );
  }

  /** The same, but throws if the segment cannot be stored. */
  async store(key: string, from: string): Promise<void> {
    const path = this.pathOf(key);
    const unfinished = this.unfinished(path);
    try {
      await makeFolder(this.folder);
      for (const file of [path, path + DIGEST])
        if ((await exists(file)) && !(await isFile(file))) await this.drop(path); // a rename takes the place of files only
      await flush(from); // a name must not outlive its bytes when the machine stops
      await linkOrCopy(from, unfinished);
      await this.write(path + DIGEST, await digestOf(key, unfinished)); // first: a segment is never without one
      await fs.rename(unfinished, path);
    } catch (error) {
      await fs.rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** A short text that was noted under a key; undefined if there is none. */
  async recall(key: string): Promise<string | undefined> {
    return fs.readFile(this.pathOf(key), 'utf8').catch(() => undefined);
  }

  /** Notes a text in place of what the key had. Best effort, as all here is. */
  async note(key: string, text: string): Promise<void> {
    await makeFolder(this.folder)
      .then(() => this.write(this.pathOf(key), text))
      .catch(() => {});
  }

  /** Gives a small file its name once it is complete. */
  private async write(path: string, text: string): Promise<void> {
    const unfinished = this.unfinished(path);
    try {
      await fs.writeFile(unfinished, text);
      await fs.rename(unfinished, path);
    } catch (error) {
      await fs.rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }

  /**
   * Removes a segment, and then its digest. Whatever has taken the segment's place goes too, so that one can be kept
   * again.
   */
  private async drop(path: string): Promise<void> {
    for (const file of [path, path + DIGEST])
      await fs.rm(file, { force: true, recursive: true }).catch(() => {});
  }

  /** Drops the oldest segments until the rest is within the limit. Films being made have links of their own to theirs. */
  async trim(): Promise<void> {
    const segments = await this.list();
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of segments.sort((a, b) => a.used - b.used)) {
      if (bytes <= this.limit) break;
      await this.drop(segment.path);
      bytes -= segment.bytes;
    }
  }

  /** The system error that prevents caching; undefined if there is none. */
  async problem(): Promise<Error | undefined> {
    try {
      await makeFolder(this.folder);
      await fs.rmdir(await fs.mkdtemp(join(this.folder, 'try-')));
      return undefined;
    } catch (error) {
      return error as Error;
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
    for (const { path } of await this.list()) await this.drop(path);
    await fs.rmdir(this.folder).catch(() => {}); // somebody keeps something else there
    return kept;
  }

  private pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`"${key}" is not a key.`);
    return join(this.folder, key);
  }

  private unfinished(path: string): string {
    return `${path}-${randomBytes(4).toString('hex')}${UNFINISHED}`;
  }

  /**
   * Segments only: whatever else lies in the folder is somebody's. Removes what killed copies left, and lone digests.
   */
  private async list(): Promise<{ path: string; bytes: number; used: number }[]> {
    const segments: { path: string; bytes: number; used: number }[] = [];
    for (const name of await fs.readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const stat = await fs.lstat(path).catch(() => undefined);
      if (!stat?.isFile()) continue;
      if (KEY.test(name)) segments.push({ path, bytes: stat.size, used: stat.mtimeMs });
      else if (stat.mtimeMs < Date.now() - DAY_MS && (name.endsWith(UNFINISHED) || (await isLone(path))))
        await fs.rm(path, { force: true }).catch(() => {});
    }
    return segments;
  }
}

/** Whether it is a digest without its segment. */
async function isLone(path: string): Promise<boolean> {
  if (!path.endsWith(DIGEST)) return false;
  const segment = path.slice(0, -DIGEST.length);
  return KEY.test(basename(segment)) && !(await exists(segment));
}

/** Whether there is a plain file: links, folders and pipes cannot be trusted, and some never end. */
async function isFile(path: string): Promise<boolean> {
  return (await fs.lstat(path)).isFile();
}

async function exists(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  );
}

/** The expected digest of a file under a key. Takes about half a second per gigabyte. */
async function digestOf(key: string, path: string): Promise<string> {
  const hash = createHash('sha256').update(key);
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  return hash.digest('hex');
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
