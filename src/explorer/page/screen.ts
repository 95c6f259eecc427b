/** How the page is arranged, which follows the window's size and the size of its text. */
import { signal } from '@preact/signals';
import { type Screen, screenOf } from '../state/screen.js';

const root = document.documentElement;
const current = (): Screen =>
  screenOf(innerWidth, innerHeight, Number.parseFloat(getComputedStyle(root).fontSize));

export const screen = signal<Screen>(current());

/** Follows the window. Returns a function that stops it. */
export function watchScreen(): () => void {
  const update = () => {
    screen.value = current();
  };
  const text = document.createElement('div'); // its size changes with the size of the text
  text.className = 'screen-text';
  document.body.append(text);
  const observer = new ResizeObserver(update);
  observer.observe(text);
  addEventListener('resize', update);
  return () => {
    observer.disconnect();
    text.remove();
    removeEventListener('resize', update);
  };
}

/** Whether the user prefers less motion, now. */
export const prefersLessMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
