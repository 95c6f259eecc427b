/** Cuts what is to be drawn into tiles, which are short enough to be stopped, and orders them. */
import type { Part } from '../../core/frame/geometry.js';
import { CELL } from './sharpness.js';

/**
 * Cuts parts into tiles that are as square as possible.
 * @param pixels - The number of pixels of a tile, at most, unless a single cell or pixel has more.
 * @param step - Tiles begin at multiples of this from their part's corner: CELL by default.
 */
export function tilesOf(parts: readonly Part[], pixels: number, step: number = CELL): Part[] {
  return parts.flatMap((part) => {
    const down = (length: number) => Math.max(step, step * Math.floor(length / step));
    const even = down(Math.sqrt(pixels));
    const width =
      part.height < even ? Math.min(part.width, down(pixels / part.height)) : Math.min(part.width, even);
    const height = Math.min(part.height, down(pixels / width));
    const tiles: Part[] = [];
    for (let y = 0; y < part.height; y += height) {
      for (let x = 0; x < part.width; x += width) {
        const [w, h] = [Math.min(width, part.width - x), Math.min(height, part.height - y)];
        tiles.push({ x: part.x + x, y: part.y + y, width: w, height: h });
      }
    }
    return tiles;
  });
}

/** Sorts tiles by the distance of their middles from a point, nearest first. */
export function nearestFirst(tiles: readonly Part[], [x, y]: readonly [number, number]): Part[] {
  const distance = (tile: Part) => (tile.x + tile.width / 2 - x) ** 2 + (tile.y + tile.height / 2 - y) ** 2;
  return tiles.toSorted((one, other) => distance(one) - distance(other));
}
