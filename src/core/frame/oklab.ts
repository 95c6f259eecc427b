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

/** The coefficients of t, t² and t³ along the line from grey, for red, green and blue. */
const cubic = new Float64Array(9);

/**
 * Linear red, green and blue in [0, 1] of a colour in OKLab. A colour outside the sRGB gamut is replaced by the one
 * with the same lightness and hue that has the most chroma in the gamut.
 * @param L - Lightness in [0, 1].
 */
export function lightOf(L: number, a: number, b: number): [red: number, green: number, blue: number] {
  for (let channel = 0; channel < 3; channel++) {
    let [c1, c2, c3] = [0, 0, 0];
    for (let i = 0; i < 3; i++) {
      const d = TO_CONES.a[i] * a + TO_CONES.b[i] * b;
      const share = TO_LIGHT[channel][i];
      c1 += share * d;
      c2 += share * d * d;
      c3 += share * d * d * d;
    }
    cubic[3 * channel] = 3 * L * L * c1;
    cubic[3 * channel + 1] = 3 * L * c2;
    cubic[3 * channel + 2] = c3;
  }
  const grey = L * L * L;
  let t = 1;
  if (!fits(grey, 1)) {
    t = 0;
    for (let i = 0, step = 0.5; i < GAMUT_STEPS; i++, step /= 2) if (fits(grey, t + step)) t += step;
  }
  return [along(grey, 0, t), along(grey, 1, t), along(grey, 2, t)];
}

function along(grey: number, channel: number, t: number): number {
  const at = 3 * channel;
  return ((cubic[at + 2] * t + cubic[at + 1]) * t + cubic[at]) * t + grey;
}

/**
 * Whether the colour at t is in the sRGB gamut. For a given lightness and hue, the gamut is an interval that starts at
 * grey. The only exception is less than a degree around the hue of blue, where the interval has a gap, which counts as
 * its end.
 */
function fits(grey: number, t: number): boolean {
  for (let channel = 0; channel < 3; channel++) {
    const light = along(grey, channel, t);
    if (light < 0 || light > 1) return false;
  }
  return true;
}
