/** SIMD arithmetic on four float32 lanes in WebAssembly, for the activations' definitions. */
import type { ScaledSums, VectorMath } from '../../core/network/activations/activation.js';
import { type ActivationName, activationTable } from '../../core/network/activations.js';
import { type Code, type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from './wasm.js';

/** Constants at the start of memory: V8 loads them faster than it materialises v128.const. */
export class ConstantPool {
  readonly #bits: number[] = [];

  float(value: number): Code {
    return this.#at(new Uint32Array(Float32Array.of(value).buffer)[0]);
  }

  int(value: number): Code {
    return this.#at(value >>> 0);
  }

  /** The pool's bytes: each constant in all four lanes. */
  get data(): Uint8Array {
    const lanes = this.#bits.flatMap((bits) => [bits, bits, bits, bits]);
    return new Uint8Array(Uint32Array.from(lanes).buffer);
  }

  #at(bits: number): Code {
    let index = this.#bits.indexOf(bits);
    if (index < 0) index = this.#bits.push(bits) - 1;
    return v128.load(i32.const(0), 16 * index);
  }
}

/** Emits arithmetic into one function. Its activations, emitted one after another, share the scratch locals. */
export class Arithmetic implements VectorMath<Code> {
  readonly #pool: ConstantPool;
  readonly #function: FunctionBuilder;
  readonly #relaxed: boolean;
  readonly #scratch: Local[] = [];
  #named = 0; // scratch locals used by the current activation

  /** @param relaxed - Whether the engine supports relaxed SIMD's multiply-add. */
  constructor(pool: ConstantPool, target: FunctionBuilder, relaxed: boolean) {
    this.#pool = pool;
    this.#function = target;
    this.#relaxed = relaxed;
  }

  /**
   * An activation by name.
   * @param scaled - The scaled sums that x was computed from, if any; the result is then scaled too.
   */
  activation(name: ActivationName, x: Code, scaled?: ScaledSums<Code>): Code {
    const { wasm, bounded, homogeneous } = activationTable[name];
    this.#named = 0;
    if (!scaled) return wasm<Code>(this, x);
    if (homogeneous) return wasm<Code>(this, scaled.sums);
    return bounded ? this.mul(scaled.out, wasm<Code>(this, x)) : wasm<Code>(this, x, scaled);
  }

  readonly add = f32x4.add;
  readonly sub = f32x4.sub;
  readonly mul = f32x4.mul;
  readonly div = f32x4.div;
  readonly min = f32x4.pmin;
  readonly max = f32x4.pmax;
  readonly abs = f32x4.abs;
  readonly neg = f32x4.neg;
  readonly nearest = f32x4.nearest;

  madd(a: Code, b: Code, c: Code): Code {
    return this.#relaxed ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  float(value: number): Code {
    return this.#pool.float(value);
  }

  /** The mask of a comparison keeps all bits of 1, or none. */
  atLeast(a: Code, b: Code): Code {
    return v128.and(f32x4.greaterOrEqual(a, b), this.float(1));
  }

  /** Writes the exponent bits directly. */
  exp2OfWhole(n: Code): Code {
    return i32x4.shl(i32x4.add(i32x4.truncate(n), this.#pool.int(127)), 23);
  }

  /** Flips the sign bit. */
  negateWhereOdd(a: Code, n: Code): Code {
    return v128.xor(a, i32x4.shl(i32x4.truncate(n), 31));
  }

  let(value: Code, body: (value: Code) => Code): Code {
    const local = this.#local(this.#named++);
    return [local.set(value), body(local.get)];
  }

  #local(index: number): Local {
    while (this.#scratch.length <= index) this.#scratch.push(this.#function.local('v128'));
    return this.#scratch[index];
  }
}
