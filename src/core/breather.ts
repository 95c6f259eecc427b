/** Splits long work into slices, between which timers, signals and progress can run. */

import type { StopSignal } from './ambient.js';

export interface Watched {
  /** Cancels the work, which then throws the signal's reason. */
  signal?: StopSignal | undefined;
  /** Called occasionally during long work, with its stage: "checking frame 1200 of 432000". */
  onStage?: ((doing: string) => void) | undefined;
}

/** In milliseconds: less than a frame of a screen. */
const SLICE = 12;
/** Shorter work is not reported. In milliseconds. */
const SILENCE = 500;

/**
 * Creates a function to call after each piece of work, with its stage. At the end of a slice it returns a promise to
 * await, which rejects if the signal was aborted; otherwise it returns undefined.
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
