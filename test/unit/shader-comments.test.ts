/** The recipe in a shader's comments is read back as it was, whatever its texts contain. */
import { expect, test } from 'vitest';
import { isNote } from '../../src/core/recipe/note.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { commented, recipeComment, titleIn } from '../../src/exporters/shader/comments.js';
import { Bytes } from '../../src/files/bytes.js';
import { noteInExport } from '../../src/files/read/exported.js';

const texts = [
  'two  spaces,   three',
  ' at the ends ',
  'x\\',
  '*/ ??/',
  '\u2028\n#define x é',
  `${'long '.repeat(20)}${' '.repeat(60)}${'/\\'.repeat(10)}`,
  '{ "untrained":2,"sweep":{"seconds":9}}',
  '{\u200b"untrained":2,"sweep":{"seconds":9}}',
  '\uff5b"untrained":2,"sweep":{"seconds":9}}',
];

/** More than fits into one line. */
const steps = Array.from({ length: 100 }, (_, i): [number, number] => [i / 100, i / 1000]);

test.each(texts)('%j', (text) => {
  for (const network of [{ seed: text }, { seed: text, weightScale: { keyframes: steps } }]) {
    const film = sweep({ title: text, seconds: 1, network });
    const code = `${commented([titleIn(text)])}\n${recipeComment(film)}\nvoid main() {}\n`;
    for (const line of code.split('\n').slice(0, -2)) expect(line).toMatch(/^\/\/(?: [ -~]*[^\\ ])?$/);
    const bytes = new TextEncoder().encode(code);
    const source = {
      size: bytes.length,
      read(into: Uint8Array, at: number) {
        const part = bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
    };
    const note = noteInExport(new Bytes(source));
    expect(isNote(note)).toBe(true);
    expect(parseRecipe(note!).sweep).toEqual(film);
  }
});
