/**
 * What frames are drawn by: every call to a canvas, with all that it is given, as a print of 64 bits. Frames of the same
 * print are the same to the pixel, so a film that is changed is drawn only where its prints have changed; and a print can
 * be had without painting, in a fraction of the time.
 *
 * Where something is drawn that cannot be followed (a video, a WebGL canvas of somebody's, pixels that are read back), the
 * frame has no print.
 */
import { setWatch } from '../../../nodes/watch.js';

type Canvas = HTMLCanvasElement | OffscreenCanvas;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
// biome-ignore lint/suspicious/noExplicitAny: methods of all sorts are wrapped
type Method = (...args: any[]) => any;

/** Calls that change no picture and no state. */
const ASKING = new Set('getTransform getLineDash measureText isPointInPath isPointInStroke'.split(' '));
ASKING.add('getContextAttributes').add('isContextLost').add('createImageData').add('constructor');
/** Calls that make something to paint with, which is followed in its turn. */
const MAKING = /^create(.*Gradient|Pattern)$/;
/** Calls that paint, and do nothing else: without a painter they are left out. */
const PAINTING = new Set(
  'fill stroke fillRect strokeRect fillText strokeText drawImage putImageData'.split(' '),
);
/** What is left of a frame in the next one, where nothing resets it. */
const STATE = [
  'globalAlpha',
  'globalCompositeOperation',
  'filter',
  'fillStyle',
  'strokeStyle',
  'lineWidth',
] as const;

/** A number of 64 bits in two halves, mixed as MurmurHash3 does (Austin Appleby, public domain). */
class Print {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;
  /** Whether something went in that cannot be followed. */
  lost = false;

  static readonly #number = new Float64Array(1);
  static readonly #halves = new Int32Array(Print.#number.buffer);

