/** Opens files for `src/files`, which does no I/O. */

import { closeSync, promises as fs, openSync, readSync, statSync } from 'node:fs';
import { Bytes, Malformed, type Patch } from '../files/bytes.js';

/**
 * Reads a file, a window of it at a time.
 * @param use - The bytes are readable until it returns.
 * @throws Error, the system's, when the file cannot be opened or read; Malformed for a folder and the like.
 */
export function withBytes<T>(path: string, use: (bytes: Bytes) => T): T {
  const stat = statSync(path); // before it is opened, since a named pipe would keep us waiting for who writes to it
  if (!stat.isFile()) throw new Malformed('is not a file');
  const file = openSync(path, 'r');
  try {
    const read = (into: Uint8Array, at: number) => readSync(file, into, 0, into.length, at);
    return use(new Bytes({ size: stat.size, read }));
  } finally {
    closeSync(file);
  }
}

/** Changes a file of our own in place. @throws Error when it is not what `patchesOf` expects, or the system's. */
export async function patchFile(path: string, patchesOf: (bytes: Bytes) => Patch[]): Promise<void> {
  const patches = withBytes(path, (bytes) => named(path, () => patchesOf(bytes)));
  const file = await fs.open(path, 'r+');
  try {
    for (const { at, bytes } of patches) await file.write(bytes, 0, bytes.length, at);
  } finally {
    await file.close();
  }
}

/** Names the file in what is thrown about its bytes. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw new Error(`${path} ${error.message}`, { cause: error });
    throw error;
  }
}
