/**
 * Detects text that is not drawn as intended: characters that no font has, and font families that do not exist. A
 * browser silently draws an empty box, or uses another font.
 *
 * All text drawn on a canvas is checked: Txt, Code, other people's nodes. It is measured after the frame, when its
 * fonts have loaded, and each character only once per font.
 */
import { Latex, type Layout, type Node, Node as NodeClass, SVG } from '@motion-canvas/2d';
import type { TextTrouble } from './protocol.js';

/**
 * A font without characters. Its glyph for missing characters is 1000 em wide, and its ascent and descent are 500 em
 * each. First in a font list, it shows by the width of a text that no other font has a character, installed fonts
 * included. After a family, it shows by the line height that the family does not exist. Made with fontTools'
 * FontBuilder: 16 units per em; .notdef is a triangle of one unit, with an advance width of 16000; ascent and descent
 * 8000.
 */
const SENTINEL =
  'data:font/woff2;base64,d09GMgABAAAAAADsAAoAAAAAAiwAAACkAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmAALAoUMgE2AiQDBAsEAAQgBTwHIBuXAaAeB7k59DahKF5I5/F8/L157szbTa2WDhr8iXakyrgkKSLhbR7ITnEl9aWT4+9AeoETHyggiiTgNPPAQzZ7oMiiK/X0Fc0MwR3l7P5vUXsIAHAOCo1DLTg0nKIULJf8E0BAIWgMwADpbBwLIAjfmz/c4X+17cLbTQu1ImgFcnnN9MX0KQIAyPSFIFpAAQBguBUQQUCJaBlrotRElfHKK8QGAAA=';
const NAME = 'Untrained Sentinel';
/** Wider and higher than any text of one character, in em. */
const THRESHOLD = 400;
const SIZE = 10;

/** Generic families, unless quoted. The last two are Apple's names for system-ui, at the start of many font lists. */
const GENERIC = new Set([
  ...'serif sans-serif monospace cursive fantasy system-ui math emoji fangsong'.split(' '),
  ...'ui-serif ui-sans-serif ui-monospace ui-rounded'.split(' '),
  '-apple-system',
  'BlinkMacSystemFont',
]);

/** The font family of Motion Canvas's views by default, which the scene's author did not choose. */
const DEFAULT_FAMILY = 'Roboto';

/** A font list with its style, regardless of size. */
interface Font {
  /** The part before the size, such as "italic 700". */
  style: string;
  families: string[];
  drawn: Set<string>;
  checked: boolean;
}

interface Pending {
  font: Font;
  characters: Set<string>;
  node: Node | undefined;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const fonts = new Map<string, Font>();
let pending: Pending[] = [];
let leftOut: TextTrouble[] = [];
let drawing: Node | undefined;
let clusters: Intl.Segmenter;
let measuring: CanvasRenderingContext2D;

/** Starts checking text. Call it once, before anything is drawn. */
export async function watchText(): Promise<void> {
  clusters = new Intl.Segmenter();
  measuring = document.createElement('canvas').getContext('2d')!;
  document.fonts.add(await new FontFace(NAME, `url(${SENTINEL})`).load());
  for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D])
    for (const method of ['fillText', 'strokeText'] as const) {
      const draw = prototype[method];
      prototype[method] = function (this: Context, text: string, ...rest: [number, number, number?]) {
        if (text) see(this.font, String(text));
        draw.call(this as never, text, ...rest);
      };
    }
  const { render } = NodeClass.prototype;
  NodeClass.prototype.render = function (this: Node, context) {
    const outer = drawing;
    drawing = this;
    try {
      render.call(this, context);
    } finally {
      drawing = outer;
    }
  };
  watchShapes();
}

/** The problems of text drawn since the previous call, by the creation stack of the nodes. */
export async function textTroubles(): Promise<TextTrouble[]> {
  if (pending.length === 0 && leftOut.length === 0) return leftOut;
  const troubles = leftOut;
  const seen = pending;
  leftOut = [];
  pending = [];
  const missing = new Map<string, Set<string>>();
  for (const { font, characters, node } of seen) {
    const stack = node?.creationStack ?? '';
    await loaded(font, [...characters].join(''));
    if (!font.checked) {
      font.checked = true;
      const families = absent(font);
      if (families.length > 0 && isNamed(node)) troubles.push({ families, stack });
    }
    for (const character of characters) {
      if (isDrawn(font, character)) continue;
      if (!missing.has(stack)) missing.set(stack, new Set());
      missing.get(stack)!.add(character);
    }
  }
  for (const [stack, characters] of missing) troubles.push({ missing: [...characters], stack });
  return troubles;
}

