/** How often a segment is tried again, and the error that ends its film. */
import { RenderError, TransientError } from '../core/errors.js';
import type { Failure } from './task.js';

/**
 * A segment that fails for a reason of its own ends its film after this many tries, or at most this many if some
 * workers have not tried it yet.
 */
const OWN = 3;
const MOST_OWN = 6;

/** How often it may fail temporarily, crash its worker, or be missing from the store although it was rendered. */
const PASSING = 4;
const DEATHS = 3;
const LOSSES = 5;

/** The pause before the next try, in milliseconds: another worker may get it. Doubles for temporary failures. */
const PAUSE_MS = 1000;

/** What to do next: pause this many milliseconds and try again, or fail the film with this error. */
export type Verdict = number | Error;

/** The failures of one segment. */
export class Retries {
  /** How often its worker died. BullMQ gives the entry to one or two others before it fails. */
  stalls = 0;
  private readonly own: Failure[] = [];
  private passing = 0;
  private deaths = 0;
  private losses = 0;

  /** @param place - Names it: "segment 3 of 10". */
  constructor(private readonly place: () => string) {}

  /** A worker cannot render it. Others may. */
  refused(): Verdict {
    return PAUSE_MS;
  }

  /** It failed temporarily. */
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

  /** Several workers in a row died. */
  died(): Verdict {
    if (++this.deaths < DEATHS) return PAUSE_MS;
    const place = this.place();
    return new RenderError(
      `${place[0].toUpperCase()}${place.slice(1)} crashed its worker ${Math.max(this.deaths, this.stalls)} times: ` +
        "check the workers' output, and give them more memory or render at a smaller --size.",
    );
  }

  /** It was rendered, but the store lacks it or has a damaged file. */
  lost(store: string): Verdict {
    if (++this.losses < LOSSES) return 0;
    return new TransientError(
      `The store ${store} has lost ${this.place()} ${LOSSES} times: check its disk, and try again.`,
    );
  }
}
