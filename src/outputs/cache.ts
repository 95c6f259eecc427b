/** Caches segments on disk, under keys of everything their bytes depend on. A render that was killed resumes, and
 *  one that was changed makes only the segments that differ. A segment gets its name only once it is complete,
 *  with a digest beside it; a segment that no longer matches its digest is dropped. */

import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream, type Dirent, promises as fs, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import type { Environment } from '../core/ambient.js';
import { UsageError } from '../core/errors.js';
import { cacheFolder, makeFolder, replaceFile } from '../system/folders.js';
import { parseBytes } from './budget.js';

/** The cache's size limit, in bytes, unless UNTRAINED_CACHE_SIZE sets another. */
const DEFAULT_LIMIT = 5e9;

/** The ending of unfinished copies. Those that killed processes left behind are removed after a day. */
const UNFINISHED = '.unfinished';
const DAY_MS = 24 * 60 * 60 * 1000;

const KEY = /^[0-9a-f]{40}$/;

/** How many times to try reading a segment that other processes keep removing and storing again. */
const ATTEMPTS = 4;

/**
 * The ending of a segment's digest: SHA-256 of its key and its bytes, so that swapped segments are detected. After a
 * space follows the number of bytes, so that a segment cut short is recognised without reading it.
 */
const DIGEST = '.sha256';
const DIGEST_TEXT = /^([0-9a-f]{64})(?: (\d{1,15}))?$/;

/** The ending of a small file that may accompany a segment. It has no digest: whoever reads it checks it. */
export const BESIDE = '.beside';

/** Errors in copying that say nothing about the segment itself. */
const SHORTAGES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM'];

export interface CacheUsage {
  folder: string;
  /** The number of segments. */
  segments: number;
  bytes: number;
  /** The size limit, in bytes. */
  limit: number;
}

export class SegmentCache {
  /** The key of a JSON value. */
  static keyOf(all: unknown): string {
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40);
  }

  /** How many of the requested segments were damaged and therefore dropped. */
  damaged = 0;

  private constructor(
    private readonly folder: string,
    private readonly limit: number,
  ) {}

  /**
   * This user's cache: in the folder that UNTRAINED_CACHE names, or else in the system's folder for caches. Undefined
   * if UNTRAINED_CACHE is "off", or if it is not set and the user has no home folder.
   * @throws UsageError if UNTRAINED_CACHE_SIZE is not a size.
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

  /**
   * Whether there is a segment with that key, of the right size.
   * @throws The system's error if the folder cannot be read.
   */
  async has(key: string): Promise<boolean> {
    try {
      await this.check(this.pathOf(key));
      return true;
    } catch (error) {
      if (error instanceof Damage || isAbsence(error)) return false;
      throw error;
    }
  }

  /**
   * Those of these keys that have a segment, of any size, by listing the folder once.
   * @throws The system's error if the folder cannot be read; none if it does not exist.
   */
  async listed(keys: readonly string[]): Promise<Set<string>> {
    const files = new Set<string>();
    for (const entry of await this.entries()) if (entry.isFile()) files.add(entry.name);
    return new Set(keys.filter((key) => files.has(key) && files.has(key + DIGEST)));
  }

  /**
   * Copies the segment with that key to `to`, on any disk, and the file beside it, if there is one. A damaged
   * segment is dropped and counted in `damaged`.
   * @returns False if there is none.
   */
  async take(key: string, to: string): Promise<boolean> {
    try {
      return (await this.fetch(key, to)) === 'taken';
    } catch (error) {
      const path = this.pathOf(key);
      if (SHORTAGES.includes((error as NodeJS.ErrnoException).code ?? '') || !(await exists(path)))
        return false;
      await this.drop(path); // it cannot be read
      this.damaged++;
      return false;
    }
  }

  /** The same, but tells missing and damaged segments apart, and throws if the disk fails: the segment may be fine. */
  async fetch(key: string, to: string): Promise<'taken' | 'missing' | 'damaged'> {
    const path = this.pathOf(key);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.copyChecked(key, to);
        return 'taken';
      } catch (error) {
        await fs.rm(to, { force: true }).catch(() => {});
        // Of two processes that find damage, the second finds nothing.
        if ((isAbsence(error) || error instanceof Damage) && !(await exists(path))) return 'missing';
        if (isAbsence(error) && attempt < ATTEMPTS) continue; // another process has replaced it meanwhile
        if (!(error instanceof Damage)) throw error;
        await this.drop(path);
        this.damaged++;
        return 'damaged';
      }
    }
  }

  /** Copies a segment and the file beside it. @throws Damage, or the system's error. */
  private async copyChecked(key: string, to: string): Promise<void> {
    const path = this.pathOf(key);
    const digest = await this.check(path);
    // What is there may be a link to another segment, which a copy would overwrite.
    for (const file of [to, to + BESIDE]) await fs.rm(file, { force: true });
    await linkOrCopy(path, to);
    if (digest !== (await digestOf(key, to))) throw new Damage();
    if (await isFile(path + BESIDE).catch(() => false))
      await linkOrCopy(path + BESIDE, to + BESIDE).catch(() => {});
    const now = new Date();
    await fs.utimes(path, now, now).catch(() => {}); // trim() drops the least recently used
  }

  /**
   * Checks everything about a segment but its bytes.
   * @returns Its digest.
   * @throws Damage, or the system's error: ENOENT if there is no segment.
   */
  private async check(path: string): Promise<string> {
    const segment = await fs.lstat(path);
    const isWhole = segment.isFile() && (await isFile(path + DIGEST).catch(throwUnlessAbsent));
    const text = isWhole ? await fs.readFile(path + DIGEST, 'latin1').catch(throwUnlessAbsent) : false;
    const [, digest, size = String(segment.size)] = DIGEST_TEXT.exec(text || '') ?? [];
    if (digest === undefined || Number(size) !== segment.size) throw new Damage();
    return digest;
  }

  /**
   * Caches a complete segment, and the file beside it, if there is one. Best effort: returns false if it cannot be
   * cached, which fails no render.
   */
  async tryStore(key: string, from: string): Promise<boolean> {
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
        if (!(await isFile(file).catch(trueIfAbsent))) await this.drop(path); // a rename replaces only files
      await linkOrCopy(from, unfinished);
      const { size } = await flush(unfinished); // after a crash, there must be no name without its bytes
      await this.copy(from + BESIDE, path + BESIDE).catch(() => {});
      // The digest of the original: a copy that differs will be recognised. It comes first, so that no segment is ever
      // without one.
      await this.write(path + DIGEST, `${await digestOf(key, from)} ${size}`);
      await replaceFile(unfinished, path);
    } catch (error) {
      await fs.rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** Removes a segment and what is beside it, if they are there. @throws The system's error if they stay. */
  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    for (const file of [path, path + DIGEST, path + BESIDE])
      await fs.rm(file, { force: true, recursive: true });
  }

  /** The short text stored under a key; undefined if there is none. */
  async recall(key: string): Promise<string | undefined> {
    return fs.readFile(this.pathOf(key), 'utf8').catch(() => undefined);
  }

  /** Stores a short text under a key, replacing any earlier one. Best effort. */
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
      await replaceFile(unfinished, path);
    } catch (error) {
      await fs.rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** The same for a copy of a small file. */
  private async copy(from: string, path: string): Promise<void> {
    const unfinished = this.unfinished(path);
    await linkOrCopy(from, unfinished);
    await replaceFile(unfinished, path).catch(async (error) => {
      await fs.rm(unfinished, { force: true });
      throw error;
    });
  }

  /** Removes a segment, then what is beside it, even if something else now has their names, so that these are free. */
  private async drop(path: string): Promise<void> {
    for (const file of [path, path + DIGEST, path + BESIDE])
      await fs.rm(file, { force: true, recursive: true }).catch(() => {});
  }

  /** Drops the least recently used segments until the rest fit the limit. Renders in progress have their own links. */
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

  async measure(): Promise<CacheUsage> {
    const segments = await this.list();
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    return { folder: this.folder, segments: segments.length, bytes, limit: this.limit };
  }

  /** Drops all segments and returns what there was. */
  async clear(): Promise<CacheUsage> {
    const usage = await this.measure();
    for (const { path } of await this.list()) await this.drop(path);
    await fs.rmdir(this.folder).catch(() => {}); // fails if the user has other files there
    return usage;
  }

  private pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`"${key}" is not a key.`);
    return join(this.folder, key);
  }

  private unfinished(path: string): string {
    return `${path}-${randomBytes(4).toString('hex')}${UNFINISHED}`;
  }

  /** Removes the copies that killed processes left unfinished, and files without a segment, if they are a day old. */
  async tidy(): Promise<void> {
    const entries = await this.entries();
    const names = new Set(entries.map(({ name }) => name));
    for (const { name } of entries) {
      const ending = [DIGEST, BESIDE].find((ending) => name.endsWith(ending));
      const segment = ending && name.slice(0, -ending.length);
      const isLeft = name.endsWith(UNFINISHED) || (segment && KEY.test(segment) && !names.has(segment));
      const path = join(this.folder, name);
      if (isLeft && (await isOld(path))) await fs.rm(path, { force: true }).catch(() => {});
    }
  }

  /** What is in the folder; nothing if it does not exist. */
  private async entries(): Promise<Dirent[]> {
    return fs.readdir(this.folder, { withFileTypes: true }).catch((error) => {
      if (isAbsence(error)) return [];
      throw error;
    });
  }

  /** Lists the segments, and removes old unfinished copies and files without a segment. Other files are not ours. */
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

