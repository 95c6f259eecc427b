/**
 * Fingerprints frames: hashes every canvas call with its arguments into 64 bits. Frames with the same fingerprint
 * have the same pixels, so after a change to a scene only frames with new fingerprints are drawn. Fingerprinting does
 * not need painting, so it takes a fraction of the time.
 *
 * A frame has no fingerprint if it depends on something that cannot be traced: a video, another library's WebGL canvas,
 * pixels that are read back.
 */
import { setWatch } from '../../../nodes/watch.js';

type Canvas = HTMLCanvasElement | OffscreenCanvas;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
// biome-ignore lint/suspicious/noExplicitAny: methods of all sorts are wrapped
type Method = (...args: any[]) => any;

/** Methods without an effect on pixels or state. */
const READ_ONLY = new Set('getTransform getLineDash measureText isPointInPath isPointInStroke'.split(' '));
READ_ONLY.add('getContextAttributes').add('isContextLost').add('createImageData').add('constructor');
/** Methods that create a paint object, which is fingerprinted too. */
const FACTORY = /^create(.*Gradient|Pattern)$/;
/** Methods that paint and have no other effect: skipped when only fingerprints are needed. */
const PAINTING = new Set(
  'fill stroke fillRect strokeRect fillText strokeText drawImage putImageData'.split(' '),
);
/** State that carries over from one frame to the next. */
const STATE = [
  'globalAlpha',
  'globalCompositeOperation',
  'filter',
  'fillStyle',
  'strokeStyle',
  'lineWidth',
] as const;

/** A 64-bit hash in two halves, mixed like MurmurHash3 (Austin Appleby, public domain). */
class Fingerprint {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;
  /** Whether it depends on something that cannot be traced. */
  untraceable = false;

  static readonly #number = new Float64Array(1);
  static readonly #halves = new Int32Array(Fingerprint.#number.buffer);

