/**
 * Converts a canvas's pixels to a frame's pixel format (src/core/frame/pixels.ts), in WebAssembly. Compares them with
 * the previous picture first, and converts only those that have changed.
 */

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
  ifThen,
  type Local,
  v128,
} from '../../../renderers/cpu/wasm.js';
import {
  type Constant,
  type DebandExports,
  type DebandedPlane,
  debandedPlanes,
  emitDeband,
} from './deband.js';
import { Runs } from './delta.js';

/** The byte order of a canvas's pixels: four bytes each, of which the last is the alpha. */
export type ByteOrder = 'rgb' | 'bgr';

/** A picture as a frame. */
export interface Converted {
  /** The frame, as uint32. The last word may be partly unused. Valid until the next call. */
  frame: Uint32Array<ArrayBuffer>;
  /** What differs from the previous frame; everything in the first one. */
  runs: readonly number[];
}

/** The number of pixels in a row that are compared and converted at a time. */
const STEP = 8;
/** Changed steps of a row with at most this many unchanged ones between them are one run. */
const GAP = 4;
/** The number of pixels of a packed frame that are compared at a time. */
const PIECE = 512 * STEP;
const PAGE = 65536;
/** The address of the bits that are 1 in all of a picture's pixels, after the module's constants. */
const COMMON = 1024;
/** The first free address. */
const FREE = COMMON + 16;

/** All parameters except the counts are addresses. */
interface Exports extends DebandExports {
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
  /**
   * Compares `count` pixels (a multiple of STEP) of two rows with the pixels `before` bytes further on. Writes whether
   * any pixel of each STEP differs to `flags`, a byte each, and whether any at all does to `row`, unless none does.
   */
  compare(above: number, below: number, before: number, flags: number, row: number, count: number): void;
}

/** Whether frames of this size can have this format. */
export function canBe(format: PixelFormat, [width, height]: readonly [number, number]): boolean {
  if (format === 'yuv420p') return width >= STEP && width % 2 === 0 && height % 2 === 0;
  return format === 'rgba'; // a canvas has 8 bits
}

/** Converts successive pictures of one canvas to frames of a fixed size and format. */
export class Converter {
  readonly #size: readonly [width: number, height: number];
  readonly #format: PixelFormat;
  readonly #order: ByteOrder;
  readonly #exports: Exports;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #frame: Uint32Array<ArrayBuffer>;
  /** The bytes of a picture, filled up to whole steps. */
  readonly #picture: number;
  /** Pixels are compared in rows: pairs of rows for planes, otherwise pieces of the frame. */
  readonly #rows: { from: number; pixels: number }[];
  /** Addresses: whether each row differs, whether each of its steps does, two pictures, and the frame. */
  readonly #changed: number;
  readonly #flags: number;
  readonly #pictures: number;
  readonly #to: number;
  /** The planes before gradients are dithered, unless they are not. */
  readonly #debanded: DebandedPlane[];
  #current = 0;
  #first = true;

