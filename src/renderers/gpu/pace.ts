/**
 * How much work a device is given at a time: what it does in 50 ms, so that the screen it may drive stays alive, and
 * Windows, which resets a GPU that is silent for two seconds, lets it be. The first piece is small and measured, and so
 * are the next, each at most eight times as large, until they take about that long.
 */

/** The target duration of a piece of work, in milliseconds. */
const TARGET_MS = 50;
/** The effort of the first piece: 20 ms on a GPU that achieves 0.05 TFLOP/s. */
export const FIRST_EFFORT = 1e9;
/** How much larger than a measured piece the next may be. */
const GROWTH = 8;
/** Shorter times are dominated by clock resolution. In milliseconds. */
const LEAST_MS = 0.05;

/** What was measured of one kind of work. */
interface Measured {
  /** Effort a millisecond. */
  rate: number;
  /** The largest effort that was measured. */
  largest: number;
}

/** Effort is counted as plan.ts does: multiplications and additions, and activations as so many of these. */
export class Pace {
  readonly #known = new Map<string, Measured>();
  #share = 1; // of the target

  /** The most effort for the next piece. @param kind - Of work: kinds have rates of their own. */
  effort(kind: string): number {
    const known = this.#known.get(kind);
    if (!known) return FIRST_EFFORT * this.#share;
    return Math.min(this.#aim(known), GROWTH * known.largest);
  }

  /** Whether anything was measured. */
  known(kind: string): boolean {
    return this.#known.has(kind);
  }

  /** Whether pieces have reached their target size; if not, the next is measured. */
  settled(kind: string): boolean {
    const known = this.#known.get(kind);
    return known !== undefined && GROWTH * known.largest >= this.#aim(known);
  }

  /** @param milliseconds - That a piece took. */
  record(kind: string, effort: number, milliseconds: number): void {
    const largest = Math.max(effort, this.#known.get(kind)?.largest ?? 0);
    this.#known.set(kind, { rate: effort / Math.max(LEAST_MS, milliseconds), largest });
  }

  /** After a lost device: halves the pieces and measures everything again. */
  halve(): void {
    this.#share /= 2;
    this.#known.clear();
  }

  #aim({ rate }: Measured): number {
    return rate * TARGET_MS * this.#share;
  }
}
