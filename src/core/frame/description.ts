/** A frame description: everything that determines a picture, as plain data. Renderers turn one into pixels. */
import * as z from 'zod';
import { type NetworkInput, type NetworkSpec, networkSchema } from '../network/spec.js';
import { schemaOf, withDefault } from '../parameters/schema.js';
import { keepFieldNames, quote } from '../wording/explain.js';
import { type Levels, levelsSchema } from './levels-schema.js';
import { HEX_COLOUR, type Palette, type PaletteInput, paletteProblem } from './palette.js';
import { mapNames, paletteNames } from './palette-names.js';
import { frameParameters, viewParameters } from './parameters.js';
import { type ShownPart, shownProblem, shownSchema } from './shown.js';

/**
 * How a frame is computed: every pixel, or only those that make a visible difference, while the others are
 * interpolated. Adaptive frames are within one 8-bit step of exact ones, except for at most 0.01% of their pixels.
 */
export type Evaluation = 'exact' | 'adaptive';

export const MAX_SIDE = 16384;

/** @internal */
export const viewSchema = z.strictObject({
  centre: schemaOf(viewParameters.centre) as z.ZodType<View['centre']>,
  halfWidth: schemaOf(viewParameters.halfWidth) as z.ZodType<View['halfWidth']>,
  rotation: schemaOf(viewParameters.rotation) as z.ZodType<View['rotation']>,
});

/** @internal */
export const sizeSchema = z.tuple([z.int().min(1).max(MAX_SIDE), z.int().min(1).max(MAX_SIDE)]);
/** @internal */
export const supersampleSchema = z.union(
  [z.literal(1), z.literal(2), z.literal(3), z.literal(4)],
  'must be 1, 2, 3 or 4',
);

/**
 * Exact evaluation is the default and is left out, so that exact frames have the fingerprints that they always had.
 * @internal
 */
export const evaluationSchema = z
  .enum(['exact', 'adaptive'])
  .optional()
  .transform((evaluation) => (evaluation === 'adaptive' ? evaluation : undefined));

const outputSchema = z.int().min(1).max(3).default(1);
const hexColour = z.string().regex(HEX_COLOUR, 'must be a CSS hex colour such as #fa3 or #ffaa33');
/** The forms of a palette: a name, a named colour map for one output, or a custom colour map. */
const paletteForms = {
  name: z.enum(paletteNames),
  map: z.strictObject({ map: z.enum(mapNames), output: outputSchema }),
  colours: z.strictObject({ colours: z.array(hexColour).min(2).max(64), output: outputSchema }),
};

