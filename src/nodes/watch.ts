/**
 * Names for pictures that are not drawn with canvas calls. A page that records canvas calls
 * (src/sources/composed/page/trace.ts) identifies such pictures by their names, without drawing them. By default
 * nothing watches.
 */

/** An observer that is told the name of each picture. */
interface Watch {
  /** Whether nodes should only name their pictures and not draw them. */
  readonly namesOnly: boolean;
  /** Reports what a canvas shows from now on. */
  name(canvas: HTMLCanvasElement | OffscreenCanvas, name: string): void;
}

let watch: Watch | undefined;

/** Sets the observer that is told the names of pictures. */
export function setWatch(by: Watch): void {
  watch = by;
}

/** Whether nodes should only name their pictures and not draw them. */
export const namesOnly = (): boolean => watch?.namesOnly ?? false;

/** Names a canvas and returns it. @param name - Everything that determines what the canvas shows. */
export function named<T extends HTMLCanvasElement | OffscreenCanvas>(name: string, canvas: T): T {
  watch?.name(canvas, name);
  return canvas;
}
