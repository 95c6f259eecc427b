/**
 * Notices text that is not drawn as it was meant: characters that no typeface has, and families that do not exist. A
 * browser draws an empty box or another typeface then, and says nothing.
 *
 * Whatever is drawn as text passes here: Txt, Code, nodes of others. What was seen is measured after the frame, when
 * its typefaces are loaded, and each character only once for each font.
 */
import { Latex, type Layout, type Node, Node as NodeClass, SVG } from '@motion-canvas/2d';
import type { TextTrouble } from './protocol.js';

/**
 * A typeface without any character, whose box for those that are missing is a thousand times as wide as the font is
 * large, and whose lines are 500 times as high on either side. In front of a font it gives away, by the width of a
 * text, what is in no other typeface, installed ones included; behind a family, by the height of a line, that there is
 * no such family. Made with fontTools' FontBuilder: 16 units an em; .notdef is a triangle of one unit, 16000 wide;
 * ascent and descent 8000.
 */
const SENTINEL =
  'data:font/woff2;base64,d09GMgABAAAAAADsAAoAAAAAAiwAAACkAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmAALAoUMgE2AiQDBAsEAAQgBTwHIBuXAaAeB7k59DahKF5I5/F8/L157szbTa2WDhr8iXakyrgkKSLhbR7ITnEl9aWT4+9AeoETHyggiiTgNPPAQzZ7oMiiK/X0Fc0MwR3l7P5vUXsIAHAOCo1DLTg0nKIULJf8E0BAIWgMwADpbBwLIAjfmz/c4X+17cLbTQu1ImgFcnnN9MX0KQIAyPSFIFpAAQBguBUQQUCJaBlrotRElfHKK8QGAAA=';
const NAME = 'Untrained Sentinel';
/** Ems: wider, or higher, than any text of one character. */
const TELLING = 400;
const SIZE = 10;

/** Families that browsers choose themselves. Those in quotation marks are names like any other. */
const GENERIC = new Set(
  'serif sans-serif monospace cursive fantasy system-ui math emoji fangsong ui-serif ui-sans-serif ui-monospace ui-rounded'.split(
    ' ',
  ),
)
  .add('-apple-system')
  .add('BlinkMacSystemFont'); // what Apple calls system-ui, at the head of many lists

/** Of Motion Canvas's own view. Nobody asked for it by name. */
const DEFAULT_FAMILY = 'Roboto';

/** What is known of a font, whatever its size. */
interface Font {
  /** Before the families: "italic 700". */
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

/** Begins to watch. Called once, before anything is drawn. */
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

/** What is wrong with the text drawn since it was last asked for, by where its nodes were made. */
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

/** As a canvas has it: "italic 700 40px "Some Name", serif". */
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

/** Waits for the typefaces that this text takes. That a file is not there is told by whoever asked for it. */
async function loaded({ style, families }: Font, text: string): Promise<void> {
  await document.fonts.load(`${style}${SIZE}px ${families.join(', ')}`, text).catch(() => {});
}

function isDrawn({ style, families }: Font, text: string): boolean {
  measuring.font = `${style}${SIZE}px "${NAME}", ${families.join(', ')}`;
  return measuring.measureText(text).width < TELLING * SIZE;
}

/** The families before the first that exists. */
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
  // One that is declared may have none of the characters that a browser tells a line's height by.
  const name = bare(family).toLowerCase();
  for (const face of document.fonts)
    if (bare(face.family).toLowerCase() === name && face.status !== 'error') return true;
  measuring.font = `${style}${SIZE}px ${family}, "${NAME}"`;
  return measuring.measureText('').fontBoundingBoxAscent < TELLING * SIZE;
}

/** Whether a scene chose the family, and not Motion Canvas for it. */
function isNamed(node: Node | undefined): boolean {
  for (let at = node as Layout | null | undefined; at; at = at.parent() as Layout | null) {
    if (at === node?.view()) return at.fontFamily() !== DEFAULT_FAMILY;
    if (at.fontFamily && !at.fontFamily.isInitial()) return true;
  }
  return true;
}

/** What is private in Motion Canvas's SVG. Formulas are SVGs, with a <text> for what their own typeface lacks. */
interface Parsing {
  parseSVG(this: SVG, svg: string): unknown;
}

function watchShapes(): void {
  const told = new WeakMap<SVG, string>();
  for (const { prototype } of [SVG, Latex]) {
    const parsing = prototype as unknown as Parsing;
    const { parseSVG } = parsing;
    parsing.parseSVG = function (svg) {
      const texts = svg.includes('<text') && told.get(this) !== svg ? textsOf(svg) : '';
      told.set(this, svg);
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
