/** Digests of files that scenes use. */
import { SegmentCache } from '../../outputs/index.js';
import { digestOfFile } from '../../system/file-digest.js';

/** Files from this size on have their digests cached: a gigabyte takes about half a second. In bytes. */
const LARGE = 2 ** 20;

/** The SHA-256 of a file. */
export async function contentOf(
  path: string,
  { size, mtimeMs }: { size: number; mtimeMs: number },
): Promise<string> {
  const cache = size < LARGE ? undefined : SegmentCache.here();
  const key = SegmentCache.keyOf(['the content of', path, size, mtimeMs]);
  const known = await cache?.recall(key);
  if (known && /^[0-9a-f]{64}$/.test(known)) return known;
  const digest = await digestOfFile(path);
  await cache?.note(key, digest);
  return digest;
}
