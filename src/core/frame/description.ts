/**
 * A frame description: all that decides a picture, as plain data. Renderers take one and give RGBA8.
 */
import * as z from 'zod';
import { MAX_INPUTS, type NetworkInput, type NetworkSpec, networkSchema } from '../network/spec.js';
import { type Palette, type PaletteInput, paletteProblem, paletteSchema } from './palette.js';

export const MAX_SIDE = 16384;

const coordinate = z.number().min(-1e9).max(1e9);

/** @internal */
export const viewSchema = z.strictObject({
  centre: z.tuple([coordinate, coordinate]).default([1, 0]),
  halfWidth: z.number().min(1e-9).max(1e9).default(2.6),
});

/** @internal */
export const sizeSchema = z.tuple([z.int().min(1).max(MAX_SIDE), z.int().min(1).max(MAX_SIDE)]);
/** @internal */
export const supersampleSchema = z.union(
  [z.literal(1), z.literal(2), z.literal(3), z.literal(4)],
  'must be 1, 2, 3 or 4',
);

/** @internal */
export const sliceSchema = z.array(coordinate).max(MAX_INPUTS);

const fields = z.strictObject({
  network: networkSchema,
  view: viewSchema.prefault({}),
  slice: sliceSchema.default([]),
  palette: paletteSchema.default('rgb'),
  size: sizeSchema,
  supersample: supersampleSchema.default(1),
  dither: z.boolean().default(false),
});

/** @internal */
export const frameSchema = fields.transform((frame, context): FrameDescription => {
  const free = Math.max(0, frame.network.inputs - 2);
  if (frame.slice.length > 0 && frame.slice.length !== free) {
    const message = `has ${frame.slice.length} values, and a network of ${frame.network.inputs} inputs has ${free} beyond x and y: ${free ? `give ${free}` : 'leave it out, or add inputs'}`;
    context.addIssue({ code: 'custom', path: ['slice'], message });
  }
  const problem = paletteProblem(frame.palette, frame.network.outputs);
  if (problem) context.addIssue({ code: 'custom', path: ['palette'], message: problem });
  return frame.slice.length === free ? frame : { ...frame, slice: new Array(free).fill(0) };
});

/** The window on the input plane. The square that it defines always fits the frame's shorter side; y points up. */
export interface View {
  /** The input at the middle of the frame, [x, y]. The article's usual one, [1, 0], is the default. */
  centre: [number, number];
  /** The distance from the centre to the nearer edges, in input-plane units: 1e-9 to 1e9; 2.6 by default. */
  halfWidth: number;
}

/** A frame with its defaults filled in. */
export interface FrameDescription {
  /** The network that is drawn. */
  network: NetworkSpec;
  /** The window on its input plane. */
  view: View;
  /** One value per input beyond x and y; all zero by default. */
  slice: number[];
  /**
   * How outputs become colours: `rgb` (the default), `oklab`, `oklch`, or a colour map for one output, such as
   * `viridis`.
   */
  palette: Palette;
  /** Width and height in pixels, 1 to 16384 each. */
  size: [number, number];
  /** n x n samples per pixel, averaged in linear light; 1 (the default) to 4. */
  supersample: 1 | 2 | 3 | 4;
  /** Ordered dithering against banding. Off by default, so that a still is just the rounded formula. */
  dither: boolean;
}

/** A frame as people write it: everything except its size has a default. */
export interface FrameInput {
  /** The network to draw. */
  network: NetworkInput;
  /** The window on its input plane. */
  view?: { [K in keyof View]?: View[K] | undefined } | undefined;
  /** One value per input beyond x and y. */
  slice?: number[] | undefined;
  /** How outputs become colours. */
  palette?: PaletteInput | undefined;
  /** Width and height in pixels, 1 to 16384 each. */
  size: [number, number];
  /** n x n samples per pixel. */
  supersample?: FrameDescription['supersample'] | undefined;
  /** Whether to dither against banding. */
  dither?: boolean | undefined;
}
