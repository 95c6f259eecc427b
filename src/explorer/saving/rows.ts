/** A frame in strips of rows, so that large pictures are never in memory as a whole. */
import { UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { turned } from '../../core/frame/inputs.js';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { hiddenShown } from '../../core/frame/shown.js';

/** About how many pixels a strip has: 4 MB. */
const STRIP = 2 ** 20;
/** Strips begin at multiples of the dither's period. */
const DITHER = 8;
/** The most pixels of a frame that cannot be divided, such as a grid of units: 128 MB. */
const MOST_WHOLE = 2 ** 25;

/**
 * Draws a frame in strips of whole rows, from the top. The next strips are drawn while the caller uses one.
 * @returns The RGBA pixels of each strip.
 * @throws UsageError for a frame that is too large to be drawn in one piece but cannot be divided.
 */
export async function* rowsOf(
  frame: FrameDescription,
  renderer: FrameRenderer,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const strips = stripsOf(frame);
  const stop = new AbortController();
  const stopping = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', stopping);
  const underWay: Promise<Uint8Array>[] = [];
  try {
    signal?.throwIfAborted();
    for (const strip of strips) {
      const drawing = renderer.render(strip, undefined, 'rgba', stop.signal);
      drawing.catch(() => {}); // it is awaited below, unless an earlier one fails
      underWay.push(drawing);
      if (underWay.length > renderer.framesInFlight) yield await underWay.shift()!;
    }
    for (const drawing of underWay) yield await drawing;
  } finally {
    stop.abort();
    signal?.removeEventListener('abort', stopping);
  }
}

function stripsOf(frame: FrameDescription): FrameDescription[] {
  const { size, shown } = frame;
  const [width, height] = size;
  const hidden = hiddenShown(shown);
  if (hidden && hidden.unit === undefined) {
    if (width * height > MOST_WHOLE) {
      throw new UsageError(
        `The size is ${width}x${height}, but all units of a layer are drawn in one piece, of at most ` +
          `${MOST_WHOLE / 2 ** 20} million pixels: choose a smaller size.`,
      );
    }
    return [frame];
  }
  const rows = DITHER * Math.max(1, Math.floor(STRIP / width / DITHER));
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) =>
    stripOf(frame, i * rows, Math.min(rows, height - i * rows)),
  );
}

/** Some rows of a frame, as a frame. */
function stripOf(frame: FrameDescription, firstRow: number, rows: number): FrameDescription {
  const [width, height] = frame.size;
  if (rows === height) return frame;
  const { centre, halfWidth, rotation } = frame.view;
  const pixel = (2 * halfWidth) / Math.min(width, height);
  const [dx, dy] = turned(rotation, 0, pixel * (height / 2 - firstRow - rows / 2));
  return {
    ...frame,
    size: [width, rows],
    view: {
      centre: [centre[0] + dx, centre[1] + dy],
      halfWidth: (pixel * Math.min(width, rows)) / 2,
      rotation,
    },
  };
}
