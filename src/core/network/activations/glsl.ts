/** Helpers for generating GLSL. */

/** A number as a GLSL float literal: the shortest that is the same in float32. */
export function float(value: number): string {
  const single = Math.fround(value);
  let digits = 1;
  while (Math.fround(Number(single.toPrecision(digits))) !== single) digits++;
  const text = `${Number(single.toPrecision(digits))}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A polynomial in a variable, its coefficients from the highest power down. */
export function polynomial([first, ...rest]: readonly number[], variable: string): string {
  return rest.reduce((sum, c, i) => {
    const product = `${i > 0 ? `(${sum})` : sum} * ${variable}`;
    return `${product} ${c < 0 ? '-' : '+'} ${float(Math.abs(c))}`;
  }, float(first));
}
