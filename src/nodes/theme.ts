/**
 * One look for everything: a typeface that ships with the package, so that every machine draws the same letters; sizes
 * that can be read on a phone; and two sets of colours.
 */

import type { Node, Rect } from '@motion-canvas/2d';
import type { Vector2 } from '@motion-canvas/core';
import { font } from '#embedded';
import { type Colours, dark, light } from '../core/colours.js';

/**
 * Inter, by The Inter Project Authors, SIL Open Font License 1.1 (fonts/OFL.txt); the Latin part of its
 * variable font, from @fontsource-variable/inter 5.3.0.
 */
export const FONT_FAMILY = 'Untrained Inter';

export { type Colours, dark, light };

/** Type sizes and distances for one view, in its pixels. */
export interface Theme {
  colours: Colours;
  /** From the view's edges to what is shown. */
  margin: number;
  /** Between things that stand side by side. */
  gap: number;
  /** Font sizes. On a phone, 375 pixels across, `small` is 10 pixels in landscape and 12.5 in portrait. */
  title: number;
  body: number;
  small: number;
  /** The width of a line that is looked at. */
  stroke: number;
  /** The radius of a picture's corners. */
  radius: number;
}

/**
 * The theme for a view of this size. Sizes grow with its width, since on a phone the width is what there is.
 * @param size - In pixels, as `view.size()` gives it.
 */
export function themeFor({ width, height }: Vector2, colours = dark): Theme {
  const shorter = Math.min(width, height);
  const em = height > width ? 0.0335 * width : 0.0271 * Math.min(width, 1.95 * height);
  return {
    colours,
    margin: 0.065 * shorter,
    gap: 0.03 * shorter,
    title: 1.6 * em,
    body: 1.2 * em,
    small: em,
    stroke: 0.006 * shorter,
    radius: 0.014 * shorter,
  };
}

/** The themes of what was dressed. */
const dressed = new WeakMap<Node, Theme>();

/**
 * What a scene begins with: waits for the typeface, and dresses the view, or a part of it that stands for one. What our
 * nodes in it are not told, they take from this theme.
 *
 * @example `const theme = yield* dress(view, light);`
 */
export function* dress(view: Rect, colours = dark): Generator<Promise<unknown>, Theme, unknown> {
  yield loadFont();
  const theme = themeFor(view.size(), colours);
  dressed.set(view, theme);
  view.fill(colours.background).fontFamily(FONT_FAMILY).fontSize(theme.body);
  return theme;
}

/** The theme around a node: the one its view, or a part of it, was dressed with, and otherwise the dark one. */
export function themeOf(node: Node): Theme {
  for (let around: Node | null = node; around; around = around.parent()) {
    const theme = dressed.get(around);
    if (theme) return theme;
  }
  return themeFor(node.view().size());
}

let face: Promise<FontFace> | undefined;

/** Loads the typeface, once a page.  */
export function loadFont(): Promise<FontFace> {
  face ??= load();
  return face;
}

async function load(): Promise<FontFace> {
  // Digits of one width: a number that counts must not wriggle.
  const made = new FontFace(FONT_FAMILY, `url(${font})`, {
    weight: '100 900',
    featureSettings: '"tnum"',
  });
  document.fonts.add(await made.load());
  return made;
}

/** The font of a node that draws letters by itself, for a canvas. */
export function canvasFont(size: number, weight = 400): string {
  return `${weight} ${size}px ${JSON.stringify(FONT_FAMILY)}`;
}
