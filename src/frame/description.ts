/**
 * A frame description: all that decides a picture, as plain data. Renderers take one and give RGBA8.
 */
import * as z from 'zod';
import { networkSchema } from '../network/spec.js';
import { paletteProblem, paletteSchema } from './palette.js';

export const MAX_SIDE = 16384;

const coordinate = z.number().min(-1e9).max(1e9);

/** The window on the input plane. The square it names always fits the frame's shorter side; y points up. */
export const viewSchema = z.strictObject({
  /** The input at the middle of the frame, [x, y]. The article's usual one is [1, 0]. */
  centre: z.tuple([coordinate, coordinate]).default([1, 0]),
  /** From the centre to the nearer edges, in units of the input plane. */
  halfWidth: z.number().min(1e-9).max(1e9).default(2.6),
});

/** Width and height in pixels. */
export const sizeSchema = z.tuple([z.int().min(1).max(MAX_SIDE), z.int().min(1).max(MAX_SIDE)]);
export const supersampleSchema = z.union(
  [z.literal(1), z.literal(2), z.literal(3), z.literal(4)],
  'must be 1, 2, 3 or 4',
);

/** The values of the inputs beyond x and y. */
export const sliceSchema = z.array(coordinate);

const fields = z.strictObject({
  network: networkSchema,
  view: viewSchema.prefault({}),
  /** One value per input beyond x and y; all zero by default. */
  slice: sliceSchema.default([]),
  /** How outputs become colours: `rgb`, `oklab`, `oklch`, or a colour map for one output, such as `viridis`. */
  palette: paletteSchema.default('rgb'),
  size: sizeSchema,
  /** n x n samples a pixel, averaged in linear light; 1 to 4. */
  supersample: supersampleSchema.default(1),
  /** Ordered dither against banding. Off by default, so that a still is the formula rounded and nothing else. */
  dither: z.boolean().default(false),
});

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

export type View = z.output<typeof viewSchema>;
export type FrameInput = z.input<typeof fields>;
export type FrameDescription = z.output<typeof fields>;
