/** @jsxImportSource preact */
/** Starts the page: with the network in its address, or else with Glass, which opens before the user's eyes. */
import { render } from 'preact';
import { documentFrom, isNamed, keepAddress } from './address.js';
import { App } from './app.js';
import { playOpening } from './opening.js';
import { measurePaces } from './picture.js';
import { startPlayback } from './playback.js';
import { maySelfMove } from './preferences.js';
import { prepareSharing } from './press-share.js';
import { screen } from './screen.js';
import { takeServedSound } from './set-sound.js';
import { dispatch } from './store.js';

/** Whatever the user does stops the opening. */
const INPUT = ['pointerdown', 'wheel', 'keydown', 'touchstart', 'dragover'] as const;

async function start(): Promise<void> {
  const named = isNamed();
  if (named) {
    document.getElementById('still')?.remove(); // it shows Glass
    try {
      dispatch({ type: 'revisit', document: await documentFrom(location.hash) });
    } catch (error) {
      dispatch({ type: 'message', text: (error as Error).message });
    }
  }
  if (screen.peek() === 'wide') dispatch({ type: 'layout', change: { panel: true } });
  render(<App />, document.getElementById('app')!);
  keepAddress();
  measurePaces();
  startPlayback();
  prepareSharing();
  takeServedSound();
  if (!named) open();
}

/** Plays the opening, unless the user prefers less motion or less data. */
function open(): void {
  if (!maySelfMove()) return;
  const stop = playOpening(() => {
    ignore();
    dispatch({ type: 'drift' });
  });
  const stopped = () => {
    ignore();
    stop();
  };
  const ignore = () => {
    for (const event of INPUT) removeEventListener(event, stopped, true);
  };
  for (const event of INPUT) addEventListener(event, stopped, { capture: true, passive: true });
}

await start();
