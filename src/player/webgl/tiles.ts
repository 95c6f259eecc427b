/**
 * Cuts a frame into pieces, since a draw call that takes long freezes the screen, and one that takes seconds makes the
 * system reset the GPU.
 */
import type { Part } from '../../core/frame/geometry.js';

/** Tiles narrower than a frame have so many rows. */
const ROWS = 8;

/**
 * The next tile of a frame, row by row of tiles from the top left.
 * @param from - Where the tile begins: that of the first is at (0, 0).
 * @param pixels - How many it may have; it has at least one.
 */
export function tileAt(
  [width, height]: readonly [number, number],
  { x, y, rows }: TilePlace,
  pixels: number,
): { tile: Part; next: TilePlace | undefined } {
  if (x === 0 && (pixels >= ROWS * width || pixels >= width * (height - y))) {
    const tile = { x, y, width, height: Math.min(height - y, Math.max(1, Math.floor(pixels / width))) };
    const end = y + tile.height;
    return { tile, next: end < height ? { x: 0, y: end, rows: 0 } : undefined };
  }
  // Tiles beside each other have the same rows.
  const tall =
    x > 0 ? rows : Math.min(height - y, Math.max(1, Math.min(ROWS, Math.floor(Math.sqrt(pixels)))));
  const tile = { x, y, width: Math.min(width - x, Math.max(1, Math.floor(pixels / tall))), height: tall };
  if (x + tile.width < width) return { tile, next: { x: x + tile.width, y, rows: tall } };
  return { tile, next: y + tall < height ? { x: 0, y: y + tall, rows: 0 } : undefined };
}

/** Where a tile begins, and the rows of the tile to its left. */
export interface TilePlace {
  x: number;
  y: number;
  rows: number;
}
