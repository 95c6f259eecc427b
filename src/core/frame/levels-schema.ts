/** Which levels are valid; levels.ts explains what they do. */
import type * as z from 'zod';
import { schemaOf } from '../parameters/schema.js';
import { frameParameters } from './parameters.js';

/** The output values that are shown as 0 and 1. */
export type Levels = [low: number, high: number];

/** With a smaller difference, relative to the larger level or absolute, float32's errors would be visible. */
const LEAST = { relative: 1e-3, absolute: 1e-30 };

/** The least difference between two levels. */
export const leastDifference = ([low, high]: Readonly<Levels>): number =>
  Math.max(LEAST.absolute, LEAST.relative * Math.max(Math.abs(low), Math.abs(high)));

/** @internal */
export const levelsSchema = (schemaOf(frameParameters.levels) as z.ZodType<Levels | undefined>).superRefine(
  (levels, context) => {
    const problem = levels && problemOf(levels);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  },
);

function problemOf([low, high]: Levels): string | undefined {
  if (!(low < high)) return `are [${low}, ${high}] but the first must be less than the second`;
  if (high - low >= leastDifference([low, high])) return undefined;
  return `are [${low}, ${high}] but must differ by at least a thousandth of the larger one: move them apart`;
}