/** @internal */
export const paletteSchema = withDefault(
  frameParameters.palette,
  z.any().transform((value, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (Array.isArray(value)) fault('is a list, but must be a name or an object: write { colours: [...] }');
    else if (/^#/.test(value))
      fault(`is ${quote(value)} but must be a name or { colours: [...] }, with two or more`);
    else if (value?.map && value.colours) fault('has both map and colours: give one of them');
    // Checks only the form that was probably meant, so that the message is about that one.
    const form = typeof value !== 'object' || value === null ? 'name' : 'map' in value ? 'map' : 'colours';
    const { data, error } = paletteForms[form].safeParse(value, { error: keepFieldNames });
    const issues = error?.issues ?? [];
    // "colors is not a field" explains more than "colours is missing".
    const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (first) context.issues.push(first as never);
    return data as Palette;
  }),
) as z.ZodType<Palette>;

const fields = z.strictObject({
  network: networkSchema,
  view: viewSchema.prefault({} as never),
  slice: schemaOf(frameParameters.slice) as z.ZodType<number[]>,
  palette: paletteSchema,
  levels: levelsSchema,
  shown: shownSchema.optional(),
  size: sizeSchema,
  supersample: supersampleSchema.default(1),
  dither: z.boolean().default(false),
  evaluation: evaluationSchema,
});

/** The names of a frame's fields. */
export const frameFieldNames = Object.keys(fields.shape);

/** @internal */
export const frameSchema = fields.transform((frame, context): FrameDescription => {
  if (!frame.network.features) return z.NEVER; // it is invalid: zod reports unknown fields only after this
  const { inputs, features } = frame.network;
  const free = Math.max(0, inputs - features.length);
  if (frame.slice.length > 0 && frame.slice.length !== free) {
    const message =
      `has ${frame.slice.length} values but a network with ${inputs} inputs has ${free} ` +
      `beyond ${features.length === 2 ? features.join(' and ') : features.join(', ')}: ` +
      `${free ? `give ${free}` : 'leave it out, or add inputs'}`;
    context.addIssue({ code: 'custom', path: ['slice'], message });
  }
  // A part of the network that is shown by itself needs only one output.
  const problem = frame.shown ? undefined : paletteProblem(frame.palette, frame.network.outputs);
  if (problem) context.addIssue({ code: 'custom', path: ['palette'], message: problem });
  const unseen = frame.shown && shownProblem(frame.shown, frame.network, frame.size);
  if (unseen) context.addIssue({ code: 'custom', path: ['shown', unseen.field], message: unseen.message });
  return frame.slice.length === free ? frame : { ...frame, slice: new Array(free).fill(0) };
});

/** The window on the input plane. The square that it defines always fits the frame's shorter side; y points up. */
export interface View {
  /** The input [x, y] at the centre of the picture; y points up. @defaultValue [1, 0] */
  centre: [number, number];
  /** Distance from the centre to the nearer edges, in input units. 1e-9 to 1e9. @defaultValue 2.6 */
  halfWidth: number;
  /** Turns the picture about the view's centre, in degrees; positive is counter-clockwise. @defaultValue 0 */
  rotation: number;
}

/** A frame with its defaults filled in. */
export interface FrameDescription {
  /** The network that is drawn. */
  network: NetworkSpec;
  /** The window on its input plane. */
  view: View;
  /** List of the values of the inputs beyond the `features`. @defaultValue zeros */
  slice: number[];
  /**
   * How outputs become colours. `rgb`, `oklab`, `oklch`, or a colour map, such as `viridis` for the first output or `{
   * map: 'viridis', output: 2 }` for another. @defaultValue 'rgb'
   */
  palette: Palette;
  /** Output values [low, high] that are shown as 0 and 1; values beyond them are clipped. @defaultValue [0, 1] */
  levels?: Levels | undefined;
  /**
   * Part of the network to show instead of its colours: `{ output: 1 }`, a hidden unit `{ layer: 2, unit: 3 }`, or `{
   * layer: 2 }`, all its units as a grid. @defaultValue all outputs
   */
  shown?: ShownPart | undefined;
  /** Width and height in pixels, 1 to 16384 each. */
  size: [number, number];
  /** Samples per pixel along each side (n x n in all), averaged in linear light: 1 (the default) to 4. */
  supersample: 1 | 2 | 3 | 4;
  /** Ordered dithering against banding. Off by default, so that a picture is exactly the rounded formula. */
  dither: boolean;
  /** `adaptive`, or undefined for `exact`: see Evaluation. */
  evaluation?: 'adaptive' | undefined;
}

/** A frame as users write it: everything except its size has a default. */
export interface FrameInput {
  /** The network to draw. */
  network: NetworkInput;
  /** The window on its input plane. */
  view?: { [K in keyof View]?: View[K] | undefined } | undefined;
  /** List of the values of the inputs beyond the `features`. @defaultValue zeros */
  slice?: number[] | undefined;
  /**
   * How outputs become colours. `rgb`, `oklab`, `oklch`, or a colour map, such as `viridis` for the first output or `{
   * map: 'viridis', output: 2 }` for another. @defaultValue 'rgb'
   */
  palette?: PaletteInput | undefined;
  /** Output values [low, high] that are shown as 0 and 1; values beyond them are clipped. @defaultValue [0, 1] */
  levels?: Levels | undefined;
  /**
   * Part of the network to show instead of its colours: `{ output: 1 }`, a hidden unit `{ layer: 2, unit: 3 }`, or `{
   * layer: 2 }`, all its units as a grid. @defaultValue all outputs
   */
  shown?: ShownPart | undefined;
  /** Width and height in pixels, 1 to 16384 each. */
  size: [number, number];
  /** n x n samples per pixel. */
  supersample?: FrameDescription['supersample'] | undefined;
  /** Whether to dither against banding. */
  dither?: boolean | undefined;
  /**
   * `adaptive` computes only the pixels that make a visible difference, where the renderer can. @defaultValue 'exact'
   */
  evaluation?: Evaluation | undefined;
}
