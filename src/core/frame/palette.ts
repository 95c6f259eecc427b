/**
 * Palettes by name: how a network's outputs become colours. `rgb` uses them as red, green and blue, like the article.
 * `oklab` and `oklch` use them as coordinates of these colour spaces (see colouring.ts). All others are colour maps
 * for a single output.
 */
import { rgb } from 'd3-color';
import * as d3 from 'd3-scale-chromatic';
import type { Colouring } from './colouring.js';
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

/** A palette by name, or a colour map for one of the network's outputs, counted from 1. */
export type Palette = PaletteName | Required<MapPalette>;

/** A palette as users write it. */
export type PaletteInput = PaletteName | MapPalette;

/** A colour map for one output. */
export interface MapPalette {
  /** The name of the colour map. */
  map: MapName;
  /** The output that it shows, 1 to 3. @defaultValue 1 */
  output?: number;
}

/** The number of colours in a map's table, as many as the original maps have. */
const ENTRIES = 256;
const tables = new Map<MapName, Float32Array<ArrayBuffer>>();

/** What a palette does: the data that renderers need. */
export function colouringOf(palette: PaletteInput): Colouring {
  if (isSpace(palette)) return palette;
  const { map, output = 1 } = typeof palette === 'object' ? palette : { map: palette };
  return { table: tableOf(map), output: output - 1 };
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
  let table = tables.get(name);
  if (!table) {
    const colours = Array.from({ length: ENTRIES }, (_, i) => rgb(maps[name](i / (ENTRIES - 1))));
    table = Float32Array.from(colours.flatMap(({ r, g, b }) => [r / 255, g / 255, b / 255]));
    tables.set(name, table);
  }
  return table;
}
