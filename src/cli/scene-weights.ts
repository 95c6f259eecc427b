/** Replaces `weightsFrom()` with the numbers in files, in a sweep that a module exports. */
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/errors.js';
import { isWeightsFile, type WeightsFile } from '../core/network/weights-file.js';
import { loadWeights, namesIn, notPlain } from '../sources/weights.js';

/** Our own compiled code. */
const own = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist') + sep;

/**
 * The exported sweep with numbers as weights; anything else is returned unchanged.
 * @param module - The path of the module.
 * @throws UsageError for a file that cannot be read.
 */
export async function withWeights(exported: unknown, module: string): Promise<unknown> {
  const { network, ...rest } = (isObject(exported) ? exported : {}) as { network?: unknown };
  if (!isObject(network) || !isObject(network.weights)) return exported;
  const { weights } = network;
  const filled = isWeightsFile(weights)
    ? await numbersOf(weights, module)
    : Object.fromEntries(
        await Promise.all(
          Object.entries(weights).map(async ([key, side]) => [
            key,
            isWeightsFile(side) ? await numbersOf(side, module) : side,
          ]),
        ),
      );
  return { ...rest, network: { ...network, weights: filled } };
}

async function numbersOf(file: WeightsFile, module: string) {
  const caller = callerOf(file) ?? module;
  const { weightsFrom: name } = file;
  // The same rule as for composed scenes, so that every sweep that renders can also be used in one and in the editor.
  if (!namesIn(await readFile(caller, 'utf8')).includes(name)) {
    throw new UsageError(`weightsFrom("${name}"): the name ${notPlain(caller)}`);
  }
  return loadWeights(name, caller);
}

/** The path of the file that called weightsFrom(), from the stack that it recorded; undefined if there is none. */
function callerOf(file: WeightsFile & { stack?: unknown }): string | undefined {
  for (const frame of String(file.stack).split('\n')) {
    const [, place] = /((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):\d+:\d+\)?$/.exec(frame) ?? [];
    const path = place?.startsWith('file:') ? fileURLToPath(place) : place;
    if (path && !path.startsWith(own)) return path;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
