/** Numbers and sentences as controls show them. */
import type { Parameter } from '../../../core/parameters/parameter.js';
import { rangeOf } from '../../../core/parameters/table.js';

/** Smaller than any value that matters here: what rounding leaves of 0, for example in a loop. */
const NOISE = 1e-12;

/** A number with at most four significant digits. */
export function short(value: number): string {
  if (Math.abs(value) < NOISE) return '0';
  return String(Number(value.toPrecision(4)));
}

/** What a parameter means, as plain text: its sentence and its range. */
export function explanation(parameter: Parameter): string {
  const range = rangeOf(parameter);
  const unit = 'unit' in parameter && range ? ` ${parameter.unit}` : '';
  return `${parameter.sentence.replaceAll('`', '')}.${range && ` From ${range}${unit}.`}`.replace(
    'From 0 or more',
    '0 or more',
  );
}
