/** Small pictures of the document with one thing changed. They are kept, so that most appear at once. */
import type { Picture } from '../../state/document.js';
import { plane } from '../current-plane.js';

/** The size of a thumbnail, in units of the page. */
export const THUMBNAIL = { width: 64, height: 40 } as const;

/** How many are kept: every palette of several networks. */
const MOST_KEPT = 300;
const kept = new Map<string, ImageData>();

/** A thumbnail that has been drawn already. */
export const keptThumbnail = (picture: Picture): ImageData | undefined => kept.get(keyOf(picture));

/**
 * Draws a thumbnail while the plane has nothing to draw.
 * @param signal - Cancels it; the promise then rejects with the reason.
 * @returns undefined while there is no plane.
 */
export async function drawThumbnail(picture: Picture, signal: AbortSignal): Promise<ImageData | undefined> {
  const key = keyOf(picture);
  const scale = Math.min(2, Math.max(1, devicePixelRatio));
  const [width, height] = [THUMBNAIL.width, THUMBNAIL.height].map((side) => Math.round(scale * side));
  const image = await plane.peek()?.thumbnail(picture, width, height, signal);
  if (!image) return undefined;
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(key, image);
  return image;
}

/** Explicit weights by a number for each list, as they may be millions. */
const weightKeys = new WeakMap<object, number>();
let lists = 0;

function keyOf(picture: Picture): string {
  return JSON.stringify(picture, (name, value) => {
    if (name !== 'weights' || typeof value !== 'object' || value === null) return value;
    if (!weightKeys.has(value)) weightKeys.set(value, ++lists);
    return weightKeys.get(value);
  });
}
