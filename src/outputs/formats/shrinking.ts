/** Makes pictures smaller, in the same way on every machine. */

/** Which source values make a value of the result, and how much each of them counts. */
interface Taps {
  first: number;
  weights: Float64Array;
}

/** The lobes of Lanczos' window on each side. */
const LOBES = 3;

/** Shrinks pictures of one size to another. */
export class Shrinking {
  private readonly columns: Taps[];
  private readonly rows: Taps[];
  private readonly between: Float64Array;
  private readonly result: Uint8Array;

  /** @param from - Width and height of the pictures, in pixels. @param to - Of the results; not larger. */
  constructor(
    private readonly from: readonly [width: number, height: number],
    private readonly to: readonly [width: number, height: number],
  ) {
    this.columns = tapsFor(from[0], to[0]);
    this.rows = tapsFor(from[1], to[1]);
    this.between = new Float64Array(3 * to[0] * from[1]);
    this.result = new Uint8Array(4 * to[0] * to[1]);
  }

  /** Shrinks a picture. @param rgba - Its alpha is ignored. @returns Opaque RGBA, until the next call. */
  shrink(rgba: Uint8Array): Uint8Array {
    const { between, result, columns, rows } = this;
    const [[width, height], [narrow]] = [this.from, this.to];
    for (let y = 0, to = 0; y < height; y++) {
      for (const { first, weights } of columns) {
        let [r, g, b] = [0, 0, 0];
        for (let i = 0, at = 4 * (y * width + first); i < weights.length; i++, at += 4) {
          r += weights[i] * rgba[at];
          g += weights[i] * rgba[at + 1];
          b += weights[i] * rgba[at + 2];
        }
        between[to++] = r;
        between[to++] = g;
        between[to++] = b;
      }
    }
    let to = 0;
    for (const { first, weights } of rows) {
      for (let x = 0; x < narrow; x++, to += 4) {
        let [r, g, b] = [0, 0, 0];
        for (let i = 0, at = 3 * (first * narrow + x); i < weights.length; i++, at += 3 * narrow) {
          r += weights[i] * between[at];
          g += weights[i] * between[at + 1];
          b += weights[i] * between[at + 2];
        }
        result[to] = byte(r);
        result[to + 1] = byte(g);
        result[to + 2] = byte(b);
        result[to + 3] = 255;
      }
    }
    return result;
  }
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

/** Lanczos' filter, as wide as a value of the result. What lies beyond the picture does not count. */
function tapsFor(from: number, to: number): Taps[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(centre - LOBES * step));
    const last = Math.min(from - 1, Math.floor(centre + LOBES * step));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) =>
      lanczos((first + k - centre) / step),
    );
    const sum = weights.reduce((a, b) => a + b);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / angle ** 2;
}
