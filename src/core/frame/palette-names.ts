/** The names of palettes, apart from what they do: the command's help needs only these. */

/** Three outputs as coordinates of a colour space. */
export const spaces = ['rgb', 'oklab', 'oklch'] as const;

/** Colour maps for one output. */
export const mapNames = [
  // From dark to light, perceptually uniform.
  'viridis',
  'magma',
  'inferno',
  'plasma',
  'cividis',
  'cubehelix',
  'warm',
  'cool',
  'turbo',
  // Cyclic.
  'rainbow',
  'sinebow',
  // Diverging: from one colour to another, through a light one.
  'spectral',
  'RdBu',
  'RdGy',
  'RdYlBu',
  'RdYlGn',
  'BrBG',
  'PiYG',
  'PRGn',
  'PuOr',
  // Sequential: from light to dark.
  'greys',
  'blues',
  'greens',
  'oranges',
  'purples',
  'reds',
  'BuGn',
  'BuPu',
  'GnBu',
  'OrRd',
  'PuBu',
  'PuBuGn',
  'PuRd',
  'RdPu',
  'YlGn',
  'YlGnBu',
  'YlOrBr',
  'YlOrRd',
] as const;

/** The name of a colour map. */
export type MapName = Extract<(typeof mapNames)[number], string>;

/** The names of all palettes. */
export const paletteNames = [...spaces, ...mapNames] as const;
/** The name of a palette. */
export type PaletteName = Extract<(typeof paletteNames)[number], string>;
