/** Finds and loads scenes: by name, by the path of a .ts or .tsx file, or from a recipe. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { UsageError } from '../errors.js';
import { didYouMean } from '../sweep/explain.js';
import { MAX_RECIPE_BYTES, parseRecipe, type Recipe, readRecipe } from '../sweep/recipe.js';
import { parseSweep, type Sweep } from '../sweep/sweep.js';
import { type Probe, probe } from '../video/index.js';
import { printable } from './report.js';

export type Scene = SweepScene | ComposedScene;

interface Found {
  /** What its files are named after. */
  name: string;
  path: string;
}

export interface SweepScene extends Found {
  kind: 'sweep';
  sweep: Sweep;
  /** Of the film that it was read from, where it was: ".mp4". */
  extension?: string;
  /** Which frames of the sweep that film had, where it had not all. */
  frames?: [number, number];
  every?: number;
}

/** What a composed scene shows is known to a browser; this is what its leading comment says of it. */
export interface ComposedScene extends Found {
  kind: 'composed';
  title: string;
  figure?: string;
  /** How the film was made that it was read from, where it was, and that film's ending. */
  as?: Pick<Recipe, 'variables' | 'size' | 'fps' | 'transparent' | 'frames' | 'every' | 'answers'>;
  extension?: string;
}

/** Files that carry the recipe they were made by. */
const FILMS = ['.mp4', '.gif', '.webm', '.webp', '.mov', '.png'];

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Scenes may be anywhere and import "untrained" all the same: it is this very package. */
const jiti = createJiti(import.meta.url, {
  alias: { 'untrained/render': join(root, 'dist/render/index.js'), untrained: join(root, 'dist/index.js') },
  moduleCache: false,
  interopDefault: false,
});

/** The folders a name is looked for in: the user's own scenes come first. */
export function sceneFolders(): string[] {
  return [...new Set([resolve('scenes'), join(root, 'scenes')])].filter((folder) => existsSync(folder));
}

/** Every scene that a name finds, by name. */
export function listScenes(): Found[] {
  const found = new Map<string, string>();
  for (const folder of sceneFolders()) {
    for (const file of readdirSync(folder).sort()) {
      const [, name] = /^(.+)\.tsx?$/.exec(file) ?? [];
      if (name && !name.endsWith('.d') && !found.has(name)) found.set(name, join(folder, file));
    }
  }
  return [...found].map(([name, path]) => ({ name, path })).sort((a, b) => a.name.localeCompare(b.name));
}

/** Loads a scene. Throws a UsageError if there is none, or if a sweep is none. */
export async function loadScene(given: string): Promise<Scene> {
  const path = findScene(given);
  const name = basename(path, extname(path));
  if (extname(path) === '.tsx')
    return { kind: 'composed', name, path, ...(await leadingComment(path, name)) };
  if (FILMS.includes(extname(path).toLowerCase())) return fromFilm(given, name, path);
  const sweep = extname(path) === '.json' ? await fromRecipe(path) : await fromModule(path);
  return { kind: 'sweep', name, path, sweep };
}

function findScene(given: string): string {
  if (['.ts', '.tsx', '.json', ...FILMS].includes(extname(given).toLowerCase())) {
    if (!existsSync(given)) throw new UsageError(`There is no file ${given}: check its path.`);
    return resolve(given);
  }
  const scenes = listScenes();
  const found = scenes.find((scene) => scene.name === given);
  if (found) return found.path;
  const names = scenes.map((scene) => scene.name);
  throw new UsageError(
    `There is no scene "${given}"${didYouMean(given, names)} There are: ${names.join(', ')}.`,
  );
}

/** A composed scene's title is the first sentence of the comment that it begins with; "Figure 3" or "Figures 7 and 8" in it
 * names the figure. */
async function leadingComment(path: string, name: string): Promise<{ title: string; figure?: string }> {
  const [, comment = ''] = /^\s*\/\*\*?(.*?)\*\//s.exec(await readFile(path, 'utf8')) ?? [];
  const text = comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
  const [, title = name] = /^(.+?)(?:[.:](?:\s|$)|$)/.exec(text) ?? [];
  const [, figure] = /\bfigures? (\d+(?:,? (?:and |to )?\d+)*)/i.exec(text) ?? [];
  return { title, ...(figure && { figure }) };
}

async function fromRecipe(path: string): Promise<Sweep> {
  return withPath(path, async () => {
    const file = await stat(path);
    if (!file.isFile()) throw new UsageError('It is no file: check its path.');
    if (file.size > MAX_RECIPE_BYTES) {
      throw new UsageError(`It has ${file.size} bytes, and a recipe has ${MAX_RECIPE_BYTES} at most.`);
    }
    return readRecipe(await readFile(path, 'utf8'));
  });
}

/** The scene that a film is of. It may be anyone's film, so all that it says is checked. */
async function fromFilm(given: string, name: string, path: string): Promise<Scene> {
  const recipe = recipeIn(given, probe(given));
  if (!recipe) {
    throw new UsageError(`${given} carries no recipe: it is not of Untrained, or was converted since.`);
  }
  const { sweep, scene, frames, every } = recipe;
  const extension = extname(given).toLowerCase();
  if (sweep) return { kind: 'sweep', name, path, sweep, extension, frames, every };
  const own = listScenes().find((known) => known.name === scene); // a name from the list, and no path
  if (!own) {
    throw new UsageError(
      `${given} shows "${printable(scene ?? '')}", whose code is not in the film, and there is no scene of that name: ` +
        'render that scene itself, by its path.',
    );
  }
  const found = await loadScene(own.path);
  if (found.kind !== 'composed') return { ...found, name, extension, frames, every };
  const { variables, size, fps, transparent } = recipe;
  return { ...found, name, extension, as: { variables, size, fps, transparent, frames, every } };
}

/**
 * The recipe among what a film's file says of itself; undefined where it has none of ours.
 * @throws UsageError, beginning with the file's name, for one that is damaged.
 */
export function recipeIn(path: string, { note }: Pick<Probe, 'note'>): Recipe | undefined {
  if (!note?.startsWith('{"untrained":')) return undefined;
  try {
    return parseRecipe(note);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

async function fromModule(path: string): Promise<Sweep> {
  return withPath(path, async () => {
    const module = (await jiti.import(path)) as { default?: unknown };
    if (module.default === undefined) {
      throw new UsageError('It has no default export: end it with "export default sweep({ ... })".');
    }
    return parseSweep(module.default);
  });
}

/** Puts the file's name before what was wrong with it, on one line. */
async function withPath<T>(path: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const message = String((error as Error).message ?? error)
      .split('\n')[0]
      .trim();
    throw new UsageError(`${path}: ${message}`, { cause: error });
  }
}
