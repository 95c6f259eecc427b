/** Coefficients of the float32 approximations of tanh, erf, sin, exp and ln, shared by all backends. */

// Minimax rational functions, highest power first; fitted in float64 by weighted least squares over their ranges.
export const TANH = {
  p: [0.017288933480783156, 26.368183056803222, 4445.7665837781215, 169774.69175520402, 1267938.9381821852],
  q: [1, 418.87701110893, 32861.20493766257, 592420.6739363655, 1267939.0293527471],
};
/** (tanh(x) / x - 1) / x² as a polynomial in x², within 1.3e-8 of tanh(x) / x for |x| < 0.3; fitted likewise. */
export const TANH_NEAR_ZERO = [-0.05036622803268537, 0.13314831904626742, -0.3333306080340376];
export const ERF_OF_X_OVER_SQRT2 = {
  p: [
    0.038446414039989385, 10.455449477257416, 270.1325762998285, 7645.695324420003, 54861.66551313422,
    655835.979394925,
  ],
  q: [1, 59.510332661477364, 1528.018929350524, 23326.336664050334, 205753.18906797745, 821968.5768941372],
};

// Taylor polynomials, long enough for float32 over the ranges they are used on; highest power first.
export const ARTANH = [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1];
export const SIN = [1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6];
export const EXP = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];

// π and ln 2, split into parts whose products with a small integer are exact in float32 (Cody & Waite, 1980).
export const PI_PARTS = splitConstant(Math.PI, 10);
export const LN2_PARTS = splitConstant(Math.LN2, 14);

/** Three numbers that add up to `value`, the first two with `bits` bits so that multiples of them are exact. */
function splitConstant(value: number, bits: number): number[] {
  const high = roundToBits(value, bits);
  const middle = roundToBits(value - high, bits);
  return [high, middle, value - high - middle];
}

function roundToBits(value: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) + 1 - bits);
  return Math.round(value / unit) * unit;
}
