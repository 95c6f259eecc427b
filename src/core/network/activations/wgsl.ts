/** Helpers for generating WGSL. */

/** The argument types that an activation's function is generated for. */
export type Components = 'f32' | 'vec2f' | 'vec3f' | 'vec4f';

/** A number as a WGSL float literal: the nearest float32. */
export function float(value: number): string {
  const text = `${Math.fround(value)}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A polynomial in the variable u, its coefficients from the highest power down. */
export function horner([first, ...rest]: readonly number[], type: Components): string {
  return rest.reduce((sum, c) => `fma(${sum}, u, ${type}(${float(c)}))`, `${type}(${float(first)})`);
}

/** `value`, multiplied by `out` if given. */
export const times = (out: string | undefined, value: string): string => (out ? `${out} * ${value}` : value);

/** The largest argument of exp2 in our kernels, so that it never overflows. */
export const LARGEST_EXPONENT = 126;
