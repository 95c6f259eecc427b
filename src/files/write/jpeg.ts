/**
 * JPEGs (ITU-T T.81), baseline, written without a library: a small picture of a network is a third as large as its PNG.
 * Colours are at half the resolution of the brightness, as in most JPEGs. The quality's scale is that of libjpeg, and
 * quantisation and Huffman tables are those of the standard's annex K.
 */
import { big, joined } from '../bytes.js';

/** The order in which the coefficients of a block are written: T.81, figure 5. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];

/** Table K.1: the steps of the brightness's coefficients, row by row. */
const LUMINANCE_STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
/** Table K.2: those of the colours begin with these; all others are 99. */
const CHROMINANCE_STEPS: Readonly<Record<number, number>> = {
  ...{ 0: 17, 1: 18, 2: 24, 3: 47, 8: 18, 9: 21, 10: 26, 11: 66 },
  ...{ 16: 24, 17: 26, 18: 56, 24: 47, 25: 66 },
};

/** A Huffman table: how many codes there are of each length from 1 bit, and their symbols, shortest codes first. */
interface HuffmanTable {
  counts: readonly number[];
  symbols: readonly number[];
}

/** Tables K.3 and K.4: the lengths of differences between the means of neighbouring blocks. */
const LUMINANCE_DC: HuffmanTable = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  symbols: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
const CHROMINANCE_DC: HuffmanTable = {
  counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  symbols: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
/** Tables K.5 and K.6: runs of zeros and the lengths of the coefficients after them, as two hexadecimal digits. */
const LUMINANCE_AC: HuffmanTable = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  symbols: fromHex(
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435' +
      '363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394959697' +
      '98999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2' +
      'f3f4f5f6f7f8f9fa',
  ),
};
const CHROMINANCE_AC: HuffmanTable = {
  counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  symbols: fromHex(
    '00010203110405213106124151076171132232810814' +
      '4291a1b1c109233352f0156272d10a162434e125f11718191a262728292a' +
      '35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495' +
      '969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2' +
      'f3f4f5f6f7f8f9fa',
  ),
};

/** An end of block, and 16 zeros, among those symbols. */
const [END, ZEROS] = [0x00, 0xf0];

/**
 * Encodes a picture.
 * @param rgba - RGBA8, sRGB, rows from the top; alpha is ignored.
 * @param width - In pixels, up to 65535. @param height - In pixels, up to 65535.
 * @param quality - From 1 to 100.
 */
export function encodeJpeg(
  rgba: ArrayLike<number>,
  width: number,
  height: number,
  quality: number,
): Uint8Array {
  const steps = [LUMINANCE_STEPS, LUMINANCE_STEPS.map((_, i) => CHROMINANCE_STEPS[i] ?? 99)].map((table) =>
    scaled(table, quality),
  );
  const head = joined(
    Uint8Array.of(0xff, 0xd8),
    // JFIF 1.1 with square pixels and no thumbnail.
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...ZIGZAG.map((i) => steps[0][i]), 1, ...ZIGZAG.map((i) => steps[1][i])]),
    // 8 bits; three components: their numbers, how many blocks of each are in a unit (2 x 2 or 1), and their tables.
    segment(0xc0, [8, ...big(height, 2), ...big(width, 2), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]),
    ...[LUMINANCE_DC, LUMINANCE_AC, CHROMINANCE_DC, CHROMINANCE_AC].map(({ counts, symbols }, i) =>
      segment(0xc4, [[0x00, 0x10, 0x01, 0x11][i], ...counts, ...symbols]),
    ),
    segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  );
  const bits = new BitWriter();
  const planes = planesOf(rgba, width, height);
  const codes = {
    brightness: { dc: codesOf(LUMINANCE_DC), ac: codesOf(LUMINANCE_AC), steps: steps[0] },
    colour: { dc: codesOf(CHROMINANCE_DC), ac: codesOf(CHROMINANCE_AC), steps: steps[1] },
  };
  const before = [0, 0, 0];
  const write = (plane: number, x: number, y: number) => {
    const { dc, ac, steps } = plane === 0 ? codes.brightness : codes.colour;
    const coefficients = coefficientsOf(planes[plane], x, y, steps);
    writeBlock(bits, coefficients, before[plane], dc, ac);
    before[plane] = coefficients[0];
  };
  for (let y = 0; y < height; y += 16) {
    for (let x = 0; x < width; x += 16) {
      for (const [dx, dy] of UNIT) write(0, x + dx, y + dy);
      write(1, x / 2, y / 2);
      write(2, x / 2, y / 2);
    }
  }
  return joined(head, bits.end(), Uint8Array.of(0xff, 0xd9));
}

/** The blocks of brightness in a unit of 16 x 16 pixels. */
const UNIT = [
  [0, 0],
  [8, 0],
  [0, 8],
  [8, 8],
] as const;

