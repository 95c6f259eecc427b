/** What of a network is looked at: its colours, one of its outputs, or one unit on the way there. */
import { UsageError } from '../core/errors.js';
import { isSpace, type PaletteInput } from '../core/frame/palette.js';
import type { Activation, ActivationName } from '../core/network/activations.js';
import { DrawCache } from '../core/network/draws.js';
import { type Layer, layerMaker } from '../core/network/network.js';
import { type ExplicitLayer, hiddenWidths, type NetworkInput } from '../core/network/spec.js';
import { readNetwork } from './read-network.js';

/**
 * - `'colour'`: the outputs, as the palette colours them;
 * - `{ output }`: one of them, counted from 1;
 * - `{ layer, unit }`: one unit of a hidden layer, both counted from 1, its activation shown as an output's is.
 *
 * What is one number is grey, or has the colours of the palette if that is a map.
 */
export type Shown = 'colour' | { output: number } | { layer: number; unit: number };

const draws = new DrawCache();

/** The network to draw for that: another one only where a hidden unit is shown. */
export function networkShowing(shown: Shown, network: NetworkInput): NetworkInput {
  if (typeof shown === 'string' || 'output' in shown) return network;
  const { layer, unit } = shown;
  const spec = readNetwork(network);
  const widths = hiddenWidths(spec).map(Math.ceil);
  if (!(unit <= widths[layer - 1] && unit >= 1)) {
    throw new UsageError(
      `Unit ${unit} of layer ${layer} is not there: the hidden layers are 1 to ${widths.length}, with ${widths[layer - 1] ?? widths[0] ?? 0} units.`,
    );
  }
  const make = layerMaker(spec, draws);
  const weights = Array.from({ length: layer }, (_, k) => explicit(make.hidden(k + 1)));
  const { w, b } = weights[layer - 1];
  weights[layer - 1] = { w: [w[unit - 1]], b: [b![unit - 1]] };
  return { weights, activation: spec.activation, outputActivation: nearest(spec.activation) };
}

/** The palette that colours it. */
export function paletteShowing(shown: Shown, palette: PaletteInput): PaletteInput {
  if (typeof shown === 'string') return palette;
  if (isSpace(palette)) return 'rgb';
  const { map } = typeof palette === 'object' ? palette : { map: palette };
  return { map, output: 'output' in shown ? shown.output : 1 };
}

/** Makes a picture show one of its outputs alone. (N pixels; RGBA8, changed in place.) */
export function showOutput(rgba: Uint8ClampedArray, output: number): void {
  for (let i = 0; i < rgba.length; i += 4) rgba.fill(rgba[i + output - 1], i, i + 3);
}

function explicit({ inputs, units, weights, biases }: Layer): ExplicitLayer {
  const row = (unit: number) => Array.from(weights.subarray(unit * inputs, (unit + 1) * inputs));
  return { w: Array.from({ length: units }, (_, unit) => row(unit)), b: Array.from(biases) };
}

/** An output's activation is never mixed. */
function nearest(activation: Activation): ActivationName {
  if (typeof activation === 'string') return activation;
  return activation.fraction < 0.5 ? activation.from : activation.to;
}
