/** The positions of the sheet of small windows, and where it comes to rest when it is let go. */

/** From the lowest to the highest. */
export const sheetPositions = ['low', 'half', 'full'] as const;
export type SheetPosition = (typeof sheetPositions)[number];

/** A sheet that is let go comes to rest nearest to where it would be after this long at its speed, in seconds. */
const MOMENTUM = 0.15;
const SHARES = { half: 0.45, full: 0.9 };

/**
 * The height of a sheet in each position, in pixels.
 * @param window - The window's height.
 * @param least - The height of what the sheet always shows.
 * @param greatest - The room that the bar above leaves.
 */
export function sheetHeights(window: number, least: number, greatest: number): Record<SheetPosition, number> {
  const between = (height: number) => Math.max(least, Math.min(height, greatest));
  return { low: least, half: between(SHARES.half * window), full: between(SHARES.full * window) };
}

/**
 * Where a sheet comes to rest.
 * @param height - Where it is let go, in pixels.
 * @param speed - Upwards, in pixels a second.
 */
export function restOf(heights: Record<SheetPosition, number>, height: number, speed: number): SheetPosition {
  const aim = height + speed * MOMENTUM;
  const distance = (position: SheetPosition) => Math.abs(heights[position] - aim);
  return sheetPositions.reduce((best, position) => (distance(position) < distance(best) ? position : best));
}
