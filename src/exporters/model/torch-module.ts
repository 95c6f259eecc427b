/** The PyTorch code of a network: its functions, a module, and its numbers. It contains only what the network needs. */
import type { FrameDescription } from '../../core/frame/description.js';
import { hiddenShown } from '../../core/frame/shown.js';
import {
  type ActivationName,
  activationNames,
  activationTable,
  type UnitActivation,
} from '../../core/network/activations.js';
import { featureParts } from '../../core/network/features.js';
import { partsOf } from '../../core/network/fold.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import type { Layer, Network } from '../../core/network/layers.js';
import { float64Bytes } from '../../files/bytes.js';
import { decoded, python, pythonNumber } from './python.js';

/** Up to this many numbers are written as such. */
const MOST_LITERALS = 120;

/** What the frame shows: the layers that are computed, and the activation of the last of them. */
export interface Shown {
  /** How many hidden layers come before the layer that is shown. */
  hidden: number;
  /** The layers: these, the one that is shown, and the output one layer earlier if it has a share. */
  layers: Layer[];
  activation: UnitActivation | UnitActivation[];
  /** The columns that are shown, counted from 0; undefined for all. */
  column: number | undefined;
  /** Whether all units of a layer are shown, each as a picture. */
  isGrid: boolean;
}

/** What a frame shows of its network. */
export function shownOf({ shown }: FrameDescription, network: Network): Shown {
  const part = hiddenShown(shown);
  if (part) {
    const layer = network.hidden[part.layer - 1];
    return {
      hidden: part.layer - 1,
      layers: network.hidden.slice(0, part.layer),
      activation: layer.activation,
      column: part.unit === undefined ? undefined : part.unit - 1,
      isGrid: part.unit === undefined,
    };
  }
  const { hidden, output, earlier } = network;
  return {
    hidden: hidden.length,
    layers: [...hidden, output, ...(earlier ? [earlier.output] : [])],
    activation: network.outputActivation,
    column: shown && 'output' in shown ? shown.output - 1 : undefined,
    isGrid: false,
  };
}

/** How many columns the module returns. */
export const columnsOf = ({ column, layers, isGrid }: Shown, network: Network): number =>
  column !== undefined ? 1 : isGrid ? layers.at(-1)!.units : network.output.units;

/** Whether all hidden layers have the same activation, and it is not a mix. */
function commonActivation(network: Network, { hidden }: Shown): ActivationName | undefined {
  const [first, ...others] = network.hidden.slice(0, hidden).map(({ activation }) => activation);
  return typeof first === 'string' && others.every((other) => other === first) ? first : undefined;
}

const isPlain = (network: Network, shown: Shown) =>
  shown.hidden === 0 || commonActivation(network, shown) !== undefined;

/** The constants that describe the layers. */
export function networkLines(network: Network, shown: Shown): string {
  const { hidden, layers } = shown;
  const widths = [layers[0].inputs, ...layers.slice(0, hidden + 1).map(({ units }) => units)];
  const before = network.hidden.slice(0, hidden);
  const [first, ...others] = widths;
  const [inside, last] = [others.slice(0, -1), others.at(-1)];
  const list = inside.length > 2 ? `[${first}] + ${python(inside)} + [${last}]` : python(widths);
  const lines = [`UNITS = ${list}  # of the inputs and of each layer`];
  if (!isPlain(network, shown)) {
    lines.push(`HIDDEN = ${python(before.map(({ activation }) => activation))}`);
  }
  if (typeof shown.activation !== 'string') lines.push(`LAST = ${python(shown.activation)}`);
  if (before.some(({ lastUnit }) => lastUnit < 1)) {
    lines.push(`LAST_UNITS = ${python(before.map(({ lastUnit }) => lastUnit))}  # their fractions`);
  }
  return lines.join('\n');
}

