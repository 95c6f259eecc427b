/** Targets that are symbolic links: output goes to where they lead, and the links stay. */

import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Where a file of this name is to be written: at the end of its links. The destination need not exist.
 * @returns An absolute path.
 * @throws Error with the code ELOOP for links that form a loop.
 */
export async function endOfLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let count = 0; count < MOST_LINKS; count++) {
    const to = await fs.readlink(at).catch(() => undefined);
    if (to === undefined) return at;
    if (isAbsolute(to)) {
      at = to;
    } else {
      // Not by join(), for which "a/.." is nothing at all: a may be a link itself.
      const folder = await fs.realpath(dirname(at)).catch(() => dirname(at));
      at = `${folder}${sep}${to}`;
    }
  }
  throw Object.assign(new Error(`${path} is a link that leads back to itself`), { code: 'ELOOP' });
}

/**
 * Renames a file over an existing one, even across disks. There is never a partial file of that name.
 */
export async function moveTo(from: string, to: string): Promise<void> {
  const stat = await fs.stat(to).catch(() => undefined);
  // A device, say.
  if (stat && !stat.isFile()) throw Object.assign(new Error(`${to} is not a file`), { code: 'EEXIST' });
  try {
    await fs.rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const beside = join(dirname(to), `.untrained-${randomBytes(6).toString('hex')}`);
    try {
      await fs.copyFile(from, beside);
      await fs.rename(beside, to);
    } catch (error) {
      await fs.rm(beside, { force: true }).catch(() => {});
      throw error;
    }
    await fs.rm(from, { force: true });
  }
}
