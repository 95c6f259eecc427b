/** The parameters that decide how a network is shown; network/parameters.ts has those of the network. */
import { MAX_INPUTS, networkParameters } from '../network/parameters.js';
import { type Parameter, synonymsIn } from '../parameters/parameter.js';
import type { Synonyms } from '../wording/did-you-mean.js';
import { paletteNames } from './palette-names.js';

/** The window on the input plane, by the names of its fields in `view`. */
export const viewParameters = {
  centre: {
    label: 'Centre',
    kind: 'point',
    range: [-1e9, 1e9],
    scale: 'linear',
    default: [1, 0],
    moves: true,
    sentence: 'The input [x, y] at the centre of the picture; y points up',
    ui: { level: 'more', min: -8, max: 8, scale: 'linear', step: 0.01, shiftStep: 0.1 },
    synonyms: 'center origin middle position offset pan',
  },
  halfWidth: {
    label: 'Half-width',
    kind: 'number',
    range: [1e-9, 1e9],
    scale: 'logarithmic',
    default: 2.6,
    comparatives: ['nearer', 'farther away'],
    moves: true,
    sentence: 'Distance from the centre to the nearer edges, in input units',
    ui: {
      level: 'first',
      min: 0.01,
      max: 100,
      scale: 'logarithmic',
      step: 0.25,
      shiftStep: 0.0625,
      octaves: true,
    },
    synonyms: 'zoom extent radius range span bounds width size scale half',
  },
  rotation: {
    label: 'Rotation',
    unit: 'degrees',
    kind: 'number',
    range: [-1e6, 1e6],
    scale: 'linear',
    default: 0,
    comparatives: ['clockwise', 'counter-clockwise'],
    moves: true,
    sentence: "Turns the picture about the view's centre, in degrees; positive is counter-clockwise",
    ui: { level: 'more', min: -180, max: 180, scale: 'linear', step: 1, shiftStep: 15 },
    synonyms: 'angle rotate turn degrees viewRotation',
  },
} as const satisfies Record<string, Parameter>;

/** All others, by their names in a frame. */
export const frameParameters = {
  slice: {
    label: 'Slice',
    kind: 'numbers',
    range: [-1e9, 1e9],
    longest: MAX_INPUTS,
    scale: 'linear',
    default: [],
    defaultNote: 'zeros',
    moves: true,
    sentence: 'List of the values of the inputs beyond the `features`',
    ui: { level: 'first', min: -2, max: 2, scale: 'linear', step: 0.01, shiftStep: 0.1 },
    synonyms: 'crossSection inputsBeyond latent z',
  },
  palette: {
    label: 'Palette',
    kind: 'choice',
    choices: paletteNames,
    default: 'rgb',
    moves: false,
    sentence: 'How outputs become colours',
    ui: { level: 'first' },
    synonyms: 'colours colors color colour colormap colourmap cmap palettes colourMap',
  },
  levels: {
    label: 'Levels',
    kind: 'point',
    range: [-1e100, 1e100],
    scale: 'linear',
    optional: true,
    defaultNote: '[0, 1]',
    moves: true,
    sentence: 'Output values [low, high] that are shown as 0 and 1; values beyond them are clipped',
    ui: { level: 'elsewhere', min: 0, max: 1, scale: 'linear', step: 0.01, shiftStep: 0.1 },
    synonyms: 'level contrast clim normalise normalize stretch limits blackWhite vmin vmax',
  },
  shown: {
    label: 'Shown',
    kind: 'shown',
    optional: true,
    defaultNote: 'all outputs',
    moves: true,
    sentence:
      'Part of the network to show instead of its colours: `{ output: 1 }`, a hidden unit `{ layer: 2, unit: 3 }`, or ' +
      '`{ layer: 2 }`, all its units as a grid',
    ui: { level: 'elsewhere' },
    synonyms: 'show visible neuron unit layer feature featureMap',
  },
} as const satisfies Record<string, Parameter>;

/** How a frame is drawn, whatever it shows. The command has options for these. */
export const drawingParameters = {
  supersample: {
    label: 'Samples',
    kind: 'choice',
    choices: [1, 2, 3, 4],
    default: 1,
    moves: false,
    sentence: 'Samples per pixel along each side, averaged in linear light',
    ui: { level: 'more' },
    synonyms: 'antialias antialiasing samples aa supersampling oversample',
  },
  dither: {
    label: 'Dither',
    kind: 'flag',
    default: false,
    moves: false,
    sentence: 'Whether to dither against banding',
    ui: { level: 'more' },
    synonyms: 'dithering noise',
  },
} as const satisfies Record<string, Parameter>;

/** The names of a view's fields. */
export const viewFieldNames = Object.keys(viewParameters) as (keyof typeof viewParameters)[];

/** Synonyms of all these names. */
export const frameSynonyms: Synonyms = {
  ...synonymsIn(viewParameters),
  view: ['window', 'camera', 'viewport'],
  ...synonymsIn(frameParameters),
};

/**
 * All parameters, the network's included, by their names in docs/parameters.md: those of `view` have its name before
 * theirs.
 */
export const allParameters: Readonly<Record<string, Parameter>> = {
  ...networkParameters,
  ...Object.fromEntries(viewFieldNames.map((name) => [`view.${name}`, viewParameters[name]])),
  ...frameParameters,
};