/** The numbers of layers, row by row: short ones as literals. */
export function numbersOf(layers: readonly Layer[]): string {
  const count = layers.reduce((sum, { units, inputs }) => sum + units * (inputs + 1), 0);
  const all = new Float64Array(count);
  let at = 0;
  for (const { weights, biases } of layers) {
    all.set(weights, at);
    all.set(biases, at + weights.length);
    at += weights.length + biases.length;
  }
  if (count <= MOST_LITERALS) {
    const lines = layers.flatMap(({ units, inputs, weights, biases }) => [
      ...Array.from(
        { length: units },
        (_, unit) =>
          `    ${Array.from(weights.subarray(unit * inputs, (unit + 1) * inputs), pythonNumber).join(', ')},`,
      ),
      `    ${Array.from(biases, pythonNumber).join(', ')},`,
    ]);
    return `# For each layer: W row by row, then b.\nNUMBERS = torch.tensor([\n${lines.join('\n')}\n], dtype=torch.float64)`;
  }
  return `# For each layer: W row by row, then b, as float64.
NUMBERS = ${decoded(float64Bytes(all), 'float64')}`;
}

/** An activation of the variable z. */
const activationOf = (name: ActivationName, variable = 'z') =>
  activationTable[name].torch.replace(/\bx\b/g, variable);

/** The names of all activations among these. */
function namesIn(activations: readonly (UnitActivation | UnitActivation[])[]): ActivationName[] {
  const used = new Set(
    activations.flat().flatMap((one) => (typeof one === 'string' ? [one] : [one.from, one.to])),
  );
  return activationNames.filter((name) => used.has(name));
}

/** The functions that the module needs. */
export function functionLines(frame: FrameDescription, network: Network, shown: Shown): string[] {
  const functions: string[] = [];
  const { hidden, activation } = shown;
  const before = network.hidden.slice(0, hidden).map((layer) => layer.activation);
  const several = [
    ...(isPlain(network, shown) ? [] : before),
    ...(typeof activation === 'string' ? [] : [activation]),
  ];
  if (several.length > 0) {
    const entries = namesIn(several).map(
      (name) => `    "${name}": lambda x: ${activationTable[name].torch},`,
    );
    functions.push(`ACTIVATIONS = {\n${entries.join('\n')}\n}`);
  }
  if (!isPlain(network, shown)) {
    functions.push(`def activated(activation, z):
    """The activations of sums: one for all, a mix of two, or a list with one for each unit."""
    if isinstance(activation, list):
        return torch.stack([activated(one, column) for one, column in zip(activation, z.unbind(1))], dim=1)
    if isinstance(activation, dict):
        start, end = activated(activation["from"], z), activated(activation["to"], z)
        return (1 - activation["fraction"]) * start + activation["fraction"] * end
    return ACTIVATIONS[activation](z)`);
  }
  functions.push(...inputLines(frame));
  if (network.normalisation === 'layer' && hidden > 0) {
    functions.push(`def normalised(y, last):
    """Layer normalisation, in which the last unit counts as a fraction."""
    shares = torch.ones(y.shape[1], dtype=y.dtype, device=y.device)
    shares[-1] = last
    mean = (y * shares).sum(1, keepdim=True) / shares.sum()
    variance = ((y - mean) ** 2 * shares).sum(1, keepdim=True) / shares.sum()
    return (y - mean) / torch.sqrt(variance + ${NORMALISATION_EPSILON})`);
  }
  if (keeps(network, shown)) {
    functions.push(`def kept(y, last, units):
    """The residual: a multiple of the same units in the previous layer, the last of which may be a fraction."""
    y = ${network.residual} * torch.cat([y[:, :-1], last * y[:, -1:]], dim=1)[:, :units]
    return F.pad(y, (0, units - y.shape[1]))`);
  }
  functions.push(brightnessLines(frame, shown, addsLast(network, shown)));
  return functions;
}

/** Whether the layer that is shown adds values of the one before. */
const addsLast = ({ residual }: Network, { hidden, layers }: Shown) =>
  residual !== 0 && hidden > 0 && isHidden(layers[hidden]);

