/**
 * The network as a PyTorch script: a module, and a main program that draws the picture. It contains only what the
 * network needs, so that the script of a plain one is short.
 */
import { UsageError } from '../core/errors.js';
import { BAYER } from '../core/frame/colour.js';
import { type Colouring, OK_SPAN } from '../core/frame/colouring.js';
import type { FrameDescription } from '../core/frame/description.js';
import { rotationOf } from '../core/frame/inputs.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../core/frame/oklab.js';
import { isSpace } from '../core/frame/palette.js';
import { colouringShown, hiddenShown, unitGrid } from '../core/frame/shown.js';
import {
  type ActivationName,
  activationNames,
  activationTable,
  type UnitActivation,
} from '../core/network/activations.js';
import { DrawCache } from '../core/network/draws.js';
import { partsOf } from '../core/network/fold.js';
import { NORMALISATION_EPSILON } from '../core/network/forward.js';
import type { Layer, Network } from '../core/network/layers.js';
import { buildNetwork } from '../core/network/network.js';
import { countWeights } from '../core/network/spec.js';
import { exponentsOf } from '../renderers/exponents.js';
import type { Exporter } from './exporter.js';
import { checkRange, type Moment, momentOf } from './model/moment.js';
import { base64Lines, python, pythonNumber, pythonText } from './model/python.js';

/** More weights would make a script of over 90 MB. */
const MOST_WEIGHTS = 2 ** 23;
/** Up to this many numbers are written as such. */
const MOST_LITERALS = 120;

export const pytorch: Exporter = {
  name: 'pytorch',
  title: 'PyTorch',
  ending: '.py',
  moves: false,
  sentence: 'the network at a moment as a short PyTorch script',
  async write(exported, tools) {
    const moment = await momentOf(exported, tools);
    const { frame } = moment;
    const count = countWeights(frame.network);
    if (count > MOST_WEIGHTS) {
      throw new UsageError(
        `The network's units and layers make ${Math.ceil(count / 1e6)} million weights, but a PyTorch script holds at ` +
          `most ${Math.floor(MOST_WEIGHTS / 1e6)} million: export it with --to npz or --to onnx.`,
      );
    }
    const draws = new DrawCache();
    checkRange('a PyTorch script', exponentsOf(frame, draws));
    const content = scriptOf(moment, buildNetwork(frame.network, draws), tools.version);
    return [{ ending: '.py', content }];
  },
};

/** What the frame shows: the layers that are computed, and the activation of the last of them. */
interface Shown {
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

function shownOf({ shown }: FrameDescription, network: Network): Shown {
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
  return `"""A random neural network that nobody trained, exported by Untrained ${version.replace(/[^\w.+-]/g, '')}.

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

const columnsOf = ({ column, layers, isGrid }: Shown, network: Network): number =>
  column !== undefined ? 1 : isGrid ? layers.at(-1)!.units : network.output.units;

function viewLines(
  { view, size, slice, supersample }: FrameDescription,
  isGrid: boolean,
  units: number,
): string {
  const { cos, sin } = rotationOf(view.rotation);
  const lines = [
    `SIZE = ${python(size)}`,
    `CENTRE = ${python(view.centre)}`,
    `HALF_WIDTH = ${view.halfWidth}  # from the centre to the nearer edges`,
    ...(view.rotation === 0 ? [] : [`COS, SIN = ${cos}, ${sin}  # of the picture's rotation`]),
    ...(slice.length === 0 ? [] : [`SLICE = ${python(slice)}`]),
    ...(supersample === 1 ? [] : [`SAMPLES = ${supersample}  # per pixel and side`]),
  ];
  if (isGrid) {
    const { cell, place } = unitGrid(size, units);
    const places = Array.from({ length: units }, (_, i) => place(i));
    lines.push(`CELL = ${python(cell)}  # the size of each unit's picture`, `PLACES = ${python(places)}`);
  }
  return lines.join('\n');
}

/** Whether all hidden layers have the same activation, and it is not a mix. */
function commonActivation(network: Network, { hidden }: Shown): ActivationName | undefined {
  const [first, ...others] = network.hidden.slice(0, hidden).map(({ activation }) => activation);
  return typeof first === 'string' && others.every((other) => other === first) ? first : undefined;
}

