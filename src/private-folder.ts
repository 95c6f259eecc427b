/** Folders for what is trusted when it is read again: translated code, an unpacked program. */
import { lstatSync, mkdirSync } from 'node:fs';

/**
 * Makes a folder that only this user can reach, unless it is there.
 * @param path - Its parent must exist.
 * @returns Whether it is a real folder, this user's own, and closed to all others. If not, anyone may have filled it.
 */
export function isPrivateFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch {
    // It is there already, or cannot be made: what follows tells which.
  }
  const found = lstatSync(path, { throwIfNoEntry: false }); // a link is not followed: it may lead anywhere
  if (!found?.isDirectory()) return false;
  // On Windows the folder for temporary files is each user's own, and there is no mode to look at.
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & 0o077) === 0;
}
