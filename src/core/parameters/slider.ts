/** Sliders: the values at their positions, and their steps. */
import type { SliderControl } from './parameter.js';

/** The number of steps of a linear slider, at most. */
const STEPS = 400;

/** The position of a value on a slider, from 0 to 1. Values beyond the slider's ends are at its ends. */
export function positionOn({ min, max, scale }: Ends, value: number): number {
  const part =
    scale === 'logarithmic' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(1, Math.max(0, part));
}

/** The value at a position on a slider, from 0 to 1, with few digits. */
export function valueOn({ min, max, scale }: Ends, position: number): number {
  if (scale === 'logarithmic') return Number((min * (max / min) ** position).toPrecision(3));
  const step = 10 ** Math.ceil(Math.log10((max - min) / STEPS));
  return Number((Math.round((min + position * (max - min)) / step) * step).toPrecision(12));
}

/** A value moved by a number of arrow-key steps, with few digits. */
export function stepped(control: SliderControl, value: number, steps: number, shift: boolean): number {
  const { octaves, step, shiftStep } = control;
  const size = steps * (shift ? shiftStep : step);
  return octaves ? Number((value * 2 ** size).toPrecision(6)) : Number((value + size).toPrecision(12));
}

type Ends = Pick<SliderControl, 'min' | 'max' | 'scale'>;
