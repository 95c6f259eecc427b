/** A folder beside the target for unfinished work, so that only a complete film ever has the target's name. It is
 *  in the same folder, and hence on the same disk, so that the film only needs to be renamed. It is hidden. Its
 *  name identifies its owner, to tell the leftovers of a killed render from the files of a running one:
 *
 *      renders/.moire.mp4.untrained-<owner>-<random>/film.mp4  ->  renders/moire.mp4
 */

import { promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type RenderError, UsageError } from '../core/errors.js';
import { whyNotPortable } from '../core/wording/file-name.js';
import { cannotWrite, makeFolder } from '../system/folders.js';
import { endOfLinks } from './links.js';
import { isAbandoned, listenIn, OWNER } from './owner.js';

export interface WorkFolder {
  /** Absolute. */
  path: string;
  /** The target; if it is a link, what it leads to. Absolute, and on the same disk. */
  target: string;
  /** Removes the folder and its contents, and those of the target's parents that were made for it, if they are
   *  empty. */
  remove(): Promise<void>;
}

/**
 * Makes the target's parents and the work folder, and removes the leftovers of killed renders of the same target.
 * @param name - The target, or a link to it.
 * @throws UsageError if the target is a folder, a device or the like, or has a name that Windows reserves.
 * @throws RenderError if nothing can be written there.
 */
export async function openWorkFolder(name: string, platform: string = process.platform): Promise<WorkFolder> {
  // Windows would write to a device, or to a hidden stream of another file.
  const reason = platform === 'win32' && whyNotPortable(basename(name));
  if (reason) throw new UsageError(`"${name}" is ${reason}: choose another name.`);
  const target = await endOfLinks(name).catch((error) => {
    throw cannotOpen(name, error);
  });
  const stat = await fs.stat(target).catch(() => undefined); // mkdir reports other problems better
  if (stat && !stat.isFile()) {
    const what = stat.isDirectory() ? 'a folder' : 'not a file';
    const which = target === resolve(name) ? 'is' : `leads to ${target}, which is`;
    throw new UsageError(
      `"${name}" ${which} ${what}, so no file can have its name: choose another${stat.isDirectory() ? ', or move the folder' : ''}.`,
    );
  }

  const parent = dirname(target);
  const prefix = `.${[...basename(target)].slice(0, 40).join('')}.untrained-`; // names are limited to 255 bytes
  let made: string | undefined; // the outermost folder that we made
  const removeParents = async () => {
    if (made === undefined) return;
    try {
      for (let folder = parent; folder.length >= made.length; folder = dirname(folder))
        await fs.rmdir(folder);
    } catch {
      // Not empty: it has the film, for example.
    }
  };
  let path: string | undefined;
  let leave: () => Promise<void>;
  try {
    made = await makeFolder(parent);
    path = await fs.mkdtemp(join(parent, `${prefix}${OWNER}-`));
    leave = await listenIn(path);
  } catch (error) {
    if (path) await fs.rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    await removeParents();
    throw cannotOpen(name, error);
  }
  await removeLeftovers(parent, prefix);
  const folder = path;
  return {
    path: folder,
    target,
    async remove() {
      await leave();
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 });
      // Again: the first attempt fails while a killed render's ffmpeg is still writing.
      await removeLeftovers(parent, prefix);
      await removeParents();
    },
  };
}

function cannotOpen(name: string, error: unknown): RenderError {
  return cannotWrite(`"${name}" cannot be written`, error, 'write it somewhere else');
}

/** Best effort: leftovers that cannot be removed do no harm. */
async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await fs.readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const dead = await isAbandoned(path, name.slice(prefix.length));
    if (dead) await fs.rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}
