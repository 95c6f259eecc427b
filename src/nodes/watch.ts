/**
 * What a page that follows the drawing (src/sources/composed/page/trace.ts) needs of nodes that make pictures by other means than a canvas
 * that can be followed: a name for each, by which it is known without being made. Nobody follows by default.
 */

/** Whoever follows the drawing. */
export interface Watch {
  /** Whether nothing is to be made: names are all that is wanted. */
  readonly namesOnly: boolean;
  /** Says what a canvas shows from now on. */
  name(canvas: HTMLCanvasElement | OffscreenCanvas, name: string): void;
}

let watch: Watch | undefined;

/** From now on, pictures are named to `by`. */
export function setWatch(by: Watch): void {
  watch = by;
}

/** Whether pictures are only to be named. */
export const namesOnly = (): boolean => watch?.namesOnly ?? false;

/** A canvas, named. @param name - All that decides what it shows. */
export function named<T extends HTMLCanvasElement | OffscreenCanvas>(name: string, canvas: T): T {
  watch?.name(canvas, name);
  return canvas;
}
