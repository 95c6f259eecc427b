/** Outputs that are symbolic links: the link's target is written, and the link stays. */

import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { replaceFile } from '../system/folders.js';

/** Linux's own limit. */
const MOST_LINKS = 40;

/**
 * Follows a path's symbolic links to the file that is to be written. It need not exist.
 * @returns An absolute path.
 * @throws Error with the code ELOOP if the links form a loop.
 */
export async function endOfLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let count = 0; count < MOST_LINKS; count++) {
    const to = await fs.readlink(at).catch(() => undefined);
    if (to === undefined) return at;
    if (isAbsolute(to)) {
      at = to;
    } else {
      // Not join(), which would drop "a/..": a may be a link itself.
      const folder = await fs.realpath(dirname(at)).catch(() => dirname(at));
      at = `${folder}${sep}${to}`;
    }
  }
  throw Object.assign(new Error(`${path} is a link that leads back to itself`), { code: 'ELOOP' });
}

/**
 * Moves a file, replacing any existing one, even across disks. There is never a partial file at `to`.
 */
export async function moveTo(from: string, to: string): Promise<void> {
  const stat = await fs.stat(to).catch(() => undefined);
  // Such as a device.
  if (stat && !stat.isFile()) throw Object.assign(new Error(`${to} is not a file`), { code: 'EEXIST' });
  try {
    await replaceFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const beside = join(dirname(to), `.untrained-${randomBytes(6).toString('hex')}`);
    try {
      await fs.copyFile(from, beside);
      await replaceFile(beside, to);
    } catch (error) {
      await fs.rm(beside, { force: true }).catch(() => {});
      throw error;
    }
    await fs.rm(from, { force: true });
  }
}
