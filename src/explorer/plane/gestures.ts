/**
 * Gestures on the plane: drag with a mouse, a pen or a finger; wheel; pinch on a trackpad or with two fingers; double
 * click or double tap. Places and distances are in device pixels of the element, from its top left.
 */
import { wheelFactor } from '../state/view.js';
import { Glide, Momentum } from './glide.js';

export interface GestureHandlers {
  /** Something begins to move. Everything until end() is one gesture. */
  begin?(): void;
  /** The picture is to move by whole pixels, to the right and down. */
  pan(dx: number, dy: number): void;
  /** The picture is to grow by this factor about a place. */
  zoom(factor: number, at: readonly [x: number, y: number]): void;
  /** Nothing moves any more. */
  end?(): void;
  /** The element was clicked or tapped, but not dragged. Also called for each half of a double click. */
  tap?(at: readonly [x: number, y: number]): void;
  /** The element was double-clicked or tapped twice. By default, that zooms in. */
  doubleTap?(): void;
  /** A wheel was left to the page around, as `pageScrolls` says. */
  passed?(): void;
}

/** How far a pointer may move during a click or tap, in CSS pixels. */
const SLOP = 6;
/** How long a tap may take, and how soon the second tap of two must follow, in milliseconds. */
const TAP_MS = 300;
/** The largest distance between two taps, in CSS pixels. */
const TAP_APART = 24;
/** A wheel has stopped if nothing comes for this long, in milliseconds. */
const WHEEL_REST_MS = 180;
/** What a double click zooms by. */
const DOUBLE = 2;

/** An event of a pinch on a trackpad, as only Safari has it. */
interface SafariGesture extends UIEvent {
  scale: number;
  clientX: number;
  clientY: number;
}

interface Pointer {
  x: number;
  y: number;
}

/**
 * Watches an element, which then no longer scrolls or zooms the page.
 * @param options - `reducedMotion`: whether to leave out momentum and animation; asked at each gesture. `pageScrolls`:
 * whether the wheel without Ctrl or Cmd, and one finger that moves vertically, are left to the page around; asked at
 * each wheel and touch, and when the window's size changes.
 * @returns A function that stops watching.
 */
