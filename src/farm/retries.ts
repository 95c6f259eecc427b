/** How often a segment is tried again, and the error that ends its film. */
import { RenderError, TransientError } from '../core/errors.js';
import type { Failure } from './task.js';

/** How often a segment may fail for a reason of its own, and at most, until all workers have tried it. */
const OWN = 3;
const MOST_OWN = 6;

/** How often it may fail for reasons that may pass, end its workers, or be missing from the store after all. */
const PASSING = 4;
const DEATHS = 3;
const LOSSES = 5;

/** The pause before another try, in milliseconds, so that another worker may get it; twice as long each time if only
 *  time can help. */
const PAUSE_MS = 1000;

/** What follows: a pause in milliseconds before another try, or the film's error. */
export type Verdict = number | Error;

/** The failures of one segment. */
export class Retries {
  /** How often its worker vanished. BullMQ gives it to another one or two before it fails. */
  stalls = 0;
  private readonly own: Failure[] = [];
  private passing = 0;
  private deaths = 0;
  private losses = 0;

  /** @param place - Names it: "segment 3 of 10". */
  constructor(private readonly place: () => string) {}

  /** A worker cannot render it, which says nothing about others. */
  refused(): Verdict {
    return PAUSE_MS;
  }

  /** It failed for a reason that may pass. */
  passed(message: string): Verdict {
    return ++this.passing < PASSING
      ? PAUSE_MS * 2 ** (this.passing - 1)
      : new TransientError(`${message} (${this.place()}: ${PASSING} tries)`);
  }

  /**
   * It failed for a reason of its own.
   * @param connected - The names of all workers, if they are known.
   */
  failed(failure: Failure, connected: ReadonlySet<string> = new Set()): Verdict {
    this.own.push(failure);
    const count = this.own.length;
    const failedOn = new Set(this.own.map(({ worker }) => worker));
    const isEverywhere = failedOn.size >= OWN || [...connected].every((worker) => failedOn.has(worker));
    if (count < OWN || (count < MOST_OWN && !isEverywhere)) return PAUSE_MS;
    const times = `it failed ${count} times, on ${[...failedOn].join(', ')}`;
    return new RenderError(`${failure.message} (${this.place()}: ${times})`);
  }

  /** Several workers in a row vanished. */
  died(): Verdict {
    if (++this.deaths < DEATHS) return PAUSE_MS;
    const place = this.place();
    return new RenderError(
      `${place[0].toUpperCase()}${place.slice(1)} ended its worker ${Math.max(this.deaths, this.stalls)} times: ` +
        'see what the workers printed, and give them more memory or render a smaller --size.',
    );
  }

  /** It was made, but the store does not have it, or has a damaged file. */
  lost(store: string): Verdict {
    if (++this.losses < LOSSES) return 0;
    return new TransientError(
      `The store ${store} has lost ${this.place()} ${LOSSES} times: check its disk, and try again.`,
    );
  }
}
