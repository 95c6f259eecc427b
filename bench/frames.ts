/** Draws a frame repeatedly, and compares its pixels with a peer's. */
import type { FrameDescription, FrameRenderer } from 'untrained';
import { frameBytes, type PixelFormat } from '../src/core/frame/pixels.js';

/** Draws a frame `frames` times, with as many in flight as the renderer prefers. Returns the last one. */
export async function drawFrames(
  renderer: FrameRenderer,
  frame: FrameDescription,
  frames: number,
  format: PixelFormat = 'rgba',
): Promise<Uint8Array> {
  let begun = 0;
  let last: Uint8Array = new Uint8Array();
  const lane = async () => {
    const into = new Uint8Array(frameBytes(frame.size, format));
    while (begun < frames) {
      begun++;
      last = await renderer.render(frame, into, format);
    }
  };
  await Promise.all(Array.from({ length: renderer.framesInFlight }, lane));
  return last;
}

/** The points that a frame samples, (N, 2): as in src/core/frame/geometry.ts, but only for the simple case. */
export function pointsOf({ size: [width, height], view }: FrameDescription): Float32Array {
  const pixel = (2 * view.halfWidth) / Math.min(width, height);
  const points = new Float32Array(2 * width * height);
  for (let i = 0; i < width * height; i++) {
    points[2 * i] = view.centre[0] + pixel * ((i % width) + 0.5 - width / 2);
    points[2 * i + 1] = view.centre[1] - pixel * (Math.floor(i / width) + 0.5 - height / 2);
  }
  return points;
}

/** The difference of pixels from a peer's brightness, rounded by the formula in src/core/frame/colour.ts. */
export interface Difference {
  /** The largest difference, in steps of 1/255. */
  largest: number;
  /** The fraction of bytes that differ by more than one step. */
  share: number;
}

export function differenceTo(rgba: Uint8Array, brightness: Float32Array): Difference {
  let largest = 0;
  let far = 0;
  for (let i = 0; i < brightness.length; i++) {
    const byte = Math.floor(255 * brightness[i] + 0.5);
    const difference = Math.abs(byte - rgba[4 * Math.floor(i / 3) + (i % 3)]);
    if (difference > largest) largest = difference;
    if (difference > 1) far++;
  }
  return { largest, share: far / brightness.length };
}

export function inWords({ largest, share }: Difference): string {
  if (largest === 0) return 'equal';
  const more = share === 0 ? '' : ` (${(100 * share).toPrecision(2)}% of bytes more than 1)`;
  return `within ${largest}/255${more}`;
}
