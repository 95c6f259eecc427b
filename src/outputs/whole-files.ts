/** Writes files that exist as a whole or not at all. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Finished } from './join.js';
import { moveTo } from './links.js';
import { writeError } from './opened.js';
import { openWorkFolder, type WorkFolder } from './workfolder.js';

/** A file to write. */
export interface WholeFile {
  path: string;
  content: string | Uint8Array;
}

/**
 * Writes files that belong together, in place of any that have their names. They get their names once all of them are
 * on the disk, so a failure leaves nothing new.
 * @param first - The path of one of them: it is known to be writable before `make` begins.
 * @param make - Makes the files.
 * @throws UsageError if a path is that of a folder; RenderError if a file cannot be written.
 */
export async function writeWhole(first: string, make: () => Promise<WholeFile[]>): Promise<Finished[]> {
  const folders: WorkFolder[] = [];
  const open = async (path: string) => {
    const folder = await openWorkFolder(path);
    folders.push(folder);
    return folder;
  };
  try {
    const ours = await open(first);
    const files = await make();
    const moves: [from: string, to: string][] = [];
    const finished: Finished[] = [];
    for (const { path, content } of files) {
      const { path: folder, target } = path === first ? ours : await open(path);
      const from = join(folder, 'file');
      await written(path, fs.writeFile(from, content));
      moves.push([from, target]);
      finished.push({ path, bytes: Buffer.byteLength(content) });
    }
    for (const [i, [from, to]] of moves.entries()) await written(files[i].path, moveTo(from, to));
    return finished;
  } finally {
    // The last one first: the first one made the parents.
    for (const folder of folders.reverse()) await folder.remove().catch(() => {});
  }
}

function written<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw writeError(`"${path}"`, error);
  });
}
