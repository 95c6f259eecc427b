/**
 * The definition of an activation: one object, in its own file, with everything about it. The reference, both
 * renderers, specs, messages and tests read these from the table in ../activations.ts.
 */
import type { Components } from './wgsl.js';

/** One activation function a(x). */
export interface ActivationDefinition {
  /** a(x) in float64: the reference for every renderer. Never NaN, even for infinite x. */
  f(x: number): number;
  /** a'(x) for finite x: at a kink, that of one side; at a jump, without the jump. */
  derivative(x: number): number;
  /** Its formula as text: "1 / (1 + e^-x)". */
  formula: string;
  /** The source of the definition. */
  source: string;
  /** Other names that people use for it, for "Did you mean ...?". */
  synonyms: readonly string[];
  /** Whether its values range over [-1, 1]. Its outputs are then shown as (a + 1) / 2. */
  signed: boolean;
  /** Whether a(c x) = c a(x) for every c > 0, so that it commutes with scaling by powers of two. */
  homogeneous: boolean;
  /**
   * Whether its values stay within [-1, 1]. An unbounded activation must approach a straight line through 0, or a
   * constant, at both ends, with |a(x)| <= |x| + 1: values beyond float32 rely on this (src/renderers/exponents.ts).
   */
  bounded: boolean;
  /** Where it jumps, if it does. There, rounding may put a sample on the other side. */
  jumps?: Jumps;
  /** The maximum error of the float32 code below at x, besides the rounding of x and of the result to float32. */
  error(x: number): number;
  /**
   * The body of its WGSL function: statements that end in `return`, with the argument `x` of type `type`.
   */
  wgsl(type: Components, words: WgslWords): string;
  /** The body of its GLSL function, indented by two spaces: statements that end in `return`, with the argument x. */
  glsl: string;
  /** Its WebAssembly for four float32 lanes. @param scaled - Only if it is neither bounded nor homogeneous. */
  wasm<E>(math: VectorMath<E>, x: E, scaled?: ScaledSums<E>): E;
  /** The ONNX operator that computes it, or its composition of operators; as of opset 13. */
  onnx: string | (<E>(node: OnnxNode<E>, x: E) => E);
  /** Its value in PyTorch: an expression of the tensor x, where F is torch.nn.functional. */
  torch: string;
}

/** Adds an operator to an ONNX graph and returns its output. Numbers are constants. */
export type OnnxNode<E> = (operator: string, ...inputs: (E | number)[]) => E;

/** The jumps of an activation. */
export interface Jumps {
  /** The place of one. */
  at: number;
  /** The distance from each to the next; without it, there is only one. */
  every?: number;
  /** By how much the activation rises there. */
  by: number;
}

/** The expressions that a WGSL body uses. */
export interface WgslWords {
  /** The argument, where the result is proportional to it: `x`, or the scaled sums that x was computed from. */
  x: string;
  /** The factor of the result; undefined for 1. */
  out: string | undefined;
}

/** Sums scaled down by a power of two, and the factor of their activations: see Held in exponents.ts. */
export interface ScaledSums<E> {
  sums: E;
  out: E;
}

/** Emits arithmetic on vectors of four float32. E is a value, which may be used repeatedly. */
export interface VectorMath<E> {
  float(value: number): E;
  add(a: E, b: E): E;
  sub(a: E, b: E): E;
  mul(a: E, b: E): E;
  div(a: E, b: E): E;
  /** a b + c, rounded once if the machine supports it. */
  madd(a: E, b: E, c: E): E;
  /** b < a ? b : a. If either is NaN, the result is a. */
  min(a: E, b: E): E;
  /** a < b ? b : a; NaN as in `min`. */
  max(a: E, b: E): E;
  abs(a: E): E;
  neg(a: E): E;
  /** 1 where a >= b, otherwise 0, also for NaN. */
  atLeast(a: E, b: E): E;
  /** The nearest integer, halves to even. */
  nearest(a: E): E;
  /** 2^n for integers n from -126 to 127. */
  exp2OfWhole(n: E): E;
  /** (-1)^n a for integers n. */
  negateWhereOdd(a: E, n: E): E;
}
