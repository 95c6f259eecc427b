/**
 * The outputs of a network with one input as curves: an SVG of Bézier curves and axes, for browsers, Inkscape and
 * Blender. It has attributes instead of styles, and nothing is clipped, because Blender reads neither.
 */
import { scaleLinear } from 'd3-scale';
import { schemeTableau10 } from 'd3-scale-chromatic';
import { breather } from '../core/breather.js';
import { light } from '../core/colours.js';
import { UsageError } from '../core/errors.js';
import { toByte } from '../core/frame/colour.js';
import { colourOf } from '../core/frame/colouring.js';
import type { FrameDescription } from '../core/frame/description.js';
import { isSpace } from '../core/frame/palette.js';
import { colouringShown, hiddenShown } from '../core/frame/shown.js';
import {
  type ActivationName,
  activationTable,
  isBounded,
  namesOf,
  type UnitActivation,
} from '../core/network/activations.js';
import { featureCalled } from '../core/network/features.js';
import { partsOf } from '../core/network/fold.js';
import { type Sweep, sweep } from '../core/sweep/sweep.js';
import { evaluateValues } from '../renderers/cpu/planes.js';
import { drawnOf } from '../renderers/drawn.js';
import type { Exported, ExportTools, Writer } from './exporter.js';
import { Curves, type FittedCurve, type Point, type Sample } from './fit-curves.js';
import { momentOf } from './model/moment.js';

/** The plane's shorter side, and the margins around it, in the units of the viewBox. */
const SIDE = 400;
const MARGIN = { left: 56, right: 20, top: 32, bottom: 40 };
/** The width of a curve and of the axes' lines. */
const [CURVE, LINE] = [2.5, 1];
/** How far a curve may be from the function. */
const TOLERANCE = 0.02;
/** Points evaluated at once, between which a page can react. */
const SLICE = 2 ** 10;
/** The colours of a gradient. */
const STOPS = 33;
/** Values beyond this are drawn as this, so that the axis's range is finite. */
const MOST = 1e300;

export const svg: Writer = {
  write,
};

/** A network whose curve is an activation: one unit with the weight 1. */
export function activationSweep(name: ActivationName): Sweep {
  return sweep({
    title: `${name}: ${activationTable[name].formula}`,
    seconds: 1,
    size: [720, 480],
    network: { weights: [{ w: [[1]] }], outputActivation: name },
    view: { centre: [0, 0], halfWidth: 4 },
  });
}

async function write(exported: Exported, tools: ExportTools) {
  const { frame, title, recipe } = await momentOf(exported, tools);
  refuse(frame);
  const lines = linesOf(frame);
  const curves = await Curves.of(sampler(frame, lines));
  const domain = domainOf(frame, lines, curves.bounds());
  const fitted = await curves.fit((TOLERANCE * (domain[1] - domain[0])) / SIDE);
  const plot = { frame, lines, domain, fitted };
  return [{ ending: '.svg', content: drawing(plot, title || exported.name, recipe) }];
}

/** @throws UsageError for what a curve cannot show. */
function refuse({ network, view }: FrameDescription): void {
  if (!network.features.every((name) => featureCalled(name).of === 'x')) {
    throw new UsageError(
      `network.features are ${network.features.join(', ')}, but a curve shows a network of x alone: ` +
        "set features: ['x'], or export a height map (--to gltf).",
    );
  }
  if (partsOf(network.fold).sectors !== undefined) {
    throw new UsageError(
      "network.fold is a kaleidoscope, but a curve has only one coordinate to fold: set fold: 'none'.",
    );
  }
  if (view.rotation % 360 !== 0) {
    throw new UsageError(
      `view.rotation is ${view.rotation}, but a curve cannot be rotated: set rotation: 0.`,
    );
  }
}

/** What one curve shows. */
interface Line {
  /** Which of the frame's planes of values. */
  plane: number;
  activation: UnitActivation;
  name: string;
  colour: string;
}

/** The names of three outputs, and the colours of their curves. */
const CHANNELS = {
  rgb: { names: ['red', 'green', 'blue'], colours: ['#d03030', '#289040', '#2a62d0'] },
  oklab: { names: ['lightness', 'a', 'b'], colours: schemeTableau10 },
  oklch: { names: ['lightness', 'chroma', 'hue'], colours: schemeTableau10 },
} as const;

/** The curves of a frame: one for each output or unit that its picture shows. */
function linesOf(frame: FrameDescription): Line[] {
  const { activation, units } = drawnOf(frame);
  const line = (plane: number, name: string, colour: string = light.accent): Line => {
    return { plane, activation: Array.isArray(activation) ? activation[plane] : activation, name, colour };
  };
  const hidden = hiddenShown(frame.shown);
  if (hidden) {
    const name = (i: number) => `unit ${units.first + i + 1} of layer ${hidden.layer}`;
    const colour = (i: number) => (units.count === 1 ? undefined : schemeTableau10[i % 10]);
    return Array.from({ length: units.count }, (_, i) => line(i, name(i), colour(i)));
  }
  const colouring = colouringShown(frame);
  if (typeof colouring === 'object') {
    return [line(colouring.output, frame.network.outputs > 1 ? `output ${colouring.output + 1}` : '')];
  }
  if (frame.network.outputs === 1) return [line(0, '')];
  const { names, colours } = CHANNELS[colouring];
  return names.map((name, i) => line(i, name, colours[i]));
}