const isPlain = (network: Network, shown: Shown) =>
  shown.hidden === 0 || commonActivation(network, shown) !== undefined;

function networkLines(network: Network, shown: Shown): string {
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
function numbersOf(layers: readonly Layer[]): string {
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
    return `# W, row by row, and then b, for each layer.\nNUMBERS = torch.tensor([\n${lines.join('\n')}\n], dtype=torch.float64)`;
  }
  const bytes = new Uint8Array(8 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) view.setFloat64(8 * i, all[i], true);
  return `# W, row by row, and then b, for each layer, as float64.\nNUMBERS = ${decoded(bytes, 'float64')}`;
}

const decoded = (bytes: Uint8Array, type: string) =>
  `torch.frombuffer(bytearray(base64.b64decode(${base64Lines(bytes)})), dtype=torch.${type})`;

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
function functionLines(frame: FrameDescription, network: Network, shown: Shown): string[] {
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
    """What a layer adds of the one before: a multiple of the same units, the last of which may be a fraction."""
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
  const isFolded = mirrors || tile !== undefined || sectors !== undefined;
  if (!isFolded && features.join() === 'x,y') return [];
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
  const parsed = features.map((name) => /^(\w+)\((.+)\)$/.exec(name) ?? [name, undefined, name]);
  const coordinates = new Set(parsed.map(([, , of]) => of));
  if (coordinates.has('r')) lines.push('    r = torch.sqrt(x * x + y * y)');
  if (coordinates.has('angle')) lines.push('    angle = torch.atan2(y, x)');
  const columns = parsed.map(([, called, of]) =>
    called === undefined ? (of === 'x*y' ? 'x * y' : of!) : FEATURE_FUNCTIONS[called](of!),
  );
  lines.push(`    columns = torch.stack([${columns.join(', ')}], dim=1)`);
  const result = slice.length > 0 ? 'torch.cat([columns, points[:, 2:]], dim=1)' : 'columns';
  return [
    ...functions,
    `def inputs(points):
    """What the first layer receives."""
${lines.join('\n')}
    return ${result}`,
  ];
}

