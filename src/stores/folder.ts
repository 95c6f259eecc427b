/**
 * Files under keys in a folder, on this machine or on a shared file system such as NFS. Nothing here relies on locks or
 * on hard links: files are copied where links do not work, and appear under their names by being renamed.
 */
import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RenderError, TransientError, UsageError } from '../core/errors.js';
import { SegmentCache } from '../outputs/index.js';
import { cannotWrite, makeFolder, whyRefused } from '../system/folders.js';
import type { KeyedFiles, Taken } from './keyed-files.js';

/** The prefix of folders in which segments are made. Those that killed processes left are removed after a day. */
export const UNFINISHED_FOLDER = 'unfinished-';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Up to this many keys are looked up one by one; for more, the folder is listed. */
const FEW = 50;

/** Temporary errors: a file was replaced meanwhile or, on Windows, is being read. */
const PASSING = process.platform === 'win32' ? ['EPERM', 'EACCES', 'EBUSY'] : ['ESTALE'];
const ATTEMPTS = 4;

export class FolderFiles implements KeyedFiles {
  readonly folder: string;
  private readonly files: SegmentCache;
  /** Whether the folder has existed. If it disappears afterwards, its disk is probably no longer mounted. */
  private seen = false;

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.files = SegmentCache.at(this.folder);
  }

  /** @throws UsageError if the path is a file. */
  static async open(folder: string): Promise<FolderFiles> {
    const files = new FolderFiles(folder);
    const stat = await fs.stat(files.folder).catch((error) => {
      if (error.code !== 'ENOENT') throw files.failure(error, 'read'); // it is created with its first file
    });
    if (stat && !stat.isDirectory()) throw files.notFolder();
    files.seen = stat !== undefined;
    return files;
  }

  get name(): string {
    return this.folder;
  }

  async ready(): Promise<void> {
    if (this.seen) {
      await fs.stat(this.folder).catch(() => {
        throw this.vanished();
      });
      return;
    }
    await makeFolder(this.folder).catch((error) => {
      throw this.failure(error, 'written');
    });
    this.seen = true;
    await this.tidy();
  }

  /** A file of the wrong size is not among them if the keys are few; `take` recognises it in any case. */
  async among(keys: readonly string[]): Promise<Set<string>> {
    const there = await this.look(keys);
    if (there.size === new Set(keys).size || !(await this.refresh())) return there;
    return this.look(keys);
  }

  async take(key: string, to: string): Promise<Taken> {
    const take = () => this.trying(() => this.files.fetch(key, to), 'read');
    const taken = await take();
    return taken === 'missing' && (await this.refresh()) ? take() : taken;
  }

  async put(key: string, from: string): Promise<void> {
    await fs.access(from); // a missing file is not the store's fault
    await this.ready();
    // A process that found the old file damaged may remove the new one, or its digest.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.has(key)) return;
      await this.trying(async () => {
        await this.files.store(key, from).catch(async (error) => {
          if (!(await this.files.has(key).catch(() => false))) throw error; // otherwise another process has stored it
        });
      }, 'written');
    }
    if (!(await this.has(key))) {
      throw new TransientError(
        `${key} keeps disappearing from the store ${this.folder}: check whether another program deletes it.`,
      );
    }
  }

  async remove(key: string): Promise<void> {
    await this.trying(() => this.files.remove(key), 'written');
  }

  async close(): Promise<void> {}

  private has(key: string): Promise<boolean> {
    return this.trying(() => this.files.has(key), 'read');
  }

  private async look(keys: readonly string[]): Promise<Set<string>> {
    if (keys.length > FEW) return this.trying(() => this.files.listed(keys), 'read');
    const there = new Set<string>();
    for (const key of keys) if (await this.has(key)) there.add(key);
    return there;
  }

  /**
   * Makes a network file system show files that other machines have stored: NFS remembers for up to a minute that a
   * file was missing, unless this machine changes the folder.
   * @returns False if the folder is missing or cannot be changed.
   * @throws TransientError if the folder has vanished.
   */
  private async refresh(): Promise<boolean> {
    const path = join(this.folder, `look-${randomBytes(4).toString('hex')}.unfinished`);
    try {
      await fs.writeFile(path, '', { flag: 'wx' });
      await fs.rm(path, { force: true });
      this.seen = true;
      return true;
    } catch (error) {
      if (this.seen && (error as NodeJS.ErrnoException).code === 'ENOENT') throw this.vanished();
      return false;
    }
  }

  /** Removes what killed processes left unfinished. Best effort. */
  private async tidy(): Promise<void> {
    try {
      await this.files.tidy();
      for (const name of await fs.readdir(this.folder)) {
        const path = join(this.folder, name);
        if (name.startsWith(UNFINISHED_FOLDER) && (await isAbandoned(path)))
          await fs.rm(path, { recursive: true, force: true, maxRetries: 3 });
      }
    } catch {
      // another process is doing the same, or what is there belongs to another user
    }
  }

  private async trying<T>(work: () => Promise<T>, what: 'read' | 'written'): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (attempt === ATTEMPTS || !PASSING.includes(code)) throw this.failure(error, what);
        await sleep(50 * attempt);
      }
    }
  }

  private failure(error: unknown, what: 'read' | 'written'): unknown {
    const { code, path, dest = path } = error as NodeJS.ErrnoException & { dest?: string };
    if (code === undefined || error instanceof RenderError) return error;
    if (code === 'ENOTDIR' || code === 'EEXIST') return this.notFolder();
    if (code === 'ENOENT' && this.seen && dest?.startsWith(this.folder)) return this.vanished();
    if (what === 'read' && dest !== undefined && !dest.startsWith(this.folder))
      return cannotWrite(
        `A segment cannot be copied to "${dest}"`,
        error,
        'free some space, or write elsewhere',
      );
    const [why, next] = reasonOf(error, code, what);
    return new TransientError(
      `The store ${this.folder} cannot be ${what} because ${why} (${code}): ${next}, or choose another with --store.`,
      { cause: error },
    );
  }

  private notFolder(): UsageError {
    return new UsageError(
      `--store is "${this.folder}" but must be a folder or s3://bucket/prefix: part of its path is a file.`,
    );
  }

  private vanished(): TransientError {
    return new TransientError(
      `The store ${this.folder} has vanished: mount its disk again, or create the folder, then try again.`,
    );
  }
}

/** Why a store cannot be used, and what to do about it. */
function reasonOf(error: unknown, code: string, what: 'read' | 'written'): [why: string, next: string] {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return [whyRefused(error), 'free some space'];
    case 'EACCES':
    case 'EPERM':
      return [
        what === 'read' ? 'you do not have permission to read it' : whyRefused(error),
        'change its permissions',
      ];
    case 'EROFS':
      return [whyRefused(error), 'mount it for writing'];
    case 'ESTALE':
      return ["the server's files were replaced or its disk was mounted again", 'try again'];
    case 'EIO':
    case 'ETIMEDOUT':
    case 'EHOSTDOWN':
    case 'ENOTCONN':
      return ['the disk or its server does not respond', 'check them and try again'];
    default:
      return [whyRefused(error), 'try again'];
  }
}

/** Whether nothing in a folder has changed for a day. */
async function isAbandoned(path: string): Promise<boolean> {
  const stat = await fs.lstat(path);
  if (!stat.isDirectory()) return false;
  const inside = await Promise.all((await fs.readdir(path)).map((name) => fs.lstat(join(path, name))));
  return [stat, ...inside].every(({ mtimeMs }) => mtimeMs < Date.now() - DAY_MS);
}
