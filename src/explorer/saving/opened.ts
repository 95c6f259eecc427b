/** Opens files that the user drops or picks: ours, recipes, and weights. They may come from anyone. */
import { UsageError } from '../../core/errors.js';
import type { ExplicitLayer } from '../../core/network/spec.js';
import { isNote } from '../../core/recipe/note.js';
import { MAX_RECIPE_BYTES, parseRecipe, type Recipe } from '../../core/recipe/recipe.js';
import type { Sweep } from '../../core/sweep/sweep.js';
import { printable } from '../../core/wording/printable.js';
import { quotedLine } from '../../core/wording/shell.js';
import { endingOf, MOST_BYTES, readWeights } from '../../files/weights/read.js';
import { type Answer, readerSource } from './reader-source.js';

/** What a file contains. */
export type Opened =
  | { kind: 'recipe'; name: string; recipe: Recipe & { sweep: Sweep } }
  | { kind: 'weights'; name: string; layers: ExplicitLayer[] };

/** The longest part of a file's name that messages repeat, in characters. */
const MOST_NAME = 60;

/**
 * Reads a file's recipe, or the weights in it. Of a film, only the parts around its metadata are read.
 * @param signal - Stops reading; the promise then rejects with its reason.
 * @throws UsageError, one sentence that begins with the file's name, if it cannot be opened.
 */
export async function openFile(file: File, signal?: AbortSignal): Promise<Opened> {
  const name = shortened(file.name);
  signal?.throwIfAborted();
  if (file.size === 0) throw new UsageError(`${name} is empty, or a folder: drop a file.`);
  if (/\.(tsx?|jsx?)$/i.test(file.name)) {
    throw new UsageError(
      `${name} is code, which this page never runs: render it with ${command(file.name)}.`,
    );
  }
  if (/\.json$/i.test(file.name)) return openJson(file, name);
  if (endingOf(file.name)) return { kind: 'weights', name, layers: await weightsIn(file, name) };
  const note = await noteOf(file, name, signal);
  if (!isNote(note)) {
    throw new UsageError(
      `${name} carries no recipe: it was not made by Untrained, or it has been converted since.`,
    );
  }
  return { kind: 'recipe', name, recipe: recipeIn(note, file.name) };
}

/** A JSON file holds a recipe, or weights. */
async function openJson(file: File, name: string): Promise<Opened> {
  if (file.size > MAX_RECIPE_BYTES) {
    throw new UsageError(`${name} has ${file.size} bytes, but at most ${MAX_RECIPE_BYTES} are read.`);
  }
  const text = await read(name, () => file.text());
  // Recipes begin with their version. Damaged ones should be reported as recipes.
  if (/^\s*\{\s*"untrained"/.test(text)) return { kind: 'recipe', name, recipe: recipeIn(text, file.name) };
  return { kind: 'weights', name, layers: await readWeights(file.name, new TextEncoder().encode(text)) };
}

function recipeIn(text: string, fileName: string): Recipe & { sweep: Sweep } {
  const name = shortened(fileName);
  let recipe: Recipe;
  try {
    recipe = parseRecipe(text);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  const { sweep, scene = '' } = recipe;
  if (sweep) return { ...recipe, sweep };
  throw new UsageError(
    `${name} shows the composed scene "${shortened(scene)}", which only its code can draw: ` +
      `to render it, use ${command(fileName)}.`,
  );
}

async function weightsIn(file: File, name: string): Promise<ExplicitLayer[]> {
  if (file.size > MOST_BYTES)
    throw new UsageError(`${name} has ${file.size} bytes, but at most ${MOST_BYTES} are read.`);
  return readWeights(file.name, new Uint8Array(await read(name, () => file.arrayBuffer())));
}

/** @throws UsageError for a folder, or a file that has changed since it was dropped. */
async function read<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UsageError(`${name} cannot be read (${(error as Error).message}): drop it again.`, {
      cause: error,
    });
  }
}

/** The text in a file's metadata. A worker looks for it, since only there can parts of a file be read synchronously. */
async function noteOf(file: File, name: string, signal?: AbortSignal): Promise<string | undefined> {
  const address = URL.createObjectURL(new Blob([readerSource], { type: 'text/javascript' }));
  const worker = new Worker(address);
  let stop = () => {};
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new UsageError(`${name} cannot be read (${message}).`));
      stop = () => reject(signal!.reason);
      signal?.addEventListener('abort', stop);
      worker.postMessage(file);
    });
    if ('problem' in answer) throw new UsageError(`${name} ${answer.problem}: check the file.`);
    return answer.note;
  } finally {
    signal?.removeEventListener('abort', stop);
    worker.terminate();
    URL.revokeObjectURL(address);
  }
}

const command = (fileName: string) =>
  quotedLine(['npx', 'untrained', 'render', shortened(fileName)], 'posix');

/** A text from a file as part of a message: on one line, and not too long. */
function shortened(text: string): string {
  const clean = printable(text);
  return clean.length > MOST_NAME ? `${clean.slice(0, MOST_NAME - 1)}…` : clean;
}