/** Notes what has not been seen in that font before. */
function see(css: string, text: string): void {
  const font = fontOf(css);
  let found: Set<string> | undefined;
  for (const { segment } of clusters.segment(text)) {
    if (font.drawn.has(segment) || /^\s+$/.test(segment)) continue;
    font.drawn.add(segment);
    found ??= new Set();
    found.add(segment);
  }
  if (found) pending.push({ font, characters: found, node: drawing });
}

/** Parses a canvas's font, such as `italic 700 40px "Some Name", serif`. */
function fontOf(css: string): Font {
  const [, style, list] = /^(.*?)[\d.]+px(?:\/\S+)? (.*)$/s.exec(css) ?? ['', '', css];
  const key = `${style}|${list}`;
  let font = fonts.get(key);
  if (!font) {
    const families = list.match(/"(?:[^"\\]|\\.)*"|[^,"]+/g) ?? [];
    const trimmed = families.map((family) => family.trim()).filter(Boolean);
    font = { style, families: trimmed, drawn: new Set(), checked: false };
    fonts.set(key, font);
  }
  return font;
}

/** Loads the fonts for a text. Missing files are reported elsewhere. */
async function loaded({ style, families }: Font, text: string): Promise<void> {
  await document.fonts.load(`${style}${SIZE}px ${families.join(', ')}`, text).catch(() => {});
}

function isDrawn({ style, families }: Font, text: string): boolean {
  measuring.font = `${style}${SIZE}px "${NAME}", ${families.join(', ')}`;
  return measuring.measureText(text).width < THRESHOLD * SIZE;
}

/** The families before the first one that exists. */
function absent({ style, families }: Font): string[] {
  const first = families.findIndex((family) => exists(style, family));
  const before = families.slice(0, first < 0 ? families.length : first);
  return before.map(bare);
}

/** A family's name without quotation marks. */
const bare = (family: string) => family.replace(/^(["'])(.*)\1$/s, '$2').replace(/\\(.)/gs, '$1');

function exists(style: string, family: string): boolean {
  if (family === 'monospace') {
    measuring.font = `${style}${SIZE}px monospace`;
    return measuring.measureText('i').width === measuring.measureText('M').width;
  }
  if (GENERIC.has(family)) return true;
  // A declared font may lack the characters from which browsers derive the line height.
  const name = bare(family).toLowerCase();
  for (const face of document.fonts)
    if (bare(face.family).toLowerCase() === name && face.status !== 'error') return true;
  measuring.font = `${style}${SIZE}px ${family}, "${NAME}"`;
  return measuring.measureText('').fontBoundingBoxAscent < THRESHOLD * SIZE;
}

/** Whether the scene chose the font family, rather than Motion Canvas by default. */
function isNamed(node: Node | undefined): boolean {
  for (let at = node as Layout | null | undefined; at; at = at.parent() as Layout | null) {
    if (at === node?.view()) return at.fontFamily() !== DEFAULT_FAMILY;
    if (at.fontFamily && !at.fontFamily.isInitial()) return true;
  }
  return true;
}

/** A private method of Motion Canvas's SVG. Formulas are SVGs, with a <text> for characters that their font lacks. */
interface Parsing {
  parseSVG(this: SVG, svg: string): unknown;
}

function watchShapes(): void {
  const checked = new WeakMap<SVG, string>();
  for (const { prototype } of [SVG, Latex]) {
    const parsing = prototype as unknown as Parsing;
    const { parseSVG } = parsing;
    parsing.parseSVG = function (svg) {
      const texts = svg.includes('<text') && checked.get(this) !== svg ? textsOf(svg) : '';
      checked.set(this, svg);
      if (texts) leftOut.push({ leftOut: texts, stack: this.creationStack ?? '' });
      return parseSVG.call(this, svg);
    };
  }
}

function textsOf(svg: string): string {
  const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
  return [...documentElement.querySelectorAll('text')]
    .map(({ textContent }) => textContent?.trim())
    .filter(Boolean)
    .join(' ');
}
