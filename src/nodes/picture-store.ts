/** The pictures of a page: its single renderer draws them, and a cache holds them. */
import type { FrameDescription } from '../core/frame/description.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { DrawingSpeed, workOf } from '../renderers/drawing-speed.js';
import { withEvaluation } from './evaluation.js';
import { named } from './watch.js';

/** What a node wants to show. */
export interface PictureRequest {
  /** Everything that determines the picture, except its size. */
  name: string;
  /** Width and height in pixels. */
  size: readonly [width: number, height: number];
  /** Describes it, or the same at another size. @throws UsageError for invalid parameters. */
  describe: (size: [width: number, height: number]) => FrameDescription;
}

/** One picture: pending until it has a canvas or an error. */
export interface Picture {
  readonly key: string;
  /** Resolves when the picture is drawn, has failed or was cancelled; never rejects. */
  done: Promise<void>;
  canvas?: OffscreenCanvas;
  error?: unknown;
  /** Cancels a pending picture. */
  abort?: () => void;
}

/** The cache's limit on finished pictures, in pixels: about 128 MB. */
const CACHED_PIXELS = 2 ** 25;
/** A picture counts as at least this many pixels, since a canvas has a fixed cost: the cache holds at most 2048. */
const MIN_COST = 2 ** 14;

const pictures = new Map<string, Picture>(); // least recently used first
let cachedPixels = 0;
let renderer: Promise<FrameRenderer> | undefined;
/** Pixel buffers to reuse, most recently used first: new ones would keep the garbage collector busy. */
const spares: Uint8Array[] = [];
const MAX_SPARES = 4;

/** The speed of this page's renderer, for exact pictures and for adaptive ones. */
export const drawingSpeed = new DrawingSpeed();
export const adaptiveSpeed = new DrawingSpeed();

/** The page's renderer, created on first use. */
function pageRenderer(): Promise<FrameRenderer> {
  renderer ??= createRenderer();
  return renderer;
}

/** The key of the picture that a request is for. */
export const keyOf = ({ name, size }: Pick<PictureRequest, 'name' | 'size'>): string =>
  JSON.stringify([name, size]);

/** The picture with this key, finished or not, which is then the most recently used one. */
export function findPicture(key: string): Picture | undefined {
  const known = pictures.get(key);
  if (!known) return undefined;
  pictures.delete(key);
  pictures.set(key, known);
  return known;
}

/** Starts drawing a picture, unless there is one with this key. */
export function startPicture(key: string, frame: FrameDescription): Picture {
  const known = findPicture(key);
  if (known) return known;
  const picture: Picture = { key, done: Promise.resolve() };
  const controller = new AbortController();
  picture.abort = () => {
    pictures.delete(key); // at once: the next request must start a new picture
    controller.abort();
  };
  picture.done = draw(picture, frame, controller.signal).catch((error: unknown) => {
    if (controller.signal.aborted) return;
    picture.error = error;
    pictures.delete(key);
  });
  pictures.set(key, picture);
  return picture;
}

async function draw(picture: Picture, asked: FrameDescription, signal: AbortSignal): Promise<void> {
  const backend = await pageRenderer();
  const frame = withEvaluation(asked);
  const [width, height] = frame.size;
  const before = performance.now();
  const spare = spares.findIndex(({ length }) => length === 4 * width * height);
  const into = spare < 0 ? undefined : spares.splice(spare, 1)[0];
  const rgba = await backend.render(frame, into, undefined, signal);
  const speed = frame.evaluation ? adaptiveSpeed : drawingSpeed;
  speed.note(workOf(frame), performance.now() - before);
  const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length);
  const canvas = named(picture.key, new OffscreenCanvas(width, height));
  canvas.getContext('2d')!.putImageData(new ImageData(bytes, width, height), 0, 0);
  if (spares.unshift(rgba) > MAX_SPARES) spares.pop();
  picture.canvas = canvas;
  picture.abort = undefined;
  cachedPixels += costOf(canvas);
  evictOldest(picture);
}

const costOf = ({ width, height }: OffscreenCanvas) => Math.max(MIN_COST, width * height);

function evictOldest(except: Picture): void {
  for (const [key, { canvas }] of pictures) {
    if (cachedPixels <= CACHED_PIXELS) return;
    if (!canvas || key === except.key) continue;
    pictures.delete(key);
    cachedPixels -= costOf(canvas);
  }
}
