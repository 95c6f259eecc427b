/** Reads layers from our own format: `[{ "w": [[0.4, 1.0]], "b": [-0.3] }, ...]`, or an object with such `weights`. */
import type { ExplicitLayer } from '../../core/network/spec.js';
import { parseJson } from '../../core/wording/json.js';
import { Malformed } from '../bytes.js';
import { MOST_NUMBERS } from './tensor.js';

const FORM = '[{ "w": [[0.4, 1.0]], "b": [-0.3] }, ...], or an object with such "weights"';

export function readJson(file: Uint8Array): ExplicitLayer[] {
  let data: unknown;
  try {
    data = parseJson(new TextDecoder().decode(file));
  } catch (error) {
    throw new Malformed(`is not JSON (${(error as Error).message})`, { cause: error });
  }
  const layers = isObject(data) ? data.weights : data;
  if (!Array.isArray(layers) || layers.length === 0) throw new Malformed(`must be ${FORM}`);
  let count = 0;
  const areNumbers = (list: unknown): list is number[] => {
    if (!Array.isArray(list)) return false;
    count += list.length;
    return list.every((item) => Number.isFinite(item));
  };
  for (const [k, layer] of layers.entries()) {
    const { w, b, ...others } = isObject(layer) ? layer : {};
    const isValid =
      Array.isArray(w) && w.length > 0 && w.every(areNumbers) && (b === undefined || areNumbers(b));
    if (!isValid || Object.keys(others).length > 0) {
      throw new Malformed(
        `has a layer ${k + 1} that is not { "w": [[...], ...], "b": [...] }: it must be ${FORM}`,
      );
    }
  }
  if (count > MOST_NUMBERS) throw new Malformed(`has more than the ${MOST_NUMBERS} numbers that are read`);
  return layers;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
