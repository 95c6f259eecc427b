/** Folders for what is trusted when it is read again: translated code, an unpacked program. */
import { existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';

/**
 * Makes a folder that only this user can reach, unless it is there.
 * @param path - Its parent must exist.
 * @returns Whether it is a real folder, this user's own, and closed to all others. If not, anyone may have filled it.
 */
export function isPrivateFolder(path: string): boolean {
  let found: Stats;
  try {
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    found = lstatSync(path); // a link is not followed: it may lead anywhere
  } catch {
    return false; // it cannot be made
  }
  if (!found.isDirectory()) return false;
  // On Windows the folder for temporary files is each user's own, and there is no mode to look at.
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & 0o077) === 0;
}
