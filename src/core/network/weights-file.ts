/**
 * Weights in files. `weightsFrom()` only names a file: the code that loads a scene reads the file, and replaces the
 * name with the numbers. Recipes, links and jobs therefore hold numbers, and never name files.
 */
import { UsageError } from '../errors.js';
import { quote } from '../wording/explain.js';

/** Stands for the weights in a file until the scene is loaded. Made by `weightsFrom()`. */
export interface WeightsFile {
  /** The file's name, relative to the file that contains the call. */
  weightsFrom: string;
}

/**
 * The weights in a file, for a network's `weights`: a `.json`, `.npz`, `.safetensors` or `.onnx`. docs/weights.md
 * describes what they hold. `untrained` reads the file when it loads the scene, or bundles it.
 * @param file - Its path relative to the file that contains this call, as one plain string.
 * @throws UsageError for anything but a string.
 * @example `sweep({ seconds: 4, network: { weights: weightsFrom('mlp.npz') } })`
 */
export function weightsFrom(file: string): WeightsFile {
  if (typeof file !== 'string') {
    throw new UsageError(`The file is ${quote(file)} but must be a name, as in weightsFrom("mlp.npz").`);
  }
  const placeholder = { weightsFrom: file };
  (Error as { captureStackTrace?(of: object, above: unknown): void }).captureStackTrace?.(
    placeholder,
    weightsFrom,
  );
  return placeholder;
}

/** Whether a value stands for the weights in a file. */
export function isWeightsFile(value: unknown): value is WeightsFile {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'weightsFrom');
}

/** Whether weights, or a side of weights that move, stand for those in a file. */
export function namesWeightsFile(weights: unknown): boolean {
  if (typeof weights !== 'object' || weights === null) return false;
  return isWeightsFile(weights) || (!Array.isArray(weights) && Object.values(weights).some(isWeightsFile));
}

/** Completes "weights ..." for a placeholder that nothing has resolved. */
export const UNRESOLVED =
  'names a file, which only a scene can do: give the numbers themselves, such as await readWeights(name, bytes)';

const ACTIVATIONS = Symbol.for('untrained.activations');

/** Records the activations that a file specifies for its layers, by our names. The network must have the same. */
export function markActivations<Layers extends object>(layers: Layers, activations: string[]): Layers {
  return Object.defineProperty(layers, ACTIVATIONS, { value: activations });
}

/** The activations that the file of these layers specifies, if any. */
export function statedActivations(layers: object): string[] | undefined {
  return (layers as { [ACTIVATIONS]?: string[] })[ACTIVATIONS];
}
