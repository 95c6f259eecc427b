/** The part of a recipe that describes a contact sheet's contents. */
import * as z from 'zod';

/** @internal */
export const sheetSchema = z.strictObject({
  seeds: z.array(z.string().max(200)).max(1000).optional(),
  frames: z.array(z.int().min(0)).max(1000).optional(),
  at: z.number().min(0).optional(),
});

/** The contents of a contact sheet: each of its seeds at each of its frames, or at one time. */
export interface SheetRecipe {
  /** As on the command line. */
  seeds?: string[] | undefined;
  /** Counted from 0. */
  frames?: number[] | undefined;
  /** In seconds. */
  at?: number | undefined;
}
