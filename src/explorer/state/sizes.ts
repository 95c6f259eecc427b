/** The sizes that pictures and films are saved in. */
import { MAX_SIDE } from '../../core/frame/description.js';

/** Width and height in pixels. */
export type Size = readonly [width: number, height: number];

/** A size to choose. */
export interface SizeChoice {
  label: string;
  size: Size;
}

/** Sizes of pictures. @param own - That of the window, in device pixels. */
export function pictureSizes(own: Size): SizeChoice[] {
  return labelled([
    ['As in the window', within(own)],
    ['Full HD', [1920, 1080]],
    ['4K', [3840, 2160]],
    ['8K', [7680, 4320]],
    ['Square', [2160, 2160]],
    ['Phone', [1440, 3120]],
    ['A3 at 300 dpi', [4961, 3508]],
  ]);
}

/** Sizes of films. @param own - That of the sweep. */
export function filmSizes(own: Size): SizeChoice[] {
  const named: [string, Size][] = [
    ['HD', [1280, 720]],
    ['Full HD', [1920, 1080]],
    ['Square', [1080, 1080]],
    ['Upright', [1080, 1920]],
    ['4K', [3840, 2160]],
  ];
  const isNamed = named.some(([, size]) => isSame(size, own));
  return labelled(isNamed ? named : [["The scene's", even(own)], ...named]);
}

/** The nearest even numbers from 2 up, as films need them. */
export function even([width, height]: Size): Size {
  const nearest = (side: number) => Math.min(MAX_SIDE, Math.max(2, 2 * Math.round(side / 2)));
  return [nearest(width), nearest(height)];
}

/** The nearest size that can be drawn. */
export function within([width, height]: Size): Size {
  const nearest = (side: number) => Math.min(MAX_SIDE, Math.max(1, Math.round(side)));
  return [nearest(width), nearest(height)];
}

export const isSame = (a: Size, b: Size): boolean => a[0] === b[0] && a[1] === b[1];

/** A time in words: "40 s", "3 min", "2 h 5 min". */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

function labelled(sizes: [label: string, size: Size][]): SizeChoice[] {
  return sizes.map(([label, size]) => ({ label: `${label} (${size[0]} × ${size[1]})`, size }));
}
