/** Recipes: the JSON that makes a film again. A recipe comes from a file, so it is read as if it were hostile. */
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { explain } from './explain.js';
import { parseSweep, type Sweep } from './sweep.js';

/** Raised when a recipe of before would make another film now. */
export const RECIPE_VERSION = 1;
/** Explicit weights of a large network are the most a recipe can honestly hold. */
const MAX_RECIPE_BYTES = 64 * 2 ** 20;

const recipeSchema = z.strictObject({
  untrained: z.literal(RECIPE_VERSION),
  sweep: z.unknown(),
});

/** A sweep as JSON text. */
export function writeRecipe(sweep: Sweep): string {
  return `${JSON.stringify({ untrained: RECIPE_VERSION, sweep }, null, 2)}\n`;
}

/** A sweep from JSON text. Throws a UsageError that says what is wrong and where. */
export function readRecipe(text: string): Sweep {
  if (text.length > MAX_RECIPE_BYTES) {
    throw new UsageError(`The recipe has ${text.length} characters, and ${MAX_RECIPE_BYTES} are the most.`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `The recipe is not JSON (${(error as Error).message}): fix it, or write it anew with --recipe.`,
    );
  }
  const result = recipeSchema.safeParse(data);
  if (!result.success) throw new UsageError(`${explain(result.error, data, [], 'The recipe')}`);
  return parseSweep(result.data.sweep);
}
