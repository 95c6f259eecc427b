/** Files under keys in a Redis server, for queues without a store of their own. */
import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import type { Redis } from 'ioredis';
import { chunks } from '../core/chunks.js';
import { RenderError, TransientError } from '../core/errors.js';
import { BESIDE, inBytes } from '../outputs/index.js';
import { cannotWrite } from '../system/folders.js';
import type { KeyedFiles, Taken } from './keyed-files.js';

/** The size limit of a file, in bytes: it is in memory on the sender, the server and the receiver. */
export const MOST_REDIS_BYTES = 64 * 2 ** 20;

/** The size limit of the small file beside it, in bytes. A larger one is left out. */
const MOST_BESIDE_BYTES = 2 ** 20;

/** How long a file waits for its film's coordinator, in seconds. */
const WAIT_SECONDS = 24 * 60 * 60;

/** How long it stays once a coordinator has taken it, in seconds: another may want it, too. */
const TAKEN_SECONDS = 60;

/** How many commands are sent at a time. */
const CHUNK = 1000;

/** A Redis server, for messages. */
interface Server {
  /** Its address without a password. */
  readonly name: string;
  /** A command's error as one line. */
  explain(error: unknown): Error;
}

const nameOf = (key: string): string => `untrained-file-1:${key}`;

/** Each file is a hash with its bytes, their digest and the small file. It expires some time after it is taken. */
export class RedisFiles implements KeyedFiles {
  /** @param redis - A connection, which close() ends. */
  constructor(
    private readonly redis: Redis,
    private readonly server: Server,
  ) {}

  get name(): string {
    return this.server.name;
  }

  async among(keys: readonly string[]): Promise<Set<string>> {
    const there = new Set<string>();
    for (const some of chunks(keys, CHUNK)) {
      const pipeline = this.redis.pipeline();
      for (const key of some) pipeline.exists(nameOf(key));
      const answers = await this.ask(pipeline.exec());
      for (const [n, [error, found]] of (answers ?? []).entries()) {
        if (error) throw this.server.explain(error);
        if (found === 1) there.add(some[n]);
      }
    }
    return there;
  }

  async take(key: string, to: string): Promise<Taken> {
    const name = nameOf(key);
    const size = await this.ask(this.redis.hstrlen(name, 'bytes'));
    if (size === 0) return 'missing';
    const [bytes, digest, beside] =
      size <= MOST_REDIS_BYTES
        ? await this.ask(this.redis.hmgetBuffer(name, 'bytes', 'sha256', 'beside'))
        : [];
    if (!bytes || digest?.toString('latin1') !== digestOf(key, bytes)) {
      await this.remove(key);
      return 'damaged';
    }
    try {
      await fs.writeFile(to, bytes);
      if (beside && beside.length <= MOST_BESIDE_BYTES) await fs.writeFile(to + BESIDE, beside);
    } catch (error) {
      await fs.rm(to, { force: true }).catch(() => {});
      throw cannotWrite(`A segment cannot be copied to "${to}"`, error, 'free some space, and try again');
    }
    await this.ask(this.redis.expire(name, TAKEN_SECONDS));
    return 'taken';
  }

  async put(key: string, from: string): Promise<void> {
    const { size } = await fs.stat(from);
    if (size > MOST_REDIS_BYTES) {
      throw new RenderError(
        `A segment has ${inBytes(size)}, but the queue carries at most ${inBytes(MOST_REDIS_BYTES)} for each: ` +
          'give the render and its workers the same --store.',
      );
    }
    const name = nameOf(key);
    if ((await this.ask(this.redis.exists(name))) === 1) return;
    const bytes = await fs.readFile(from);
    const beside = await besideOf(from);
    const fields = { sha256: digestOf(key, bytes), bytes, ...(beside && { beside }) };
    const answers = await this.ask(this.redis.multi().hset(name, fields).expire(name, WAIT_SECONDS).exec());
    for (const [error] of answers ?? []) if (error) throw this.reason(error);
  }

  async remove(key: string): Promise<void> {
    await this.ask(this.redis.del(nameOf(key)));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  private async ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.reason(error);
    }
  }

  private reason(error: unknown): Error {
    if (!/\bOOM\b|^EXECABORT/.test((error as Error).message)) return this.server.explain(error);
    return new TransientError(
      `The queue ${this.name} has no memory left for segments: raise its maxmemory, or use --store.`,
    );
  }
}

/** The digest of a file and its key, so that swapped files are detected. */
const digestOf = (key: string, bytes: Uint8Array): string =>
  createHash('sha256').update(key).update(bytes).digest('hex');

/** The small file beside a file, if there is one. */
async function besideOf(path: string): Promise<Buffer | undefined> {
  const bytes = await fs.readFile(path + BESIDE).catch(() => undefined);
  return bytes && bytes.length <= MOST_BESIDE_BYTES ? bytes : undefined;
}
