import { type SweepInput, tween } from 'untrained';

/** Slow at first and then fast, but for its pace. */
export const paced: SweepInput = {
  seconds: 2,
  pace: 'even',
  network: { seed: 5, layers: 6, width: 12, weightScale: tween(0.1, 1.2, { easing: 'easeInCubic' }) },
};
