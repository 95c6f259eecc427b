/** Palettes contain a picture's colours, or colours close to them. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Colours, NearestColours } from '../../src/outputs/formats/gif-colours.js';
import { noise, picture } from './films.js';

function paletteOf(rgba: Uint8Array, most: number) {
  const colours = new Colours();
  colours.add(rgba);
  return colours.palette(most);
}

/** The mean squared distance of pixels to the nearest colour. */
function error(rgba: Uint8Array, palette: number[][]): number {
  let sum = 0;
  for (let at = 0; at < rgba.length; at += 4)
    sum += Math.min(
      ...palette.map((colour) => colour.reduce((d, part, i) => d + (part - rgba[at + i]) ** 2, 0)),
    );
  return (4 * sum) / rgba.length;
}

test('if there are few colours, the palette is exactly these', () => {
  const colour = fc.tuple(fc.nat(63), fc.nat(63), fc.nat(63)).map((parts) => parts.map((part) => 4 * part));
  fc.assert(
    fc.property(
      fc.uniqueArray(colour, { minLength: 1, maxLength: 12, selector: String }),
      fc.nat(5),
      (colours, more) => {
        const pixels = Uint8Array.from(
          [...colours, ...colours, colours[0]].flatMap((parts) => [...parts, 255]),
        );
        const palette = paletteOf(pixels, colours.length + more);
        expect(palette.map(String).sort()).toEqual(colours.map(String).sort());
      },
    ),
  );
});

test.each([
  ['smooth', picture(3)],
  ['noisy', noise(1)],
] as const)('for a %s picture, more colours are closer', (_, rgba) => {
  const errors = [1, 2, 4, 8, 16, 64, 255].map((most) => {
    const palette = paletteOf(rgba, most);
    expect(palette.length).toBeLessThanOrEqual(most);
    return error(rgba, palette);
  });
  expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  expect(errors.at(-1)).toBeLessThan(errors[0] / 20);
});

test('transparent pixels have no colour', () => {
  expect(paletteOf(Uint8Array.of(9, 9, 9, 0, 200, 100, 0, 255), 5)).toEqual([[200, 100, 0]]);
  expect(paletteOf(Uint8Array.of(9, 9, 9, 0), 5)).toEqual([[0, 0, 0]]);
});

test('what is forgotten does not count', () => {
  const colours = new Colours();
  for (const rgba of [noise(2), picture(3)]) {
    colours.clear();
    colours.add(rgba);
  }
  expect(colours.palette(255)).toEqual(paletteOf(picture(3), 255));
});

test('the nearest colour is the first of those with the least distance', () => {
  const part = fc.oneof(fc.nat(255), fc.nat(31));
  const colour = fc.tuple(part, part, part);
  fc.assert(
    fc.property(
      fc.array(colour, { minLength: 1, maxLength: 255 }),
      fc.array(colour, { minLength: 1, maxLength: 60 }),
      (palette, pixels) => {
        const nearest = new NearestColours(Uint8Array.from(palette.flat()));
        for (const pixel of [...pixels, ...palette]) {
          const distances = palette.map((other) =>
            other.reduce((sum, value, i) => sum + (value - pixel[i]) ** 2, 0),
          );
          expect(nearest.find(...pixel)).toBe(distances.indexOf(Math.min(...distances)));
        }
      },
    ),
    { numRuns: 60 },
  );
});
