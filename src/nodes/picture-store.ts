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
  /** Gone once no frame of a film uses it any more: request the picture again. */
  canvas?: OffscreenCanvas | undefined;
  error?: unknown;
  /** Cancels a pending picture. */
  abort?: () => void;
  /** The film's frame that used it last: see nextFrame(). */
  used: number;
}

/** The cache's limit on finished pictures, in pixels: about 128 MB. */
const CACHED_PIXELS = 2 ** 25;
/** The same for pictures that a film used, but its last frames did not: about 32 MB. */
const UNUSED_PIXELS = 2 ** 23;
/** A picture counts as at least this many pixels, since a canvas has a fixed cost: the cache holds at most 2048. */
const MIN_COST = 2 ** 14;

const pictures = new Map<string, Picture>(); // least recently used first
let cachedPixels = 0;
let renderer: Promise<FrameRenderer> | undefined;
/** Pixel buffers to reuse, most recently used first: new ones would keep the garbage collector busy. */
const spares: Uint8Array[] = [];
const MAX_SPARES = 4;
/** Canvases to reuse, most recently used first, for the same reason: V8 counts their memory. */
const canvases: OffscreenCanvas[] = [];
const MAX_CANVASES = 16;
/** The number of the film's frame; 0 in an editor. */
let film = 0;

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

/**
 * Call this when a film's next frame begins. The canvases of pictures that neither it nor the frame before has used may
 * be reused from then on. An editor never calls this.
 */
export function nextFrame(): void {
  film++;
}

/** The picture with this key, finished or not, which is then the most recently used one. */
export function findPicture(key: string): Picture | undefined {
  const known = pictures.get(key);
  return known && usePicture(known);
}

/** Makes a picture the most recently used one. Call it for a picture that is shown again without being requested. */
export function usePicture(picture: Picture): Picture {
  picture.used = film;
  const { key } = picture;
  if (pictures.get(key) === picture) {
    pictures.delete(key);
    pictures.set(key, picture);
  }
  return picture;
}

/** Starts drawing a picture, unless there is one with this key. */
export function startPicture(key: string, frame: FrameDescription): Picture {
  const known = findPicture(key);
  if (known) return known;
  const picture: Picture = { key, done: Promise.resolve(), used: film };
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
  const canvas = named(picture.key, canvasFor(width, height));
  canvas.getContext('2d')!.putImageData(new ImageData(bytes, width, height), 0, 0);
  if (spares.unshift(rgba) > MAX_SPARES) spares.pop();
  picture.canvas = canvas;
  picture.abort = undefined;
  cachedPixels += costOf(canvas);
  evictOldest(picture);
}

/** An empty canvas, or one whose pixels will all be replaced. */
function canvasFor(width: number, height: number): OffscreenCanvas {
  const i = canvases.findIndex((canvas) => canvas.width === width && canvas.height === height);
  return i < 0 ? new OffscreenCanvas(width, height) : canvases.splice(i, 1)[0];
}

const costOf = ({ width, height }: OffscreenCanvas) => Math.max(MIN_COST, width * height);

function evictOldest(except: Picture): void {
  for (const [key, picture] of pictures) {
    const { canvas } = picture;
    if (!canvas || key === except.key) continue;
    const isUnused = film - picture.used > 1;
    if (cachedPixels <= (isUnused ? UNUSED_PIXELS : CACHED_PIXELS)) return;
    pictures.delete(key);
    cachedPixels -= costOf(canvas);
    if (!isUnused) continue; // a node may still show it
    picture.canvas = undefined;
    if (canvases.unshift(canvas) > MAX_CANVASES) canvases.pop();
  }
}
