/** The part of a recipe that describes a contact sheet's contents. */
import * as z from 'zod';

/** @internal */
export const sheetSchema = z.strictObject({
  seeds: z.array(z.string().max(200)).max(1000).optional(),
  frames: z.array(z.int().min(0)).max(1000).optional(),
  at: z.number().min(0).optional(),
  layer: z.int().min(1).optional(),
});

/**
 * The contents of a contact sheet: each of its seeds at each of its frames, or at one time; with a layer, each of that
 * layer's units there.
 */
export interface SheetRecipe {
  /** As on the command line. */
  seeds?: string[] | undefined;
  /** Counted from 0. */
  frames?: number[] | undefined;
  /** In seconds. */
  at?: number | undefined;
  /** The hidden layer, counted from 1, whose units each have a picture. */
  layer?: number | undefined;
}