/** Thrown if a segment is not what was stored. */
class Damage extends Error {}

/** Whether it is the system's error for a file or folder that does not exist. */
function isAbsence(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function throwUnlessAbsent(error: unknown): false {
  if (isAbsence(error)) return false;
  throw error;
}

function trueIfAbsent(error: unknown): true {
  if (isAbsence(error)) return true;
  throw error;
}

/** Whether it is a plain file that has not changed for a day. */
async function isOld(path: string): Promise<boolean> {
  const stat = await fs.lstat(path).catch(() => undefined);
  return !!stat?.isFile() && stat.mtimeMs < Date.now() - DAY_MS;
}

/** Whether it is a digest, or another file beside a segment, without its segment. */
async function isLone(path: string): Promise<boolean> {
  const ending = [DIGEST, BESIDE].find((ending) => path.endsWith(ending));
  if (!ending) return false;
  const segment = path.slice(0, -ending.length);
  return KEY.test(basename(segment)) && !(await exists(segment));
}

/** Whether it is a plain file: links, folders and pipes cannot be trusted, and reading some never ends. */
async function isFile(path: string): Promise<boolean> {
  return (await fs.lstat(path)).isFile();
}

async function exists(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  );
}

/** The digest of a file and its key. Takes about half a second per gigabyte. */
async function digestOf(key: string, path: string): Promise<string> {
  const hash = createHash('sha256').update(key);
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  return hash.digest('hex');
}

/**
 * Gives a file a second name. Links are free, and survive the removal of the original, but do not work across disks or
 * on some file systems: there it is a copy.
 */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await fs.link(from, to).catch(() => fs.copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Writes a file to the disk, and returns what the system then knows of it. */
async function flush(path: string): Promise<Stats> {
  const file = await fs.open(path, 'r+');
  try {
    await file.sync();
    return await file.stat();
  } finally {
    await file.close();
  }
}
