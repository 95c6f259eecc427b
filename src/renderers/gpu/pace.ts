/**
 * How much work to submit to a device at a time: about 50 ms, so that a screen it drives stays responsive, and Windows,
 * which resets a GPU that does not respond for two seconds, leaves it alone. The first piece is small and measured;
 * later ones grow by at most a factor of eight until they take about that long.
 */

/** The target duration of a piece of work, in milliseconds. */
const TARGET_MS = 50;
/** The effort of the first piece: 20 ms on a GPU that achieves 0.05 TFLOP/s. */
export const FIRST_EFFORT = 1e9;
/** How much larger than a measured piece the next may be. */
const GROWTH = 8;
/** Shorter times are dominated by clock resolution. In milliseconds. */
const LEAST_MS = 0.05;

/** Measurements of one kind of work. */
interface Measured {
  /** Effort per millisecond. */
  rate: number;
  /** The largest effort measured. */
  largest: number;
}

/** Effort is in the unit of plan.ts: multiplications and additions, with activations converted to these. */
export class Pace {
  readonly #known = new Map<string, Measured>();
  #share = 1; // of the target

  /** The maximum effort of the next piece. @param kind - The kind of work; each has its own rate. */
  effort(kind: string): number {
    const known = this.#known.get(kind);
    if (!known) return FIRST_EFFORT * this.#share;
    return Math.min(this.#aim(known), GROWTH * known.largest);
  }

  /** Whether this kind of work was measured. */
  known(kind: string): boolean {
    return this.#known.has(kind);
  }

  /** Whether pieces have reached their target size; if not, the next is measured. */
  settled(kind: string): boolean {
    const known = this.#known.get(kind);
    return known !== undefined && GROWTH * known.largest >= this.#aim(known);
  }

  /** @param milliseconds - The duration of a piece. */
  record(kind: string, effort: number, milliseconds: number): void {
    const largest = Math.max(effort, this.#known.get(kind)?.largest ?? 0);
    this.#known.set(kind, { rate: effort / Math.max(LEAST_MS, milliseconds), largest });
  }

  /** After a device loss: halves the pieces and measures everything again. */
  halve(): void {
    this.#share /= 2;
    this.#known.clear();
  }

  #aim({ rate }: Measured): number {
    return rate * TARGET_MS * this.#share;
  }
}
