/** Long work in slices: between them timers, signals and progress get their turn. */

import type { StopSignal } from './ambient.js';

export interface Watched {
  /** Gives the work up: it throws the signal's reason. */
  signal?: StopSignal | undefined;
  /** Called now and then while it takes long, with what is going on: "checking frame 1200 of 432000". */
  onStage?: ((doing: string) => void) | undefined;
}

/** Milliseconds: less than a frame of a screen. */
const SLICE = 12;
/** What takes less, in milliseconds, is not worth a word. */
const SILENCE = 500;

/**
 * Makes a function to call after each piece of work, with what is going on. When a slice is over it gives a promise, to be
 * awaited, that rejects when the signal was aborted; else undefined.
 */
export function breather({ signal, onStage }: Watched): (doing: () => string) => Promise<void> | undefined {
  const started = performance.now();
  let pause = started + SLICE;
  return (doing) => {
    const now = performance.now();
    if (now < pause) return undefined;
    if (now - started > SILENCE) onStage?.(doing());
    return new Promise<void>((resume) => setTimeout(resume)).then(() => {
      signal?.throwIfAborted();
      pause = performance.now() + SLICE;
    });
  };
}
