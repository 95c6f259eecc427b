/** Pictures for nodes: drawn by the page's one renderer while the scene waits, and kept for when they are wanted again. */
import { DependencyContext, PlaybackState, type Player, usePlayback } from '@motion-canvas/core';
import type { FrameDescription } from '../core/frame/description.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { showOutput } from './shown.js';
import { named, namesOnly } from './watch.js';

/** One picture: on its way until it has a canvas, or the reason why it never will. */
export interface Picture {
  readonly key: string;
  /** Settles when it is drawn or has failed or was given up; never rejects. */
  done: Promise<void>;
  canvas?: OffscreenCanvas;
  error?: unknown;
  /** Gives it up; while it is on its way. */
  abort?: () => void;
}

/** Finished pictures are kept up to this many pixels in all: some 128 MB. */
const KEPT_PIXELS = 2 ** 25;
/** What a picture counts at least, in pixels, since a canvas takes room beside them: at most 2048 are kept. */
const LEAST_PIXELS = 2 ** 14;

const pictures = new Map<string, Picture>(); // the one used last comes last
let keptPixels = 0;
let renderer: Promise<FrameRenderer> | undefined;
/** Arrays to draw in, the one used last first: new ones would keep the garbage collector busy. */
const spares: Uint8Array[] = [];
const MOST_SPARES = 4;
/** How long the last picture took, in milliseconds a pixel. */
let pace = 0;

/** Only where an editor's player is watched: who scrubs waits for the newest frame alone. */
const scrubbing = {
  watched: false,
  /** Whether another frame is asked for than the one that is drawn. */
  superseded: false,
  /** Ends the waiting for pictures of that frame. */
  release: () => {},
  released: new Promise<void>(() => {}),
  /** Pictures on their way that the newest frame has not asked for, so far. */
  unwanted: new Set<Picture>(),
  /** What each node showed last, by its key: shown while it is scrubbed, and never when it rests. */
  latest: new Map<string, OffscreenCanvas>(),
};

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
  if (namesOnly()) return { key, done: Promise.resolve(), canvas: named(key, canvasOf([1, 1])) };
  const { unwanted } = scrubbing;
  const known = pictures.get(key);
  if (isSuperseded()) return known ?? { key, done: Promise.resolve() };
  if (unwanted.size > 0) queueMicrotask(dropUnwanted); // when all of the frame's nodes have asked
  if (known) {
    unwanted.delete(known);
    pictures.delete(key);
    pictures.set(key, known);
    if (!known.canvas) waitFor(known);
    return known;
  }
  const frame = describe();
  const picture: Picture = { key, done: Promise.resolve() };
  const giving = new AbortController();
  picture.abort = () => {
    pictures.delete(key); // at once: whoever asks for it again is to have another
    giving.abort();
  };
  // Motion Canvas waits for what is collected, and never comes back from a promise that rejects.
  picture.done = draw(picture, frame, output, giving.signal).catch((error: unknown) => {
    if (giving.signal.aborted) return;
    picture.error = error;
    pictures.delete(key);
  });
  pictures.set(key, picture);
  waitFor(picture);
  return picture;
}

function waitFor({ done }: Picture): void {
  DependencyContext.collectPromise(isScrubbed() ? Promise.race([done, scrubbing.released]) : done);
}

/** Whether it is an editor's player that draws now. Films are drawn in editors too but must be whole. */
function isScrubbed(): boolean {
  return scrubbing.watched && usePlayback().state !== PlaybackState.Rendering;
}

/** Whether that has been asked for another frame since. */
function isSuperseded(): boolean {
  return scrubbing.superseded && isScrubbed();
}

/** Gives up the pictures that only frames before this one wanted. */
function dropUnwanted(): void {
  for (const picture of scrubbing.unwanted) picture.abort?.();
  scrubbing.unwanted.clear();
}

/**
 * Lets the newest frame win in an editor: as soon as its player is asked for another one, what the frame under way waits
 * for is given up, unless the new one wants it too.
 */
export function letNewestWin(player: Player): void {
  scrubbing.watched = true;
  // What the player is still to do: fields of its own, which it clears when it begins.
  const asks: Record<string, (value: unknown) => boolean> = {
    requestedSeek: (frame) => (frame as number) >= 0,
    requestedRecalculation: Boolean,
  };
  const fields = player as unknown as Record<string, unknown>;
  const values = Object.fromEntries(Object.keys(asks).map((name) => [name, fields[name]]));
  for (const name of Object.keys(asks)) {
    Object.defineProperty(player, name, {
      get: () => values[name],
      set(value: unknown) {
        values[name] = value;
        supersede(Object.entries(asks).some(([other, asked]) => asked(values[other])));
      },
    });
  }
}

function supersede(superseded: boolean): void {
  scrubbing.superseded = superseded;
  scrubbing.release();
  scrubbing.released = new Promise((release) => {
    scrubbing.release = release;
  });
  if (!superseded) return;
  for (const picture of pictures.values()) if (!picture.canvas) scrubbing.unwanted.add(picture);
}

/**
 * What a node shows: its picture, or while an editor goes on to another frame, the one before it.
 * @param key - The node's, which it has again when its scene begins anew.
 */
export function shownBy(key: string, { canvas }: Picture): OffscreenCanvas | undefined {
  const { watched, latest } = scrubbing;
  if (watched && canvas) latest.set(key, canvas);
  return canvas ?? (isSuperseded() ? latest.get(key) : undefined);
}

/** How far each side must shrink, in powers of two, so that another picture takes at most so many milliseconds. */
export function shrinkFor(size: [number, number], milliseconds: number): number {
  const expected = pace * size[0] * size[1];
  if (expected <= milliseconds) return 1;
  return 2 ** -Math.min(4, Math.ceil(Math.log2(expected / milliseconds) / 2));
}

async function draw(
  picture: Picture,
  frame: FrameDescription,
  output: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const backend = await pageRenderer();
  const [width, height] = frame.size;
  const before = performance.now();
  const spare = spares.findIndex(({ length }) => length === 4 * width * height);
  const into = spare < 0 ? undefined : spares.splice(spare, 1)[0];
  const rgba = await backend.render(frame, into, undefined, signal);
  pace = (performance.now() - before) / (width * height);
  const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length);
  if (output !== undefined && frame.network.outputs > 1 && frame.palette === 'rgb') showOutput(bytes, output);
  const canvas = named(picture.key, canvasOf([width, height]));
  canvas.getContext('2d')!.putImageData(new ImageData(bytes, width, height), 0, 0);
  if (spares.unshift(rgba) > MOST_SPARES) spares.pop();
  picture.canvas = canvas;
  picture.abort = undefined;
  scrubbing.unwanted.delete(picture);
  keptPixels += costOf(canvas);
  forgetOldest(picture);
}

const costOf = ({ width, height }: OffscreenCanvas) => Math.max(LEAST_PIXELS, width * height);

const canvasOf = ([width, height]: readonly [number, number]) => new OffscreenCanvas(width, height);

function forgetOldest(but: Picture): void {
  for (const [key, { canvas }] of pictures) {
    if (keptPixels <= KEPT_PIXELS) return;
    if (!canvas || key === but.key) continue;
    pictures.delete(key);
    keptPixels -= costOf(canvas);
  }
}
