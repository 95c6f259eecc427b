/** Reads the files that scenes name with `weightsFrom()`. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { ExplicitLayer } from '../core/network/spec.js';
import { MOST_BYTES, readWeights, WEIGHT_ENDINGS } from '../files/weights/read.js';

/**
 * The weights in a file.
 * @param name - As the scene writes it.
 * @param caller - The path of the file that contains the call.
 * @throws UsageError for a file that does not exist, or does not hold weights.
 */
export async function loadWeights(name: string, caller: string): Promise<ExplicitLayer[]> {
  const path = resolve(dirname(caller), name);
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) {
    throw new UsageError(
      `weightsFrom("${name}"): there is no such file in the folder of ${basename(caller)}: check its path.`,
    );
  }
  if (file.size > MOST_BYTES) {
    throw new UsageError(`${name} has ${file.size} bytes, but at most ${MOST_BYTES} are read.`);
  }
  return readWeights(name, await readFile(path));
}

/** Strings with one of these endings, in any quotes, without escapes or placeholders. */
const ENDINGS = WEIGHT_ENDINGS.map((ending) => `\\${ending}`).join('|');
const NAMES = new RegExp(`(['"\`])([^'"\`\\\\\\n$]+(?:${ENDINGS}))\\1`, 'gi');

/** The plain strings in a program that may name files of weights. */
export function namesIn(source: string): string[] {
  return [...new Set([...source.matchAll(NAMES)].map(([, , name]) => name))];
}

/** Completes a message about a name that is not in `namesIn`. @param caller - The file that contains the call. */
export const notPlain = (caller: string): string =>
  `must be written in ${basename(caller)} as one plain string, so that the file can be found: ` +
  'write it in full, such as weightsFrom("mlp.npz").';
