/**
 * Curves of functions of one variable as cubic Béziers: as few as reproduce the functions. A piece that is too far from
 * its function is halved, so that kinks and jumps end up in tiny pieces.
 *
 * Places along the variable's range are counted in ticks.
 */

/** The whole range, in ticks. Halves of halves of it have six parts, down to the narrowest piece. */
const RANGE = 6 * 2 ** 12;
const NARROWEST = 6;
/** Ticks between two samples of the first round, which finds whatever is wider. */
const STEP = 2 ** 5;

/** The values of all functions at places from 0 to 1 in their range. */
export type Sample = (places: Float64Array) => Promise<ArrayLike<number>[]>;

/** A point: a place from 0 to 1, and a value. */
export type Point = [place: number, value: number];

/** What follows the last point: a straight line, or a Bézier with two control points. */
export type Piece = { to: Point; controls?: [Point, Point] };

/** A curve from left to right. */
export interface FittedCurve {
  from: Point;
  pieces: Piece[];
}

/** Functions that have been sampled evenly. */
export class Curves {
  readonly #sample: Sample;
  /** The functions' values by tick. */
  readonly #values = new Map<number, number[]>();

  private constructor(sample: Sample) {
    this.#sample = sample;
  }

  /** Samples functions at 769 places. */
  static async of(sample: Sample): Promise<Curves> {
    const curves = new Curves(sample);
    await curves.#add(Array.from({ length: RANGE / STEP + 1 }, (_, i) => STEP * i));
    return curves;
  }

  /** The number of functions. */
  get count(): number {
    return this.#values.get(0)!.length;
  }

  /** The least and the greatest value of all functions, so far. */
  bounds(): [least: number, greatest: number] {
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const values of this.#values.values()) {
      for (const value of values) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
    return [least, greatest];
  }

  /**
   * Curves that are within `tolerance` of all samples of their functions, except at jumps.
   * @param tolerance - In the unit of the values.
   */
  async fit(tolerance: number): Promise<FittedCurve[]> {
    const found = Array.from({ length: this.count }, () => new Map<number, Fitted>());
    let open = found.map((_, curve) => ({ curve, start: 0, length: RANGE }));
    while (open.length > 0) {
      const halves: typeof open = [];
      for (const piece of open) {
        const { curve, start, length } = piece;
        const fitted = this.#fitted(curve, start, length, tolerance);
        if (fitted) found[curve].set(start, fitted);
        else halves.push(piece, { ...piece, start: start + length / 2 });
      }
      open = halves.map((piece) => ({ ...piece, length: piece.length / 2 }));
      await this.#add(open.flatMap(({ start, length }) => ticksIn(start, length)));
    }
    return found.map((pieces, curve) => this.#curve(curve, pieces, tolerance));
  }

  /** A piece as a line or a Bézier; undefined if it is neither. */
  #fitted(curve: number, start: number, length: number, tolerance: number): Fitted | undefined {
    const at = (sixths: number) => this.#at(curve, start + (length * sixths) / 6);
    const end = start + length;
    if (length === NARROWEST || this.#isStraight(curve, start, end, ticksIn(start, length), tolerance))
      return { end };
    // The cubic through the ends and the points at a third and at two thirds.
    const [p, q, r, s] = [at(0), at(2), at(4), at(6)];
    const controls: [number, number] = [
      (-5 * p + 18 * q - 9 * r + 2 * s) / 6,
      (2 * p - 9 * q + 18 * r - 5 * s) / 6,
    ];
    const value = (t: number) => {
      const u = 1 - t;
      return u * u * u * p + 3 * u * u * t * controls[0] + 3 * u * t * t * controls[1] + t * t * t * s;
    };
    const near = (tick: number) =>
      Math.abs(value((tick - start) / length) - this.#at(curve, tick)) <= tolerance;
    return ticksIn(start, length).every(near) ? { end, controls } : undefined;
  }

  /** Whether a function is a straight line from one tick to another, at the ticks between them. */
  #isStraight(curve: number, start: number, end: number, between: number[], tolerance: number): boolean {
    const first = this.#at(curve, start);
    const slope = (this.#at(curve, end) - first) / (end - start);
    const near = (tick: number) =>
      Math.abs(first + slope * (tick - start) - this.#at(curve, tick)) <= tolerance;
    return between.every(near);
  }

  /** The pieces in order. Lines that continue each other become one. */
  #curve(curve: number, pieces: Map<number, Fitted>, tolerance: number): FittedCurve {
    const point = (tick: number): Point => [tick / RANGE, this.#at(curve, tick)];
    const joined: (Fitted & { start: number; between: number[] })[] = [];
    for (let start = 0; start < RANGE; ) {
      const piece = pieces.get(start)!;
      const between = ticksIn(start, piece.end - start);
      const last = joined.at(-1);
      const all = last && !last.controls && !piece.controls ? [...last.between, start, ...between] : [];
      if (last && all.length > 0 && this.#isStraight(curve, last.start, piece.end, all, tolerance)) {
        last.end = piece.end;
        last.between = all;
      } else joined.push({ ...piece, start, between });
      start = piece.end;
    }
    return {
      from: point(0),
      pieces: joined.map(({ start, end, controls }) => {
        const third = (end - start) / 3;
        if (!controls) return { to: point(end) };
        const places = [start + third, end - third].map((tick, i): Point => [tick / RANGE, controls[i]]);
        return { to: point(end), controls: places as [Point, Point] };
      }),
    };
  }

  #at(curve: number, tick: number): number {
    return this.#values.get(tick)![curve];
  }

  async #add(ticks: number[]): Promise<void> {
    const missing = [...new Set(ticks)].filter((tick) => !this.#values.has(tick));
    if (missing.length === 0) return;
    const planes = await this.#sample(Float64Array.from(missing, (tick) => tick / RANGE));
    for (const [i, tick] of missing.entries()) {
      this.#values.set(
        tick,
        Array.from(planes, (plane) => plane[i]),
      );
    }
  }
}

/** A piece by its end; a Bézier has the values of its control points. */
interface Fitted {
  end: number;
  controls?: [number, number];
}

/** The sampled ticks inside a piece. */
function ticksIn(start: number, length: number): number[] {
  const step = Math.min(length / 6, STEP);
  return Array.from({ length: length / step - 1 }, (_, i) => start + step * (i + 1));
}
