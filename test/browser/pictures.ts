/**
 * Frames against the pictures in test/browser/pictures, those of sweeps as well. UPDATE_PICTURES=1 writes them anew;
 * look at them then. Where a frame is not its picture, both and their difference, eight times as strong, are left in
 * test/.out.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { decodePng, encodePng, type Rgb } from './png.js';
import type { DrawnPixels } from './stage.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A byte this far away is another colour, and not the edge of a letter that another Chromium smooths otherwise. */
const FAR = 32;
/** What part of a frame's bytes may be far away, and what all of them may be away in the mean, in steps of 8 bits. */
const FAR_SHARE = 0.01;
const MEAN = 1.5;

/** Holds a frame to the picture of that name. */
export function expectPicture(
  name: string,
  { width, height, rgba }: Pick<DrawnPixels, 'width' | 'height' | 'rgba'>,
): void {
  const drawn: Rgb = { width, height, rgb: rgba.filter((_, i) => i % 4 < 3) };
  const file = at(`pictures/${name}.png`);
  if (process.env.UPDATE_PICTURES) {
    mkdirSync(at('pictures'), { recursive: true });
    writeFileSync(file, encodePng(drawn));
    return;
  }
  const stored = decodePng(readFileSync(file));
  expect([drawn.width, drawn.height]).toEqual([stored.width, stored.height]);
  const differences = drawn.rgb.map((byte, i) => Math.abs(byte - stored.rgb[i]));
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  const far = differences.filter((one) => one > FAR).length / differences.length;
  if (mean <= MEAN && far <= FAR_SHARE) return;
  mkdirSync(at('../.out'), { recursive: true });
  const seen = at(`../.out/${name}.png`);
  writeFileSync(seen, encodePng(stacked(stored, drawn, differences)));
  expect.fail(
    `${name} is ${mean.toFixed(2)} steps from its picture in the mean (${MEAN} at most) and ${(100 * far).toFixed(2)}% of it is far away (${100 * FAR_SHARE}% at most): see ${seen}, and if it is right, UPDATE_PICTURES=1 npx vitest run test/browser test/frames/scenes.test.ts.`,
  );
}

function stacked(stored: Rgb, drawn: Rgb, differences: Uint8Array): Rgb {
  const difference = differences.map((one) => Math.min(255, 8 * one));
  const rgb = new Uint8Array(3 * drawn.rgb.length);
  for (const [i, part] of [stored.rgb, drawn.rgb, difference].entries()) rgb.set(part, i * drawn.rgb.length);
  return { width: drawn.width, height: 3 * drawn.height, rgb };
}