/** The activations of a mix with their shares; a plain one has a share of 1. */
function endsOf(activation: UnitActivation): { end: ActivationName; share: number }[] {
  if (typeof activation === 'string') return [{ end: activation, share: 1 }];
  const { from, to, fraction } = activation;
  return [
    { end: from, share: 1 - fraction },
    { end: to, share: fraction },
  ];
}

/** A value from what a picture shows for it, which is (v + 1) / 2 for signed activations. */
function valueFor(activation: UnitActivation, shown: number): number {
  const values = endsOf(activation).map(
    ({ end, share }) => share * (activationTable[end].signed ? 2 * shown - 1 : shown),
  );
  return values.reduce((sum, value) => sum + value);
}

/** Samples the lines of a frame from its left to its right edge. Values beyond the levels are clipped. */
function sampler(frame: FrameDescription, lines: Line[]): Sample {
  const [from, to] = rangeOf(frame);
  const [low, high] = frame.levels ?? [-MOST, MOST];
  const parts = partsIn(frame, lines);
  const breathe = breather({});
  return async (places) => {
    const values = lines.map(() => new Float64Array(places.length));
    for (let first = 0; first < places.length; first += SLICE) {
      const x = Float32Array.from(
        places.subarray(first, first + SLICE),
        (place) => from + (to - from) * place,
      );
      for (const { frame, share, activations } of parts) {
        const planes = evaluateValues(frame, x, new Float32Array(x.length));
        for (const [i, { plane }] of lines.entries()) {
          for (const [k, shown] of planes[plane].entries()) {
            values[i][first + k] += share * valueFor(activations[i], Math.min(high, Math.max(low, shown)));
          }
        }
      }
      const pause = breathe(() => 'evaluating');
      if (pause) await pause;
    }
    return values;
  };
}

/**
 * The frames whose values add up to those of the lines, with the lines' activations in them. A mix needs two: pictures
 * show its activations differently if only one of them is signed.
 */
function partsIn(frame: FrameDescription, lines: Line[]) {
  const [{ activation }] = lines; // a mix is the same for all
  if (typeof activation === 'string') {
    return [{ frame, share: 1, activations: lines.map((line) => line.activation) }];
  }
  return endsOf(activation).map(({ end, share }) => {
    return { frame: withActivation(frame, end), share, activations: lines.map(() => end) };
  });
}

/** The frame with an activation in place of that of the outputs or the layer that it shows. */
function withActivation(frame: FrameDescription, activation: ActivationName): FrameDescription {
  const { network, shown } = frame;
  const hidden = hiddenShown(shown);
  if (!hidden) return { ...frame, network: { ...network, outputActivation: activation } };
  const all = Array.isArray(network.activation) ? network.activation : [network.activation];
  const below = Array.from({ length: hidden.layer - 1 }, (_, k) => all[Math.min(k, all.length - 1)]);
  return { ...frame, network: { ...network, activation: [...below, activation] } };
}

/** The frame's left and right edges, as distances from the view's centre. */
function rangeOf({ size, view }: FrameDescription): [from: number, to: number] {
  const half = (view.halfWidth * size[0]) / Math.min(...size);
  return [-half, half];
}

/** The values at the bottom and at the top: the levels, or those that the activations can reach, or all values. */
function domainOf({ levels, network, shown }: FrameDescription, lines: Line[], bounds: [number, number]) {
  const adds = hiddenShown(shown) !== undefined && network.residual !== 0;
  const ends = lines.flatMap((line) => {
    if (levels) return levels.map((level) => valueFor(line.activation, level));
    if (adds || !isBounded(namesOf(line.activation))) return bounds;
    return [valueFor(line.activation, 0), valueFor(line.activation, 1)];
  });
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (levels) return [low, high];
  const margin = high > low ? 0 : Math.max(0.5, Math.abs(low) / 2); // of a constant
  return scaleLinear([low - margin, high + margin], [0, 1])
    .nice(5)
    .domain();
}

/** Everything that is drawn. */
interface Plot {
  frame: FrameDescription;
  lines: Line[];
  /** The values at the bottom and at the top. */
  domain: number[];
  fitted: FittedCurve[];
}

