/**
 * From OKLab to light: Björn Ottosson, "A perceptual color space for image processing", 2020
 * (https://bottosson.github.io/posts/oklab/).
 *
 * A colour is a lightness L and, around grey, a and b. It has light TO_LIGHT (TO_CONES (L, a, b))³, the cube taken of each
 * number. Along a way from grey, at (L, t a, t b), each channel of light is therefore a cubic in t:
 *
 *     L³ + 3 L² t (M d) + 3 L t² (M d²) + t³ (M d³),    M = TO_LIGHT,    d = TO_CONES (0, a, b)
 *
 * since the rows of M add up to 1, and so do those of L in TO_CONES. That makes it cheap to find how far t may go.
 */

/** What a and b add to each of the three cone responses; L adds itself. */
export const TO_CONES = {
  a: [0.3963377774, -0.1055613458, -0.0894841775],
  b: [0.2158037573, -0.0638541728, -1.291485548],
} as const;

/** Linear red, green and blue of the cubes of these, a row each. */
export const TO_LIGHT = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
] as const;

/** Halvings of the way from grey: chroma is right to a millionth of what was asked for. */
export const GAMUT_STEPS = 20;

/** Of red, green and blue, along the way from grey: what t is multiplied by, and its square, and its cube. */
const cubic = new Float64Array(9);

/**
 * Linear red, green and blue in [0, 1] of a colour in OKLab. Where sRGB has no such colour, it is the one of most chroma
 * that sRGB has of that lightness and hue.
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
 * Whether sRGB has the colour at t. What it has of a lightness and hue begins at grey and goes on without a gap, but for
 * less than a degree about the hue of its blue, where the gap counts as the end.
 */
function fits(grey: number, t: number): boolean {
  for (let channel = 0; channel < 3; channel++) {
    const light = along(grey, channel, t);
    if (light < 0 || light > 1) return false;
  }
  return true;
}
