/**
 * Converts OKLab to linear light: Björn Ottosson, "A perceptual color space for image processing", 2020
 * (https://bottosson.github.io/posts/oklab/).
 *
 * A colour is a lightness L and the coordinates a and b, which are 0 for grey. Its linear light is
 * TO_LIGHT (TO_CONES (L, a, b))³, with the cube taken of each component. Along a line from grey, at (L, t a, t b), each
 * channel of light is therefore a cubic polynomial in t:
 *
 *     L³ + 3 L² t (M d) + 3 L t² (M d²) + t³ (M d³),    M = TO_LIGHT,    d = TO_CONES (0, a, b)
 *
 * because the rows of M add up to 1, and L adds itself to each cone response. So it is cheap to find the largest t in
 * the gamut.
 */

/** The coefficients of a and b in the three cone responses; that of L is 1. */
export const TO_CONES = {
  a: [0.3963377774, -0.1055613458, -0.0894841775],
  b: [0.2158037573, -0.0638541728, -1.291485548],
} as const;

/** The matrix from the cubes of the cone responses to linear red, green and blue, one row each. */
export const TO_LIGHT = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
] as const;

/** The inverse of TO_LIGHT, as published: from linear red, green and blue to the cubes of the cone responses. */
export const FROM_LIGHT = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
] as const;

/** The inverse of TO_CONES, as published: from the cone responses to L, a and b. */
export const FROM_CONES = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
] as const;

/** The number of bisections along the line from grey: chroma is exact to a millionth of the original chroma. */
export const GAMUT_STEPS = 20;

/** A colour's L, a and b. */
export type Lab = [lightness: number, a: number, b: number];

/** Converts linear light to OKLab. */
export function labOf(red: number, green: number, blue: number): Lab {
  const [l, m, s] = FROM_LIGHT.map(([r, g, b]) => Math.cbrt(r * red + g * green + b * blue));
  const [L, a, b] = FROM_CONES.map((row) => row[0] * l + row[1] * m + row[2] * s);
  return [L, a, b];
}

/** How far linear light may lie outside [0, 1] because the published matrices are rounded. */
const ROUNDING = 1e-5;

/**
 * Linear red, green and blue in [0, 1] of the colour between two sRGB colours, interpolated in OKLab. If it lies
 * outside the gamut, its chroma is reduced.
 * @param share - From 0, which is `from`, to 1.
 */
export function lightBetween(from: Lab, to: Lab, share: number): Lab {
  const [L, a, b] = [0, 1, 2].map((i) => from[i] + share * (to[i] - from[i]));
  const cones = [0, 1, 2].map((i) => (L + TO_CONES.a[i] * a + TO_CONES.b[i] * b) ** 3);
  const light = TO_LIGHT.map((row) => row[0] * cones[0] + row[1] * cones[1] + row[2] * cones[2]);
  // A colour on the gamut's edge, such as white or blue, must not lose chroma because of a rounding error.
  const isInside = light.every((value) => value > -ROUNDING && value < 1 + ROUNDING);
  const fitting = isInside ? light : lightOf(L, a, b);
  return fitting.map((value) => Math.min(1, Math.max(0, value))) as Lab;
}

const [[A0, A1, A2], [B0, B1, B2]] = [TO_CONES.a, TO_CONES.b];
const [[R0, R1, R2], [G0, G1, G2], [U0, U1, U2]] = TO_LIGHT;

/**
 * Linear red, green and blue in [0, 1] of a colour in OKLab. A colour outside the sRGB gamut is replaced by the one
 * with the same lightness and hue that has the most chroma in the gamut. For a given lightness and hue, the gamut is an
 * interval that starts at grey. The only exception is less than a degree around the hue of blue, where the interval has
 * a gap, which counts as its end.
 * @param L - Lightness in [0, 1].
 */
export function lightOf(L: number, a: number, b: number): [red: number, green: number, blue: number] {
  // Written out, without loops or arrays: this runs for every sample, and is then 1.6 times as fast.
  const [d0, d1, d2] = [A0 * a + B0 * b, A1 * a + B1 * b, A2 * a + B2 * b];
  const [grey, square, triple] = [L * L * L, 3 * L * L, 3 * L];
  // The coefficients of t, t² and t³ for each channel.
  let [p0, p1, p2] = [R0 * d0, R1 * d1, R2 * d2];
  let [q0, q1, q2] = [p0 * d0, p1 * d1, p2 * d2];
  const [r1, r2, r3] = [square * (p0 + p1 + p2), triple * (q0 + q1 + q2), q0 * d0 + q1 * d1 + q2 * d2];
  [p0, p1, p2] = [G0 * d0, G1 * d1, G2 * d2];
  [q0, q1, q2] = [p0 * d0, p1 * d1, p2 * d2];
  const [g1, g2, g3] = [square * (p0 + p1 + p2), triple * (q0 + q1 + q2), q0 * d0 + q1 * d1 + q2 * d2];
  [p0, p1, p2] = [U0 * d0, U1 * d1, U2 * d2];
  [q0, q1, q2] = [p0 * d0, p1 * d1, p2 * d2];
  const [u1, u2, u3] = [square * (p0 + p1 + p2), triple * (q0 + q1 + q2), q0 * d0 + q1 * d1 + q2 * d2];
  let red = r3 + r2 + r1 + grey;
  let green = g3 + g2 + g1 + grey;
  let blue = u3 + u2 + u1 + grey;
  if (!(red < 0 || red > 1 || green < 0 || green > 1 || blue < 0 || blue > 1)) return [red, green, blue];
  let t = 0;
  for (let i = 0, step = 0.5; i < GAMUT_STEPS; i++, step /= 2) {
    const next = t + step;
    red = ((r3 * next + r2) * next + r1) * next + grey;
    if (red < 0 || red > 1) continue;
    green = ((g3 * next + g2) * next + g1) * next + grey;
    if (green < 0 || green > 1) continue;
    blue = ((u3 * next + u2) * next + u1) * next + grey;
    if (blue < 0 || blue > 1) continue;
    t = next;
  }
  red = ((r3 * t + r2) * t + r1) * t + grey;
  green = ((g3 * t + g2) * t + g1) * t + grey;
  blue = ((u3 * t + u2) * t + u1) * t + grey;
  return [red, green, blue];
}
