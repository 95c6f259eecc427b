/** The opening: the weight scale grows, so that a single colour unfolds into a picture, which then starts to drift. */
import { signal } from '@preact/signals';
import { easings } from '../../core/sweep/easing.js';
import { type ExplorerDocument, entryAt, withEntry } from '../state/document.js';

const SCALE = ['network', 'weightScale'];
/** The weight scale at which the first network is a single colour. */
const FROM = 0.7;
const MILLISECONDS = 1600;

/** How far it has come, from 0 to 1; undefined when it does not play. */
const progress = signal<number | undefined>(undefined);

/** Whether the opening plays. */
export const isOpening = () => progress.value !== undefined;

/** The document as the opening shows it. */
export function openedTo(document: ExplorerDocument): ExplorerDocument {
  const to = entryAt(document, SCALE);
  if (progress.value === undefined || typeof to !== 'number') return document;
  return withEntry(document, SCALE, FROM + (to - FROM) * easings.easeInOutCubic(progress.value));
}

/**
 * Plays it once.
 * @param onEnd - Called when it has played to its end, but not if it was stopped.
 * @returns A function that stops it.
 */
export function playOpening(onEnd: () => void): () => void {
  const started = performance.now();
  progress.value = 0;
  let frame = requestAnimationFrame(function step(now) {
    const part = (now - started) / MILLISECONDS;
    progress.value = part < 1 ? Math.max(0, part) : undefined;
    if (part >= 1) onEnd();
    else frame = requestAnimationFrame(step);
  });
  return () => {
    cancelAnimationFrame(frame);
    progress.value = undefined;
  };
}
