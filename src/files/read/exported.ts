/** Finds the recipe in exported files: pages, shaders, models and shapes. They contain it as text. */
import { type Bytes, textOf } from '../bytes.js';

/** How recipes begin: see isNote. */
const BEGIN = /\{\s*"untrained":/;
/** How much of a file is searched at a time, and how much of the next piece with it, in bytes. */
const [PIECE, MORE] = [2 ** 18, 2 ** 6];
/** The longest recipe that is read, in bytes: as in src/core/recipe/recipe.ts, which is too large for workers. */
const MOST = 2 ** 26;

/** A title may look like a recipe's beginning, but a file is not searched for ever. */
const MOST_CANDIDATES = 16;

/** The first recipe in a file of any kind; undefined if there is none. */
export function noteInExport(bytes: Bytes): string | undefined {
  let candidates = 0;
  for (let at = 0; at < bytes.size; ) {
    const text = textOf(bytes.slice(at, Math.min(PIECE + MORE, bytes.size - at)));
    const found = BEGIN.exec(text);
    if (!found) {
      at += PIECE;
      continue;
    }
    if (++candidates > MOST_CANDIDATES) return undefined;
    at += found.index;
    const rest = bytes.slice(at, Math.min(MOST, bytes.size - at));
    const note = joinedLines(new TextDecoder().decode(rest.subarray(0, lengthOfObject(rest))));
    if (isRecipe(note)) return note;
    at++;
  }
  return undefined;
}

/** A recipe without the line comments that it is divided into. In JSON, they are nowhere else. */
const joinedLines = (text: string): string => text.replace(/\r?\n\/\/ /g, '');

/** Whether a text is a whole recipe, though perhaps an invalid one. */
function isRecipe(text: string): boolean {
  try {
    const { sweep, scene } = JSON.parse(text);
    return sweep !== undefined || scene !== undefined;
  } catch {
    return false;
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = Array.from('"\\{}', (character) => character.charCodeAt(0));

/** The length of the JSON object with which bytes begin; 0 if it does not end. */
function lengthOfObject(bytes: Uint8Array): number {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString && byte === BACKSLASH) at++;
    else if (!isInString && byte === OPEN) depth++;
    else if (!isInString && byte === CLOSE && --depth === 0) return at + 1;
  }
  return 0;
}
