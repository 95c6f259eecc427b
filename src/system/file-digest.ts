/** The digest of a file's content. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * The SHA-256 of a file, in hex. The file is not held in memory.
 * @throws What reading the file throws; an AbortError if the signal is aborted.
 */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { signal, highWaterMark: 2 ** 20 })) hash.update(piece);
  return hash.digest('hex');
}