  bits(value: number): void {
    let k = Math.imul(value, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    const a = this.a ^ k;
    this.a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    const b = this.b ^ Math.imul(value ^ this.a, 0x27d4eb2f);
    this.b = (Math.imul((b << 11) | (b >>> 21), 5) + 0x38495ab5) | 0;
  }

  number(value: number): void {
    Fingerprint.#number[0] = value;
    this.bits(Fingerprint.#halves[0]);
    this.bits(Fingerprint.#halves[1]);
  }

  text(value: string): void {
    this.bits(value.length);
    for (let i = 0; i < value.length; i++) this.bits(value.charCodeAt(i));
  }

  merge(other: Fingerprint): void {
    this.bits(other.a);
    this.bits(other.b);
    this.untraceable ||= other.untraceable;
  }

  reset(): void {
    this.a = 0x9e3779b9 | 0;
    this.b = 0x85ebca6b | 0;
    this.untraceable = false;
  }

  toString(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** The fingerprints of canvases' contents, and of paths, gradients and patterns. */
const fingerprints = new WeakMap<object, Fingerprint>();
const names = new WeakMap<Canvas, string>();
let painting = true;
let tracing = false;
let readBack = false; // the scene has read pixels, which anything may depend on

/** Starts tracing canvas calls. Call it before anything is drawn. */
export function startTracing(): void {
  if (tracing) return;
  tracing = true;
  setWatch({
    get namesOnly() {
      return !painting;
    },
    name: (canvas, name) => void names.set(canvas, name),
  });
  for (const type of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D])
    traceContexts(type.prototype);
  for (const type of [HTMLCanvasElement, OffscreenCanvas]) traceCanvases(type.prototype);
  tracePaths();
  wrap(CanvasGradient.prototype, 'addColorStop', record);
  wrap(CanvasPattern.prototype, 'setTransform', record);
}

/** Sets whether canvas calls paint, or are only traced. */
export function setPainting(on: boolean): void {
  painting = on;
}

/** The fingerprint of a canvas's contents, or undefined if it has none. Call it once per frame. */
export function fingerprintOf(context: CanvasRenderingContext2D): string | undefined {
  const fingerprint = fingerprints.get(context.canvas);
  const untraceable = readBack || !fingerprint || fingerprint.untraceable;
  readBack = false;
  return untraceable ? undefined : String(fingerprint);
}

function traceContexts(prototype: Context): void {
  for (const [name, { value, set }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (set) {
      wrapSetter(prototype, name, (context: Context, value) => {
        const fingerprint = fingerprintFor(context.canvas);
        fingerprint.text(name);
        add(fingerprint, value);
      });
    }
    if (typeof value !== 'function' || READ_ONLY.has(name)) continue;
    if (name === 'getImageData') wrap(prototype, name, recordReadback);
    else if (FACTORY.test(name)) wrapFactory(prototype, name);
    else wrap(prototype, name, name === 'clearRect' ? recordClear : recordCall, PAINTING.has(name));
  }
}

function traceCanvases(prototype: Canvas): void {
  // Setting a canvas's size clears the canvas and resets its context.
  for (const side of ['width', 'height']) {
    wrapSetter(prototype, side, (canvas: Canvas, value) => {
      const fingerprint = fingerprintFor(canvas);
      fingerprint.reset();
      fingerprint.text(side);
      add(fingerprint, value);
    });
  }
}

/** Traces paths, which can be drawn on several canvases and at any time after they are created. */
function tracePaths(): void {
  const Plain = Path2D;
  globalThis.Path2D = class extends Plain {
    constructor(path?: Path2D | string) {
      super(path);
      const fingerprint = new Fingerprint();
      add(fingerprint, path);
      fingerprints.set(this, fingerprint);
    }
  };
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Plain.prototype)))
    if (typeof value === 'function' && name !== 'constructor') wrap(Plain.prototype, name, record);
}

/** Calls `before` ahead of each call of a method. @param skip - Whether to skip the method when nothing is painted. */
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

function wrapFactory(prototype: Context, name: string): void {
  const methods = prototype as unknown as Record<string, Method>;
  const method = methods[name];
  methods[name] = function (this: Context, ...args: unknown[]) {
    const made: object | null = method.apply(this, args);
    const fingerprint = new Fingerprint();
    fingerprint.text(name);
    for (const arg of args) add(fingerprint, arg);
    if (made) fingerprints.set(made, fingerprint);
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

function record(self: object, name: string, args: unknown[]): void {
  const fingerprint = fingerprints.get(self);
  if (!fingerprint) return; // created before tracing started: its user is untraceable
  fingerprint.text(name);
  for (const arg of args) add(fingerprint, arg);
}

function recordCall(context: Context, name: string, args: unknown[]): void {
  if (names.has(context.canvas)) return;
  const fingerprint = fingerprintFor(context.canvas);
  if (name === 'reset') fingerprint.reset();
  fingerprint.text(name);
  for (const arg of args) add(fingerprint, arg);
}

/** Anything may depend on pixels that the scene reads. */
function recordReadback(): void {
  readBack = true;
}

/** After a canvas is cleared completely, only the state that earlier calls have left matters. */
function recordClear(context: Context, name: string, args: unknown[]): void {
  const { canvas } = context;
  const [x, y, width, height] = args as number[];
  const fingerprint = fingerprintFor(canvas);
  const covers = x <= 0 && y <= 0 && width >= canvas.width && height >= canvas.height;
  if (covers && context.getTransform().isIdentity) {
    fingerprint.reset();
    add(fingerprint, canvas.width);
    add(fingerprint, canvas.height);
    for (const state of STATE) add(fingerprint, context[state]);
    return;
  }
  recordCall(context, name, args);
}

function fingerprintFor(canvas: Canvas): Fingerprint {
  const fingerprint = fingerprints.get(canvas) ?? new Fingerprint();
  fingerprints.set(canvas, fingerprint);
  return fingerprint;
}

function add(fingerprint: Fingerprint, value: unknown): void {
  if (typeof value === 'number') fingerprint.number(value);
  else if (typeof value === 'string') fingerprint.text(value);
  else if (typeof value === 'boolean' || value === undefined || value === null)
    fingerprint.text(String(value));
  else if (typeof value === 'object') addObject(fingerprint, value);
  else fingerprint.untraceable = true;
}

function addObject(fingerprint: Fingerprint, value: object): void {
  const known = fingerprints.get(value);
  if (value instanceof HTMLCanvasElement || value instanceof OffscreenCanvas) addCanvas(fingerprint, value);
  else if (known) fingerprint.merge(known);
  else if (value instanceof HTMLImageElement) addImage(fingerprint, value);
  else if (value instanceof ImageData) addPixels(fingerprint, value);
  else if (value instanceof DOMMatrixReadOnly) addList(fingerprint, [...value.toFloat64Array()]);
  else if (Array.isArray(value)) addList(fingerprint, value);
  else if (Object.getPrototypeOf(value) === Object.prototype)
    addList(fingerprint, Object.entries(value).flat());
  else fingerprint.untraceable = true;
}

function addList(fingerprint: Fingerprint, list: unknown[]): void {
  fingerprint.bits(list.length);
  for (const item of list) add(fingerprint, item);
}

function addPixels(fingerprint: Fingerprint, { width, data }: ImageData): void {
  fingerprint.number(width);
  for (const word of new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4))
    fingerprint.bits(word);
}

function addCanvas(fingerprint: Fingerprint, canvas: Canvas): void {
  const name = names.get(canvas);
  const shown = fingerprints.get(canvas);
  if (name !== undefined) fingerprint.text(name);
  else if (shown) fingerprint.merge(shown);
  else fingerprint.untraceable = true; // WebGL or similar
}

/**
 * An image is identified by its address: those of bundled files contain a digest of the content, and the public
 * folder is part of every segment key (composed/source.ts).
 */
function addImage(
  fingerprint: Fingerprint,
  { src, naturalWidth, naturalHeight, complete }: HTMLImageElement,
): void {
  if (src.startsWith('blob:') || !complete) fingerprint.untraceable = true;
  fingerprint.text(src.replace(location.origin, '').replace(/^\/[^/]*\//, '/'));
  fingerprint.number(naturalWidth);
  fingerprint.number(naturalHeight);
}
