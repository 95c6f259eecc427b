/** Numbers and sentences as controls show them. */
import type { Parameter } from '../../../core/parameters/parameter.js';
import { rangeOf } from '../../../core/parameters/table.js';

/** A number with at most four significant digits. */
export function short(value: number): string {
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
