/** Finds the recipe in exported files: pages, shaders, models and shapes. They contain it as it is in films. */
import { type Bytes, textOf } from '../bytes.js';
import { MOST_NOTE } from './found.js';

/** How notes begin: see isNote. */
const BEGIN = '{"untrained":';
/** How much of a file is searched at a time, in bytes. */
const PIECE = 2 ** 18;

/** The first note in a file of any kind; undefined if there is none. */
export function noteInExport(bytes: Bytes): string | undefined {
  for (let at = 0; at < bytes.size; at += PIECE) {
    // Notes may begin in one piece and end in another.
    const text = textOf(bytes.slice(at, Math.min(PIECE + BEGIN.length - 1, bytes.size - at)));
    const found = text.indexOf(BEGIN);
    if (found < 0) continue;
    const rest = bytes.size - at - found;
    return objectAtStart(textOf(bytes.slice(at + found, Math.min(MOST_NOTE, rest))));
  }
  return undefined;
}

/** The JSON object with which a text begins; undefined if it does not end. */
function objectAtStart(text: string): string | undefined {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (part === '{') depth++;
    else if (part === '}' && --depth === 0) return text.slice(0, index + 1);
  }
  return undefined;
}
