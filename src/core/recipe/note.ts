/** The recipe as embedded in a film's file. */
import type { Recipe } from './recipe.js';
import { RECIPE_VERSION } from './version.js';

/** The longest recipe that is embedded in a film's file, in bytes: about 100,000 explicit weights. */
export const MOST_NOTE_BYTES = 2 ** 21;

/**
 * A recipe as one line of ASCII for a file's metadata. If it is too long, the sweep is
 * replaced by its title, and what a scene heard is left out.
 */
export function noteOf(recipe: Recipe): string {
  const write = (recipe: Recipe) =>
    JSON.stringify({ untrained: RECIPE_VERSION, ...recipe }).replace(
      /[^ -~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const whole = write(recipe);
  const { sweep, heard: _, ...rest } = recipe;
  const scene = rest.scene ?? (sweep?.title || 'a long sweep');
  return whole.length <= MOST_NOTE_BYTES ? whole : write({ ...rest, scene });
}

/** Whether the text in a file's metadata is meant as a recipe of ours. It may still be invalid. */
export const isNote = (text: string | undefined): text is string =>
  text !== undefined && /^\{\s*"untrained":/.test(text);
