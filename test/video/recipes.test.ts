/** Any sweep can be read back from a film's file, in any format. */

import { copyFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activationNames } from '../../src/core/network/activations.js';
import { MOST_NOTE_BYTES, noteOf } from '../../src/core/recipe/note.js';
import { parseRecipe, type Recipe } from '../../src/core/recipe/recipe.js';
import { easingNames } from '../../src/core/sweep/easing.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { circle, keyframes, loop, type Track, tween, walk, zoom } from '../../src/core/sweep/track.js';
import { probe } from '../../src/outputs/index.js';
import { addNote } from '../../src/outputs/note.js';
import { picture, render, testFolder } from './films.js';

const folder = testFolder();

/** All characters, and especially those with a meaning in some format. */
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength }),
    fc.string({
      unit: fc.constantFrom(
        ...'=;#\\\n\r\t\0"\'<>&]}{[%\u001b\u009b\u2028\ufeff\ud83c\udf19\ud800',
        '\\u0041',
      ),
      minLength: 1,
      maxLength,
    }),
  );
const number = fc.double({ min: 0.1, max: 1, noNaN: true });
const easing = fc.constantFrom(...easingNames.filter((name) => !/Back|Elastic|Bounce/.test(name)));
const track: fc.Arbitrary<Track> = fc.oneof(
  number,
  fc.tuple(number, number, easing).map(([a, b, name]) => tween(a, b, { easing: name, during: [0.1, 0.7] })),
  fc.tuple(number, number).map(([a, b]) => zoom(a, b)),
  fc
    .array(number, { minLength: 1, maxLength: 30 })
    .map((list) => keyframes(list.map((value, i) => [i, value]))),
  number.map((radius) => loop(radius, { centre: 1.5 })),
);
const activation = fc.constantFrom(...activationNames);
const network = fc.record(
  {
    seed: fc.oneof(fc.integer(), text(20), fc.constant(walk([1, 'zwei', 3]))),
    layers: track.map((value) => (typeof value === 'number' ? Math.ceil(10 * value) : 3)),
    width: fc.integer({ min: 1, max: 40 }),
    weightScale: track,
    biasScale: track,
    firstLayerBias: fc.boolean(),
    activation: fc.oneof(
      activation,
      fc.tuple(activation, activation, number).map(([from, to, fraction]) => ({ from, to, fraction })),
    ),
    outputs: fc.constantFrom(1 as const, 3 as const),
    distribution: fc.constantFrom('uniform' as const, 'normal' as const),
  },
  { requiredKeys: [] },
);
const recipes: fc.Arbitrary<Recipe> = fc.record(
  {
    sweep: fc
      .record(
        {
          title: text(100),
          figure: text(20),
          seconds: number,
          fps: fc.integer({ min: 1, max: 120 }),
          size: fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 })),
          network,
          view: fc.record(
            { halfWidth: track, centre: fc.constant(circle(1)) },
            { requiredKeys: ['halfWidth'] },
          ),
          dither: fc.boolean(),
        },
        { requiredKeys: ['seconds'] },
      )
      .map((input) => parseSweep(input)),
    frames: fc.tuple(fc.nat(), fc.nat()),
    every: fc.integer({ min: 1, max: 1000 }),
    made: fc.record({ version: text(20), backend: text(40) }),
  },
  { requiredKeys: ['sweep'] },
);

describe.each(['film.mp4', 'film.webm', 'film.gif', 'film.webp', 'still.webp', 'film.png'])('%s', (name) => {
  const ours = name.endsWith('.mp4') || name.endsWith('.webm'); // ffmpeg writes the note while encoding these
  const frames = Array.from({ length: /still|png/.test(name) ? 1 : 2 }, (_, i) => picture(i, 16, 16));

  test('returns any recipe unchanged', async () => {
    const shape = { width: 16, height: 16, gifPalette: 'per-frame' } as const;
    const plain = folder.in(`plain-${name}`);
    if (!ours) await render(plain, frames, shape);
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        const path = folder.in(name);
        if (ours) {
          await render(path, frames, { ...shape, note: noteOf(recipe) });
        } else {
          copyFileSync(plain, path);
          await addNote(path, name.split('.')[1] as 'gif', noteOf(recipe));
        }
        expect(parseRecipe(probe(path).note!)).toEqual(recipe);
      }),
      { numRuns: ours ? 6 : 60 },
    );
  });
});

test.each(['film.mp4', 'film.webm', 'film.gif', 'film.webp', 'film.png'])(
  '%s carries notes of all lengths',
  async (name) => {
    for (const length of [1000, 1100, 70_000, MOST_NOTE_BYTES]) {
      const note = `{"untrained":1,"sweep":"${'0.123, '.repeat(length / 7).slice(26)}"}`;
      const options = { width: 16, height: 16, note, gifPalette: 'per-frame' } as const;
      const { path } = await render(folder.in(name), [picture(0, 16, 16)], options);
      expect(probe(path).note === note, `of ${length} characters`).toBe(true); // too long to be printed
    }
  },
);
