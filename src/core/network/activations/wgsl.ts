/** Words to write WGSL with. */

/** A float or a vector of them: what an activation's function is written for. */
export type Components = 'f32' | 'vec2f' | 'vec3f' | 'vec4f';

/** A number as WGSL writes a float: the nearest float32. */
export function float(value: number): string {
  const text = `${Math.fround(value)}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A polynomial in the variable u, its coefficients from the highest power down. */
export function horner([first, ...rest]: readonly number[], type: Components): string {
  return rest.reduce((sum, c) => `fma(${sum}, u, ${type}(${float(c)}))`, `${type}(${float(first)})`);
}

/** `value`, multiplied by `out` if there is one. */
export const times = (out: string | undefined, value: string): string => (out ? `${out} * ${value}` : value);

/** exp2 of more than this is infinite. */
export const LARGEST_EXPONENT = 126;
