/**
 * Palettes, by name: how a network's outputs become colours. `rgb` takes them as red, green and blue, as the article does;
 * `oklab` and `oklch` as coordinates of these spaces (see colouring.ts); all others are colour maps, for one output.
 */
import { rgb } from 'd3-color';
import * as d3 from 'd3-scale-chromatic';
import * as z from 'zod';
import type { Colouring } from './colouring.js';

/** The names of colour maps. They are spelled out so that our declarations do not need those of d3. */
export type MapName =
  | 'viridis'
  | 'magma'
  | 'inferno'
  | 'plasma'
  | 'cividis'
  | 'cubehelix'
  | 'warm'
  | 'cool'
  | 'turbo'
  | 'rainbow'
  | 'sinebow'
  | 'spectral'
  | 'RdBu'
  | 'RdGy'
  | 'RdYlBu'
  | 'RdYlGn'
  | 'BrBG'
  | 'PiYG'
  | 'PRGn'
  | 'PuOr'
  | 'greys'
  | 'blues'
  | 'greens'
  | 'oranges'
  | 'purples'
  | 'reds'
  | 'BuGn'
  | 'BuPu'
  | 'GnBu'
  | 'OrRd'
  | 'PuBu'
  | 'PuBuGn'
  | 'PuRd'
  | 'RdPu'
  | 'YlGn'
  | 'YlGnBu'
  | 'YlOrBr'
  | 'YlOrRd';

/** Of d3-scale-chromatic, which has them of ColorBrewer, matplotlib and their authors. */
const maps = {
  // From dark to light, their steps equal to the eye.
  viridis: d3.interpolateViridis,
  magma: d3.interpolateMagma,
  inferno: d3.interpolateInferno,
  plasma: d3.interpolatePlasma,
  cividis: d3.interpolateCividis,
  cubehelix: d3.interpolateCubehelixDefault,
  warm: d3.interpolateWarm,
  cool: d3.interpolateCool,
  turbo: d3.interpolateTurbo,
  // Coming back to where they begin.
  rainbow: d3.interpolateRainbow,
  sinebow: d3.interpolateSinebow,
  // From one colour to another, by way of a light one.
  spectral: d3.interpolateSpectral,
  RdBu: d3.interpolateRdBu,
  RdGy: d3.interpolateRdGy,
  RdYlBu: d3.interpolateRdYlBu,
  RdYlGn: d3.interpolateRdYlGn,
  BrBG: d3.interpolateBrBG,
  PiYG: d3.interpolatePiYG,
  PRGn: d3.interpolatePRGn,
  PuOr: d3.interpolatePuOr,
  // From light to dark.
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

export const mapNames = Object.keys(maps) as [MapName, ...MapName[]];

const spaces = ['rgb', 'oklab', 'oklch'] as const;
/** The names of all palettes. */
export const paletteNames = [...spaces, ...mapNames] as const;

/** @internal */
export const paletteSchema = z.union([
  z.enum(paletteNames),
  /** A colour map for another output than the first. */
  z.strictObject({ map: z.enum(mapNames), output: z.int().min(1).max(3).default(1) }),
]);

/** A palette by name, or a colour map for one of the network's outputs, counted from 1. */
export type Palette = (typeof paletteNames)[number] | { map: MapName; output: number };

/** A palette as people write it. */
export type PaletteInput = (typeof paletteNames)[number] | { map: MapName; output?: number | undefined };

/** Colours of a map's table: the libraries' own maps have as many. */
const ENTRIES = 256;
const tables = new Map<MapName, Float32Array<ArrayBuffer>>();

/** What a palette does. */
export function colouringOf(palette: PaletteInput): Colouring {
  if (isSpace(palette)) return palette;
  const { map, output = 1 } = typeof palette === 'object' ? palette : { map: palette };
  return { table: tableOf(map), output: output - 1 };
}

/** Why a palette cannot colour so many outputs; undefined if it can. */
export function paletteProblem(palette: Palette, outputs: 1 | 3): string | undefined {
  if (outputs === 3) return undefined;
  if (palette === 'oklab' || palette === 'oklch') {
    return `is ${palette}, which takes three outputs, and the network has one: take a map such as viridis`;
  }
  if (typeof palette === 'object' && palette.output > outputs) {
    return `is of output ${palette.output}, and the network has one`;
  }
}

/** Whether a palette takes all outputs, as coordinates. */
export function isSpace(palette: PaletteInput): palette is (typeof spaces)[number] {
  return (spaces as readonly unknown[]).includes(palette);
}

/** The library gives colours as CSS does, in whole bytes. */
function tableOf(name: MapName): Float32Array<ArrayBuffer> {
  let table = tables.get(name);
  if (!table) {
    const colours = Array.from({ length: ENTRIES }, (_, i) => rgb(maps[name](i / (ENTRIES - 1))));
    table = Float32Array.from(colours.flatMap(({ r, g, b }) => [r / 255, g / 255, b / 255]));
    tables.set(name, table);
  }
  return table;
}
