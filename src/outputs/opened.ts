/** File access for `src/files`, which does no I/O. */

import { closeSync, promises as fs, openSync, readSync, statSync } from 'node:fs';
import type { RenderError } from '../core/errors.js';
import { Bytes, Malformed, type Patch } from '../files/bytes.js';
import { cannotWrite } from '../system/folders.js';

/**
 * Opens a file for reading through a window.
 * @param use - Reads the bytes, which are available until it returns.
 * @throws The system's error if the file cannot be opened or read; Malformed for a folder and the like.
 */
export function withBytes<T>(path: string, use: (bytes: Bytes) => T): T {
  const stat = statSync(path); // before opening it, since opening a named pipe blocks until someone writes to it
  if (!stat.isFile()) throw new Malformed('is not a file');
  const file = openSync(path, 'r');
  try {
    const read = (into: Uint8Array, at: number) => readSync(file, into, 0, into.length, at);
    return use(new Bytes({ size: stat.size, read }));
  } finally {
    closeSync(file);
  }
}

/** Changes a film of ours in place. @throws RenderError if it cannot be written, and Error if the file is not what
 *  `patchesOf` expects. */
export async function patchFile(path: string, patchesOf: (bytes: Bytes) => Patch[]): Promise<void> {
  const patches = withBytes(path, (bytes) => named(path, () => patchesOf(bytes)));
  try {
    const file = await fs.open(path, 'r+');
    try {
      for (const { at, bytes } of patches) await file.write(bytes, 0, bytes.length, at);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError('The film', error);
  }
}

/** The error for something that the system did not let us write. @param what - Begins the sentence. */
export function writeError(what: string, error: unknown): RenderError {
  return cannotWrite(`${what} cannot be written`, error, 'free some space, or write elsewhere');
}

/** Adds the file's name to errors about its content. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw new Error(`${path} ${error.message}`, { cause: error });
    throw error;
  }
}
