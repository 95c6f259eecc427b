/** Folders whose contents we trust when we read them again: compiled code, an unpacked program. */
import { existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';

/**
 * Creates a folder that only this user can access, unless it exists.
 * @param path - The path of the folder, whose parent must exist.
 * @returns Whether it is a real folder that belongs to this user and is closed to all others. If not, do not trust it:
 * anyone may have written to it.
 */
export function isPrivateFolder(path: string): boolean {
  let found: Stats;
  try {
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    found = lstatSync(path); // does not follow links, which may lead anywhere
  } catch {
    return false; // it cannot be created
  }
  if (!found.isDirectory()) return false;
  // On Windows, temporary folders are private to each user, and there is no mode to check.
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & 0o077) === 0;
}
