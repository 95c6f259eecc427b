/** The picture that the page shows: the document at the current time, unless the opening plays. */
import { computed, effect, signal } from '@preact/signals';
import { retimes } from '../../core/sweep/paces.js';
import { preparePace, type Sweep } from '../../core/sweep/sweep.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { type ExplorerDocument, type Picture, pictureAt } from '../state/document.js';
import { documentShown } from '../state/state.js';
import { openedTo } from './opening.js';
import { state } from './store.js';

/** The sweep whose even pace has been measured. */
const measured = signal<Sweep | undefined>(undefined);
const time = computed(() => state.value.time);
const shown = computed(() => atKnownPace(openedTo(documentShown(state.value))));

/** What the plane should show now. */
export const picture = computed<Picture>(() => pictureAt(shown.value, time.value, evaluate));

/** The document, at the pace of its tracks until its even pace has been measured. */
function atKnownPace(document: ExplorerDocument): ExplorerDocument {
  const { sweep } = document;
  if (!retimes(sweep.pace) || measured.value === sweep) return document;
  return { ...document, sweep: { ...sweep, pace: 'tracks' } };
}

/** Measures even paces in small steps, so that the page never waits for one. Returns a function that stops it. */
export function measurePaces(): () => void {
  return effect(() => {
    const { sweep } = state.value.document;
    if (!retimes(sweep.pace)) return;
    const controller = new AbortController();
    preparePace(sweep, evaluate, { signal: controller.signal }).then(
      () => {
        measured.value = sweep;
      },
      () => {}, // another document is there, or a frame is invalid, which the picture reports
    );
    return () => controller.abort();
  });
}
