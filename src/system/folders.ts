/** Finds and creates folders, and explains why the system refused an operation. For Node only. */

import { promises as fs } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RenderError, TransientError } from '../core/errors.js';

/**
 * Creates a folder and its parents, like `mkdir -p`. Unlike Node's own recursive mkdir, it does not hang in places
 * where folders cannot be created, such as /proc (seen in Node 20.20).
 * @returns The outermost folder that it created; undefined if the folder existed.
 * @throws The system's error, which whyRefused() explains.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await fs.mkdir(path);
    return path;
  } catch (error) {
    if (await isFolder(path)) return undefined;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const made = await makeFolder(dirname(path));
  await fs.mkdir(path).catch(async (error) => {
    if (await isFolder(path)) return; // another process has just created it
    if (made) await fs.rm(made, { recursive: true, force: true }).catch(() => {});
    throw error;
  });
  return made ?? path;
}

/** Whether the path is a folder or a symbolic link to one. */
async function isFolder(path: string): Promise<boolean> {
  const stat = await fs.stat(path).catch(() => undefined); // the caller's next operation reports other problems better
  return stat?.isDirectory() ?? false;
}

/**
 * The folder for this user's cached data: XDG_CACHE_HOME or ~/.cache; on macOS ~/Library/Caches; on Windows
 * %LOCALAPPDATA%. It may not exist yet.
 * @returns An absolute path, or undefined if the user has no home folder. Ignores relative paths in the environment, as
 * the XDG Base Directory Specification requires: they would create a cache in every working folder.
 */
function userCacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const [named, ...below] =
    process.platform === 'win32'
      ? [env.LOCALAPPDATA, 'AppData', 'Local']
      : process.platform === 'darwin'
        ? [undefined, 'Library', 'Caches']
        : [env.XDG_CACHE_HOME, '.cache'];
  if (named && isAbsolute(named)) return named;
  const home = homeFolder(env);
  return home && join(home, ...below);
}

/**
 * The folder for Untrained's cached data: the one that UNTRAINED_CACHE names, or "untrained" in the user's cache
 * folder. It may not exist yet.
 * @returns An absolute path, or undefined if UNTRAINED_CACHE is "off", or if it is not set and the user has no home
 * folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.UNTRAINED_CACHE === 'off') return undefined;
  if (env.UNTRAINED_CACHE) return resolve(env.UNTRAINED_CACHE);
  const caches = userCacheFolder(env);
  return caches && join(caches, 'untrained');
}

/**
 * The user's home folder, from the environment or else the system's user list. Undefined if neither has an absolute
 * path.
 */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (named && isAbsolute(named)) return named;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    return undefined; // a user without an entry in the user list, as in many containers
  }
}

/** Windows' errors while another program has a file open: a virus scanner for a moment, a player for longer. */
const LOCKED = ['EPERM', 'EACCES', 'EBUSY'];
/** How long to wait between attempts, in milliseconds. */
const LOCK_WAITS = [20, 40, 80, 160, 320];

/**
 * Renames a file, replacing any other of the new name. On Windows, tries again for half a second while another program
 * has one of them open.
 * @throws The system's error.
 */
export async function replaceFile(
  from: string,
  to: string,
  { rename, platform }: Pick<System, 'rename' | 'platform'> = SYSTEM,
): Promise<void> {
  for (const wait of platform === 'win32' ? LOCK_WAITS : []) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!LOCKED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await sleep(wait);
    }
  }
  return rename(from, to);
}

/** What tests replace. */
interface System {
  rename: (from: string, to: string) => Promise<void>;
  platform: NodeJS.Platform;
}
const SYSTEM: System = { rename: (from, to) => fs.rename(from, to), platform: process.platform };

/** Equal texts for paths of the same file: on macOS and Windows, case and the form of accents make no difference. */
export function identityOf(path: string, platform = process.platform): string {
  const whole = resolve(path);
  return platform === 'win32' || platform === 'darwin' ? whole.normalize('NFC').toLowerCase() : whole;
}

/** Reasons in a path itself, or in a file's size, which a retry does not change. */
const LASTING = ['ENOTDIR', 'EEXIST', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'EFBIG', 'EINVAL'];

/** The error for something that the system refused to create or write. @param message - All of it. */
export function writeFailure(message: string, cause: unknown): RenderError {
  const lasting = LASTING.includes((cause as NodeJS.ErrnoException)?.code ?? '');
  return lasting ? new RenderError(message, { cause }) : new TransientError(message, { cause });
}

/**
 * The same with the system's reason.
 * @param problem - "The film cannot be written".
 * @param next - What to do: "free some space".
 */
export function cannotWrite(problem: string, cause: unknown, next: string): RenderError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = `${whyRefused(cause)}${code ? ` (${code})` : ''}`;
  return writeFailure(`${problem} because ${reason}: ${next}.`, cause);
}

/** Why the system refused to create, open or write something: a clause that can follow "because". */
export function whyRefused(error: unknown, platform = process.platform): string {
  switch ((error as NodeJS.ErrnoException)?.code) {
    case 'EACCES':
    case 'EPERM':
      return platform === 'win32'
        ? 'another program has the file open, or you do not have permission to write there'
        : 'you do not have permission to write there';
    case 'EBUSY':
      return 'another program has the file open';
    case 'EROFS':
      return 'the disk is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EFBIG':
      return 'the file is larger than the system allows';
    case 'EDQUOT':
      return 'your disk quota is used up';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'part of its path is a file, not a folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOENT':
      return 'the folder does not exist and cannot be created';
    case 'ENAMETOOLONG':
      return 'the name is too long';
    case 'ELOOP':
      return 'its symbolic links form a loop';
    case 'EMFILE':
      return 'this process has too many files open (raise the limit: ulimit -n 1024)';
    case 'ENFILE':
      return 'the system has too many files open';
    default:
      return (error as Error)?.message ?? String(error);
  }
}
