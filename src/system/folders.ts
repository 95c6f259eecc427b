/** Creates folders and explains why the system refused one. For Node only. */

import { promises as fs } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * Makes a folder and its parents, like `mkdir -p`, and never hangs: Node's own recursive mkdir does not return where
 * the system makes no folders, such as in /proc (seen in 20.20).
 * @returns The outermost folder that it created; undefined if the folder existed.
 * @throws Error, the system's: whyRefused() puts it into words.
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
    if (!(await isFolder(path))) throw error; // otherwise another process has just made it
  });
  return made ?? path;
}

/** Whether there is a folder at this path, or a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  const stat = await fs.stat(path).catch(() => undefined); // the next call reports other problems better
  return stat?.isDirectory() ?? false;
}

/**
 * The folder for this user's cached data: XDG_CACHE_HOME or ~/.cache, on macOS
 * ~/Library/Caches, on Windows %LOCALAPPDATA%. It need not exist yet.
 * @returns An absolute path; undefined where the user has no home. Relative paths in the environment do not count, as
 * the XDG Base Directory Specification has it: they would scatter caches over working folders.
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
 * Where Untrained keeps what it can make again: the folder that UNTRAINED_CACHE names, or "untrained" in the user's cache
 * folder. It need not exist yet.
 * @returns An absolute path; undefined when UNTRAINED_CACHE is "off", or is not set and the user has no home.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.UNTRAINED_CACHE === 'off') return undefined;
  if (env.UNTRAINED_CACHE) return resolve(env.UNTRAINED_CACHE);
  const caches = userCacheFolder(env);
  return caches && join(caches, 'untrained');
}

/** The user's home: from the environment, or else from the list of users. Undefined where neither has an absolute path. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (named && isAbsolute(named)) return named;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    return undefined; // a user without an entry in that list, as in many containers
  }
}

/** Why the system refused to make, open or write something, as the end of a sentence after "because". */
export function whyRefused(error: unknown): string {
  switch ((error as NodeJS.ErrnoException)?.code) {
    case 'EACCES':
    case 'EPERM':
      return 'you do not have permission to write there';
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