function drawing({ frame, lines, domain, fitted }: Plot, title: string, note: string): string {
  const { size, view } = frame;
  const [width, height] = size.map((side) => (SIDE * side) / Math.min(...size));
  const [left, top, right, bottom] = [MARGIN.left, MARGIN.top, MARGIN.left + width, MARGIN.top + height];
  const x = scaleLinear(
    rangeOf(frame).map((offset) => view.centre[0] + offset),
    [left, right],
  );
  const y = scaleLinear(domain, [bottom, top]);
  const hasMap = !isSpace(frame.palette);
  const at = ([place, value]: Point) => `${rounded(left + place * width)},${rounded(y(value))}`;
  const curve = ({ colour }: Line, { from, pieces }: FittedCurve) => {
    const path = pieces.map(({ to, controls }) =>
      controls ? `C${[...controls, to].map(at).join(' ')}` : `L${at(to)}`,
    );
    const stroke = hasMap ? `url(#colours) ${colour}` : colour;
    return `<path d="M${at(from)}${path.join('')}" stroke="${stroke}"/>`;
  };
  const line = (x1: number, y1: number, x2: number, y2: number, isAxis: boolean) => {
    const [a, b, c, d] = [x1, y1, x2, y2].map(rounded);
    return `<path d="M${a},${b}L${c},${d}"${isAxis ? ` stroke="${light.quiet}"` : ''}/>`;
  };
  const text = (px: number, py: number, anchor: string, content: string) =>
    `<text x="${rounded(px)}" y="${rounded(py)}" text-anchor="${anchor}">${content}</text>`;
  const [countX, countY] = [width / 80, 5].map((count) => Math.max(2, Math.round(count)));
  const [ticksX, ticksY] = [x.ticks(countX), y.ticks(countY)];
  const [writeX, writeY] = [writerOf(x, countX), writerOf(y, countY)];
  const end = right - 24; // the axis's name is there
  const total = [width + MARGIN.left + MARGIN.right, height + MARGIN.top + MARGIN.bottom].map(rounded);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.join(' ')}" width="${total[0]}" height="${total[1]}">`,
    `<metadata>${noteInXml(note)}</metadata>`, // before the title, which may look like a recipe
    `<title>${escaped(title)}</title>`,
    ...(hasMap ? [gradient(frame, lines[0], y)] : []),
    `<g id="grid" fill="none" stroke="${light.line}" stroke-width="${LINE}">`,
    ...ticksX.map((tick) => line(x(tick), top, x(tick), bottom, tick === 0)),
    ...ticksY.map((tick) => line(left, y(tick), right, y(tick), tick === 0)),
    '</g>',
    `<g id="labels" fill="${light.quiet}" font-family="sans-serif" font-size="14">`,
    ...ticksX
      .filter((tick) => x(tick) < end)
      .map((tick) => text(x(tick), bottom + 20, 'middle', writeX(tick))),
    ...ticksY.map((tick) => text(left - 8, y(tick) + 5, 'end', writeY(tick))),
    text(right, bottom + 20, 'end', 'x'),
    text(left, top - 12, 'start', lines.length === 1 && lines[0].name ? lines[0].name : 'f(x)'),
    ...(lines.length > 1 ? [text(right, top - 12, 'end', legend(lines))] : []),
    '</g>',
    `<g id="curves" fill="none" stroke-width="${CURVE}" stroke-linecap="round" stroke-linejoin="round">`,
    ...fitted.map((curves, i) => curve(lines[i], curves)),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

/** The names of several curves. */
function legend(lines: Line[]): string {
  const few = lines.length <= 6 ? lines : [lines[0], lines[lines.length - 1]];
  const names = few.map(
    ({ name, colour }) => `<tspan fill="${colour}">${name.replace(/ of layer.*/, '')}</tspan>`,
  );
  return names.join(few === lines ? '  ' : ' to ');
}

type Axis = ReturnType<typeof scaleLinear<number>>;

/** Writes about `count` ticks of an axis. Very large and very small numbers are written as powers of ten. */
function writerOf(axis: Axis, count: number): (tick: number) => string {
  const most = Math.max(...axis.domain().map(Math.abs));
  return axis.tickFormat(count, most >= 1e6 || most < 1e-4 ? '~e' : undefined);
}

/** The colour map along the vertical axis. */
function gradient({ levels = [0, 1], ...frame }: FrameDescription, line: Line, y: Axis): string {
  const colouring = colouringShown(frame);
  const [from, to] = levels.map((level) => rounded(y(valueFor(line.activation, level))));
  const stops = Array.from({ length: STOPS }, (_, i) => {
    const values = new Array(3).fill(i / (STOPS - 1));
    const bytes = colourOf(colouring, values).map((channel) => toByte(channel));
    return `<stop offset="${rounded(i / (STOPS - 1))}" stop-color="rgb(${bytes.join(',')})"/>`;
  });
  return `<linearGradient id="colours" gradientUnits="userSpaceOnUse" x1="0" y1="${from}" x2="0" y2="${to}">${stops.join('')}</linearGradient>`;
}

const rounded = (value: number) => Number(value.toFixed(3));

/** Text in XML, without the characters that it cannot contain. */
function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ')
    .replace(/[&<>]/g, (character) => entities[character]);
}

/** JSON that is the same in XML. */
function noteInXml(note: string): string {
  return note.replace(/[&<>]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
