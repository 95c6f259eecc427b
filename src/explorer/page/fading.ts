/** Without input, the controls fade out, so that only the picture and the large slider remain. */
import { signal } from '@preact/signals';
import { prefersLessMotion } from './screen.js';

/** In milliseconds. */
const PATIENCE = 4000;
const INPUT = ['pointermove', 'pointerdown', 'wheel', 'keydown', 'touchstart', 'focusin', 'input'] as const;

/** Whether the controls have faded out. */
export const isFaded = signal(false);

/**
 * Fades the controls out after PATIENCE without input, and back in at the next input. They do not fade while focus is
 * inside them, or with reduced motion.
 * @param controls - What contains all that fades.
 * @param stays - What does not fade, among it.
 * @returns A function that stops it.
 */
export function watchFading(controls: HTMLElement, stays: string): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let place = '';
  const isInUse = () => {
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body) return false;
    const isInside = controls.contains(activeElement) && !activeElement.closest(stays);
    return isInside || activeElement.closest('dialog') !== null;
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(fade, PATIENCE);
  };
  const fade = () => {
    if (isInUse() || prefersLessMotion()) wait();
    else isFaded.value = true;
  };
  const noted = (event: Event) => {
    if (event instanceof PointerEvent && event.type === 'pointermove') {
      // Browsers also send this event when something else moves below a cursor at rest.
      const now = `${event.screenX} ${event.screenY}`;
      if (now === place) return;
      place = now;
    }
    isFaded.value = false;
    wait();
  };
  for (const type of INPUT) {
    addEventListener(type, noted, { signal: controller.signal, capture: true, passive: true });
  }
  wait();
  return () => {
    controller.abort();
    clearTimeout(timer);
    isFaded.value = false;
  };
}
