/** Arrays of numbers as files store them. Files are not trusted: lengths are checked before anything is allocated. */
import { Malformed } from '../bytes.js';

/** An array of numbers in row-major order. */
export interface Tensor {
  shape: number[];
  values: Float64Array;
}

/** How a file stores numbers, by our own names. */
export type NumberFormat = 'float16' | 'bfloat16' | 'float32' | 'float64';

/** In bytes. */
export const SIZES: Readonly<Record<NumberFormat, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

/** The maximum number of numbers in a file: a recipe, which is text, has room for about as many. */
export const MOST_NUMBERS = 2 ** 22;

/**
 * Reads an array.
 * @param what - Its name, for messages.
 * @param bytes - The bytes of its numbers, and no others.
 */
export function tensorOf(
  what: string,
  format: NumberFormat,
  shape: number[],
  bytes: Uint8Array,
  { bigEndian = false, columnMajor = false } = {},
): Tensor {
  const count = countOf(what, shape);
  if (bytes.length !== count * SIZES[format]) {
    throw new Malformed(
      `has ${bytes.length} bytes for ${what}, but its shape ${shown(shape)} needs ${count * SIZES[format]}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: Record<NumberFormat, (at: number) => number> = {
    float16: (at) => float16(view.getUint16(at, !bigEndian)),
    bfloat16: (at) => bfloat16(view.getUint16(at, !bigEndian)),
    float32: (at) => view.getFloat32(at, !bigEndian),
    float64: (at) => view.getFloat64(at, !bigEndian),
  };
  const numberAt = read[format];
  const values = Float64Array.from({ length: count }, (_, i) => numberAt(i * SIZES[format]));
  return finite(what, { shape, values: columnMajor ? rowMajor(values, shape) : values });
}

/** The number of values of a shape. @throws Malformed if there are too many. */
export function countOf(what: string, shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count <= MOST_NUMBERS && shape.every((length) => Number.isInteger(length) && length >= 0)) return count;
  throw new Malformed(
    `has the shape ${shown(shape)} for ${what}, but at most ${MOST_NUMBERS} numbers are read`,
  );
}

/** The tensor itself. @throws Malformed if it has a NaN or an infinity. */
export function finite(what: string, tensor: Tensor): Tensor {
  const at = tensor.values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return tensor;
  throw new Malformed(
    `has ${tensor.values[at]} in ${what}, but numbers must be finite: the training may have diverged`,
  );
}

/** A matrix with rows and columns exchanged. */
export function transposed({ shape: [rows, columns], values }: Tensor): Tensor {
  return { shape: [columns, rows], values: rowMajor(values, [columns, rows]) };
}

/** "30 x 2", or "a single number". */
export const shown = (shape: readonly number[]) =>
  shape.length > 0 ? shape.join(' x ') : 'of a single number';

/** Column-major numbers, as in Fortran, in row-major order. Lists are the same either way. */
function rowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
  if (shape.length !== 2) return values;
  const [rows, columns] = shape;
  return Float64Array.from(values, (_, i) => values[(i % columns) * rows + Math.floor(i / columns)]);
}

/** IEC 60559 binary16, from its bits. */
export function float16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction > 0
        ? Number.NaN
        : Number.POSITIVE_INFINITY
      : exponent === 0
        ? fraction * 2 ** -24
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32, from its bits. */
export function bfloat16(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}