export function watchGestures(
  element: HTMLElement,
  handlers: GestureHandlers,
  {
    reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches,
    pageScrolls = () => false,
  }: { reducedMotion?: () => boolean; pageScrolls?: () => boolean } = {},
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  /** The pointers that are down, oldest first. */
  const pointers = new Map<number, Pointer>();
  const momentum = new Momentum();
  /** What moves by itself, if anything. */
  let glide: Glide | undefined;
  let isActive = false;
  let wheelTimer: ReturnType<typeof setTimeout> | undefined;
  /** Where and when the pointer went down; undefined once it is a drag, or if a second one came. */
  let press: { x: number; y: number; time: number } | undefined;
  let lastTap: { x: number; y: number; time: number } | undefined;
  /** What is left of a movement after whole pixels. */
  let rest = [0, 0];
  /** The scale of Safari's gesture at its last event. */
  let safariScale = 1;

  const begin = () => {
    if (!isActive) handlers.begin?.();
    isActive = true;
  };
  const end = () => {
    clearTimeout(wheelTimer);
    wheelTimer = undefined;
    glide?.stop();
    glide = undefined;
    rest = [0, 0];
    if (isActive) handlers.end?.();
    isActive = false;
  };
  const place = ({ clientX, clientY }: { clientX: number; clientY: number }): Pointer => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const inPixels = ({ x, y }: Pointer) => [x * devicePixelRatio, y * devicePixelRatio] as const;
  const move = (dx: number, dy: number) => {
    const sums = [rest[0] + dx * devicePixelRatio, rest[1] + dy * devicePixelRatio];
    const [x, y] = sums.map(Math.round);
    rest = [sums[0] - x, sums[1] - y];
    if (x !== 0 || y !== 0) handlers.pan(x, y);
  };

  const down = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && (event.button !== 0 || event.ctrlKey)) return;
    if (pointers.size === 2) return;
    if (glide || wheelTimer !== undefined) end();
    element.setPointerCapture(event.pointerId);
    const pointer = place(event);
    pointers.set(event.pointerId, pointer);
    press = pointers.size === 1 ? { ...pointer, time: event.timeStamp } : undefined;
    momentum.clear();
    if (pointers.size === 2) begin();
  };

  const moved = (event: PointerEvent) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    const next = place(event);
    if (press) {
      const [dx, dy] = [next.x - press.x, next.y - press.y];
      if (Math.hypot(dx, dy) < SLOP) return;
      // The browser is about to scroll the page, and then cancels the pointer.
      if (event.pointerType === 'touch' && Math.abs(dy) > Math.abs(dx) && pageScrolls()) return;
      press = undefined;
      begin();
      // From here on, so that the picture does not jump by the distance that was needed to tell a drag from a click.
      pointers.set(event.pointerId, next);
      return;
    }
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, next);
    if (!other) {
      move(next.x - pointer.x, next.y - pointer.y);
      momentum.note(next.x - pointer.x, next.y - pointer.y, event.timeStamp);
      return;
    }
    move((next.x - pointer.x) / 2, (next.y - pointer.y) / 2);
    const [before, after] = [pointer, next].map(({ x, y }) => Math.hypot(x - other.x, y - other.y));
    const middle = { x: (next.x + other.x) / 2, y: (next.y + other.y) / 2 };
    if (before > 0 && after > 0) handlers.zoom(after / before, inPixels(middle));
  };

  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size > 0) return; // the other finger goes on dragging
    if (press) {
      const tap = { x: press.x, y: press.y, time: event.timeStamp };
      const isShort = event.timeStamp - press.time < TAP_MS || event.pointerType === 'mouse';
      press = undefined;
      if (isShort) tapped(tap, event.shiftKey);
      return;
    }
    const velocity = reducedMotion() ? undefined : momentum.velocity(event.timeStamp);
    if (!velocity) end();
    else glide = Glide.slowingDown(velocity, move, end);
  };

  const tapped = (tap: { x: number; y: number; time: number }, shift: boolean) => {
    const isSecond =
      lastTap &&
      tap.time - lastTap.time < TAP_MS &&
      Math.hypot(tap.x - lastTap.x, tap.y - lastTap.y) < TAP_APART;
    lastTap = isSecond ? undefined : tap;
    handlers.tap?.(inPixels(tap));
    if (!isSecond) return;
    if (handlers.doubleTap) return handlers.doubleTap();
    begin();
    const factor = shift ? 1 / DOUBLE : DOUBLE;
    const zoom = (part: number) => handlers.zoom(factor ** part, inPixels(tap));
    if (reducedMotion()) {
      zoom(1);
      end();
    } else glide = Glide.easing(zoom, end);
  };

  const cancel = () => {
    for (const id of pointers.keys()) if (element.hasPointerCapture(id)) element.releasePointerCapture(id);
    pointers.clear();
    press = undefined;
    end();
  };

  const wheeled = (event: WheelEvent) => {
    if (pageScrolls() && !event.ctrlKey && !event.metaKey) {
      handlers.passed?.();
      return;
    }
    event.preventDefault();
    if (event.deltaY === 0 || pointers.size > 0) return;
    if (glide) end();
    begin();
    handlers.zoom(wheelFactor(event), inPixels(place(event)));
    clearTimeout(wheelTimer);
    wheelTimer = setTimeout(end, WHEEL_REST_MS);
  };

  const safari = (event: Event) => {
    event.preventDefault();
    const { type, scale } = event as SafariGesture;
    if (pointers.size > 0) return; // fingers, which are pointers too
    if (type === 'gesturestart') {
      end();
      begin();
    } else if (isActive && scale > 0) {
      handlers.zoom(scale / safariScale, inPixels(place(event as SafariGesture)));
      if (type === 'gestureend') end();
    }
    safariScale = type === 'gesturechange' ? scale : 1;
  };

  /** Keeps two fingers from scrolling the page, which pan-y would let them. */
  const touched = (event: TouchEvent) => {
    if (event.touches.length > 1 && event.cancelable && pageScrolls()) event.preventDefault();
  };

  const { touchAction } = element.style;
  const allowTouch = () => {
    element.style.touchAction = pageScrolls() ? 'pan-y' : 'none';
  };
  allowTouch();
  addEventListener('resize', allowTouch, { signal });
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', moved, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', cancel, { signal });
  element.addEventListener('wheel', wheeled, { signal, passive: false });
  for (const type of ['touchstart', 'touchmove'] as const) {
    element.addEventListener(type, touched, { signal, passive: false });
  }
  for (const type of ['gesturestart', 'gesturechange', 'gestureend']) {
    element.addEventListener(type, safari, { signal });
  }
  // A long press with a finger must not open a menu in the middle of a drag; other menus end whatever moves.
  element.addEventListener(
    'contextmenu',
    (event) => {
      if ((event as PointerEvent).pointerType === 'touch') event.preventDefault();
      else cancel();
    },
    { signal },
  );
  addEventListener('blur', cancel, { signal });
  return () => {
    cancel();
    controller.abort();
    element.style.touchAction = touchAction;
  };
}
