/** Opens the store that --store names. */
import { UsageError } from '../core/errors.js';
import { FolderFiles } from './folder.js';
import type { KeyedFiles } from './keyed-files.js';

export type { KeyedFiles, Taken } from './keyed-files.js';

export interface StoreOptions {
  /** How long a request to S3 may make no progress, in seconds. Defaults to 30. */
  timeout?: number | undefined;
}

/**
 * Opens a store. A folder is created with its first file.
 * @param place - A folder, or s3://bucket/prefix.
 * @param options - The timeout of requests, in seconds.
 * @throws UsageError for another kind of address or a file, or if the access keys of S3 are missing.
 */
export async function openStore(place: string, options: StoreOptions = {}): Promise<KeyedFiles> {
  if (/^s3:/i.test(place)) {
    const { S3Files } = await import('./s3.js');
    return S3Files.open(place, options);
  }
  const [, scheme] = /^([a-z][a-z0-9+.-]+:)\/\//i.exec(place) ?? []; // C:\\ is a folder
  if (scheme) {
    // An address may contain a password.
    throw new UsageError(`--store begins with "${scheme}//" but must be a folder or s3://bucket/prefix.`);
  }
  if (place.trim() === '')
    throw new UsageError('--store is empty but must be a folder or s3://bucket/prefix.');
  return FolderFiles.open(place);
}
