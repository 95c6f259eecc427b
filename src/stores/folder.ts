/** Files under keys in a folder, on this machine or on a shared file system. */
import { resolve } from 'node:path';
import { TransientError } from '../core/errors.js';
import { SegmentCache } from '../outputs/index.js';
import { whyRefused } from '../system/folders.js';
import type { KeyedFiles } from './keyed-files.js';

export class FolderFiles implements KeyedFiles {
  readonly folder: string;
  private readonly files: SegmentCache;

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.files = SegmentCache.at(this.folder);
  }

  get name(): string {
    return this.folder;
  }

  async among(keys: readonly string[]): Promise<Set<string>> {
    const there = new Set<string>();
    for (const key of keys) if (await this.files.has(key)) there.add(key);
    return there;
  }

  take(key: string, to: string): Promise<boolean> {
    return this.files.take(key, to);
  }

  async put(key: string, from: string): Promise<void> {
    await this.writing(this.files.store(key, from));
  }

  async remove(key: string): Promise<void> {
    await this.writing(this.files.remove(key));
  }

  private async writing(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new TransientError(
        `The store ${this.folder} cannot be written because ${whyRefused(error)} (${code}): free some space, or choose another with --store.`,
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {}
}
