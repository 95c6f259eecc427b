/** Comments in shaders. What they quote may contain anything; a comment is ASCII, and never ends in a backslash. */
import { RECIPE_VERSION } from '../../core/recipe/version.js';
import { sparseSweep } from '../../core/sweep/sparse.js';
import type { Sweep } from '../../core/sweep/sweep.js';

/** The longest recipe that a comment repeats, in characters: more would be explicit weights. */
const LONGEST_RECIPE = 20_000;
/** A recipe up to this length is in one line, from which it can be copied at once. */
const LONGEST_LINE = 1000;
const WRAPPED = 110;

/** Lines of comments. Each becomes one line, whatever it contains. */
export function commented(lines: readonly string[]): string {
  return lines
    .map((line) => `// ${asciiOf(line)}`.trimEnd())
    .map(closed)
    .join('\n');
}

/** In some dialects, a backslash before the end of a line continues it, and so does the trigraph of one. */
const closed = (line: string) => (/(?:\\|\?\?\/)$/.test(line) ? `${line} .` : line);

/** A title for a comment. In ASCII, it may look like a recipe, which readers would take for that of the shader. */
export const titleIn = (title: string): string => asciiOf(title).replace(/\{(?=\s*"untrained":)/g, '(');

/** Text as ASCII in one line: accents are dropped, and what is left becomes question marks. */
function asciiOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/[^ -~]/gu, '?');
}

/** The recipe of a sweep as JSON in comments; a sentence if it is too long. */
export function recipeComment(sweep: Sweep): string {
  const recipe = JSON.stringify({ untrained: RECIPE_VERSION, sweep: sparseSweep(sweep) });
  // In JSON, \u00e9 is the same as é. So are the spaces that a comment or a line's end would drop.
  const json = recipe.replace(/[^ -~]| {2,}/g, (text) => Array.from(text, escapedUnit).join(''));
  if (json.length > LONGEST_RECIPE) return commented(['The recipe is too long to include here.']);
  if (json.length <= LONGEST_LINE) return commented(['The recipe:', json]);
  const lines = json.match(new RegExp(`.{1,${WRAPPED - 1}}[^\\\\/ ]|.+$`, 'g'))!;
  return commented(['The recipe (join its lines):', ...lines]);
}

const escapedUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
