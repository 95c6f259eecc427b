/** The entries in the queue, as a coordinator sees them. */
import type { JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Task } from './task.js';

/** Entries leave the queue when they end. Whether to try again is the coordinator's decision. */
const ENTRY: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** How many entries that ended without being removed are looked at. */
const MOST_ENDED = 1000;

/** After how many looks at a queue that is empty, but for entries that no list names, these are removed. */
const SILENT_LOOKS = 2;

/** Entries by their ids. */
export class SegmentQueue {
  /** How many looks in a row have found entries, but no lists that name them. */
  private silent = 0;

  constructor(
    private readonly queue: Queue,
    private readonly redis: Redis,
  ) {}

  /** Those of these entries that are in the queue. */
  async among(ids: readonly string[]): Promise<Set<string>> {
    const pipeline = this.redis.pipeline();
    for (const id of ids) pipeline.exists(this.queue.toKey(id));
    const answers = (await pipeline.exec()) ?? [];
    return new Set(
      ids.filter((_, i) => {
        const [error, found] = answers[i];
        if (error) throw error;
        return found === 1;
      }),
    );
  }

  async add(entries: readonly { id: string; task: Task }[]): Promise<void> {
    if (entries.length === 0) return;
    await this.queue.addBulk(
      entries.map(({ id, task: data }) => ({ name: 'segment', data, opts: { ...ENTRY, jobId: id } })),
    );
  }

  /** Removes entries, except those that a worker has. */
  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.queue.remove(id).catch(() => 0)));
  }

  /**
   * Removes entries of ours that no worker can get because the server lost the lists that name them, or because they
   * ended without being removed.
   * @param live - How many of ours are in the queue.
   * @param ours - The ids of ours, and whether each waits for a worker.
   */
  async removeStray(live: number, ours: ReadonlyMap<string, { taking: boolean }>): Promise<void> {
    if (live === 0) {
      this.silent = 0;
      return;
    }
    const { completed, failed, ...counts } = await this.queue.getJobCounts();
    const isSilent = Object.values(counts).every((count) => count === 0);
    const ended =
      completed + failed > 0 ? await this.queue.getJobs(['completed', 'failed'], 0, MOST_ENDED) : [];
    const strays = ended.flatMap(({ id }) => (id !== undefined && ours.has(id) ? [id] : []));
    this.silent = isSilent ? this.silent + 1 : 0;
    if (this.silent > SILENT_LOOKS) for (const [id, { taking }] of ours) if (!taking) strays.push(id);
    for (const id of strays) await this.queue.remove(id);
  }

  /** How many entries workers have now. */
  active(): Promise<number> {
    return this.queue.getActiveCount();
  }

  /** The names of the connected workers; undefined if the server does not tell. */
  async workers(): Promise<Set<string> | undefined> {
    try {
      const clients = await this.queue.getWorkers(); // of all databases
      if (clients.some(({ rawname }) => rawname === undefined)) return undefined;
      const { db = 0 } = this.redis.options;
      const ours = clients.filter((client) => client.db === undefined || client.db === `${db}`);
      return new Set(ours.map(({ rawname }) => rawname.split(':w:').slice(1).join(':w:')));
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}
