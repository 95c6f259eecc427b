/**
 * The CPU kernel: a WebAssembly module that computes networks of any size. It is generated for one hidden and one
 * output activation, or for a set of each: then a layer with a single activation still has its own loop, and units of
 * other layers are activated one by one after their sums. Which unit has which activation is data.
 *
 * A tile of samples passes through the network layer by layer, with activations stored [unit][sample]. The inner loop
 * keeps the sums of a block of units and samples in registers and runs over the layer's inputs; the activation is
 * applied when the sums are stored. shapes.ts says which blocks are best.
 */

import type { ScaledSums } from '../../core/network/activations/activation.js';
import {
  type ActivationName,
  type ActivationNames,
  activationTable,
  isBounded,
} from '../../core/network/activations.js';
import { Arithmetic, ConstantPool, type SideBySide } from './arithmetic.js';
import type { KernelShape } from './shapes.js';
import {
  assemble,
  type Code,
  doWhile,
  FunctionBuilder,
  f32x4,
  i32,
  i32x4,
  ifThen,
  type Local,
  v128,
  whileLoop,
} from './wasm.js';

/** The activations that a module is generated for. */
export type KernelActivations = OneActivation | SeveralActivations;

/** One for all hidden units. A mix's fraction is read from memory: see MIX_ADDRESS. */
export interface OneActivation {
  hidden: ActivationNames;
  output: ActivationName;
  /** Whether sums are scaled down: see Held in ../exponents.ts, and HELD_ADDRESS. */
  held?: boolean;
  /** Whether `brighten` reads its terms from memory: see TERMS_ADDRESS. By default they are constants. */
  terms?: boolean;
}

/** The activations of hidden units and of outputs, sorted. */
export interface SeveralActivations {
  hidden: ActivationName[];
  output: ActivationName[];
  held?: boolean;
}

/** The address of the mix's fraction, one float32; 1 - fraction is stored just before it. */
export const MIX_ADDRESS = 4092;
const REST_ADDRESS = MIX_ADDRESS - 4;
/** The address of the share that `blend` reads. */
export const SHARE_ADDRESS = REST_ADDRESS - 4;
/** The address of a layer's Held: three float32. */
export const HELD_ADDRESS = SHARE_ADDRESS - 12;
/** The address of the terms that `brighten` reads: as of SeveralExports.show. */
export const TERMS_ADDRESS = HELD_ADDRESS - 16;
/** The first byte of memory that the module does not reserve. */
export const FREE_ADDRESS = 4096;

/** Computes a layer for a tile of samples, with weights as packed by packLayer. */
type DenseLayer = (
  src: number,
  srcStride: number,
  dst: number,
  dstStride: number,
  weights: number,
  inputs: number,
  units: number,
  samples: number,
) => void;

/** All addresses and strides are in bytes and multiples of 16; samples are multiples of 4 * vectors. */
interface SharedExports {
  /** dst[unit][sample] = b + sum over inputs of w * src[input][sample]. */
  output: DenseLayer;
  /** a += share * (b - a), over `samples` float32; `share` is an address. */
  blend(a: number, b: number, share: number, samples: number): void;
  /** Converts three planes of brightness to RGBA8; `rounding` is added to 255 v before truncation. */
  pack(red: number, green: number, blue: number, rounding: number, rgba: number, samples: number): void;
}

/** The functions of a module for one activation. */
export interface OneExports extends SharedExports {
  /** The same as `output`, and the activation. */
  hidden: DenseLayer;
  /** Converts sums to brightness in [0, 1], in place. */
  brighten(sums: number, samples: number): void;
}

/** The functions of a module for several. */
export interface SeveralExports extends SharedExports {
  /** The same as `output`, and the activation of that name. */
  [hidden: `hidden_${string}`]: DenseLayer;
  /** dst = a(src), over `samples` float32. dst may be src. */
  [activate: `activate_${string}`]: (src: number, dst: number, samples: number) => void;
  /** dst = f[0] dst + f[1] src, over `samples` float32; f are two float32 at `factors`. */
  combine(dst: number, src: number, factors: number, samples: number): void;
  /**
   * Layer normalisation: for each of `samples` samples, dst[unit] = (src[unit] - mean) / sqrt(variance + t[2]). The
   * last unit has the weight t[1] in both, and t[0] is 1 / (the number of units, with that weight for the last). t are
   * three float32 at `terms`.
   */
  normalise(src: number, dst: number, stride: number, units: number, terms: number, samples: number): void;
  /** Converts values to brightness: t[0] v + t[1], clipped to [t[2], t[3]], in place; t are float32 at `terms`. */
  show(values: number, terms: number, samples: number): void;
}

