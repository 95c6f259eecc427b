/**
 * From a sample's outputs to its colour, by its frame's palette: in float64, a sample at a time. It is the reference of the
 * GPU's kernels, and what the CPU's threads run: the names of palettes and their colours are in palette.ts.
 */
import { fromLight, fromLinear } from './colour.js';
import { lightOf } from './oklab.js';

/** A palette as what it does: plain data, so that it can be sent to a worker. */
export type Colouring = 'rgb' | 'oklab' | 'oklch' | ColourMap;

/** Colours for the values of one output. */
export interface ColourMap {
  /** Red, green and blue of the values 0 to 1 at equal steps, straight lines in between; sRGB in [0, 1]. */
  table: Float32Array<ArrayBuffer>;
  /** Which output, from 0. */
  output: number;
}

/** Red, green and blue, each in [0, 1]. */
export type Colour = [red: number, green: number, blue: number];

/**
 * What part of OKLab three outputs u, v and w span, all of them in [0, 1]:
 *
 *     L = 0.3 + 0.65 u
 *     oklab:  a = 0.2 (2 v - 1),   b = 0.2 (2 w - 1)
 *     oklch:  chroma = 0.05 + 0.2 v,   hue = 2 π w
 *
 * Darker or lighter than that, sRGB has hardly a colour. It has not all of the others either: those that it lacks keep their
 * lightness and hue, and lose chroma.
 */
export const OK_SPAN = { lightness: [0.3, 0.95], around: 0.2, chroma: [0.05, 0.25] } as const;

/** A sample's sRGB colour. @param outputs - 1 or 3 brightnesses in [0, 1]; what is no number counts as 0. */
export function colourOf(colouring: Colouring, outputs: ArrayLike<number>): Colour {
  if (colouring === 'rgb')
    return outputs.length === 1 ? grey(outputs[0]) : [outputs[0], outputs[1], outputs[2]];
  if (typeof colouring === 'object') return mapped(colouring.table, outputs[colouring.output]);
  const [red, green, blue] = lightOfOutputs(colouring, outputs[0], outputs[1], outputs[2]);
  return [fromLinear(red), fromLinear(green), fromLinear(blue)];
}

const grey = (value: number): Colour => [value, value, value];

/** The linear light of three outputs. */
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
  const place = (value || 0) * last;
  const first = Math.min(last - 1, Math.floor(place));
  const share = place - first;
  const channel = (i: number) =>
    table[3 * first + i] + share * (table[3 * first + 3 + i] - table[3 * first + i]);
  return [channel(0), channel(1), channel(2)];
}

/**
 * The same for planes of samples, faster: light becomes sRGB by table, within 0.03 of a byte.
 * @param outputs - A plane of brightness for each, 1 or 3.
 * @param colours - Three planes to put red, green and blue in; they may be those of the outputs.
 * @returns `colours`.
 */
export function colourPlanes(
  colouring: Exclude<Colouring, 'rgb'>,
  outputs: Float32Array[],
  colours: Float32Array[],
): Float32Array[] {
  const [red, green, blue] = colours;
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
      red[i] = fromLight(light[0]);
      green[i] = fromLight(light[1]);
      blue[i] = fromLight(light[2]);
    }
  }
  return colours;
}
