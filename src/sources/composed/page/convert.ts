/** Converts a canvas's pixels to a frame's pixel format (src/core/frame/pixels.ts), in WebAssembly. */

import { BT709, frameBytes, type PixelFormat } from '../../../core/frame/pixels.js';
import {
  assemble,
  type Code,
  doWhile,
  FunctionBuilder,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  v128,
} from '../../../renderers/cpu/wasm.js';

/** The byte order of a canvas's pixels: four bytes each, the last of which is ignored. */
export type ByteOrder = 'rgb' | 'bgr';

/** The number of pixels converted to planes at a time. */
const STEP = 8;
/** The first free address after the module's six constants of 16 bytes. */
const FREE_ADDRESS = 96;
const PAGE = 65536;

/** All parameters except the counts are addresses. */
interface Exports {
  /** Converts `count` pixels (a multiple of STEP) of two rows to Y, Cb and Cr. */
  planes(
    above: number,
    below: number,
    y: number,
    yBelow: number,
    cb: number,
    cr: number,
    count: number,
  ): void;
  /** Converts `count` pixels (a multiple of 4) from BGRA to RGBA. */
  swap(from: number, to: number, count: number): void;
}

/** Whether frames of this size can have this format. */
export function canBe(format: PixelFormat, [width, height]: readonly [number, number]): boolean {
  if (format === 'yuv420p') return width >= STEP && width % 2 === 0 && height % 2 === 0;
  return format === 'rgba'; // a canvas has 8 bits
}

/** Converts a canvas's pixels to frames of a fixed size and format. */
export class Converter {
  /** The buffer for a canvas's pixels, top row first. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** The length of a frame in uint32 words. The last word may be partly unused. */
  readonly words: number;
  readonly #size: readonly [width: number, height: number];
  readonly #format: PixelFormat;
  readonly #order: ByteOrder;
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;

