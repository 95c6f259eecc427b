/**
 * The look shared by all nodes: a typeface that ships with the package, so that text is the same on every machine;
 * sizes that are readable on a phone; and a dark and a light set of colours.
 */

import type { Node, Rect } from '@motion-canvas/2d';
import type { Vector2 } from '@motion-canvas/core';
import { font } from '#embedded';
import { type Colours, dark, light } from '../core/colours.js';
import { UsageError } from '../core/errors.js';
import { quote } from '../core/wording/explain.js';

/**
 * Inter, by The Inter Project Authors, SIL Open Font License 1.1 (fonts/OFL.txt): the Latin subset of the variable
 * font, from @fontsource-variable/inter 5.3.0.
 */
export const FONT_FAMILY = 'Untrained Inter';

export { type Colours, dark, light };

/** Colours, font sizes and distances for a view. Lengths are in pixels of the view. */
export interface Theme {
  /** The set of colours, `dark` or `light` or one of your own. */
  colours: Colours;
  /** The typeface, as a CSS font family or a list of them. */
  font: string;
  /** Margin along the view's edges, in pixels. */
  margin: number;
  /** Gap between neighbouring elements, in pixels. */
  gap: number;
  /** Font size of titles, in pixels. */
  title: number;
  /** Font size of body text, in pixels. */
  body: number;
  /**
   * Font size of labels, the smallest in a scene. On a phone 375 pixels wide, it is 11.1 pixels in landscape and 12.5
   * in portrait.
   */
  small: number;
  /** Width of prominent lines, in pixels. */
  stroke: number;
  /** Corner radius of pictures, in pixels. */
  radius: number;
}

/**
 * The theme for a view of this size. Font sizes grow with the view's width, since a phone shows a film at its full
 * width.
 * @param size - In pixels, as returned by `view.size()`.
 * @param colours - The set of colours; dark by default.
 * @param font - The typeface, as a CSS font family or a list of them; Inter by default.
 */
export function themeFor({ width, height }: Vector2, colours = dark, font = FONT_FAMILY): Theme {
  const shorter = Math.min(width, height);
  const em = height > width ? 0.0335 * width : 0.0296 * Math.min(width, 1.95 * height);
  return {
    colours,
    font,
    margin: 0.065 * shorter,
    gap: 0.03 * shorter,
    title: 1.6 * em,
    body: 1.2 * em,
    small: em,
    stroke: 0.006 * shorter,
    radius: 0.014 * shorter,
  };
}

/** The themes set by dress(). */
const dressed = new WeakMap<Node, Theme>();

/**
 * Call it at the start of a scene: waits for the typeface, and sets the theme of the view, or of a node that serves as
 * one. Nodes of this package inside it take their defaults from that theme.
 * @param view - The scene's view, or a node that stands for one.
 * @param colours - The set of colours; dark by default.
 * @param options.font - The typeface of everything in it, tick labels included: a CSS font family that is installed or
 *   that the scene loads, or a list of them, such as `'Georgia, serif'`. Inter by default.
 * @throws UsageError for what is not a set of colours, and for an unknown option.
 * @example `const theme = yield* dress(view, light);`
 * @example `yield* dress(view, dark, { font: 'Source Serif 4' });`
 */
export function* dress(
  view: Rect,
  colours = dark,
  options: { font?: string } = {},
): Generator<Promise<unknown>, Theme, unknown> {
  const { font = FONT_FAMILY, ...unknown } = options;
  for (const name of Object.keys(unknown)) {
    throw new UsageError(`dress: unknown option "${name}": the only option is "font".`);
  }
  if (typeof colours?.background !== 'string') {
    throw new UsageError(
      `dress: the colours are ${quote(colours)} but must be a set of colours: import dark or light from untrained/nodes.`,
    );
  }
  yield font === FONT_FAMILY
    ? loadFont()
    : Promise.all([400, 500, 600].map((weight) => loaded(font, weight)));
  const theme = themeFor(view.size(), colours, font);
  dressed.set(view, theme);
  view.fill(colours.background).fontFamily(familyOf(font)).fontSize(theme.body);
  return theme;
}

/** Loads a font that the page declares. A font that cannot be loaded is reported where it is needed. */
function loaded(font: string, weight: number): Promise<unknown> {
  return document.fonts.load(canvasFont(16, weight, font)).catch(() => {});
}

/** A font family as CSS, in quotation marks if necessary: "Source Serif 4" needs them because of its 4. */
function familyOf(font: string): string {
  return /[,"']/.test(font) || /^-?[a-z_][\w-]*( -?[a-z_][\w-]*)*$/i.test(font) ? font : JSON.stringify(font);
}

/** The theme of a node: that of its nearest ancestor that has one, or else the dark theme for its view's size. */
export function themeOf(node: Node): Theme {
  for (let around: Node | null = node; around; around = around.parent()) {
    const theme = dressed.get(around);
    if (theme) return theme;
  }
  return themeFor(node.view().size());
}

/**
 * The typeface's two faces. Figures are tabular: changing numbers must not shift sideways. Nothing else is, since a
 * tabular hyphen is as wide as a figure.
 */
const FACES: FontFaceDescriptors[] = [
  { featureSettings: '"tnum"', unicodeRange: 'U+30-39' },
  { unicodeRange: 'U+0-2F, U+3A-10FFFF' },
];

let faces: Promise<FontFace[]> | undefined;

/** Loads the typeface, once per page. */
export function loadFont(): Promise<FontFace[]> {
  faces ??= Promise.all(FACES.map(load));
  return faces;
}

async function load(face: FontFaceDescriptors): Promise<FontFace> {
  const made = new FontFace(FONT_FAMILY, `url(${font})`, { weight: '100 900', ...face });
  document.fonts.add(await made.load());
  return made;
}

/**
 * The CSS font of a typeface, for text drawn on a canvas.
 * @param size - In pixels.
 * @param weight - 100 to 900; 400, the default, is regular.
 * @param font - The typeface: a theme's `font`; Inter by default.
 */
export function canvasFont(size: number, weight = 400, font = FONT_FAMILY): string {
  return `${weight} ${size}px ${font === FONT_FAMILY ? JSON.stringify(font) : familyOf(font)}`;
}
