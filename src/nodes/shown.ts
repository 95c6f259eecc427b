/** The part of a network that a node shows. */
import type { ShownOutput, ShownPart } from '../core/frame/shown.js';

/**
 * - `'colour'`: all outputs, in the palette's colours;
 * - `{ output }`: one output, counted from 1;
 * - `{ layer, unit }`: one unit of a hidden layer, both counted from 1; its activation is shown like an output.
 *
 * A single output or unit is grey, or in the palette's colours if the palette is a colour map.
 */
export type Shown = 'colour' | ShownOutput | ShownUnit;

/** One unit of a hidden layer. */
export interface ShownUnit {
  /** The hidden layer, counted from 1. */
  layer: number;
  /** The unit, counted from 1. */
  unit: number;
}

/** What a picture shows: also all units of a layer, as a grid. */
export type FieldShown = 'colour' | ShownPart;

/** Whether it is one picture, and not the units of a layer as a grid. */
export function isOne(shown: Shown | ShownPart): shown is Shown {
  return typeof shown === 'string' || 'output' in shown || shown.unit !== undefined;
}

/** The same as a frame has it. */
export function partShown(shown: FieldShown): ShownPart | undefined {
  return typeof shown === 'string' ? undefined : shown;
}