  /** @param buffers - The number of output buffers. */
  constructor(size: readonly [number, number], format: PixelFormat, order: ByteOrder, buffers: number) {
    this.#size = size;
    this.#format = format;
    this.#order = order;
    this.words = Math.ceil(frameBytes(size, format) / 4);
    const canvas = frameBytes(size);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(this.#addressOf(buffers) / PAGE) });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(emit(order)), {
      env: { memory: this.#memory },
    });
    this.#exports = instance.exports as unknown as Exports;
    this.pixels = new Uint8Array(this.#memory.buffer, FREE_ADDRESS, canvas);
  }

  /** Converts `pixels` to a frame in the given output buffer, counted from 0. Valid until the buffer is reused. */
  convert(buffer: number): Uint32Array<ArrayBuffer> {
    const to = this.#addressOf(buffer);
    const frame = new Uint32Array(this.#memory.buffer, to, this.words);
    if (this.#format === 'yuv420p') this.#toPlanes(to);
    else if (this.#order === 'bgr') this.#exports.swap(FREE_ADDRESS, to, 4 * Math.ceil(this.words / 4));
    else new Uint8Array(this.#memory.buffer, to).set(this.pixels);
    return frame;
  }

  /** The address of an output buffer. */
  #addressOf(buffer: number): number {
    const aligned = (bytes: number) => 16 * Math.ceil(bytes / 16);
    return FREE_ADDRESS + aligned(frameBytes(this.#size)) + buffer * aligned(4 * this.words);
  }

  #toPlanes(to: number): void {
    const [width, height] = this.#size;
    const whole = width - (width % STEP);
    for (let row = 0; row < height; row += 2) {
      this.#rowsToPlanes(to, row, 0, whole);
      // The last pixels of the row: a full step that overlaps the previous one.
      if (whole < width) this.#rowsToPlanes(to, row, width - STEP, STEP);
    }
  }

  #rowsToPlanes(to: number, row: number, column: number, count: number): void {
    const [width, height] = this.#size;
    const pixels = FREE_ADDRESS + 4 * (row * width + column);
    const y = to + row * width + column;
    const cb = to + width * height + (row * width) / 4 + column / 2;
    this.#exports.planes(pixels, pixels + 4 * width, y, y + width, cb, cb + (width * height) / 4, count);
  }
}

/** The integer coefficients of one plane, as in BT709. */
interface Weights {
  r: number;
  g: number;
  b: number;
  offset: number;
  shift: number;
}

function emit(order: ByteOrder): Uint8Array<ArrayBuffer> {
  const { planes, constants } = emitPlanes(order);
  return assemble({ planes, swap: emitSwap() }, new Uint8Array(Int16Array.from(constants).buffer));
}

function emitSwap(): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32']);
  const [from, to, count] = [0, 1, 2].map((i) => f.parameter(i));
  const pixels = f.local('v128');
  const swapped = [0, 4, 8, 12].flatMap((first) => [first + 2, first + 1, first, first + 3]);
  f.body = doWhile(
    [
      pixels.set(v128.load(from.get)),
      v128.store(to.get, i8x16.shuffle(pixels.get, pixels.get, swapped)),
      advance(from, 16),
      advance(to, 16),
    ],
    count.tee(i32.sub(count.get, i32.const(4))),
  );
  return f;
}

function emitPlanes(order: ByteOrder): { planes: FunctionBuilder; constants: number[] } {
  const constants: number[] = []; // int16, eight per vector
  const constant = (lanes: number[]): Code => v128.load(i32.const(2 * (constants.push(...lanes) - 8)));
  const conversion = ({ r, g, b, offset, shift }: Weights) => {
    const pixel = order === 'rgb' ? [r, g, b, 0] : [b, g, r, 0];
    return {
      weights: constant([...pixel, ...pixel]),
      offsets: constant([0, 1, 2, 3].flatMap(() => [offset & 0xffff, offset >> 16])),
      shift,
    };
  };
  type Conversion = ReturnType<typeof conversion>;
  const [toY, toCb, toCr] = [BT709.y, BT709.cb, BT709.cr].map(conversion);

  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [above, below, yAbove, yBelow, cb, cr, count] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.parameter(i));
  const vector = () => f.local('v128');
  const [pixels, left, right, luma, chroma] = [vector(), vector(), vector(), vector(), vector()];
  const columns = [vector(), vector(), vector(), vector()]; // sums of vertical pixel pairs, two columns per vector
  const blocks = [vector(), vector()]; // sums of 2 x 2 pixels, two blocks per vector

  /** Adds neighbouring pairs in two vectors: eight int32 become four. */
  const addPairs = (a: Code, b: Code): Code => [
    left.set(a),
    right.set(b),
    i32x4.add(
      i8x16.shuffle(left.get, right.get, [...bytes(0, 4), ...bytes(8, 4), ...bytes(16, 4), ...bytes(24, 4)]),
      i8x16.shuffle(left.get, right.get, [...bytes(4, 4), ...bytes(12, 4), ...bytes(20, 4), ...bytes(28, 4)]),
    ),
  ];

  /** Converts two vectors of two pixels or blocks each to four values of a plane. */
  const converted = (a: Code, b: Code, { weights, offsets, shift }: Conversion): Code =>
    i32x4.shrSigned(i32x4.add(addPairs(i32x4.dot(a, weights), i32x4.dot(b, weights)), offsets), shift);
  const lumaOfPixels = (): Code => converted(i16x8.extendLow(pixels.get), i16x8.extendHigh(pixels.get), toY);

  /** Converts STEP pixels of a row to Y, and adds them to the columns' sums. */
  const row = (from: Local, to: Local, add: (column: Local, pair: Code) => Code): Code => {
    const read = (half: number): Code => [
      pixels.set(v128.load(from.get, 16 * half)),
      columns[2 * half].set(add(columns[2 * half], i16x8.extendLow(pixels.get))),
      columns[2 * half + 1].set(add(columns[2 * half + 1], i16x8.extendHigh(pixels.get))),
    ];
    return [
      [read(0), luma.set(lumaOfPixels())],
      [read(1), luma.set(i16x8.narrow(luma.get, lumaOfPixels()))],
      v128.store64(to.get, i8x16.narrow(luma.get, luma.get)),
    ];
  };

  /** Writes Cb or Cr of four blocks. */
  const plane = (conversion: Conversion, to: Local): Code => [
    chroma.set(converted(blocks[0].get, blocks[1].get, conversion)),
    chroma.set(i16x8.narrow(chroma.get, chroma.get)),
    v128.store32(to.get, i8x16.narrow(chroma.get, chroma.get)),
  ];

  f.body = doWhile(
    [
      row(above, yAbove, (_, pair) => pair),
      row(below, yBelow, (column, pair) => i16x8.add(column.get, pair)),
      blocks.map((block, k) => {
        const [a, b] = [columns[2 * k].get, columns[2 * k + 1].get];
        const even = i8x16.shuffle(a, b, [...bytes(0, 8), ...bytes(16, 8)]);
        const odd = i8x16.shuffle(a, b, [...bytes(8, 8), ...bytes(24, 8)]);
        return block.set(i16x8.add(even, odd));
      }),
      [plane(toCb, cb), plane(toCr, cr)],
      [advance(above, 4 * STEP), advance(below, 4 * STEP), advance(yAbove, STEP), advance(yBelow, STEP)],
      [advance(cb, STEP / 2), advance(cr, STEP / 2)],
    ],
    count.tee(i32.sub(count.get, i32.const(STEP))),
  );
  return { planes: f, constants };
}

function advance(pointer: Local, by: number): Code {
  return pointer.set(i32.add(pointer.get, i32.const(by)));
}

function bytes(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
