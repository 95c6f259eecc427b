/** SIMD arithmetic on four float32 lanes in WebAssembly, for the activations' definitions. */
import type { ScaledSums, VectorMath } from '../../core/network/activations/activation.js';
import { type ActivationName, activationTable } from '../../core/network/activations.js';
import { type Code, type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from './wasm.js';

/**
 * Constants at the start of memory: V8 loads them faster than it materialises v128.const. Each is stored once and
 * loaded into all lanes, which is one instruction for wider vectors too.
 */
export class ConstantPool {
  readonly #bits: number[] = [];

  float(value: number): Code {
    return this.#at(new Uint32Array(Float32Array.of(value).buffer)[0]);
  }

  int(value: number): Code {
    return this.#at(value >>> 0);
  }

  /** The pool's bytes. */
  get data(): Uint8Array {
    return new Uint8Array(Uint32Array.from(this.#bits).buffer);
  }

  #at(bits: number): Code {
    let index = this.#bits.indexOf(bits);
    if (index < 0) index = this.#bits.push(bits) - 1;
    return v128.loadSplat(i32.const(0), 4 * index);
  }
}

/** Emits arithmetic into one function. */
export class Arithmetic {
  readonly #pool: ConstantPool;
  readonly #function: FunctionBuilder;
  readonly #relaxed: boolean;
  readonly #scratch: Local[] = [];

  /** @param relaxed - Whether the engine supports relaxed SIMD's multiply-add. */
  constructor(pool: ConstantPool, target: FunctionBuilder, relaxed: boolean) {
    this.#pool = pool;
    this.#function = target;
    this.#relaxed = relaxed;
  }

  madd(a: Code, b: Code, c: Code): Code {
    return this.#relaxed ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  float(value: number): Code {
    return this.#pool.float(value);
  }

  int(value: number): Code {
    return this.#pool.int(value);
  }

  /**
   * Arithmetic on several vectors, emitted side by side. Its results are in locals that the function reuses: they are
   * valid until the next call.
   */
  sideBySide(vectors: number): SideBySide {
    let used = 0;
    return new SideBySide(this, vectors, () => {
      if (used === this.#scratch.length) this.#scratch.push(this.#function.local('v128'));
      return this.#scratch[used++];
    });
  }
}

/** A value for each of several vectors: expressions that are cheap to repeat. */
type Values = readonly Code[];

/**
 * Emits the same arithmetic for several vectors, operation by operation rather than vector by vector: a processor that
 * waits for one vector's result then finds independent work in the next instructions, and V8 loads each constant once.
 */
export class SideBySide implements VectorMath<Values> {
  /** The statements that compute all results so far. */
  readonly code: Code[] = [];
  readonly #math: Arithmetic;
  readonly #vectors: number;
  readonly #local: () => Local;

  constructor(math: Arithmetic, vectors: number, local: () => Local) {
    this.#math = math;
    this.#vectors = vectors;
    this.#local = local;
  }

  /**
   * An activation by name.
   * @param scaled - The scaled sums that x was computed from, if any; the result is then scaled too.
   */
  activation(name: ActivationName, x: Values, scaled?: ScaledSums<Values>): Values {
    const { wasm, bounded, homogeneous } = activationTable[name];
    if (!scaled) return wasm<Values>(this, x);
    if (homogeneous) return wasm<Values>(this, scaled.sums);
    return bounded ? this.mul(scaled.out, wasm<Values>(this, x)) : wasm<Values>(this, x, scaled);
  }

  /** The same expression for every vector. */
  same(value: Code): Values {
    return Array.from({ length: this.#vectors }, () => value);
  }

  /** One operation: computes all vectors' results. */
  each(operation: (...operands: Code[]) => Code, ...operands: Values[]): Values {
    return Array.from({ length: this.#vectors }, (_, k) => {
      const local = this.#local();
      this.code.push(local.set(operation(...operands.map((values) => values[k]))));
      return local.get;
    });
  }

  readonly add = (a: Values, b: Values) => this.each(f32x4.add, a, b);
  readonly sub = (a: Values, b: Values) => this.each(f32x4.sub, a, b);
  readonly mul = (a: Values, b: Values) => this.each(f32x4.mul, a, b);
  readonly div = (a: Values, b: Values) => this.each(f32x4.div, a, b);
  readonly min = (a: Values, b: Values) => this.each(f32x4.pmin, a, b);
  readonly max = (a: Values, b: Values) => this.each(f32x4.pmax, a, b);
  readonly abs = (a: Values) => this.each(f32x4.abs, a);
  readonly neg = (a: Values) => this.each(f32x4.neg, a);
  readonly nearest = (a: Values) => this.each(f32x4.nearest, a);

  madd(a: Values, b: Values, c: Values): Values {
    return this.each((p, q, r) => this.#math.madd(p, q, r), a, b, c);
  }

  float(value: number): Values {
    return this.same(this.#math.float(value));
  }

  /** The mask of a comparison keeps all bits of 1, or none. */
  atLeast(a: Values, b: Values): Values {
    const one = this.#math.float(1);
    return this.each((p, q) => v128.and(f32x4.greaterOrEqual(p, q), one), a, b);
  }

  /** Writes the exponent bits directly. */
  exp2OfWhole(n: Values): Values {
    const bias = this.#math.int(127);
    return this.each((whole) => i32x4.shl(i32x4.add(i32x4.truncate(whole), bias), 23), n);
  }

  /** Flips the sign bit. */
  negateWhereOdd(a: Values, n: Values): Values {
    return this.each((value, whole) => v128.xor(value, i32x4.shl(i32x4.truncate(whole), 31)), a, n);
  }
}