/** Values around 0, row by row, of whole units. */
interface Plane {
  values: Float32Array;
  width: number;
}

/** Brightness, and the two differences of colour at half the size: Y, Cb and Cr of JFIF. Edges are repeated. */
function planesOf(rgba: ArrayLike<number>, width: number, height: number): Plane[] {
  const [across, down] = [width, height].map((side) => 16 * Math.ceil(side / 16));
  const planeOf = (scale: number): Plane => ({
    values: new Float32Array((across / scale) * (down / scale)),
    width: across / scale,
  });
  const planes = [planeOf(1), planeOf(2), planeOf(2)];
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const at = 4 * (Math.min(y, height - 1) * width + Math.min(x, width - 1));
      const [r, g, b] = [rgba[at], rgba[at + 1], rgba[at + 2]];
      planes[0].values[y * across + x] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
      const half = (y >> 1) * (across / 2) + (x >> 1);
      planes[1].values[half] += (-0.168736 * r - 0.331264 * g + 0.5 * b) / 4;
      planes[2].values[half] += (0.5 * r - 0.418688 * g - 0.081312 * b) / 4;
    }
  }
  return planes;
}

/** COSINES[8 u + x]: the u-th basis function of the DCT at x. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const [u, x] = [i >> 3, i & 7];
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});
const rows = new Float64Array(64);
const block = new Int32Array(64);

/** The quantised DCT of the block at a place, in the order in which it is written. Valid until the next call. */
function coefficientsOf({ values, width }: Plane, left: number, top: number, steps: number[]): Int32Array {
  for (let y = 0; y < 8; y++) {
    const at = (top + y) * width + left;
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < 8; x++) sum += values[at + x] * COSINES[8 * u + x];
      rows[8 * y + u] = sum;
    }
  }
  for (let k = 0; k < 64; k++) {
    const i = ZIGZAG[k];
    const v = i & ~7;
    const u = i & 7;
    let sum = 0;
    for (let y = 0; y < 8; y++) sum += rows[8 * y + u] * COSINES[v + y];
    block[k] = Math.round(sum / steps[i]);
  }
  return block;
}

function writeBlock(bits: BitWriter, block: Int32Array, before: number, dc: Codes, ac: Codes): void {
  const difference = block[0] - before;
  const length = lengthOf(difference);
  bits.write(...dc.get(length)!);
  bits.write(magnitude(difference, length), length);
  let zeros = 0;
  for (let i = 1; i < 64; i++) {
    if (block[i] === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) bits.write(...ac.get(ZEROS)!);
    const length = lengthOf(block[i]);
    bits.write(...ac.get(16 * zeros + length)!);
    bits.write(magnitude(block[i], length), length);
    zeros = 0;
  }
  if (zeros > 0) bits.write(...ac.get(END)!);
}

/** The number of bits of a value without its sign. */
const lengthOf = (value: number) => 32 - Math.clz32(Math.abs(value));
/** A value's bits: those of negative ones are inverted. */
const magnitude = (value: number, length: number) => (value < 0 ? value + (1 << length) - 1 : value);

/** Codes and their lengths in bits, by symbol. */
type Codes = Map<number, readonly [code: number, length: number]>;

/** Codes of each length follow each other in order: T.81, annex C. */
function codesOf({ counts, symbols }: HuffmanTable): Codes {
  const codes: Codes = new Map();
  let [code, next] = [0, 0];
  for (const [i, count] of counts.entries()) {
    for (let k = 0; k < count; k++) codes.set(symbols[next++], [code++, i + 1]);
    code <<= 1;
  }
  return codes;
}

/** Writes bits, the highest first. A byte of ones is followed by a zero, as it would begin a marker. */
class BitWriter {
  #bytes: number[] = [];
  #pending = 0;
  #count = 0;

  write(value: number, length: number): void {
    this.#pending = (this.#pending << length) | value;
    this.#count += length;
    while (this.#count >= 8) {
      this.#count -= 8;
      const byte = (this.#pending >> this.#count) & 255;
      this.#bytes.push(byte);
      if (byte === 255) this.#bytes.push(0);
    }
    this.#pending &= (1 << this.#count) - 1;
  }

  /** The bytes. The last one is filled with ones. */
  end(): Uint8Array {
    if (this.#count > 0) this.write((1 << (8 - this.#count)) - 1, 8 - this.#count);
    return Uint8Array.from(this.#bytes);
  }
}

/** A quantisation table for a quality: that of the standard at 50. */
function scaled(table: readonly number[], quality: number): number[] {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return table.map((step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
}

/** A marker segment: its length includes the two bytes that hold it. */
function segment(marker: number, data: readonly number[]): Uint8Array {
  return joined(Uint8Array.of(0xff, marker), big(data.length + 2, 2), Uint8Array.from(data));
}

function fromHex(text: string): number[] {
  return (text.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
