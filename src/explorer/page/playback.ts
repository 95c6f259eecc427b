/** Plays the document while the state says so. Without input, it pauses after a minute, and in a hidden tab at once. */
import { computed, effect, signal } from '@preact/signals';
import { FlashGuard, SLOWER } from '../plane/flash-guard.js';
import { plane } from './current-plane.js';
import { dispatch, state } from './store.js';

/** In milliseconds. */
const PATIENCE = 60_000;
/** The longest time between two frames that counts, in seconds: after a hiccup the film goes on where it was. */
const LONGEST_STEP = 0.1;

/** How fast the document plays: 1, less where it would flash too often, or 0 where the picture is held. */
export const playbackSpeed = signal(1);

const isPlaying = computed(() => state.value.playing);

/** @returns A function that stops it. */
export function startPlayback(): () => void {
  let frame = 0;
  let before = 0;
  let lastInput = performance.now();
  const guard = new FlashGuard(
    () => plane.peek()?.canvas,
    () => dispatch({ type: 'message', text: SLOWER }),
  );
  const step = (now: number) => {
    if (now - lastInput > PATIENCE) return dispatch({ type: 'play', on: false });
    const { time, document } = state.peek();
    const { seconds, loop } = document.sweep;
    playbackSpeed.value = guard.speedOf(document.sweep, now);
    const next = time + playbackSpeed.value * Math.min(LONGEST_STEP, (now - before) / 1000);
    before = now;
    if (next < seconds || loop) dispatch({ type: 'seek', time: next % seconds });
    else {
      dispatch({ type: 'seek', time: seconds });
      return dispatch({ type: 'play', on: false });
    }
    frame = requestAnimationFrame(step);
  };
  const stopPlaying = effect(() => {
    cancelAnimationFrame(frame);
    if (!isPlaying.value) return;
    before = performance.now();
    frame = requestAnimationFrame(step);
  });
  const controller = new AbortController();
  const { signal } = controller;
  const noted = () => {
    lastInput = performance.now();
  };
  for (const event of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'touchmove']) {
    addEventListener(event, noted, { signal, passive: true, capture: true });
  }
  const hidden = () => document.hidden && dispatch({ type: 'play', on: false });
  document.addEventListener('visibilitychange', hidden, { signal });
  return () => {
    controller.abort();
    stopPlaying();
    cancelAnimationFrame(frame);
  };
}
