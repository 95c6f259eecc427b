/** Which pictures of a film keep their canvases. Networks are drawn by our threads, and canvases are substitutes. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { frameSchema } from '../../src/core/frame/description.js';
import { nextFrame, type Picture, startPicture, usePicture } from '../../src/nodes/picture-store.js';

const SIDE = 1024;
let created = 0;

beforeAll(() => {
  vi.stubGlobal('ImageData', class {});
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      constructor(
        readonly width: number,
        readonly height: number,
      ) {
        created++;
      }
      getContext = () => ({ putImageData: () => {} });
    },
  );
});
afterAll(() => vi.unstubAllGlobals());

const description = frameSchema.parse({ network: { layers: 1, units: 1 }, size: [SIDE, SIDE] });

async function pictureOf(name: string): Promise<Picture> {
  const picture = startPicture(name, description);
  await picture.done;
  expect(picture.error).toBeUndefined();
  return picture;
}

test('a film reuses canvases of pictures that it no longer shows, but an editor keeps them', async () => {
  const shown = await pictureOf('of an editor');
  for (let i = 0; i < 12; i++) await pictureOf(`editor ${i}`);
  expect(created).toBe(13);
  expect(shown.canvas).toBeDefined();

  nextFrame();
  const resting = await pictureOf('resting');
  const moving: Picture[] = [];
  for (let i = 0; i < 24; i++) {
    nextFrame();
    usePicture(resting);
    moving.push(await pictureOf(`moving ${i}`));
    expect(resting.canvas).toBeDefined();
    expect(moving.slice(-2).every(({ canvas }) => canvas)).toBe(true);
  }
  expect(created).toBeLessThan(13 + 25); // some of them twice
  const kept = moving.filter(({ canvas }) => canvas).map(({ canvas }) => canvas);
  expect(new Set(kept).size).toBe(kept.length);
  expect(kept.length).toBeLessThan(10);
  expect(moving[0].canvas).toBeUndefined();
});
