/** Files under keys, which many processes and machines can share. */

/** The result of a request: the file was copied, is missing, or was damaged and has been removed. */
export type Taken = 'taken' | 'missing' | 'damaged';

/**
 * Files under keys of 40 hexadecimal digits. A key is a digest of everything that the file's bytes depend on, so every
 * machine stores the same bytes under a key. A file is either complete or absent.
 */
export interface KeyedFiles {
  /** Where they are, without passwords, as text for messages: "s3://bucket/prefix". */
  readonly name: string;
  /** The folder that they are in, if it is one: files made there are stored without copying. */
  readonly folder?: string | undefined;
  /** Creates that folder if it is not there yet. @throws TransientError if it cannot be created or has vanished. */
  ready?(): Promise<void>;
  /** Those of these keys that have a file. @throws TransientError if the store cannot be reached. */
  among(keys: readonly string[]): Promise<Set<string>>;
  /**
   * Copies a file, and the small one beside it if there is one, to a path, in place of what is there. A file that does
   * not match its digest is removed from the store.
   * @param to - The path; the small file gets the same with BESIDE appended.
   * @returns Compare it with 'taken': all results are truthy.
   * @throws TransientError if the store or the disk fails.
   */
  take(key: string, to: string): Promise<Taken>;
  /**
   * Stores a complete file, and the small one beside it if there is one. Does nothing if the key has a file. The file
   * must not change afterwards: a store in a folder has it under a second name.
   * @throws TransientError if the store or the disk fails.
   */
  put(key: string, from: string): Promise<void>;
  /**
   * Removes a damaged file and the small one beside it, if they exist.
   * @throws TransientError if the store cannot be reached or written.
   */
  remove(key: string): Promise<void>;
  /** Ends connections. */
  close(): Promise<void>;
}
