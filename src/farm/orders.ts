/** What a coordinator keeps of the films whose segments are wanted, and of these segments' entries in the queue. */
import { RefusedError } from '../core/errors.js';
import type { KeyedFiles } from '../stores/index.js';
import { Retries } from './retries.js';
import type { Result, Task } from './task.js';

/** A segment that a film wants. */
export interface Wanted {
  /** The id of its entry. */
  id: string;
  /** Its index in the job, from 0. */
  segment: number;
  /** How many frames are to be drawn. */
  frames: number;
  /** The keys of its missing files. */
  keys: string[];
}

/** A film whose segments are wanted. */
export interface Order {
  /** The SHA-256 of its plan. */
  plan: string;
  /** Reads its plan, deflated. */
  text(): Promise<Buffer>;
  /** How many frames and segments the film has. */
  frames: number;
  segments: number;
  /** Copies a segment's files from the store. @returns False if one is missing or damaged. */
  take(segment: Wanted, files: KeyedFiles): Promise<boolean>;
}

/** What became of an order. */
export interface Delivery {
  /** How many frames workers drew for it. */
  drawn: number;
  /** Their names. */
  workers: Set<string>;
}

/** A film until its last segment has been taken. */
export class OrderedFilm {
  readonly entries = new Set<Entry>();
  drawn = 0;
  readonly workers = new Set<string>();
  /** Why workers refused it, by their names. */
  readonly refusals = new Map<string, string>();
  refusedSince = 0;

  constructor(
    readonly order: Order,
    private readonly deliver: (delivery: Delivery) => void,
    readonly fail: (error: unknown) => void,
  ) {}

  done(): void {
    const { drawn, workers } = this;
    this.deliver({ drawn, workers });
  }

  refuse(worker: string, reason: string): void {
    if (this.refusals.size === 0) this.refusedSince = performance.now();
    this.refusals.set(worker, reason);
  }

  /** Why no worker can render it. Equal reasons are named once. */
  refusal(): RefusedError {
    const byReason = new Map<string, string[]>();
    for (const [worker, reason] of this.refusals)
      byReason.set(reason, [...(byReason.get(reason) ?? []), worker]);
    const reasons = [...byReason].slice(0, 3).map(([reason, workers]) => {
      const names = workers.slice(0, 3);
      const more = workers.length > 3 ? ` and ${workers.length - 3} more` : '';
      return `${names.join(', ')}${more}: ${reason}`;
    });
    return new RefusedError(`No connected worker can render the film. ${reasons.join(' ')}`);
  }
}

/** An entry of the queue, which one or several films want. */
export class Entry {
  /** The films that want it. The first one's plan is used. */
  readonly takers = new Map<OrderedFilm, Wanted>();
  /** Whether workers have been asked for it. */
  queued = false;
  /** Frames drawn so far by the worker that has it. */
  drawn = 0;
  result: Result | undefined;
  taking = false;
  /** Not to be queued again before then. */
  notBefore = 0;
  readonly retries = new Retries(() => {
    const [[{ order }, { segment }]] = this.takers;
    return `segment ${segment + 1} of ${order.segments}`;
  });

  constructor(readonly id: string) {}

  /** Adds a film that wants it, or more keys for that film. */
  want(film: OrderedFilm, wanted: Wanted): void {
    const before = this.takers.get(film);
    if (before) before.keys.push(...wanted.keys);
    else this.takers.set(film, { ...wanted, keys: [...wanted.keys] });
    film.entries.add(this);
  }

  /** The keys of all files that are wanted. */
  get keys(): string[] {
    return [...new Set([...this.takers.values()].flatMap(({ keys }) => keys))];
  }

  get frames(): number {
    return Math.max(0, ...[...this.takers.values()].map(({ frames }) => frames));
  }

  /** @param store - The digest of the store's name. */
  task(store: string): Task {
    const [[{ order }, { segment }]] = this.takers;
    return { plan: order.plan, job: 0, segment, store };
  }
}
