/**
 * Pictures for an editor's preview. While the user plays or scrubs, each frame shows pictures that are as sharp as its
 * time allows; as soon as a frame rests, they are drawn again as in the film. No frame shows another frame's pictures.
 */
import { DependencyContext, PlaybackState, type Player, usePlayback } from '@motion-canvas/core';
import type { FrameDescription } from '../core/frame/description.js';
import { workOf } from '../renderers/drawing-speed.js';
import {
  adaptiveSpeed,
  drawingSpeed,
  findPicture,
  type Picture,
  type PictureRequest,
  startPicture,
} from './picture-store.js';

/** The time budget of a frame's pictures while the user scrubs, in milliseconds: enough for 10 frames per second. */
const SCRUBBING_BUDGET = 45;
/** The time budget while the film plays: a share of a frame's duration, between these limits in milliseconds. */
const PLAYING_SHARE = 0.8;
const PLAYING_BUDGETS = [16, 60] as const;
/** A frame shown for this long, in milliseconds, is at rest. Seeks that follow each other sooner are scrubbing. */
const REST_MS = 150;
/** A rough picture is drawn again for playback if it could have this many times the resolution. */
const WORTHWHILE = 1.3;
/** The number of rough pictures that are remembered. */
const MAX_ROUGH = 256;

/** A picture drawn at a lower resolution or without supersampling. */
interface Rough {
  picture: Picture;
  width: number;
  /** The number of the frame for which it was drawn: see beginFrame(). */
  frame: number;
}

let player: Player | undefined;
/** The rough pictures by name: a frame is drawn several times, and must find the same ones. Oldest first. */
const roughs = new Map<string, Rough>();
/** The sharp pictures that the resting frame lacks, by key. */
const wanted = new Map<string, FrameDescription>();
/** Sharp pictures that are being drawn or have not been shown yet, by key. */
const sharpening = new Map<string, Picture>();
/** Pictures that the resting frame waits for. */
const awaited = new Set<Picture>();
/** The keys of the sharp pictures being drawn that the newest frame has not requested so far. */
const unwanted = new Set<string>();
/** Why sharp pictures of this frame could not be drawn, by key. */
const failures = new Map<string, unknown>();
/** The frame being drawn: its number, its place in the film, and the work of its pictures at full size by name. */
let frameNumber = 0;
let place = -1;
let works = new Map<string, number>();
/** The total work of the previous frame. */
let workBefore = 0;
let lastSeek = Number.NEGATIVE_INFINITY;
/** Whether the last seek soon followed another one. */
let isScrubbed = false;
/** Whether a mouse button or finger is down, as while the playhead is dragged. */
let isPressed = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let isDrawing = false;
let onDrawing: (isDrawing: boolean) => void = () => {};

/** Whether an editor's player is drawing. Editors also render films, whose pictures must be complete. */
export function isPreviewed(): boolean {
  return player !== undefined && usePlayback().state !== PlaybackState.Rendering;
}

/**
 * Draws the pictures of this player's frames within their time budgets first, and then sharply.
 * @param listener - Called with whether the frame at rest still lacks sharp pictures, whenever that changes.
 */
export function watchPlayer(watched: Player, listener: (isDrawing: boolean) => void): void {
  player = watched;
  onDrawing = listener;
  // The player's fields for its pending requests, which it clears when it starts on them.
  const fields = watched as unknown as { requestedSeek: number; requestedRecalculation: boolean };
  let { requestedSeek: seek, requestedRecalculation: recalculation } = fields;
  Object.defineProperties(watched, {
    requestedSeek: {
      get: () => seek,
      set(frame: number) {
        const isBegun = seek >= 0 && frame < 0;
        seek = frame;
        if (frame >= 0) moveOn();
        else beginFrame();
        if (isBegun) disown(); // the previous frame may have been redrawn since the seek was requested
      },
    },
    requestedRecalculation: {
      get: () => recalculation,
      set(requested: boolean) {
        recalculation = requested;
        if (requested) moveOn();
      },
    },
  });
  addEventListener('pointerdown', () => setPressed(true), true);
  for (const end of ['pointerup', 'pointercancel', 'blur'])
    addEventListener(end, () => setPressed(false), true);
  watched.onStateChanged.subscribe(({ paused }) => {
    if (!paused) moveOn();
  });
}

function setPressed(pressed: boolean): void {
  isPressed = pressed;
  if (pressed || wanted.size === 0) return;
  clearTimeout(timer);
  sharpen();
}

/** Another frame has been requested: sharp pictures that only the current one needs are no longer worth drawing. */
function moveOn(): void {
  const now = performance.now();
  isScrubbed = now - lastSeek < REST_MS;
  lastSeek = now;
  failures.clear();
  for (const [name, { picture }] of roughs) if (picture.error) roughs.delete(name);
  disown();
}

/** Keeps only the sharp pictures that the next frame requests. */
function disown(): void {
  wanted.clear();
  for (const key of sharpening.keys()) unwanted.add(key);
  clearTimeout(timer);
  timer = setTimeout(dropUnwanted, REST_MS); // in case the frame requests no pictures
}