  /** @param deband - Whether to dither gradients of planes: see deband.ts. */
  constructor(
    size: readonly [width: number, height: number],
    format: PixelFormat,
    order: ByteOrder,
    deband = false,
  ) {
    this.#size = size;
    this.#format = format;
    this.#order = order;
    const [width, height] = size;
    const pair = format === 'yuv420p' ? 2 * width : PIECE;
    this.#rows = Array.from({ length: Math.ceil((width * height) / pair) }, (_, i) => ({
      from: i * pair,
      pixels: format === 'yuv420p' ? width : Math.min(PIECE, width * height - i * PIECE),
    }));
    const words = Math.ceil(frameBytes(size, format) / 4);
    const aligned = (bytes: number) => 4 * STEP * Math.ceil(bytes / 4 / STEP);
    this.#picture = aligned(frameBytes(size));
    this.#changed = FREE;
    this.#flags = this.#changed + aligned(this.#rows.length);
    this.#pictures = this.#flags + aligned(this.#rows.length * this.#steps);
    this.#to = this.#pictures + 2 * this.#picture;
    let end = this.#to + aligned(4 * words);
    this.#debanded = deband ? debandedPlanes(size, this.#to) : [];
    const starts = this.#debanded.map(({ bytes }) => {
      end += bytes;
      return end - bytes;
    });
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) });
    const module = new WebAssembly.Module(emit(order, deband));
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#bytes.fill(255, this.#pictures, this.#to); // what fills up a picture counts as opaque
    this.#frame = new Uint32Array(memory.buffer, this.#to, words);
    for (const [i, plane] of this.#debanded.entries()) plane.place(starts[i], this.#bytes, this.#exports);
  }

  /** The buffer for the next picture, top row first. */
  get pixels(): Uint8Array<ArrayBuffer> {
    const from = this.#address;
    return this.#bytes.subarray(from, from + frameBytes(this.#size));
  }

  /** Compares `pixels` with the previous picture. Call it before convert(). @returns Whether they are all opaque. */
  compare(): boolean {
    this.#bytes.fill(0, this.#changed, this.#flags);
    this.#bytes.fill(255, COMMON, FREE);
    for (const [row, { from, pixels }] of this.#rows.entries()) {
      const whole = pixels - (pixels % STEP);
      if (this.#format === 'rgba') {
        this.#compareRow(row, from, 0, STEP * Math.ceil(pixels / STEP));
        continue;
      }
      this.#compareRow(row, from, 0, whole);
      // The last pixels of the row: a full step that overlaps the previous one.
      if (whole < pixels) this.#compareRow(row, from + pixels - STEP, whole / STEP, STEP);
    }
    return [3, 7, 11, 15].every((alpha) => this.#bytes[COMMON + alpha] === 255);
  }

  /** Converts `pixels`, which then become the previous picture. */
  convert(): Converted {
    const lists = [new Runs(), new Runs(), new Runs()];
    for (const [row, { pixels }] of this.#rows.entries()) {
      const spans = this.#first ? [[0, pixels] as const] : this.#spansOf(row, pixels);
      if (spans.length === 0) continue;
      if (this.#format === 'yuv420p') this.#toPlanes(2 * row, spans, lists);
      else this.#toPacked(row * PIECE, spans, lists[0]);
    }
    for (const [i, plane] of this.#debanded.entries()) plane.write(this.#to, lists[i]);
    const runs = this.#first ? [0, this.#frame.length] : lists.flatMap(({ list }) => list);
    this.#current = 1 - this.#current;
    this.#first = false;
    return { frame: this.#frame, runs };
  }

  get #steps(): number {
    return Math.ceil(this.#rows[0].pixels / STEP);
  }

  /** The address of the current picture. */
  get #address(): number {
    return this.#pictures + this.#current * this.#picture;
  }

  #compareRow(row: number, from: number, step: number, count: number): void {
    const above = this.#address + 4 * from;
    const below = this.#format === 'yuv420p' ? above + 4 * this.#size[0] : above;
    const before = this.#current === 0 ? this.#picture : -this.#picture;
    const flags = this.#flags + row * this.#steps + step;
    this.#exports.compare(above, below, before, flags, this.#changed + row, count);
  }

  /** The changed pixels of a row. */
  #spansOf(row: number, pixels: number): (readonly [from: number, to: number])[] {
    const spans: [number, number][] = [];
    if (this.#bytes[this.#changed + row] === 0) return spans;
    const first = this.#flags + row * this.#steps;
    const steps = Math.ceil(pixels / STEP);
    let end = Number.NEGATIVE_INFINITY; // of the last span, in steps
    for (let step = 0; step < steps; step++) {
      if (this.#bytes[first + step] === 0) continue;
      if (step - end > GAP) spans.push([STEP * step, 0]);
      end = step + 1;
      spans[spans.length - 1][1] = Math.min(pixels, STEP * end);
    }
    return spans;
  }

  #toPlanes(row: number, spans: Iterable<readonly [number, number]>, [y, cb, cr]: Runs[]): void {
    const [width, height] = this.#size;
    const chroma = width * height + (row * width) / 4;
    for (const [from, to] of spans) {
      const whole = to - ((to - from) % STEP);
      if (whole > from) this.#stepsToPlanes(row, from, whole - from);
      if (whole < to) this.#stepsToPlanes(row, to - STEP, STEP);
      if (this.#debanded.length > 0) {
        const [luma, ...chroma] = this.#debanded;
        luma.change(row, 2, from, to);
        for (const plane of chroma) plane.change(row / 2, 1, from / 2, to / 2);
        continue;
      }
      cb.add(chroma + from / 2, chroma + to / 2);
      cr.add(chroma + (width * height) / 4 + from / 2, chroma + (width * height) / 4 + to / 2);
    }
    if (this.#debanded.length > 0) return;
    for (const line of [row, row + 1])
      for (const [from, to] of spans) y.add(line * width + from, line * width + to);
  }

  #stepsToPlanes(row: number, column: number, count: number): void {
    const [width, height] = this.#size;
    const pixels = this.#address + 4 * (row * width + column);
    const [luma, ...chroma] = this.#debanded;
    const to = luma ? luma.from : this.#to;
    const stride = luma ? luma.stride : width;
    const y = to + row * stride + column;
    const [cb, cr] = luma
      ? chroma.map((plane) => plane.from + (row / 2) * plane.stride + column / 2)
      : [0, 1].map((i) => to + width * height + ((row + i * height) * width) / 4 + column / 2);
    this.#exports.planes(pixels, pixels + 4 * width, y, y + stride, cb, cr, count);
  }

  #toPacked(first: number, spans: Iterable<readonly [number, number]>, runs: Runs): void {
    for (const span of spans) {
      const [from, to] = span.map((pixel) => 4 * (first + pixel));
      const address = this.#address + from;
      if (this.#order === 'bgr')
        this.#exports.swap(address, this.#to + from, 4 * Math.ceil((to - from) / 16));
      else this.#bytes.copyWithin(this.#to + from, address, address + to - from);
      runs.add(from, to);
    }
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

function emit(order: ByteOrder, deband: boolean): Uint8Array<ArrayBuffer> {
  const constants: number[] = []; // int16, eight per vector
  const constant: Constant = (lanes) => v128.load(i32.const(2 * (constants.push(...lanes) - 8)));
  const planes = emitPlanes(order, constant);
  const functions = { planes, swap: emitSwap(), compare: emitCompare(), ...(deband && emitDeband(constant)) };
  return assemble(functions, new Uint8Array(Int16Array.from(constants).buffer));
}

function emitCompare(): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [above, below, before, flags, row, count] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter(i));
  const vector = () => f.local('v128');
  const [pixels, step, any, common] = [vector(), vector(), vector(), vector()];
  const compared = (from: Local, offset: number): Code => [
    pixels.set(v128.load(from.get, offset)),
    common.set(v128.and(common.get, pixels.get)),
    step.set(v128.or(step.get, v128.xor(pixels.get, v128.load(i32.add(from.get, before.get), offset)))),
  ];
  f.body = [
    common.set(v128.load(i32.const(COMMON))),
    doWhile(
      [
        step.set(v128.xor(step.get, step.get)),
        [above, below].map((from) => [0, 16].map((offset) => compared(from, offset))),
        any.set(v128.or(any.get, step.get)),
        i32.store8(flags.get, v128.anyTrue(step.get)),
        [advance(above, 4 * STEP), advance(below, 4 * STEP), advance(flags, 1)],
      ],
      count.tee(i32.sub(count.get, i32.const(STEP))),
    ),
    v128.store(i32.const(COMMON), common.get),
    ifThen(v128.anyTrue(any.get), i32.store8(row.get, i32.const(1))),
  ];
  return f;
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

function emitPlanes(order: ByteOrder, constant: Constant): FunctionBuilder {
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
  return f;
}

function advance(pointer: Local, by: number): Code {
  return pointer.set(i32.add(pointer.get, i32.const(by)));
}

function bytes(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