function moduleLines(frame: FrameDescription, network: Network, shown: Shown): string {
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
    """From points of the plane to brightness. It computes in float64, as small views of deep networks need."""

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

/** The function from brightness to red, green and blue. */
function colourLines(colouring: Colouring, isPart: boolean): string {
  if (colouring === 'rgb') {
    return `def colours(brightness):
    """Red, green and blue: the outputs, or grey."""
    return brightness.expand(-1, 3)`;
  }
  if (typeof colouring === 'object') {
    const { table, output } = colouring;
    const bytes = new Uint8Array(4 * table.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < table.length; i++) view.setFloat32(4 * i, table[i], true);
    return `PALETTE = ${decoded(bytes, 'float32')}.reshape(-1, 3)


def colours(brightness):
    """Red, green and blue: the palette's colour of an output."""
    palette = PALETTE.to(brightness)
    position = brightness[:, ${isPart ? 0 : output}] * (len(palette) - 1)
    first = position.floor().clamp(max=len(palette) - 2)
    share = (position - first)[:, None]
    return torch.lerp(palette[first.long()], palette[first.long() + 1], share)`;
  }
  const { lightness, around, chroma } = OK_SPAN;
  const columns = [0, 1, 2].map((i) => TO_LIGHT.map((row) => row[i]));
  const span = ([from, to]: readonly [number, number]) => `${from} + ${Number((to - from).toPrecision(12))}`;
  const plane =
    colouring === 'oklab'
      ? `    a, b = ${around} * (2 * v - 1), ${around} * (2 * w - 1)`
      : `    c, hue = ${span(chroma)} * v, 2 * math.pi * w
    a, b = c * torch.cos(hue), c * torch.sin(hue)`;
  return `def colours(brightness):
    """Red, green and blue of three outputs in the colour space OKLab; outside sRGB, colours lose chroma."""
    u, v, w = brightness.split(1, dim=1)
    L = ${span(lightness)} * u
${plane}
    like = dict(dtype=brightness.dtype, device=brightness.device)
    to_cones = torch.tensor(${python([TO_CONES.a, TO_CONES.b])}, **like)
    to_light = torch.tensor(${python(columns)}, **like)
    cones = torch.cat([a, b], dim=1) @ to_cones
    light_of = lambda chroma: (L + chroma * cones) ** 3 @ to_light
    is_inside = lambda chroma: ((light_of(chroma) - 0.5).abs() <= 0.5).all(dim=1, keepdim=True)
    chroma = torch.zeros_like(L)
    for step in range(1, ${GAMUT_STEPS + 1}):
        more = chroma + 0.5**step
        chroma = torch.where(is_inside(more), more, chroma)
    ones = torch.ones_like(L)
    light = light_of(torch.where(is_inside(ones), ones, chroma)).clamp(0, 1)
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)`;
}

function mainLines({ view, slice, supersample, dither }: FrameDescription, isGrid: boolean): string {
  const isTurned = view.rotation !== 0;
  const pixels = isTurned
    ? `    x, y = COS * x + SIN * y, COS * y - SIN * x
    points = torch.stack([CENTRE[0] + x, CENTRE[1] + y], dim=-1).reshape(-1, 2)`
    : '    points = torch.stack([CENTRE[0] + x, CENTRE[1] + y], dim=-1).reshape(-1, 2)';
  const sliced =
    slice.length > 0
      ? `
    slice = torch.tensor(SLICE, dtype=points.dtype).expand(len(points), -1)
    points = torch.cat([points, slice], dim=1)`
      : '';
  const samples = supersample > 1 ? ' * SAMPLES' : '';
  const averaged =
    supersample > 1
      ? `
    light = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)  # average light, not sRGB
    light = light.reshape(height, SAMPLES, width, SAMPLES, 3).mean(dim=(1, 3))
    rgb = torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)`
      : '';
  const threshold = dither ? 'threshold' : '0.5';
  const ranks = Array.from({ length: 8 }, (_, row) => Array.from(BAYER.subarray(8 * row, 8 * row + 8)));
  const dithered = dither
    ? `
    bayer = torch.tensor(${python(ranks)}, dtype=torch.float64)
    threshold = bayer[torch.arange(height)[:, None] % 8, torch.arange(width)[None, :] % 8][:, :, None]`
    : '';
  const drawing = isGrid
    ? `def picture(shown, width, height):
    """The bytes of one unit's picture, (height, width, 3), from its brightness."""
    rgb = colours(shown).reshape(height${samples}, width${samples}, 3)${averaged}${dithered}
    return (255 * rgb.clamp(0, 1) + ${threshold}).floor().to(torch.uint8)


def draw(width, height):
    """The bytes of the picture, (height, width, 3): one picture per unit."""
    every = brightness_at(*CELL)
    whole = torch.zeros(height, width, 3, dtype=torch.uint8)
    for unit, (left, top) in enumerate(PLACES):
        cell = picture(every[:, unit : unit + 1], *CELL)
        whole[top : top + CELL[1], left : left + CELL[0]] = cell
    return whole`
    : `def draw(width, height):
    """The bytes of the picture, (height, width, 3)."""
    rgb = colours(brightness_at(width, height)).reshape(height${samples}, width${samples}, 3)${averaged}${dithered}
    return (255 * rgb.clamp(0, 1) + ${threshold}).floor().to(torch.uint8)`;
  return `def brightness_at(width, height):
    """The brightness at the view's pixels, row by row from the top."""
${supersample > 1 ? '    width, height = width * SAMPLES, height * SAMPLES\n' : ''}    pixel = 2 * HALF_WIDTH / min(width, height)
    across = pixel * (torch.arange(width, dtype=torch.float64) + 0.5 - width / 2)
    up = pixel * (height / 2 - 0.5 - torch.arange(height, dtype=torch.float64))
    y, x = torch.meshgrid(up, across, indexing="ij")
${pixels}${sliced}
    network = Network()
    with torch.no_grad():
        return torch.cat([network(part) for part in points.split(2**16)])


${drawing}


def save(path, pixels):
    """Writes (height, width, 3) bytes as a PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\\0" + bytes(row.flatten().tolist()) for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + chunks)


def main():
${
  isGrid
    ? '    size = SIZE'
    : `    size = [int(word) for word in sys.argv[1:3]] or SIZE  # or the arguments WIDTH HEIGHT`
}
    path = Path(__file__).with_suffix(".png")
    save(path, draw(*size))
    print(f"Drew {path}.")`;
}
