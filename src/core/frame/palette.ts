/**
 * Palettes by name: how a network's outputs become colours. `rgb` uses them as red, green and blue, like the article.
 * `oklab` and `oklch` use them as coordinates of these colour spaces (see colouring.ts). All others are colour maps
 * for a single output, including those made from a list of colours.
 */
import { rgb } from 'd3-color';
import * as d3 from 'd3-scale-chromatic';
import { fromLinear, toLinear } from './colour.js';
import type { Colouring } from './colouring.js';
import { labOf, lightBetween } from './oklab.js';
import { type MapName, type PaletteName, spaces } from './palette-names.js';

/** From d3-scale-chromatic, which has them from ColorBrewer, matplotlib and other authors. */
const maps = {
  // From dark to light, perceptually uniform.
  viridis: d3.interpolateViridis,
  magma: d3.interpolateMagma,
  inferno: d3.interpolateInferno,
  plasma: d3.interpolatePlasma,
  cividis: d3.interpolateCividis,
  cubehelix: d3.interpolateCubehelixDefault,
  warm: d3.interpolateWarm,
  cool: d3.interpolateCool,
  turbo: d3.interpolateTurbo,
  // Cyclic.
  rainbow: d3.interpolateRainbow,
  sinebow: d3.interpolateSinebow,
  // Diverging: from one colour to another, through a light one.
  spectral: d3.interpolateSpectral,
  RdBu: d3.interpolateRdBu,
  RdGy: d3.interpolateRdGy,
  RdYlBu: d3.interpolateRdYlBu,
  RdYlGn: d3.interpolateRdYlGn,
  BrBG: d3.interpolateBrBG,
  PiYG: d3.interpolatePiYG,
  PRGn: d3.interpolatePRGn,
  PuOr: d3.interpolatePuOr,
  // Sequential: from light to dark.
  greys: d3.interpolateGreys,
  blues: d3.interpolateBlues,
  greens: d3.interpolateGreens,
  oranges: d3.interpolateOranges,
  purples: d3.interpolatePurples,
  reds: d3.interpolateReds,
  BuGn: d3.interpolateBuGn,
  BuPu: d3.interpolateBuPu,
  GnBu: d3.interpolateGnBu,
  OrRd: d3.interpolateOrRd,
  PuBu: d3.interpolatePuBu,
  PuBuGn: d3.interpolatePuBuGn,
  PuRd: d3.interpolatePuRd,
  RdPu: d3.interpolateRdPu,
  YlGn: d3.interpolateYlGn,
  YlGnBu: d3.interpolateYlGnBu,
  YlOrBr: d3.interpolateYlOrBr,
  YlOrRd: d3.interpolateYlOrRd,
} satisfies Record<MapName, (value: number) => string>;

/** A palette by name, or a named or custom colour map for one of the network's outputs, counted from 1. */
export type Palette = PaletteName | Required<MapPalette> | Required<ColoursPalette>;

/** A palette as users write it. */
export type PaletteInput = PaletteName | MapPalette | ColoursPalette;

/** What maps have in common. (One declaration, so that editors show its docblock for both.) */
interface OutputPalette {
  /** The output that it shows, 1 to 3. @defaultValue 1 */
  output?: number;
}

/** A colour map for one output. */
export interface MapPalette extends OutputPalette {
  /** The name of the colour map. */
  map: MapName;
}

/** A custom colour map for one output. */
export interface ColoursPalette extends OutputPalette {
  /** 2 to 64 CSS hex colours for values from 0 to 1 at equal steps, interpolated in OKLab. */
  colours: string[];
}

/** The form of a CSS hex colour, which is opaque: #rgb or #rrggbb. */
export const HEX_COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** The number of colours in a map's table, as many as the original maps have. */
const ENTRIES = 256;
const tables = new Map<string, Float32Array<ArrayBuffer>>();
/** The maximum number of tables kept: a scene may compute different colours for each frame. */
const MOST_TABLES = 256;

/** What a palette does: the data that renderers need. */
export function colouringOf(palette: PaletteInput): Colouring {
  if (isSpace(palette)) return palette;
  if (typeof palette === 'string') return { table: tableOf(palette), output: 0 };
  const { output = 1 } = palette;
  const table = 'map' in palette ? tableOf(palette.map) : ownTable(palette.colours);
  return { table, output: output - 1 };
}

/** Why a palette does not suit this number of outputs; undefined if it does. */
export function paletteProblem(palette: Palette, outputs: 1 | 3): string | undefined {
  if (outputs === 3) return undefined;
  if (palette === 'oklab' || palette === 'oklch') {
    return `is ${palette}, which needs three outputs but the network has one: use a colour map such as viridis`;
  }
  if (typeof palette === 'object' && palette.output > outputs) {
    return `is for output ${palette.output} but the network has only one`;
  }
}

/** Whether a palette uses all outputs, as coordinates of a colour space. */
export function isSpace(palette: PaletteInput): palette is (typeof spaces)[number] {
  return (spaces as readonly unknown[]).includes(palette);
}

/** A map's table of colours. The library returns CSS colours, with integer components. */
function tableOf(name: MapName): Float32Array<ArrayBuffer> {
  const known = tables.get(name);
  if (known) return known;
  return kept(name, (value) => {
    const { r, g, b } = rgb(maps[name](value));
    return [r / 255, g / 255, b / 255];
  });
}

/** The table of evenly spaced colours, interpolated in OKLab. */
function ownTable(colours: readonly string[]): Float32Array<ArrayBuffer> {
  const key = colours.join();
  const known = tables.get(key);
  if (known) return known;
  const stops = colours.map((colour) => {
    const { r, g, b } = rgb(colour);
    return labOf(toLinear(r / 255), toLinear(g / 255), toLinear(b / 255));
  });
  return kept(key, (value) => {
    const position = value * (stops.length - 1);
    const first = Math.min(stops.length - 2, Math.floor(position));
    return lightBetween(stops[first], stops[first + 1], position - first).map(fromLinear);
  });
}

/** Makes a table from the colours of values in [0, 1], and keeps it. */
function kept(key: string, colourOf: (value: number) => number[]): Float32Array<ArrayBuffer> {
  const colours = Array.from({ length: ENTRIES }, (_, i) => colourOf(i / (ENTRIES - 1)));
  const table = Float32Array.from(colours.flat());
  if (tables.size >= MOST_TABLES) tables.delete(tables.keys().next().value!);
  tables.set(key, table);
  return table;
}
