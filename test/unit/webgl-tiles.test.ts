/** Tiles cover a frame, each pixel once, and have no more pixels than they may. */
import { expect, test } from 'vitest';
import { type TilePlace, tileAt } from '../../src/player/webgl/tiles.js';

test.each([
  [37, 23, 1e9],
  [37, 23, 37 * 9],
  [37, 23, 100],
  [37, 23, 10],
  [37, 23, 0.2],
  [5, 40, 12],
  [1, 1, 5],
])('%d x %d pixels, %d at once', (width, height, pixels) => {
  const covered = new Uint8Array(width * height);
  let place: TilePlace | undefined = { x: 0, y: 0, rows: 0 };
  let turn = 0;
  while (place) {
    const most: number = turn++ % 3 === 2 ? 2 * pixels : pixels; // what a tile may have changes as it is measured
    const { tile, next }: ReturnType<typeof tileAt> = tileAt([width, height], place, most);
    expect(tile.width * tile.height).toBeLessThanOrEqual(Math.max(1, most, place.x > 0 ? place.rows : 0));
    expect(Math.min(tile.x, tile.y)).toBeGreaterThanOrEqual(0);
    expect(tile.x + tile.width).toBeLessThanOrEqual(width);
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      for (let x = tile.x; x < tile.x + tile.width; x++) covered[y * width + x]++;
    }
    place = next;
  }
  expect(covered.every((count) => count === 1)).toBe(true);
});
