/**
 * What an activation is: one object that says all there is to know of it, in a file of its own. The table in
 * ../activations.ts lists them; the reference, both renderers, specs, messages and tests read that table.
 */
import type { Components } from './wgsl.js';

/** One activation function a(x). */
export interface ActivationDefinition {
  /** a(x) in float64: the definition that every renderer is held to. Never NaN, whatever x is, infinities included. */
  f(x: number): number;
  /** Its definition as a formula, in text: "1 / (1 + e^-x)". */
  formula: string;
  /** Where the definition is from. */
  source: string;
  /** Other names that people use for it, for "Did you mean ...?". */
  synonyms: readonly string[];
  /** Whether its values are spread over [-1, 1]. An output of it is then shown as (a + 1) / 2, and not as it is. */
  signed: boolean;
  /** Whether a(c x) = c a(x) for every c > 0, so that it commutes with scaling by powers of two. */
  homogeneous: boolean;
  /**
   * Whether it saturates, or at least stays within [-1, 1]. One that does not must be close to a straight line at
   * both ends, with |a(x)| <= |x| + 1: numbers beyond float32 rely on it (src/renderers/exponents.ts).
   */
  bounded: boolean;
  /** How far the float32 code below may be from f at x, float32's own rounding of x and of the result aside. */
  error(x: number): number;
  /**
   * The body of its WGSL function: statements that end in `return`, over a variable `x` of type `type`. The same text
   * serves every type.
   */
  wgsl(type: Components, words: WgslWords): string;
  /** Its WebAssembly, for four float32 at once. @param scaled - Only for those neither bounded nor homogeneous. */
  wasm<E>(math: VectorMath<E>, x: E, scaled?: ScaledSums<E>): E;
  /** The ONNX operator that computes it, as of version 20 of the standard ones. */
  onnx?: string;
}

/** What a WGSL body is written with. */
export interface WgslWords {
  /** The argument where the result is proportional to it: `x`, or the scaled sums that x was made of. */
  x: string;
  /** What the result is multiplied by; undefined for 1. */
  out: string | undefined;
}

/** Sums that stand for 2^e of themselves, and what their activations are multiplied by: see Held of exponents.ts. */
export interface ScaledSums<E> {
  sums: E;
  out: E;
}

/**
 * Arithmetic on vectors of four float32, as code that is being written: E is an expression. An expression that is used
 * twice is computed twice, so name it with `let` first.
 */
export interface VectorMath<E> {
  float(value: number): E;
  add(a: E, b: E): E;
  sub(a: E, b: E): E;
  mul(a: E, b: E): E;
  div(a: E, b: E): E;
  /** a b + c, in one rounding where the machine has it. */
  madd(a: E, b: E, c: E): E;
  /** b < a ? b : a. So a NaN in b gives a, and a NaN in a stays. */
  min(a: E, b: E): E;
  /** a < b ? b : a; NaN as in `min`. */
  max(a: E, b: E): E;
  abs(a: E): E;
  neg(a: E): E;
  /** The nearest whole number, halves to even. */
  nearest(a: E): E;
  /** 2^n for whole n from -126 to 127. */
  exp2OfWhole(n: E): E;
  /** (-1)^n a for whole n. */
  negateWhereOdd(a: E, n: E): E;
  /** Computes `value` once, for `body` to use as often as it likes. */
  let(value: E, body: (value: E) => E): E;
}
