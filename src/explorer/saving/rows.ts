/** A frame in strips of rows, so that large pictures are never in memory as a whole. */
import { UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { turned } from '../../core/frame/inputs.js';
import type { FrameRenderer, PartRenderer } from '../../core/frame/renderer.js';
import { hiddenShown } from '../../core/frame/shown.js';

/** About how many pixels a strip has: 2 MB. */
const STRIP = 2 ** 19;
/** Strips begin at multiples of the dither's period. */
const DITHER = 8;
/** The most pixels of a frame that cannot be divided, such as a grid of units: 128 MB. */
const MOST_WHOLE = 2 ** 25;
/** How many parts of a strip each thread draws, so that all of them finish at about the same time. */
const PARTS_PER_THREAD = 4;

/**
 * Draws a frame in strips of whole rows, from the top. The next strips are drawn while the caller uses one.
 * @returns The RGBA pixels of each strip: exactly the frame's, or on a GPU, at most one step from them.
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
      const drawing = drawn(frame, strip, renderer, stop.signal);
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

type Strip = Pick<Part, 'y' | 'height'>;

function stripsOf({ size: [width, height], shown }: FrameDescription): Strip[] {
  const hidden = hiddenShown(shown);
  if (hidden && hidden.unit === undefined) {
    if (width * height > MOST_WHOLE) {
      throw new UsageError(
        `The size is ${width}x${height}, but all units of a layer are drawn in one piece, of at most ` +
          `${Math.round(MOST_WHOLE / 1e6)} million pixels: choose a smaller size.`,
      );
    }
    return [{ y: 0, height }];
  }
  return divided({ y: 0, height }, DITHER * Math.max(1, Math.floor(STRIP / width / DITHER)));
}

/** A strip in strips of this height; the last one may have less. */
function divided({ y, height }: Strip, each: number): Strip[] {
  return Array.from({ length: Math.ceil(height / each) }, (_, i) => ({
    y: y + i * each,
    height: Math.min(each, height - i * each),
  }));
}

async function drawn(
  frame: FrameDescription,
  strip: Strip,
  renderer: FrameRenderer & Partial<PartRenderer>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const [width, height] = frame.size;
  if (strip.height === height) return renderer.render(frame, undefined, 'rgba', signal);
  if (!renderer.renderParts || !renderer.threads) {
    return renderer.render(asFrame(frame, strip), undefined, 'rgba', signal);
  }
  const rgba = new Uint8Array(4 * width * strip.height);
  const each = Math.ceil(strip.height / renderer.threads / PARTS_PER_THREAD);
  const parts = divided(strip, each).map((part) => ({ x: 0, width, ...part }));
  const copy = ({ y }: Part, pixels: Uint8Array) => rgba.set(pixels, 4 * width * (y - strip.y));
  await renderer.renderParts(frame, parts, copy, signal);
  return rgba;
}

/** Some rows of a frame, as a frame. */
function asFrame(frame: FrameDescription, { y, height: rows }: Strip): FrameDescription {
  const [width, height] = frame.size;
  const { centre, halfWidth, rotation } = frame.view;
  const pixel = (2 * halfWidth) / Math.min(width, height);
  const [dx, dy] = turned(rotation, 0, pixel * (height / 2 - y - rows / 2));
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
