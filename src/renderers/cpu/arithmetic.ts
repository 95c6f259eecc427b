/**
 * The activation functions for four float32 at once, as WebAssembly. Each takes the code of a vector and gives the
 * code of another; src/core/network/activations.ts has what they compute, and the errors below are against that.
 */
import { type ActivationName, isBounded } from '../../core/network/activations.js';
import { ARTANH, ERF_OF_X_OVER_SQRT2, EXP, LN2_PARTS, PI_PARTS, SIN, TANH } from '../approximations.js';
import { type Code, type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from './wasm.js';

/** Constants lie at the start of memory: V8 loads them faster than it makes them from v128.const. */
export class ConstantPool {
  readonly #bits: number[] = [];

  float(value: number): Code {
    return this.#at(new Uint32Array(Float32Array.of(value).buffer)[0]);
  }

  int(value: number): Code {
    return this.#at(value >>> 0);
  }

  /** The pool's bytes: each constant four times. */
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

/** For an activation of sums that are parts of themselves: see Held of ../exponents.ts. */
export interface HeldCode {
  /** The sums as they are. */
  sums: Code;
  /** What their activations are multiplied by. */
  out: Code;
}

/** Writes arithmetic into one function, with scratch locals shared by all that is written there in turn. */
export class Arithmetic {
  readonly #pool: ConstantPool;
  readonly #function: FunctionBuilder;
  readonly #relaxed: boolean;
  readonly #scratch: Local[] = [];

  /** @param relaxed - Whether the engine knows relaxed SIMD's fused multiply-add. */
  constructor(pool: ConstantPool, target: FunctionBuilder, relaxed: boolean) {
    this.#pool = pool;
    this.#function = target;
    this.#relaxed = relaxed;
  }

  /** a * b + c. */
  madd(a: Code, b: Code, c: Code): Code {
    return this.#relaxed ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /**
   * An activation by name.
   * @param held - Where x was made of such sums; the result is one of them.
   */
  activation(name: ActivationName, x: Code, held?: HeldCode): Code {
    if (isBounded(name)) return held ? f32x4.mul(held.out, this[name](x)) : this[name](x);
    return this[name](x, held);
  }

  identity(x: Code, held?: HeldCode): Code {
    return held?.sums ?? x;
  }

  relu(x: Code, held?: HeldCode): Code {
    return f32x4.pmax(held?.sums ?? x, this.float(0));
  }

  /** Within 4.0e-7: an odd rational function, the argument cut where tanh is 1 in float32. */
  tanh(x: Code): Code {
    const t = this.#local(0);
    const clamped = t.set(f32x4.pmin(f32x4.pmax(x, this.float(-8.75)), this.float(8.75)));
    return [clamped, this.#oddRational(t, TANH)];
  }

  /** Within 2.0e-7, by σ(x) = (1 + tanh(x / 2)) / 2. */
  sigmoid(x: Code): Code {
    const half = this.float(0.5);
    return this.madd(this.tanh(f32x4.mul(x, half)), half, half);
  }

  /**
   * Within 1.7e-6, and 4e-7 |x| for large x: x (1 + erf(x / √2)) / 2, erf as an odd rational function. What is left of
   * 1 + erf at -5.4, where gelu is 0 in float32, must not be multiplied by more than that.
   */
  gelu(x: Code, held?: HeldCode): Code {
    const t = this.#local(0);
    const whole = this.#local(3);
    const least = this.float(-5.4);
    const clamped = t.set(f32x4.pmin(whole.tee(f32x4.pmax(x, least)), this.float(5.4)));
    const half = this.float(0.5);
    const factor = held ? f32x4.pmax(held.sums, f32x4.mul(held.out, least)) : whole.get;
    return [clamped, f32x4.mul(factor, this.madd(this.#oddRational(t, ERF_OF_X_OVER_SQRT2), half, half))];
  }

  /** Within 3e-7 |x| or so: max(x, 0) + ln(1 + e^-|x|), the logarithm as 2 artanh(e / (2 + e)). */
  softplus(x: Code, held?: HeldCode): Code {
    const t = this.#local(0);
    const u = this.#local(1);
    const whole = this.#local(3);
    const e = this.#exp(f32x4.neg(f32x4.abs(whole.tee(x))));
    const ratio = f32x4.div(t.tee(e), f32x4.add(t.get, this.float(2))); // at most 1/3, so six terms do
    const artanh = [t.set(ratio), u.set(f32x4.mul(t.get, t.get)), f32x4.mul(this.#horner(u, ARTANH), t.get)];
    const two = this.float(2);
    const zero = this.float(0);
    return held
      ? this.madd(f32x4.mul(two, held.out), artanh, f32x4.pmax(held.sums, zero))
      : this.madd(two, artanh, f32x4.pmax(whole.get, zero));
  }

  /** Within 2e-7 for |x| up to 100 or so: to [-π/2, π/2] by subtracting n π in three parts, then an odd polynomial. */
  sin(x: Code): Code {
    const t = this.#local(0);
    const u = this.#local(1);
    const n = this.#local(2);
    const turns = n.set(f32x4.nearest(f32x4.mul(t.tee(x), this.float(1 / Math.PI))));
    const reduced = PI_PARTS.map((part) => t.set(this.madd(n.get, this.float(-part), t.get)));
    const sine = this.madd(f32x4.mul(this.#horner(u, SIN), u.get), t.get, t.get);
    const sign = i32x4.shl(i32x4.truncate(n.get), 31); // sin(x + n π) = (-1)^n sin(x)
    // n is wrong beyond 1e7 or so: keep t where the polynomial is a sine. The constants come first to catch NaN too.
    const within = t.set(f32x4.pmin(this.float(1.6), f32x4.pmax(this.float(-1.6), t.get)));
    return [turns, reduced, within, u.set(f32x4.mul(t.get, t.get)), v128.xor(sine, sign)];
  }

  /** e^x for x <= 0, within 1e-7: 2^n e^r with |r| <= ln 2 / 2. */
  #exp(x: Code): Code {
    const t = this.#local(0);
    const n = this.#local(2);
    return [
      t.set(f32x4.pmax(x, this.float(-87))), // e^-87 is the smallest that is not denormal
      n.set(f32x4.nearest(f32x4.mul(t.get, this.float(Math.LOG2E)))),
      LN2_PARTS.map((part) => t.set(this.madd(n.get, this.float(-part), t.get))),
      f32x4.mul(
        this.#horner(t, EXP),
        i32x4.shl(i32x4.add(i32x4.truncate(n.get), this.#pool.int(127)), 23), // 2^n by its exponent bits
      ),
    ];
  }

  /** t P(t²) / Q(t²). */
  #oddRational(t: Local, { p, q }: { p: number[]; q: number[] }): Code {
    const u = this.#local(1);
    return [
      u.set(f32x4.mul(t.get, t.get)),
      f32x4.div(f32x4.mul(this.#horner(u, p), t.get), this.#horner(u, q)),
    ];
  }

  /** A polynomial in x, its coefficients from the highest power down. */
  #horner(x: Local, [first, second, ...rest]: number[]): Code {
    // A monic polynomial saves a multiplication.
    const start =
      first === 1
        ? f32x4.add(x.get, this.float(second))
        : this.madd(x.get, this.float(first), this.float(second));
    return rest.reduce<Code>((sum, coefficient) => this.madd(sum, x.get, this.float(coefficient)), start);
  }

  float(value: number): Code {
    return this.#pool.float(value);
  }

  #local(index: number): Local {
    while (this.#scratch.length <= index) this.#scratch.push(this.#function.local('v128'));
    return this.#scratch[index];
  }
}