  bits(value: number): void {
    let k = Math.imul(value, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    const a = this.a ^ k;
    this.a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    const b = this.b ^ Math.imul(value ^ this.a, 0x27d4eb2f);
    this.b = (Math.imul((b << 11) | (b >>> 21), 5) + 0x38495ab5) | 0;
  }

  number(value: number): void {
    Print.#number[0] = value;
    this.bits(Print.#halves[0]);
    this.bits(Print.#halves[1]);
  }

  text(value: string): void {
    this.bits(value.length);
    for (let i = 0; i < value.length; i++) this.bits(value.charCodeAt(i));
  }

  print(other: Print): void {
    this.bits(other.a);
    this.bits(other.b);
    this.lost ||= other.lost;
  }

  reset(): void {
    this.a = 0x9e3779b9 | 0;
    this.b = 0x85ebca6b | 0;
    this.lost = false;
  }

  toString(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** Of canvases by what they show, of paths, gradients and patterns by what they are. */
const prints = new WeakMap<object, Print>();
const names = new WeakMap<Canvas, string>();
let painting = true;
let following = false;
let readBack = false; // pixels were asked for, so that anything may depend on them

/** Begins to follow. Called once, before anything is drawn. */
export function follow(): void {
  if (following) return;
  following = true;
  setWatch({
    get namesOnly() {
      return !painting;
    },
    name: (canvas, name) => void names.set(canvas, name),
  });
  for (const type of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D])
    followContext(type.prototype);
  for (const type of [HTMLCanvasElement, OffscreenCanvas]) followCanvas(type.prototype);
  followPaths();
  wrap(CanvasGradient.prototype, 'addColorStop', note);
  wrap(CanvasPattern.prototype, 'setTransform', note);
}

/** Whether what follows is painted, or only followed. */
export function paint(on: boolean): void {
  painting = on;
}

/** The print of what a context shows, or undefined if it has none. To be asked once for each frame. */
export function printOf(context: CanvasRenderingContext2D): string | undefined {
  const print = prints.get(context.canvas);
  const lost = readBack || !print || print.lost;
  readBack = false;
  return lost ? undefined : String(print);
}

function followContext(prototype: Context): void {
  for (const [name, { value, set }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (set) {
      wrapSetter(prototype, name, (context: Context, value) => {
        const print = printFor(context.canvas);
        print.text(name);
        mix(print, value);
      });
    }
    if (typeof value !== 'function' || ASKING.has(name)) continue;
    if (name === 'getImageData') wrap(prototype, name, noteReading);
    else if (MAKING.test(name)) wrapMaker(prototype, name);
    else wrap(prototype, name, name === 'clearRect' ? noteClear : noteCall, PAINTING.has(name));
  }
}

function followCanvas(prototype: Canvas): void {
  // A canvas that is given a size is empty, and its context as new.
  for (const side of ['width', 'height']) {
    wrapSetter(prototype, side, (canvas: Canvas, value) => {
      const print = printFor(canvas);
      print.reset();
      print.text(side);
      mix(print, value);
    });
  }
}

/** Paths that are drawn on several canvases, at other times than they are made. */
function followPaths(): void {
  const Plain = Path2D;
  globalThis.Path2D = class extends Plain {
    constructor(path?: Path2D | string) {
      super(path);
      const print = new Print();
      mix(print, path);
      prints.set(this, print);
    }
  };
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Plain.prototype)))
    if (typeof value === 'function' && name !== 'constructor') wrap(Plain.prototype, name, note);
}

/** Tells `before` of each call. @param skip - Whether it is left out where nothing is painted. */
function wrap<T extends object>(
  prototype: T,
  name: string,
  before: (self: T, name: string, args: unknown[]) => void,
  skip = false,
): void {
  const methods = prototype as Record<string, Method>;
  const method = methods[name];
  methods[name] = function (this: T, ...args: unknown[]) {
    before(this, name, args);
    return skip && !painting ? undefined : method.apply(this, args);
  };
}

function wrapMaker(prototype: Context, name: string): void {
  const methods = prototype as unknown as Record<string, Method>;
  const method = methods[name];
  methods[name] = function (this: Context, ...args: unknown[]) {
    const made: object | null = method.apply(this, args);
    const print = new Print();
    print.text(name);
    for (const arg of args) mix(print, arg);
    if (made) prints.set(made, print);
    return made;
  };
}

function wrapSetter<T extends object>(
  prototype: T,
  name: string,
  before: (self: T, value: unknown) => void,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, {
    ...descriptor,
    set(this: T, value: unknown) {
      before(this, value);
      descriptor.set!.call(this, value);
    },
  });
}

function note(self: object, name: string, args: unknown[]): void {
  const print = prints.get(self);
  if (!print) return; // made before we followed, and so unknown to whoever draws it
  print.text(name);
  for (const arg of args) mix(print, arg);
}

function noteCall(context: Context, name: string, args: unknown[]): void {
  if (names.has(context.canvas)) return;
  const print = printFor(context.canvas);
  if (name === 'reset') print.reset();
  print.text(name);
  for (const arg of args) mix(print, arg);
}

/** Pixels that somebody asks for may decide anything. */
function noteReading(): void {
  readBack = true;
}

/** What was drawn before all of a canvas was cleared does not show, but for the state that it has left. */
function noteClear(context: Context, name: string, args: unknown[]): void {
  const { canvas } = context;
  const [x, y, width, height] = args as number[];
  const print = printFor(canvas);
  const covers = x <= 0 && y <= 0 && width >= canvas.width && height >= canvas.height;
  if (covers && context.getTransform().isIdentity) {
    print.reset();
    mix(print, canvas.width);
    mix(print, canvas.height);
    for (const state of STATE) mix(print, context[state]);
    return;
  }
  noteCall(context, name, args);
}

function printFor(canvas: Canvas): Print {
  const print = prints.get(canvas) ?? new Print();
  prints.set(canvas, print);
  return print;
}

function mix(print: Print, value: unknown): void {
  if (typeof value === 'number') print.number(value);
  else if (typeof value === 'string') print.text(value);
  else if (typeof value === 'boolean' || value === undefined || value === null) print.text(String(value));
  else if (typeof value === 'object') mixObject(print, value);
  else print.lost = true;
}

function mixObject(print: Print, value: object): void {
  const known = prints.get(value);
  if (value instanceof HTMLCanvasElement || value instanceof OffscreenCanvas) mixCanvas(print, value);
  else if (known) print.print(known);
  else if (value instanceof HTMLImageElement) mixImage(print, value);
  else if (value instanceof ImageData) mixPixels(print, value);
  else if (value instanceof DOMMatrixReadOnly) mixList(print, [...value.toFloat64Array()]);
  else if (Array.isArray(value)) mixList(print, value);
  else if (Object.getPrototypeOf(value) === Object.prototype) mixList(print, Object.entries(value).flat());
  else print.lost = true;
}

function mixList(print: Print, list: unknown[]): void {
  print.bits(list.length);
  for (const item of list) mix(print, item);
}

function mixPixels(print: Print, { width, data }: ImageData): void {
  print.number(width);
  for (const word of new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)) print.bits(word);
}

function mixCanvas(print: Print, canvas: Canvas): void {
  const name = names.get(canvas);
  const shown = prints.get(canvas);
  if (name !== undefined) print.text(name);
  else if (shown) print.print(shown);
  else print.lost = true; // of WebGL or the like
}

/** By its address: what is bundled has its content in it, and the public folder is in every name (composed/source.ts). */
function mixImage(print: Print, { src, naturalWidth, naturalHeight, complete }: HTMLImageElement): void {
  if (src.startsWith('blob:') || !complete) print.lost = true;
  print.text(src.replace(location.origin, '').replace(/^\/[^/]*\//, '/'));
  print.number(naturalWidth);
  print.number(naturalHeight);
}
