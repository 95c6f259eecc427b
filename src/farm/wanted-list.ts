/** What the coordinators of a queue want, in Redis: an entry that others want, too, must not be removed. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { chunks } from '../core/chunks.js';
import { QUEUE } from './task.js';

/** How long others take into account what a coordinator wants, in seconds, after it last said so. */
const WANTED_SECONDS = 120;

/** How many ids are sent at a time. */
const CHUNK = 1000;

/** The lists of all coordinators, with the time until which each is known. */
const LISTS = `${QUEUE}:coordinators`;

/** The ids of the entries that one coordinator wants. */
export class WantedList {
  private readonly name = `${QUEUE}:wanted:${randomUUID()}`;

  constructor(private readonly redis: Redis) {}

  /** Tells the others, again and again: the server may have lost it. */
  async renew(ids: readonly string[]): Promise<void> {
    const now = Date.now();
    await this.redis.zremrangebyscore(LISTS, 0, now);
    await this.redis.zadd(LISTS, now + 1000 * WANTED_SECONDS, this.name);
    for (const some of chunks(ids, CHUNK)) await this.redis.sadd(this.name, ...some);
    await this.redis.expire(this.name, WANTED_SECONDS);
  }

  /** Removes ids, and yields those that nobody else wants, some at a time. */
  async *drop(ids: readonly string[]): AsyncGenerator<string[]> {
    if (ids.length === 0) return;
    const lists = await this.redis.zrangebyscore(LISTS, Date.now(), '+inf');
    for (const some of chunks(ids, CHUNK)) {
      await this.redis.srem(this.name, ...some);
      const wanted = new Set<string>();
      for (const list of lists) {
        if (list === this.name) continue;
        const members = await this.redis.smismember(list, ...some);
        for (const [i, isMember] of members.entries()) if (isMember) wanted.add(some[i]);
      }
      yield some.filter((id) => !wanted.has(id));
    }
  }

  /** Removes an id whose entry is no longer in the queue. */
  async done(id: string): Promise<void> {
    await this.redis.srem(this.name, id);
  }

  async close(): Promise<void> {
    await this.redis.multi().del(this.name).zrem(LISTS, this.name).exec();
  }
}
