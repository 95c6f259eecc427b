/** Files under keys in an S3-compatible object store. */
import { UsageError } from '../core/errors.js';
import type { KeyedFiles, Taken } from './keyed-files.js';

export class S3Files implements KeyedFiles {
  private constructor(readonly name: string) {}

  static async open(place: string, _options: { timeout?: number | undefined } = {}): Promise<S3Files> {
    throw new UsageError(`${place}: S3 is not written yet.`);
  }

  among(_keys: readonly string[]): Promise<Set<string>> {
    throw new Error('not written yet');
  }

  take(_key: string, _to: string): Promise<Taken> {
    throw new Error('not written yet');
  }

  put(_key: string, _from: string): Promise<void> {
    throw new Error('not written yet');
  }

  remove(_key: string): Promise<void> {
    throw new Error('not written yet');
  }

  async close(): Promise<void> {}
}
