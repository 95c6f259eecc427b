/** What a plane's painters have in common: they bring a picture onto a canvas in passes, each sharper than the last. */
import type { FrameDescription } from '../../core/frame/description.js';
import type { DrawingSpeed } from '../../renderers/drawing-speed.js';
import type { Picture } from '../state/document.js';
import type { Size } from './grid.js';

/**
 * How sharp a picture is: samples per pixel along each side. Less than 1: coarse, or stretched. 1: full size.
 * n: full size, with n x n samples.
 */
export type Sharp = number;

/** Samples per pixel along each side. */
export type Samples = FrameDescription['supersample'];

/** The time for a coarse picture, in milliseconds: short enough for 30 pictures a second, with all else they need. */
export const COARSE_MS = 18;
/** Coarse pictures have at least this much work, in multiply-adds: some 15 ms on two cores, whatever was measured. */
const LEAST_WORK = 3e8;

/** The scale of a coarse picture's sides, from 1/64 to 1. @param work - That of the picture at full size. */
export function coarseScale(speed: DrawingSpeed, work: number): number {
  return Math.min(1, Math.max(speed.scaleFor(work, COARSE_MS), Math.sqrt(LEAST_WORK / work)));
}

/** One step towards a sharp picture. */
export interface Pass {
  /** Whether this is the first picture after a change, which is finished even if it is outdated. */
  isCoarse: boolean;
  /** Draws and shows it. @param signal - Cancels what is not begun; the promise then rejects. */
  draw(signal: AbortSignal): Promise<void>;
}

export interface Painter {
  /** How sharp the least sharp part of the canvas is; 0 if it shows another picture. */
  readonly sharpness: Sharp;
  /**
   * Takes the newest picture, and shows at once what exists of it.
   * @returns Whether pixels were kept, so that it is worth sharpening the picture even while it moves.
   */
  apply(picture: Picture, size: Size): boolean;
  /** The next pass for the picture at rest, or in motion; undefined if there is none. */
  next(motion: Motion): Pass | undefined;
  /** Forgets what the canvas shows: something else has drawn on it. */
  forget(): void;
  close(): void;
}

/** `changing`: the picture will soon be outdated. `moving`: the view moves, but pixels remain useful. */
export type Motion = 'changing' | 'moving' | 'rest';
