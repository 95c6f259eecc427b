/**
 * The network as a PyTorch script: a module, and a main program that draws the picture. It contains only what the
 * network needs, so that the script of a plain one is short.
 */
import { isSpace } from '../core/frame/palette.js';
import { colouringShown } from '../core/frame/shown.js';
import { DrawCache } from '../core/network/draws.js';
import type { Network } from '../core/network/layers.js';
import { buildNetwork } from '../core/network/network.js';
import { exponentsOf } from '../renderers/exponents.js';
import type { Writer } from './exporter.js';
import { checkRange, checkSize, type Moment, momentOf } from './model/moment.js';
import { pythonText } from './model/python.js';
import {
  columnsOf,
  functionLines,
  moduleLines,
  networkLines,
  numbersOf,
  shownOf,
} from './model/torch-module.js';
import { colourLines, mainLines, viewLines } from './model/torch-picture.js';

/** More weights would make a script of over 90 MB. */
const MOST_WEIGHTS = 2 ** 23;

export const pytorch: Writer = {
  async write(exported, tools) {
    const moment = await momentOf(exported, tools);
    const { frame } = moment;
    checkSize(frame, 'a PyTorch script', MOST_WEIGHTS, ', or export it with --to npz or --to onnx');
    const draws = new DrawCache();
    checkRange(exponentsOf(frame, draws));
    const content = scriptOf(moment, buildNetwork(frame.network, draws), tools.version);
    return [{ ending: '.py', content }];
  },
};

function scriptOf({ frame, title, at, recipe }: Moment, network: Network, version: string): string {
  const shown = shownOf(frame, network);
  const { isGrid, layers } = shown;
  const colouring = colouringShown(frame);
  const isGrey = frame.shown !== undefined && 'output' in frame.shown && isSpace(frame.palette);
  const colours = isGrey ? 'rgb' : colouring;
  const slices = frame.slice.length;
  const columns = slices === 0 ? 'the columns x and y' : 'the columns x, y and the values of the slice';
  const result = isGrid ? `${layers.at(-1)!.units}` : columnsOf(shown, network) === 1 ? '1' : '3';
  const parts = [
    ...functionLines(frame, network, shown),
    moduleLines(frame, network, shown),
    colourLines(colours, frame.shown !== undefined),
    mainLines(frame, isGrid),
    `${numbersOf(layers)}\n\n# The recipe of this moment, for Untrained:\n# ${recipe}`,
    `if __name__ == "__main__":\n    main()`,
  ].join('\n\n\n');
  const imports = ['base64', 'math', 'struct', 'sys', 'zlib'].filter((name) => parts.includes(`${name}.`));
  return `"""A random neural network, exported by Untrained ${version.replace(/[^\w.+-]/g, '')}.

Run this file to draw the picture as a PNG beside it. Or import Network: Network()(points) takes points of the plane,
(N, ${2 + slices}) with ${columns}, and returns their brightness from 0 to 1, (N, ${result}).
"""
${imports.map((name) => `import ${name}\n`).join('')}from pathlib import Path

import torch
${/\bF\./.test(parts) ? 'from torch.nn import functional as F\n' : ''}
TITLE = ${pythonText(title)}
AT = ${at}  # seconds
${viewLines(frame, isGrid, layers.at(-1)!.units)}
${networkLines(network, shown)}


${parts}
`;
}
