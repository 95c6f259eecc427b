/** The names of palettes, apart from what they do: the command's help needs only these. */

/** Three outputs as coordinates of a colour space. */
export const spaces = ['rgb', 'oklab', 'oklch'] as const;

/** Colour maps for one output, by how their colours are arranged. The guide lists them in this order. */
export const mapsByKind = {
  'dark to light, perceptually uniform': [
    'viridis',
    'magma',
    'inferno',
    'plasma',
    'cividis',
    'cubehelix',
    'warm',
    'cool',
  ],
  'all hues, from dark blue to dark red': ['turbo'],
  cyclic: ['rainbow', 'sinebow'],
  'diverging, with a light colour in the middle': [
    'spectral',
    'RdBu',
    'RdGy',
    'RdYlBu',
    'RdYlGn',
    'BrBG',
    'PiYG',
    'PRGn',
    'PuOr',
  ],
  'light to dark': [
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
  ],
} as const;

/** The names of all colour maps. */
export const mapNames = [
  ...mapsByKind['dark to light, perceptually uniform'],
  ...mapsByKind['all hues, from dark blue to dark red'],
  ...mapsByKind.cyclic,
  ...mapsByKind['diverging, with a light colour in the middle'],
  ...mapsByKind['light to dark'],
] as const;

/** The name of a colour map. */
export type MapName = Extract<(typeof mapNames)[number], string>;

/** The names of all palettes. */
export const paletteNames = [...spaces, ...mapNames] as const;
/** The name of a palette. */
export type PaletteName = Extract<(typeof paletteNames)[number], string>;