/** Cancels the sharp pictures that only earlier frames requested. */
function dropUnwanted(): void {
  for (const key of unwanted) {
    sharpening.get(key)?.abort?.();
    sharpening.delete(key);
  }
  unwanted.clear();
  report();
}

function beginFrame(): void {
  frameNumber++;
  if (works.size === 0) return;
  workBefore = totalOf(works);
  works = new Map();
}

const totalOf = (works: Map<string, number>) => [...works.values()].reduce((sum, work) => sum + work, 0);

/** The best picture for the preview that exists or can be drawn in time. */
export function previewPicture(key: string, request: PictureRequest): Picture {
  const playback = usePlayback();
  if (playback.frame !== place) beginFrame(); // a presentation's frames are not announced
  place = playback.frame;
  if (failures.has(key)) throw failures.get(key);
  if (unwanted.size > 0) queueMicrotask(dropUnwanted); // after all nodes of the frame have made their requests
  const sharp = findPicture(key) ?? sharpening.get(key);
  if (sharp?.canvas) {
    if (sharpening.delete(key)) setTimeout(report); // when it has been shown
    return sharp;
  }
  const rests = playback.state === PlaybackState.Paused;
  if (rests) unwanted.delete(key);
  const picture = inTime(key, request, rests);
  if (picture.error) throw picture.error;
  if (!picture.canvas) {
    DependencyContext.collectPromise(picture.done);
    if (rests) countIn(picture);
  } else if (rests && picture.key !== key) want(key, request);
  return picture;
}

/** Records that the frame waits for a picture. */
function countIn(picture: Picture): void {
  if (awaited.has(picture)) return;
  awaited.add(picture);
  picture.done.then(() => {
    awaited.delete(picture);
    setTimeout(report); // after the frame has been drawn again, and has requested sharper pictures
  });
  report();
}

/** The picture that can be drawn in time: a rough one, or the sharp one itself. */
function inTime(key: string, request: PictureRequest, rests: boolean): Picture {
  const { name } = request;
  const known = roughs.get(name);
  if (known && (rests || known.frame === frameNumber)) return known.picture;
  const frame = request.describe([...request.size]);
  const work = workOf(frame);
  const smooth = work / frame.supersample ** 2;
  works.set(name, smooth);
  const all = Math.max(totalOf(works), workBefore);
  const budget = budgetNow(rests);
  if (drawingSpeed.timeFor(work) <= (budget * smooth) / all) return startPicture(key, frame);
  // While the picture changes, hardly visible differences do not matter: see Evaluation.
  const scale = adaptiveSpeed.scaleFor(all, budget);
  const coarse = { ...coarsened(request, scale), supersample: 1 as const, evaluation: 'adaptive' as const };
  const { size } = coarse;
  if (known && size[0] < known.width * WORTHWHILE) return known.picture;
  const picture = startPicture(JSON.stringify([name, size, 'rough']), coarse);
  roughs.delete(name);
  roughs.set(name, { picture, width: size[0], frame: frameNumber });
  if (roughs.size > MAX_ROUGH) roughs.delete(roughs.keys().next().value!);
  return picture;
}

/** The frame with its sides scaled, or somewhat larger if that is too small for what it shows. */
function coarsened(
  { size, describe }: Pick<PictureRequest, 'size' | 'describe'>,
  scale: number,
): FrameDescription {
  try {
    return describe(size.map((side) => Math.max(1, Math.round(side * scale))) as [number, number]);
  } catch (error) {
    if (scale === 1) throw error;
    return coarsened({ size, describe }, Math.min(1, scale * Math.SQRT2));
  }
}

function budgetNow(rests: boolean): number {
  if (rests) return SCRUBBING_BUDGET;
  const [least, most] = PLAYING_BUDGETS;
  return Math.min(most, Math.max(least, (PLAYING_SHARE * 1000) / usePlayback().fps));
}

/** Requests that a picture be drawn as in the film as soon as the preview rests. */
function want(key: string, { describe, size }: PictureRequest): void {
  if (sharpening.has(key) || wanted.has(key)) return;
  if (wanted.size === 0) {
    clearTimeout(timer);
    timer = setTimeout(sharpen, isScrubbed || isPressed ? REST_MS : 0);
  }
  wanted.set(key, describe([...size]));
  report();
}

function sharpen(): void {
  dropUnwanted();
  for (const [key, frame] of wanted) {
    const picture = startPicture(key, frame);
    sharpening.set(key, picture);
    picture.done.then(() => {
      if (sharpening.get(key) !== picture) return; // it was cancelled
      if (picture.error) {
        failures.set(key, picture.error);
        sharpening.delete(key);
        report();
      }
      player?.requestRender();
    });
  }
  wanted.clear();
}

function report(): void {
  const now = awaited.size + wanted.size + sharpening.size > 0;
  if (now === isDrawing) return;
  isDrawing = now;
  onDrawing(now);
}
