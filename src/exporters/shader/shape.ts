/** How many layers and units the network of a shader has, and the code that tells. */

import { hiddenShown } from '../../core/frame/shown.js';
import { float } from '../../core/network/activations/glsl.js';
import { hiddenWidths } from '../../core/network/spec.js';
import { table } from '../../renderers/glsl/table.js';
import type { Numbers } from './motion.js';
import { type Movable, mostOf, movable, type Subject } from './subject.js';

export interface Shape {
  /** The number of matrices up to what is drawn, at most. */
  matrices: number;
  /** If the number of layers is, or may be, a fraction: its name. */
  fadingLayers: string | undefined;
  inputs: number;
  /** The most units of each hidden layer below what is drawn, whole numbers. */
  widths: number[];
  /** Whether a layer's last unit may be a fraction. */
  hasFractions: boolean;
  /** Whether the number of units moves. */
  unitsMove: boolean;
  /** The number of sums that are drawn: outputs, or one hidden unit. */
  outputs: number;
  /** The hidden unit that is drawn, counted from 0. */
  shownUnit: { layer: number; unit: number } | undefined;
  /** The most values of a layer. */
  widest: number;
  /** The functions `unitsIn` and, with fractions, `sizeOf` and `lastUnit`. */
  code: string;
}

/** Declares the sizes of a network. */
export function shapeOf({ sweep, frame }: Subject, numbers: Numbers): Shape {
  const { network: spec } = frame;
  const { seconds } = sweep;
  const part = hiddenShown(frame.shown);
  const swept = sweep.network;
  const inputs = spec.inputs;
  const layers: Movable = spec.weights ? spec.layers : movable(swept.layers, spec.layers);
  const most = part ? part.layer : Math.ceil(mostOf(layers, seconds) - 1e-9);
  const given = (swept.units ?? swept.width) as unknown;
  const first = spec.weights || spec.units === undefined ? hiddenWidths(spec) : spec.units;
  const list: Movable[] = Array.isArray(first)
    ? first
        .map((width, i) => movable((given as unknown[] | undefined)?.[i], width))
        .slice(0, Math.max(1, most - 1))
    : [movable(given, first)];
  const widthAt = (k: number) => list[Math.min(k, list.length) - 1];
  const widths = Array.from({ length: most - 1 }, (_, i) =>
    Math.ceil(mostOf(widthAt(i + 1), seconds) - 1e-9),
  );
  const fades = !part && (typeof layers !== 'number' || !Number.isInteger(layers));
  const hasFractions = widths.length > 0 && list.some((width) => !Number.isInteger(width));
  numbers.constant('int', 'inputs', `${inputs}`, 'the inputs of the network: x, y and so on');
  const sizes = widths.length === 0 ? undefined : sizeCode(list, hasFractions, numbers);
  const layerName = fades
    ? numbers.declare('layers', layers, 'network.layers', 'matrices of weights; the last one fades in')
    : numbers.constant(
        'int',
        'layers',
        `${most}`,
        part ? 'up to the layer that is shown' : 'matrices of weights',
      );
  const outputs = part ? 1 : spec.outputs;
  numbers.constant(
    'int',
    'outputs',
    `${outputs}`,
    part ? 'the unit that is shown' : 'red, green and blue, or grey',
  );
  return {
    matrices: most,
    fadingLayers: fades ? layerName : undefined,
    inputs,
    widths,
    hasFractions,
    unitsMove: list.some((width) => typeof width !== 'number'),
    outputs,
    shownUnit: part && { layer: part.layer, unit: part.unit! - 1 },
    widest: Math.max(inputs, fades ? outputs : 1, ...widths),
    code:
      sizes ??
      '// The units of a layer; layer 0 is the input.\nint unitsIn(int layer) {\n  return INPUTS;\n}',
  };
}

function sizeCode(list: Movable[], hasFractions: boolean, numbers: Numbers): string {
  const declare = (words: string, width: Movable, i?: number) =>
    typeof width === 'number' && !hasFractions
      ? numbers.constant('int', words, `${width}`, 'of each hidden layer')
      : numbers.declare(words, width, `network.units${i === undefined ? '' : `.${i}`}`, 'of a hidden layer');
  const moves = list.some((width) => typeof width !== 'number');
  let hidden: string;
  let before = '';
  if (list.length === 1) hidden = declare('units', list[0]);
  else if (!moves) {
    const type = hasFractions ? 'float' : 'int';
    const values = list.map((width) => (hasFractions ? float(width as number) : `${width}`));
    before = `${table(type, 'UNITS', values, 16)}\n\n`;
    hidden = `UNITS[min(layer, ${list.length}) - 1]`;
  } else {
    const names = list.map((width, i) => declare(`units ${i + 1}`, width, i));
    hidden = names.reduceRight((rest, name, i) =>
      i === list.length - 1 ? name : `layer == ${i + 1} ? ${name} : ${rest}`,
    );
  }
  if (!hasFractions) {
    return `${before}// The units of a layer; layer 0 is the input.
int unitsIn(int layer) {
  return layer == 0 ? INPUTS : ${hidden};
}`;
  }
  return `${before}// The units of a layer, the last of which may be a fraction; layer 0 is the input.
float sizeOf(int layer) {
  return layer == 0 ? float(INPUTS) : ${hidden};
}

int unitsIn(int layer) {
  return min(int(ceil(sizeOf(layer))), WIDEST);
}

// How much of a layer's last unit there is.
float lastUnit(int layer) {
  return min(1.0, sizeOf(layer) - float(unitsIn(layer) - 1));
}`;
}
