/**
 * The weights as NumPy arrays in float64: W1, b1, W2, b2, ... Everything else that determines the picture is in one
 * JSON text, `network`. docs/exports.md describes both, with a function that computes them.
 */
import { colouringOf, isSpace } from '../core/frame/palette.js';
import { DrawCache } from '../core/network/draws.js';
import type { Layer } from '../core/network/layers.js';
import { buildNetwork } from '../core/network/network.js';
import { exponentsOf } from '../renderers/exponents.js';
import type { Writer } from './exporter.js';
import { checkRange, checkSize, momentOf } from './model/moment.js';
import { npyOf, npyText, zipOf } from './model/npy.js';

export const npz: Writer = {
  async write(exported, tools) {
    const { frame, title, at, recipe } = await momentOf(exported, tools);
    const { network: spec, levels = [0, 1], shown = null, palette, slice, view, size } = frame;
    checkSize(frame, 'an .npz');
    const draws = new DrawCache();
    checkRange(exponentsOf(frame, draws));
    const { hidden, output, earlier, ...network } = buildNetwork(spec, draws);
    const files = new Map<string, Uint8Array>();
    const put = (number: number | string, { units, inputs, weights, biases }: Layer) => {
      files.set(`W${number}.npy`, npyOf([units, inputs], weights));
      files.set(`b${number}.npy`, npyOf([units], biases));
    };
    for (const [i, layer] of [...hidden, output].entries()) put(i + 1, layer);
    if (earlier) put('_earlier', earlier.output);
    const colouring = isSpace(palette) ? undefined : colouringOf(palette);
    if (typeof colouring === 'object') {
      files.set('palette.npy', npyOf([colouring.table.length / 3, 3], colouring.table));
    }
    const described = {
      title,
      at,
      features: spec.features,
      fold: spec.fold,
      activations: hidden.map(({ activation }) => activation),
      outputActivation: network.outputActivation,
      residual: network.residual,
      normalisation: network.normalisation,
      lastUnits: hidden.map(({ lastUnit }) => lastUnit),
      earlier: earlier?.share ?? 0,
      levels,
      shown,
      palette,
      slice,
      view,
      size,
    };
    files.set('network.npy', npyText(JSON.stringify(described)));
    files.set('recipe.npy', npyText(recipe));
    return [{ ending: '.npz', content: zipOf(files) }];
  },
};