/** Whether any layer adds values of the one before. */
const keeps = (network: Network, shown: Shown) =>
  (network.residual !== 0 && shown.hidden > 1) || addsLast(network, shown);

const isHidden = (layer: Layer): boolean => 'activation' in layer;

/** The brightness of a sum, or of a value to which something is added. */
function brightnessLines({ levels }: FrameDescription, { activation }: Shown, adds: boolean): string {
  const [low, high] = levels ?? [0, 1];
  const over = low < 0 ? `value + ${pythonNumber(-low)}` : `value - ${pythonNumber(low)}`;
  const within = low === 0 && high === 1 ? 'value' : `(${over}) / ${pythonNumber(high - low)}`;
  if (typeof activation === 'string') {
    const { bounded, signed } = activationTable[activation];
    const sum = `${activationOf(activation)}${adds ? ' + added' : ''}`;
    const value = signed ? `(${sum} + 1) / 2` : sum;
    if (bounded && !adds && !levels) {
      return `def brightness(z):\n    """The brightness of the last layer's sums."""\n    return ${value}`;
    }
    return `def brightness(z${adds ? ', added' : ''}):
    """The brightness of the last layer's sums."""
    value = ${value}
    return torch.clamp(${within}, 0, 1)`;
  }
  const signed = namesIn([activation]).filter((name) => activationTable[name].signed);
  const lines =
    signed.length > 0 ? `    if activation in ${python(signed)}:\n        value = (value + 1) / 2\n` : '';
  return `def brightness(z, added=0, activation=LAST):
    """The brightness of the last layer's sums, with one activation for all, a mix of two, or one for each unit."""
    if isinstance(activation, list):
        added = (added + torch.zeros_like(z)).unbind(1)
        return torch.stack([brightness(*of) for of in zip(z.unbind(1), added, activation)], dim=1)
    if isinstance(activation, dict):
        start, end = brightness(z, added, activation["from"]), brightness(z, added, activation["to"])
        return (1 - activation["fraction"]) * start + activation["fraction"] * end
    value = ACTIVATIONS[activation](z) + added
${lines}    return torch.clamp(${within}, 0, 1)`;
}

const FEATURE_FUNCTIONS: Readonly<Record<string, (of: string) => string>> = {
  abs: (of) => `torch.abs(${of})`,
  square: (of) => `${of} ** 2`,
  sin: (of) => `torch.sin(${of})`,
  cos: (of) => `torch.cos(${of})`,
  gaussian: (of) => `torch.exp(-${of} ** 2)`,
};

/** The function from points to the first layer's inputs, if these differ. */
function inputLines({ network: { features, fold }, slice }: FrameDescription): string[] {
  const { mirrors, tile, sectors } = partsOf(fold);
  if (fold === 'none' && features.join() === 'x,y') return [];
  const lines = ['    x, y = points[:, 0], points[:, 1]'];
  const functions: string[] = [];
  if (mirrors) lines.push('    x = torch.abs(x)');
  if (tile !== undefined) {
    functions.push(`def tiled(v):
    """A mirrored repeat of cells around the origin."""
    return ${tile / 2} - torch.abs((v + ${tile / 2}) % ${2 * tile} - ${tile})`);
    lines.push('    x, y = tiled(x), tiled(y)');
  }
  if (sectors !== undefined) {
    lines.push(
      `    sector = 2 * math.pi / ${sectors}  # mirrored`,
      '    r, angle = torch.sqrt(x * x + y * y), torch.abs(torch.atan2(y, x))',
      '    angle = torch.abs(angle - sector * torch.round(angle / sector))',
      '    x, y = r * torch.cos(angle), r * torch.sin(angle)',
    );
  }
  const parsed = features.map(featureParts);
  const coordinates = new Set(parsed.map(([, of]) => of));
  if (coordinates.has('r')) lines.push('    r = torch.sqrt(x * x + y * y)');
  if (coordinates.has('angle')) lines.push('    angle = torch.atan2(y, x)');
  const columns = parsed.map(([called, of]) =>
    called === undefined ? (of === 'x*y' ? 'x * y' : of) : FEATURE_FUNCTIONS[called](of),
  );
  lines.push(`    columns = torch.stack([${columns.join(', ')}], dim=1)`);
  const result = slice.length > 0 ? 'torch.cat([columns, points[:, 2:]], dim=1)' : 'columns';
  return [
    ...functions,
    `def inputs(points):
    """The inputs of the first layer."""
${lines.join('\n')}
    return ${result}`,
  ];
}

