/** Opens the store that --store names. */
import { UsageError } from '../core/errors.js';
import { FolderFiles } from './folder.js';
import type { KeyedFiles } from './keyed-files.js';

export type { KeyedFiles, Taken } from './keyed-files.js';

/**
 * Opens a store. Nothing is read or written yet.
 * @param place - A folder, or s3://bucket/prefix.
 * @throws UsageError for another kind of address, or if the access keys of S3 are missing.
 */
export async function openStore(place: string): Promise<KeyedFiles> {
  if (/^s3:\/\//i.test(place)) {
    const { S3Files } = await import('./s3.js');
    return S3Files.open(place);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) {
    throw new UsageError(`--store is "${place}" but must be a folder or s3://bucket/prefix.`);
  }
  return new FolderFiles(place);
}
