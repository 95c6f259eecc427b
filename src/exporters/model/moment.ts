/** One moment of a sweep, as exporters of models and shapes need it. */
import { UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { countWeights } from '../../core/network/spec.js';
import { noteOf } from '../../core/recipe/note.js';
import { stillOf } from '../../core/sweep/still.js';
import { frameAt } from '../../core/sweep/sweep.js';
import type { Exponents } from '../../renderers/exponents.js';
import type { Exported, ExportTools } from '../exporter.js';

/** What is exported: a frame, and how to make it again. */
export interface Moment {
  frame: FrameDescription;
  /** Of the sweep; any text. */
  title: string;
  /** In seconds. */
  at: number;
  /** The recipe of that moment: one line of JSON in ASCII. */
  recipe: string;
}

/** The moment of an export. @throws UsageError for a time outside the sweep. */
export async function momentOf({ sweep, at = 0 }: Exported, { evaluate }: ExportTools): Promise<Moment> {
  const still = await stillOf(sweep, at, evaluate);
  return { frame: frameAt(still, 0, evaluate), title: sweep.title, at, recipe: noteOf({ sweep: still }) };
}

/** Beyond this, as a binary exponent, values may not fit float64. */
const MOST_BITS = 800;

/** @throws UsageError if the network's values overflow float64. */
export function checkRange(exponents: Exponents | undefined): void {
  if (!exponents) return;
  const bits = Math.max(exponents.output, ...exponents.sums, ...exponents.values);
  if (bits <= MOST_BITS) return;
  throw new UsageError(
    `The network's values can reach 2^${bits}, but float64 is safe up to 2^${MOST_BITS}: reduce layers or weightScale, or ` +
      'use --to onnx.',
  );
}

/** The most weights of arrays and of models: half a gigabyte in float64. */
const MOST_WEIGHTS = 2 ** 26;

/**
 * @param form - What is written: "a PyTorch script".
 * @param others - What to do instead, after "reduce units or layers".
 * @throws UsageError if the network has more than `most` weights.
 */
export function checkSize(
  { network }: FrameDescription,
  form: string,
  most = MOST_WEIGHTS,
  others = '',
): void {
  const count = countWeights(network);
  if (count <= most) return;
  throw new UsageError(
    `The network has ${Math.ceil(count / 1e6)} million weights, but ${form} holds at most ${Math.floor(most / 1e6)} million: ` +
      `reduce units or layers${others}.`,
  );
}
