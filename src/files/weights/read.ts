/** Reads a network's weights from the contents of a file, by the ending of its name. No I/O; also runs in browsers. */
import { UsageError } from '../../core/errors.js';
import type { ExplicitLayer } from '../../core/network/spec.js';
import { markActivations } from '../../core/network/weights-file.js';
import { Malformed } from '../bytes.js';
import { readJson } from './json.js';
import { readNpz } from './npz.js';
import { readOnnx } from './onnx.js';
import { readSafetensors } from './safetensors.js';

/** The endings of files that hold weights. */
export const WEIGHT_ENDINGS = ['.json', '.npz', '.safetensors', '.onnx'] as const;

/** The maximum size of a file in bytes. */
export const MOST_BYTES = 2 ** 26;

/**
 * Reads a network's weights from a file's contents. docs/weights.md describes the files.
 * @param name - The file's name, whose ending says what it is: `.json`, `.npz`, `.safetensors` or `.onnx`.
 * @param bytes - Its contents, at most 64 MiB and 4 million numbers.
 * @returns One `{ w, b }` per layer, for `weights`.
 * @throws UsageError, in one line that begins with the name, for a file that is damaged or holds something else.
 */
export async function readWeights(name: string, bytes: Uint8Array): Promise<ExplicitLayer[]> {
  try {
    if (bytes.length > MOST_BYTES) {
      throw new Malformed(`has ${bytes.length} bytes, but at most ${MOST_BYTES} are read`);
    }
    return await read(name, bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    // Messages quote names from the file, which may contain line breaks or be long.
    const message = `${name} ${error.message}`.replace(/\p{C}/gu, '?');
    throw new UsageError(`${message.length > 400 ? `${message.slice(0, 400)}…` : message}.`, {
      cause: error,
    });
  }
}

async function read(name: string, bytes: Uint8Array): Promise<ExplicitLayer[]> {
  switch (endingOf(name)) {
    case '.json':
      return readJson(bytes);
    case '.npz':
      return readNpz(bytes);
    case '.safetensors':
      return readSafetensors(bytes);
    case '.onnx': {
      const { layers, activations } = readOnnx(bytes);
      return markActivations(layers, activations);
    }
    default:
      throw new Malformed(`is not a file of weights: its name must end in ${WEIGHT_ENDINGS.join(', ')}`);
  }
}

/** The ending of a file of weights; undefined for another file. */
export const endingOf = (name: string): (typeof WEIGHT_ENDINGS)[number] | undefined =>
  WEIGHT_ENDINGS.find((ending) => name.toLowerCase().endsWith(ending));