/** The module. */
export function moduleLines(frame: FrameDescription, network: Network, shown: Shown): string {
  const { hidden, layers, column } = shown;
  const before = network.hidden.slice(0, hidden);
  const hasFractions = before.some(({ lastUnit }) => lastUnit < 1);
  const normalises = network.normalisation === 'layer' && hidden > 0;
  const adds = network.residual !== 0;
  const { earlier } = network;
  const hasEarlier = earlier !== undefined && layers.length > hidden + 1;
  const last = (k: string) => (hasFractions ? `LAST_UNITS[${k}]` : '1');
  const common = commonActivation(network, shown);
  const first = inputLines(frame).length > 0 ? 'inputs(points)' : 'points';
  const lines = [`        y = ${first}`, ...(hasEarlier ? ['        before = y'] : [])];
  if (hidden > 0) {
    const needsIndex = normalises || (adds && hidden > 1) || common === undefined;
    lines.push(
      needsIndex ? '        for k, layer in enumerate(self.hidden):' : '        for layer in self.hidden:',
    );
    const received = normalises ? `normalised(y, ${last('k - 1')}) if k > 0 else y` : 'y';
    const activation = common === undefined ? 'activated(HIDDEN[k], z)' : activationOf(common);
    lines.push(...(hasEarlier ? ['            before = y'] : []), `            z = layer(${received})`);
    if (adds && hidden > 1) {
      lines.push(
        `            added = kept(y, ${last('k - 1')}, z.shape[1]) if k > 0 else 0`,
        `            y = ${activation} + added`,
      );
    } else lines.push(`            y = ${activation}`);
  }
  const received = normalises ? `normalised(y, ${last('-1')})` : 'y';
  lines.push(`        z = self.last(${received})`);
  if (hasEarlier) {
    const received = normalises && hidden > 1 ? `normalised(before, ${last('-2')})` : 'before';
    lines.push(`        z = ${1 - earlier.share} * z + ${earlier.share} * self.earlier(${received})`);
  }
  lines.push(
    `        ${column === undefined ? 'return' : 'shown ='} brightness(z${addsLast(network, shown) ? `, kept(y, ${last('-1')}, z.shape[1])` : ''})`,
  );
  if (column !== undefined) lines.push(`        return shown[:, ${column}:${column + 1}]`);
  const sizes = hasEarlier ? `        sizes.append((UNITS[-3], UNITS[-1]))\n` : '';
  return `class Network(torch.nn.Module):
    """Maps points of the plane to brightness. It computes in float64, which small views of deep networks need."""

    def __init__(self):
        super().__init__()
        sizes = list(zip(UNITS, UNITS[1:]))
${sizes}        layers, at = [], 0
        for before, units in sizes:
            layer = torch.nn.Linear(before, units, dtype=torch.float64)
            w, b = NUMBERS[at : at + (before + 1) * units].split([before * units, units])
            layer.weight.data, layer.bias.data = w.reshape(units, before), b
            layers.append(layer)
            at += (before + 1) * units
        self.hidden, self.last = torch.nn.ModuleList(layers[:${hidden}]), layers[${hidden}]
${hasEarlier ? `        self.earlier = layers[${hidden + 1}]\n` : ''}
    def forward(self, points):
${lines.join('\n')}`;
}
