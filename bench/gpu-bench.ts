/** What all parts of `npm run bench -- --gpu` share. */
import type { Adapter } from '../src/renderers/gpu/device.js';

/** What each part is given. */
export interface GpuBench {
  open: () => ReturnType<Adapter['open']>;
  software: boolean;
  rounds: number;
  /** The device's own most operations a second. */
  peak: number;
  /** What is left of the bench's time, in milliseconds. */
  left(): number;
}

/** For titles: so that no figure of a program is taken for one of a GPU. */
export function inSoftware({ software }: { software: boolean }): string {
  return software ? ' - IN SOFTWARE, MEANS NOTHING' : '';
}

/** A rate in TFLOP/s, without its unit. @param rate - Operations a second. */
export function tera(rate: number): string {
  const value = rate / 1e12;
  return value.toFixed(value < 0.1 ? 4 : value < 10 ? 2 : 1);
}