/** The module's bytes. */
export function emitKernel(shape: KernelShape, activations: KernelActivations): Uint8Array<ArrayBuffer> {
  const pool = new ConstantPool();
  const functions = Array.isArray(activations.hidden)
    ? several(shape, pool, activations as SeveralActivations)
    : one(shape, pool, activations as OneActivation);
  const data = pool.data;
  if (data.length > TERMS_ADDRESS)
    throw new RangeError(`The kernel's ${data.length} bytes of constants overlap its memory.`);
  return assemble(functions, data);
}

function one(shape: KernelShape, pool: ConstantPool, activations: OneActivation) {
  return {
    hidden: denseLayer(shape, pool, activations.hidden, activations.held),
    output: denseLayer(shape, pool, 'identity'),
    blend: blend(pool, shape.relaxed),
    brighten: brighten(shape, pool, activations),
    pack: pack(shape, pool),
  } satisfies Record<keyof OneExports, FunctionBuilder>;
}

function several(shape: KernelShape, pool: ConstantPool, { hidden, output, held }: SeveralActivations) {
  const all = [...new Set([...hidden, ...output])];
  return {
    ...Object.fromEntries(hidden.map((name) => [`hidden_${name}`, denseLayer(shape, pool, name, held)])),
    ...Object.fromEntries(all.map((name) => [`activate_${name}`, activate(shape, pool, name, held)])),
    output: denseLayer(shape, pool, 'identity'),
    blend: blend(pool, shape.relaxed),
    combine: combine(pool, shape.relaxed),
    normalise: normalise(pool, shape.relaxed),
    show: show(pool, shape.relaxed, held),
    pack: pack(shape, pool),
  };
}

/**
 * Packs a layer for the dense loop: for each block of `rows` units, their biases, then their weights input by input.
 * Returns the index after the last number written; a layer has units * (inputs + 1) numbers.
 */
export function packLayer(
  {
    inputs,
    units,
    weights,
    biases,
  }: { inputs: number; units: number; weights: Float64Array; biases: Float64Array },
  rows: number,
  into: Float32Array,
  at: number,
): number {
  for (let first = 0; first < units; first += rows) {
    const last = Math.min(units, first + rows);
    for (let unit = first; unit < last; unit++) into[at++] = biases[unit];
    for (let i = 0; i < inputs; i++) {
      for (let unit = first; unit < last; unit++) into[at++] = weights[unit * inputs + i];
    }
  }
  return at;
}

function denseLayer(
  shape: KernelShape,
  pool: ConstantPool,
  activation: ActivationNames,
  isHeld = false,
): FunctionBuilder {
  const { rows, vectors, relaxed } = shape;
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [src, srcStride, dst, dstStride, weights, inputs, units, samples] = [0, 1, 2, 3, 4, 5, 6, 7].map(
    (i) => f.parameter(i),
  );
  const math = new Arithmetic(pool, f, relaxed);
  const weight = f.local('i32'); // pointer into the packed weights
  const input = f.local('i32'); // pointer into the tile's column of inputs
  const end = f.local('i32'); // where the block's weights end
  const unitsLeft = f.local('i32');
  const target = f.local('i32'); // where the block's first unit is stored
  const row = f.local('i32');
  const x = locals(f, vectors);
  const sums = Array.from({ length: rows }, () => locals(f, vectors));
  const spread = f.local('v128');

  /** `count` units x `vectors` vectors: biases, then the loop over inputs, then the activation and the store. */
  const block = (count: number): Code => {
    const active = sums.slice(0, count);
    return [
      active.map((vector, j) => [
        vector[0].set(v128.loadSplat(weight.get, 4 * j)),
        vector.slice(1).map((v) => v.set(vector[0].get)),
      ]),
      weight.set(i32.add(weight.get, i32.const(4 * count))),
      input.set(src.get),
      end.set(i32.add(weight.get, i32.mul(inputs.get, i32.const(4 * count)))),
      doWhile(
        [
          x.map((v, k) => v.set(v128.load(input.get, 16 * k))),
          active.map((vector, j) => [
            spread.set(v128.loadSplat(weight.get, 4 * j)),
            vector.map((v, k) => v.set(math.madd(spread.get, x[k].get, v.get))),
          ]),
          input.set(i32.add(input.get, srcStride.get)),
          weight.set(i32.add(weight.get, i32.const(4 * count))),
        ],
        i32.lessUnsigned(weight.get, end.get),
      ),
      row.set(target.get),
      // V8 merges adjacent stores only if nothing is between them.
      active.map((vector) => {
        const { code, values } = activated(vector);
        return [
          code,
          values.map((value, k) => v128.store(row.get, value, 16 * k)),
          row.set(i32.add(row.get, dstStride.get)),
        ];
      }),
      target.set(row.get),
    ];
  };
  const activated = (vector: Local[]) => {
    const lanes = math.sideBySide(vector.length);
    const { x, held } = argument(lanes, vector, isHeld);
    if (typeof activation === 'string')
      return { code: lanes.code, values: lanes.activation(activation, x, held) };
    const mix = lanes.same(v128.loadSplat(i32.const(MIX_ADDRESS)));
    const from = lanes.activation(activation.from, x, held);
    const to = lanes.activation(activation.to, x, held);
    if (isBounded(activation))
      return { code: lanes.code, values: lanes.madd(mix, lanes.sub(to, from), from) };
    // Not from + fraction * (to - from): if the values differ widely, the difference would lose the smaller one.
    const rest = lanes.same(v128.loadSplat(i32.const(REST_ADDRESS)));
    return { code: lanes.code, values: lanes.madd(mix, to, lanes.mul(rest, from)) };
  };
  const oneFewer = (count: number) => unitsLeft.set(i32.sub(unitsLeft.get, i32.const(count)));
  const rest = Array.from({ length: rows - 1 }, (_, k) => rows - 1 - k); // for a layer's last 1 to rows - 1 units
  f.body = doWhile(
    [
      weight.set(weights.get),
      target.set(dst.get),
      unitsLeft.set(units.get),
      whileLoop(i32.greaterOrEqualUnsigned(unitsLeft.get, i32.const(rows)), [block(rows), oneFewer(rows)]),
      rest.map((count) =>
        ifThen(i32.greaterOrEqualUnsigned(unitsLeft.get, i32.const(count)), [block(count), oneFewer(count)]),
      ),
      src.set(i32.add(src.get, i32.const(16 * vectors))),
      dst.set(i32.add(dst.get, i32.const(16 * vectors))),
    ],
    samples.tee(i32.sub(samples.get, i32.const(4 * vectors))),
  );
  return f;
}

