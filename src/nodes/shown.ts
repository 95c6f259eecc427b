/** The part of a network that is shown: its colours, one output, or one hidden unit. */
import { UsageError } from '../core/errors.js';
import { isSpace, type PaletteInput } from '../core/frame/palette.js';
import type { ShownPart } from '../core/frame/shown.js';
import type { UnitActivation } from '../core/network/activations.js';
import { DrawCache } from '../core/network/draws.js';
import { unitActivations } from '../core/network/layer-activations.js';
import { type Layer, layerMaker } from '../core/network/network.js';
import { type ExplicitLayer, hiddenWidths, type NetworkInput } from '../core/network/spec.js';
import { readNetwork } from './read-network.js';

/**
 * - `'colour'`: all outputs, in the palette's colours;
 * - `{ output }`: one output, counted from 1;
 * - `{ layer, unit }`: one unit of a hidden layer, both counted from 1; its activation is shown like an output.
 *
 * A single output or unit is grey, or in the palette's colours if the palette is a colour map.
 */
export type Shown = 'colour' | { output: number } | { layer: number; unit: number };

/** Whether it is one picture, and not the units of a layer as a grid. */
export function isOne(shown: Shown | ShownPart): shown is Shown {
  return typeof shown === 'string' || 'output' in shown || shown.unit !== undefined;
}

const draws = new DrawCache();

/** The network to draw: for a hidden unit, a network that ends in that unit; otherwise `network` itself. */
export function networkShowing(shown: Shown, network: NetworkInput): NetworkInput {
  if (typeof shown === 'string' || 'output' in shown) return network;
  const { layer, unit } = shown;
  const spec = readNetwork(network);
  const widths = hiddenWidths(spec).map(Math.ceil);
  if (!(unit <= widths[layer - 1] && unit >= 1)) {
    throw new UsageError(
      `There is no unit ${unit} in layer ${layer}: the hidden layers are 1 to ${widths.length}, with ` +
        `${widths[layer - 1] ?? widths[0] ?? 0} units.`,
    );
  }
  const make = layerMaker(spec, draws);
  const weights = Array.from({ length: layer }, (_, k) => explicit(make.hidden(k + 1)));
  const { w, b } = weights[layer - 1];
  weights[layer - 1] = { w: [w[unit - 1]], b: [b![unit - 1]] };
  const own = unitActivations(spec, layer, widths[layer - 1]);
  const outputActivation: UnitActivation = Array.isArray(own) ? own[unit - 1] : own;
  return { weights, activation: spec.activation, outputActivation };
}

/** The palette to draw with. */
export function paletteShowing(shown: Shown, palette: PaletteInput): PaletteInput {
  if (typeof shown === 'string') return palette;
  if (isSpace(palette)) return 'rgb';
  const map = typeof palette === 'object' ? palette : { map: palette };
  return { ...map, output: 'output' in shown ? shown.output : 1 };
}

/** Makes a picture show a single output in grey. `rgba` (N pixels, RGBA8) is changed in place. */
export function showOutput(rgba: Uint8ClampedArray, output: number): void {
  for (let i = 0; i < rgba.length; i += 4) rgba.fill(rgba[i + output - 1], i, i + 3);
}

function explicit({ inputs, units, weights, biases }: Layer): ExplicitLayer {
  const row = (unit: number) => Array.from(weights.subarray(unit * inputs, (unit + 1) * inputs));
  return { w: Array.from({ length: units }, (_, unit) => row(unit)), b: Array.from(biases) };
}
