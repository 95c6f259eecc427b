/** Pictures for nodes: drawn by the page's one renderer while the scene waits, and kept for when they are wanted again. */
import { DependencyContext } from '@motion-canvas/core';
import { createRenderer } from '../frame/create-renderer.js';
import type { FrameDescription } from '../frame/description.js';
import type { FrameRenderer } from '../frame/renderer.js';
import { showOutput } from './shown.js';

/** One picture: on its way until it has a canvas, or the reason why it never will. */
export interface Picture {
  readonly key: string;
  /** Settles when it is drawn or has failed; never rejects. */
  done: Promise<void>;
  canvas?: OffscreenCanvas;
  error?: unknown;
}

/** Finished pictures are kept up to this many pixels in all: some 128 MB. */
const KEPT_PIXELS = 2 ** 25;

const pictures = new Map<string, Picture>(); // the one used last comes last
let keptPixels = 0;
let renderer: Promise<FrameRenderer> | undefined;
/** How long the last picture took, in milliseconds a pixel. */
let pace = 0;

/** The page's renderer; started when first wanted. */
export function pageRenderer(): Promise<FrameRenderer> {
  renderer ??= createRenderer();
  return renderer;
}

/**
 * The picture of that key, drawn from what `describe` gives if there is none yet. Call it while drawing: Motion Canvas
 * then waits for the picture and draws the frame again, so that no frame ever shows another's.
 * @param output - The output to show alone, from 1, where the palette is `rgb`; all of them by default.
 */
export function requestPicture(key: string, describe: () => FrameDescription, output?: number): Picture {
  const known = pictures.get(key);
  if (known) {
    pictures.delete(key);
    pictures.set(key, known);
    if (!known.canvas) DependencyContext.collectPromise(known.done);
    return known;
  }
  const frame = describe();
  const picture: Picture = { key, done: Promise.resolve() };
  // Motion Canvas waits for what is collected, and never comes back from a promise that rejects.
  picture.done = draw(picture, frame, output).catch((error: unknown) => {
    picture.error = error;
    pictures.delete(key);
  });
  pictures.set(key, picture);
  DependencyContext.collectPromise(picture.done);
  return picture;
}

/** How far each side must shrink, in powers of two, so that another picture takes at most so many milliseconds. */
export function shrinkFor(size: [number, number], milliseconds: number): number {
  const expected = pace * size[0] * size[1];
  if (expected <= milliseconds) return 1;
  return 2 ** -Math.min(4, Math.ceil(Math.log2(expected / milliseconds) / 2));
}

async function draw(picture: Picture, frame: FrameDescription, output?: number): Promise<void> {
  const backend = await pageRenderer();
  const [width, height] = frame.size;
  const before = performance.now();
  const rgba = await backend.render(frame);
  pace = (performance.now() - before) / (width * height);
  const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length);
  if (output !== undefined && frame.network.outputs > 1 && frame.palette === 'rgb') showOutput(bytes, output);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(bytes, width, height), 0, 0);
  picture.canvas = canvas;
  keptPixels += width * height;
  forgetOldest(picture);
}

function forgetOldest(but: Picture): void {
  for (const [key, { canvas }] of pictures) {
    if (keptPixels <= KEPT_PIXELS) return;
    if (!canvas || key === but.key) continue;
    pictures.delete(key);
    keptPixels -= canvas.width * canvas.height;
  }
}
