/**
 * Converts a sample's outputs to its colour by a palette, in float64, one sample at a time. The CPU backend runs this
 * code, and the GPU's kernels are tested against it. The palettes' names and tables are in palette.ts.
 */
import { fromLight, fromLinear } from './colour.js';
import { lightOf } from './oklab.js';

/** What a palette does, as plain data that can be sent to a worker. */
export type Colouring = 'rgb' | 'oklab' | 'oklch' | ColourMap;

/** Maps the value of one output to a colour. */
export interface ColourMap {
  /** Red, green and blue for values from 0 to 1 at equal steps, interpolated linearly; sRGB in [0, 1]. */
  table: Float32Array<ArrayBuffer>;
  /** The output, counted from 0. */
  output: number;
}

/** Red, green and blue, each in [0, 1]. */
export type Colour = [red: number, green: number, blue: number];

/**
 * The part of OKLab that three outputs u, v and w span, each in [0, 1]:
 *
 *     L = 0.3 + 0.65 u
 *     oklab:  a = 0.2 (2 v - 1),   b = 0.2 (2 w - 1)
 *     oklch:  chroma = 0.05 + 0.2 v,   hue = 2 π w
 *
 * Outside this range of lightness, sRGB has almost no colours. Within it, colours outside the sRGB gamut keep their
 * lightness and hue, and lose chroma.
 */
export const OK_SPAN = { lightness: [0.3, 0.95], around: 0.2, chroma: [0.05, 0.25] } as const;

/** A sample's sRGB colour. @param outputs - 1 or 3 brightnesses in [0, 1]; NaN counts as 0, except with `rgb`. */
export function colourOf(colouring: Colouring, outputs: ArrayLike<number>): Colour {
  if (colouring === 'rgb')
    return outputs.length === 1 ? grey(outputs[0]) : [outputs[0], outputs[1], outputs[2]];
  if (typeof colouring === 'object') return mapped(colouring.table, outputs[colouring.output]);
  const [red, green, blue] = lightOfOutputs(colouring, outputs[0], outputs[1], outputs[2]);
  return [fromLinear(red), fromLinear(green), fromLinear(blue)];
}

const grey = (value: number): Colour => [value, value, value];

/** Linear red, green and blue of three outputs. */
export function lightOfOutputs(space: 'oklab' | 'oklch', u: number, v: number, w: number): Colour {
  const { lightness, around, chroma } = OK_SPAN;
  const L = between(lightness, u || 0);
  if (space === 'oklab') return lightOf(L, around * (2 * (v || 0) - 1), around * (2 * (w || 0) - 1));
  const C = between(chroma, v || 0);
  const hue = 2 * Math.PI * (w || 0);
  return lightOf(L, C * Math.cos(hue), C * Math.sin(hue));
}

const between = ([from, to]: readonly [number, number], share: number) => from + (to - from) * share;

/** The colour of a value in [0, 1]. */
function mapped(table: Float32Array, value: number): Colour {
  const last = table.length / 3 - 1;
  const position = (value || 0) * last;
  const first = Math.min(last - 1, Math.floor(position));
  const share = position - first;
  const channel = (i: number) =>
    table[3 * first + i] + share * (table[3 * first + 3 + i] - table[3 * first + i]);
  return [channel(0), channel(1), channel(2)];
}

/**
 * Like colourOf() for planes of samples, but faster: converts light to sRGB by table, within 0.03 of a byte, unless it
 * is to be exact.
 * @param outputs - A plane of brightness per output, 1 or 3.
 * @param colours - Three planes to write red, green and blue to. They may be the planes of the outputs.
 * @returns `colours`.
 */
export function colourPlanes(
  colouring: Exclude<Colouring, 'rgb'>,
  outputs: Float32Array[],
  colours: Float32Array[],
  exact = false,
): Float32Array[] {
  const [red, green, blue] = colours;
  const toSrgb = exact ? fromLinear : fromLight;
  if (typeof colouring === 'object') {
    const { table, output } = colouring;
    const values = outputs[output];
    for (let i = 0; i < values.length; i++) {
      const colour = mapped(table, values[i]);
      red[i] = colour[0];
      green[i] = colour[1];
      blue[i] = colour[2];
    }
  } else {
    const [u, v, w] = outputs;
    for (let i = 0; i < u.length; i++) {
      const light = lightOfOutputs(colouring, u[i], v[i], w[i]);
      red[i] = toSrgb(light[0]);
      green[i] = toSrgb(light[1]);
      blue[i] = toSrgb(light[2]);
    }
  }
  return colours;
}
