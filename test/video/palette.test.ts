/** Palettes contain a picture's colours, or colours close to them. */

import { promises as fs } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PaletteFile, paletteOf } from '../../src/outputs/formats/gif-colours.js';
import { noise, picture, testFolder } from './films.js';

const folder = testFolder();

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

test('each picture has its palette, whose last entry is transparent, however its bytes are split', async () => {
  const pictures = [picture(0, 8, 8), picture(5, 8, 8)];
  const whole = Buffer.concat(pictures);
  const write = async (path: string, length: number) => {
    const file = await PaletteFile.create(path, 64, 16);
    for (let at = 0; at < whole.length; at += length) await file.add(whole.subarray(at, at + length));
    await file.close();
  };
  await write(folder.in('to'), whole.length);
  for (const length of [1, 100, 256, 300]) {
    await write(folder.in('pieces'), length);
    expect(await fs.readFile(folder.in('pieces')), `${length}`).toEqual(await fs.readFile(folder.in('to')));
  }
  const palettes = await fs.readFile(folder.in('to'));
  expect(palettes).toHaveLength(2 * 1024);
  for (const [i, rgba] of pictures.entries()) {
    const entries = Array.from({ length: 256 }, (_, k) => [
      ...palettes.subarray(1024 * i + 4 * k, 1024 * i + 4 * k + 4),
    ]);
    expect(entries.at(-1)).toEqual([0, 0, 0, 0]);
    expect(new Set(entries.slice(0, -1).map(String)).size).toBeLessThanOrEqual(15);
    expect(entries.slice(0, -1).every(([, , , a]) => a === 255)).toBe(true);
    expect(
      error(
        rgba,
        entries.slice(0, -1).map((entry) => entry.slice(0, 3)),
      ),
    ).toBeLessThan(40);
  }
});