/** The arguments of an activation of the sums in `vector`, and what it needs if they are scaled. */
function argument(
  lanes: SideBySide,
  vector: Local[],
  isHeld: boolean,
): { x: readonly Code[]; held?: ScaledSums<readonly Code[]> } {
  const sums = vector.map((v) => v.get);
  if (!isHeld) return { x: sums };
  const out = lanes.same(v128.loadSplat(i32.const(HELD_ADDRESS), 4));
  return { x: lanes.each(meant, sums), held: { sums, out } };
}

/** The true sums, clamped to a finite range: see HELD_ADDRESS. */
function meant(sums: Code): Code {
  const [into, limit] = [0, 8].map((offset) => v128.loadSplat(i32.const(HELD_ADDRESS), offset));
  return f32x4.mul(into, f32x4.pmin(f32x4.pmax(sums, f32x4.neg(limit)), limit));
}

function blend(pool: ConstantPool, relaxed: boolean): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32']);
  const [a, b, share, samples] = [0, 1, 2, 3].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const value = f.local('v128');
  const difference = f32x4.sub(v128.load(b.get), value.tee(v128.load(a.get)));
  f.body = eachVector(
    samples,
    [a, b],
    v128.store(a.get, math.madd(v128.loadSplat(share.get), difference, value.get)),
  );
  return f;
}

function activate(
  { vectors, relaxed }: KernelShape,
  pool: ConstantPool,
  name: ActivationName,
  isHeld = false,
): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32']);
  const [src, dst, samples] = [0, 1, 2].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const values = locals(f, vectors);
  const lanes = math.sideBySide(vectors);
  const { x, held } = argument(lanes, values, isHeld);
  const results = lanes.activation(name, x, held);
  f.body = doWhile(
    [
      values.map((v, k) => v.set(v128.load(src.get, 16 * k))),
      lanes.code,
      results.map((result, k) => v128.store(dst.get, result, 16 * k)),
      [src, dst].map((pointer) => pointer.set(i32.add(pointer.get, i32.const(16 * vectors)))),
    ],
    samples.tee(i32.sub(samples.get, i32.const(4 * vectors))),
  );
  return f;
}

function combine(pool: ConstantPool, relaxed: boolean): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32']);
  const [dst, src, factors, samples] = [0, 1, 2, 3].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const [p, q] = locals(f, 2);
  f.body = [
    p.set(v128.loadSplat(factors.get)),
    q.set(v128.loadSplat(factors.get, 4)),
    eachVector(
      samples,
      [dst, src],
      v128.store(dst.get, math.madd(q.get, v128.load(src.get), f32x4.mul(p.get, v128.load(dst.get)))),
    ),
  ];
  return f;
}

