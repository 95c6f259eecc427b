/** Pictures for nodes: the page's single renderer draws them while the scene waits, and a cache holds them. */
import { DependencyContext, PlaybackState, type Player, usePlayback } from '@motion-canvas/core';
import type { FrameDescription } from '../core/frame/description.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { showOutput } from './shown.js';
import { named, namesOnly } from './watch.js';

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
/** The least that a picture counts, in pixels, since a canvas has a fixed cost too: the cache holds at most 2048. */
const MIN_COST = 2 ** 14;

const pictures = new Map<string, Picture>(); // least recently used first
let cachedPixels = 0;
let renderer: Promise<FrameRenderer> | undefined;
/** Pixel buffers to reuse, most recently used first: new ones would keep the garbage collector busy. */
const spares: Uint8Array[] = [];
const MAX_SPARES = 4;
/** Drawing time of the last picture, in milliseconds per pixel. */
let pace = 0;

/** Used only when an editor's player is watched: while somebody scrubs, only the newest frame is waited for. */
const scrubbing = {
  watched: false,
  /** Whether the player has been asked for a frame other than the one being drawn. */
  superseded: false,
  /** Stops waiting for the pictures of the superseded frame. */
  release: () => {},
  released: new Promise<void>(() => {}),
  /** Pending pictures that the newest frame has not requested so far. */
  unwanted: new Set<Picture>(),
  /** The last picture of each node, by the node's key: shown during scrubbing, never when the player rests. */
  latest: new Map<string, OffscreenCanvas>(),
};

/** The page's renderer, created on first use. */
function pageRenderer(): Promise<FrameRenderer> {
  renderer ??= createRenderer();
  return renderer;
}

/**
 * The picture with this key; if there is none yet, starts drawing the frame that `describe` returns. Call it while
 * drawing: Motion Canvas then waits for the picture and draws the frame again, so that no frame shows an outdated one.
 * @param output - With the palette `rgb`, the only output to show, counted from 1. By default all of them.
 */
export function requestPicture(key: string, describe: () => FrameDescription, output?: number): Picture {
  if (namesOnly()) return { key, done: Promise.resolve(), canvas: named(key, canvasOf([1, 1])) };
  const { unwanted } = scrubbing;
  const known = pictures.get(key);
  if (isSuperseded()) return known ?? { key, done: Promise.resolve() };
  if (unwanted.size > 0) queueMicrotask(dropUnwanted); // after all nodes of the frame have made their requests
  if (known) {
    unwanted.delete(known);
    pictures.delete(key);
    pictures.set(key, known);
    if (!known.canvas) waitFor(known);
    return known;
  }
  const frame = describe();
  const picture: Picture = { key, done: Promise.resolve() };
  const controller = new AbortController();
  picture.abort = () => {
    pictures.delete(key); // at once: the next request must start a new picture
    controller.abort();
  };
  // Motion Canvas waits for collected promises, and hangs if one rejects.
  picture.done = draw(picture, frame, output, controller.signal).catch((error: unknown) => {
    if (controller.signal.aborted) return;
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

/** Whether an editor's player is drawing. Editors also render films, whose pictures must be complete. */
function isScrubbed(): boolean {
  return scrubbing.watched && usePlayback().state !== PlaybackState.Rendering;
}

/** Whether that player has been asked for another frame since. */
function isSuperseded(): boolean {
  return scrubbing.superseded && isScrubbed();
}

/** Cancels the pictures that only earlier frames requested. */
function dropUnwanted(): void {
  for (const picture of scrubbing.unwanted) picture.abort?.();
  scrubbing.unwanted.clear();
}

/**
 * Gives the newest frame priority in an editor: when its player is asked for another frame, cancels the pictures that
 * the current frame waits for, unless the new frame requests them too.
 */
export function letNewestWin(player: Player): void {
  scrubbing.watched = true;
  // The player's fields for its pending requests, which it clears when it starts on them.
  const isPending: Record<string, (value: unknown) => boolean> = {
    requestedSeek: (frame) => (frame as number) >= 0,
    requestedRecalculation: Boolean,
  };
  const fields = player as unknown as Record<string, unknown>;
  const values = Object.fromEntries(Object.keys(isPending).map((name) => [name, fields[name]]));
  for (const name of Object.keys(isPending)) {
    Object.defineProperty(player, name, {
      get: () => values[name],
      set(value: unknown) {
        values[name] = value;
        supersede(Object.entries(isPending).some(([other, pending]) => pending(values[other])));
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
 * The canvas that a node shows: its picture's, or the previous one while an editor moves on to another frame.
 * @param key - The node's key, which stays the same when its scene restarts.
 */
export function canvasToShow(key: string, { canvas }: Picture): OffscreenCanvas | undefined {
  const { watched, latest } = scrubbing;
  if (watched && canvas) latest.set(key, canvas);
  return canvas ?? (isSuperseded() ? latest.get(key) : undefined);
}

/** The factor, a power of two from 1/16 to 1, by which to scale each side so that a picture takes `milliseconds`. */
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
  if (spares.unshift(rgba) > MAX_SPARES) spares.pop();
  picture.canvas = canvas;
  picture.abort = undefined;
  scrubbing.unwanted.delete(picture);
  cachedPixels += costOf(canvas);
  evictOldest(picture);
}

const costOf = ({ width, height }: OffscreenCanvas) => Math.max(MIN_COST, width * height);

const canvasOf = ([width, height]: readonly [number, number]) => new OffscreenCanvas(width, height);

function evictOldest(except: Picture): void {
  for (const [key, { canvas }] of pictures) {
    if (cachedPixels <= CACHED_PIXELS) return;
    if (!canvas || key === except.key) continue;
    pictures.delete(key);
    cachedPixels -= costOf(canvas);
  }
}