function normalise(pool: ConstantPool, relaxed: boolean): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [src, dst, stride, units, terms, samples] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const value = f.local('i32'); // pointer into the column of src, and then of dst
  const result = f.local('i32');
  const last = f.local('i32'); // the address of the last unit's value
  const [sum, mean, scale, difference] = locals(f, 4);
  const [perUnit, share, epsilon] = [0, 4, 8].map((offset) => v128.loadSplat(terms.get, offset));
  const next = value.set(i32.add(value.get, stride.get));
  /** Adds up `part` of every unit into `sum`. */
  const total = (part: Code) => [
    sum.set(math.float(0)),
    value.set(src.get),
    whileLoop(i32.lessUnsigned(value.get, last.get), [sum.set(f32x4.add(sum.get, part)), next]),
    sum.set(math.madd(share, part, sum.get)),
  ];
  const away = f32x4.sub(v128.load(value.get), mean.get);
  f.body = doWhile(
    [
      last.set(i32.add(src.get, i32.mul(stride.get, i32.sub(units.get, i32.const(1))))),
      total(v128.load(value.get)),
      mean.set(f32x4.mul(sum.get, perUnit)),
      total(f32x4.mul(difference.tee(away), difference.get)),
      scale.set(f32x4.div(math.float(1), f32x4.sqrt(math.madd(sum.get, perUnit, epsilon)))),
      value.set(src.get),
      result.set(dst.get),
      doWhile(
        [
          v128.store(result.get, f32x4.mul(away, scale.get)),
          result.set(i32.add(result.get, stride.get)),
          next,
        ],
        i32.lessOrEqualUnsigned(value.get, last.get),
      ),
      [src, dst].map((pointer) => pointer.set(i32.add(pointer.get, i32.const(16)))),
    ],
    samples.tee(i32.sub(samples.get, i32.const(4))),
  );
  return f;
}

function show(pool: ConstantPool, relaxed: boolean, isHeld = false): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32']);
  const [values, terms, samples] = [0, 1, 2].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const value = v128.load(values.get);
  const brightness = withTerms(math, isHeld ? meant(value) : value, terms.get);
  f.body = eachVector(samples, [values], v128.store(values.get, brightness));
  return f;
}

/** Brightness by four terms at an address: a factor, an offset, and the least and the greatest result. */
function withTerms(math: Arithmetic, value: Code, terms: Code): Code {
  const [factor, offset, least, most] = [0, 4, 8, 12].map((at) => v128.loadSplat(terms, at));
  return f32x4.pmin(f32x4.pmax(math.madd(value, factor, offset), least), most);
}

function brighten(
  { vectors, relaxed }: KernelShape,
  pool: ConstantPool,
  { output: activation, held: isHeld = false, terms }: OneActivation,
): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32']);
  const [sums, samples] = [0, 1].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const sum = locals(f, vectors);
  const lanes = math.sideBySide(vectors);
  const { x, held } = argument(lanes, sum, isHeld);
  const brightness = () => {
    if (terms) {
      const values = lanes.activation(activation, x, held);
      return lanes.each((value) => withTerms(math, value, i32.const(TERMS_ADDRESS)), values);
    }
    const half = lanes.float(0.5);
    const values = lanes.activation(activation, x);
    const shown = activationTable[activation].signed ? lanes.madd(values, half, half) : values;
    return lanes.min(lanes.max(shown, lanes.float(0)), lanes.float(1));
  };
  const shown = brightness();
  f.body = eachVector(
    samples,
    [sums],
    [
      sum.map((v, k) => v.set(v128.load(sums.get, 16 * k))),
      lanes.code,
      shown.map((value, k) => v128.store(sums.get, value, 16 * k)),
    ],
    vectors,
  );
  return f;
}

function pack({ vectors, relaxed }: KernelShape, pool: ConstantPool): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [red, green, blue, rounding, rgba, samples] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter(i));
  const math = new Arithmetic(pool, f, relaxed);
  const colours = locals(f, vectors);
  const byte = (plane: Local, place: number, offset: number) => {
    const value = math.madd(v128.load(plane.get, offset), math.float(255), v128.load(rounding.get, offset));
    return i32x4.shl(i32x4.truncate(value), place);
  };
  const colour = (offset: number) =>
    [byte(red, 0, offset), byte(green, 8, offset), byte(blue, 16, offset), pool.int(0xff000000)].reduce(
      v128.or,
    );
  f.body = eachVector(
    samples,
    [red, green, blue, rounding, rgba],
    [
      colours.map((v, k) => v.set(colour(16 * k))),
      colours.map((v, k) => v128.store(rgba.get, v.get, 16 * k)),
    ],
    vectors,
  );
  return f;
}

/** Runs `body` for every `vectors` vectors of `samples`, advancing the pointers. */
function eachVector(samples: Local, pointers: Local[], body: Code, vectors = 1): Code {
  return doWhile(
    [body, pointers.map((pointer) => pointer.set(i32.add(pointer.get, i32.const(16 * vectors))))],
    samples.tee(i32.sub(samples.get, i32.const(4 * vectors))),
  );
}

function locals(f: FunctionBuilder, count: number): Local[] {
  return Array.from({ length: count }, () => f.local('v128'));
}
