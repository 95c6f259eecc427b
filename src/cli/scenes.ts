/** Finds and loads scenes: by name, by the path of a .ts or .tsx file, from a recipe or from a link. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { byFigure } from '../core/figures.js';
import { isLink, readLink } from '../core/recipe/link.js';
import { isNote } from '../core/recipe/note.js';
import { MAX_RECIPE_BYTES, parseRecipe, type Recipe, sweepOf } from '../core/recipe/recipe.js';
import type { SoundNote } from '../core/sound/settings.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { available } from '../core/wording/did-you-mean.js';
import { portable } from '../core/wording/file-name.js';
import { printable } from '../core/wording/printable.js';
import { exporterFor } from '../exporters/index.js';
import { formatWithEnding, type Probe, probe, probeExport } from '../outputs/index.js';
import { type Found, listScenes, ourScenes, sceneFolders } from '../sources/scene-files.js';
import { fileInPackage, noFile } from '../system/packaged.js';
import { type Loaded, type LoadOptions, loadModule, loadModules } from './module.js';

export type Scene = SweepScene | ComposedScene;

export interface SweepScene extends Found {
  kind: 'sweep';
  sweep: Sweep;
  /** Whether it is a module on this disk, which may run code anyway, rather than untrusted data. */
  trusted: boolean;
  /** The absolute paths of the sound files that it listens to, each once; undefined if there are none. */
  sounds?: string[] | undefined;
  /** If it was read from a film or a recipe that has sound: that sound. */
  earlier?: EarlierSound | undefined;
  /** If it was read from a film: that film's extension, such as ".mp4". */
  extension?: string | undefined;
  /** The frames of the sweep that the film has, unless it has all of them. */
  frames?: [number, number];
  every?: number;
}

/** The sound that plays along with a sweep: the one that it listens to. */
export const soundOf = ({ sounds = [] }: SweepScene): string | undefined =>
  sounds.length === 1 ? sounds[0] : undefined;

/** A composed scene. Only a browser knows what it shows, so the title and figure come from its leading comment. */
export interface ComposedScene extends Found {
  kind: 'composed';
  title: string;
  figure?: string;
  /** If it was read from a film: how that film was made, and its extension. */
  as?: Pick<
    Recipe,
    'variables' | 'size' | 'fps' | 'transparent' | 'evaluation' | 'frames' | 'every' | 'answers' | 'heard'
  >;
  extension?: string | undefined;
  /** If it was read from a film that has sound: that sound. */
  earlier?: EarlierSound | undefined;
}

/** The sound of the film or the recipe that a scene was read from. */
export interface EarlierSound {
  /** The film or the recipe, as it was named. */
  given: string;
  /** The sound as the recipe names it. */
  note?: SoundNote | undefined;
  /** Whether the file itself has the sound. */
  inFile: boolean;
  /** The sweep of the recipe, unless it is a composed scene's. */
  sweep?: Sweep | undefined;
}

export { listScenes, ourScenes, sceneFolders };

/** A scene in the list. */
export interface Listed {
  name: string;
  kind: Scene['kind'];
  title: string;
  figure?: string | undefined;
  /** Of a sweep. */
  seconds?: number;
  loop?: boolean;
}

/** Loads all named scenes, and lists the user's own first, in the order of all lists. */
export async function describeScenes(options: LoadOptions = {}): Promise<Listed[]> {
  const scenes = await loadScenes(
    listScenes().map(({ path }) => path),
    options,
  );
  const listed = scenes.map((scene) => {
    const { name, kind } = scene;
    const { title, figure } = scene.kind === 'sweep' ? scene.sweep : scene;
    const length = scene.kind === 'sweep' ? { seconds: scene.sweep.seconds, loop: scene.sweep.loop } : {};
    return { ours: dirname(scene.path) === ourScenes, about: { name, kind, title, figure, ...length } };
  });
  listed.sort((a, b) => Number(a.ours) - Number(b.ours) || byFigure(a.about, b.about));
  return listed.map(({ about }) => about);
}

export interface SceneOptions extends LoadOptions {
  /** Whether to reload a module that was loaded before. Defaults to false: rows of a batch share scenes. */
  fresh?: boolean;
}

/** Loads a scene. @throws UsageError if there is none, or if it is not a valid sweep. */
export async function loadScene(given: string, options: SceneOptions = {}): Promise<Scene> {
  if (isLink(given)) return fromLink(given);
  const path = await findScene(given);
  const name = basename(path, extname(path));
  if (extname(path) === '.tsx')
    return { kind: 'composed', name, path, ...(await leadingComment(path, name)) };
  if (formatWithEnding(extname(path)) || exporterFor(path)) return fromFilm(given, name, path, options);
  const trusted = extname(path) !== '.json';
  if (!trusted) {
    const { sweep, audio: note } = await fromRecipe(path);
    const earlier = note && { given, note, inFile: false, sweep };
    return { kind: 'sweep', name, path, sweep, trusted, earlier };
  }
  const { sweep, sounds } = await fromModule(path, options);
  return { kind: 'sweep', name, path, sweep, trusted, ...(sounds.length > 0 && { sounds }) };
}

/**
 * The path of a scene's file. A file and a known name come before a package.
 * @throws UsageError if there is no such scene.
 */
export async function findScene(given: string): Promise<string> {
  const isFile = hasEnding(given);
  if (isFile && existsSync(given)) return resolve(given);
  const scenes = listScenes();
  const found = scenes.find((scene) => scene.name === given);
  if (found) return found.path;
  const packaged = await fileInPackage(given, hasEnding);
  if (packaged) return packaged;
  if (isFile || given.includes('/')) throw noFile(given);
  const names = scenes.map((scene) => scene.name);
  throw new UsageError(`There is no scene "${given}"${available(given, names, {})}`);
}

/** Whether a path ends like that of a scene, a recipe, a film or an export. */
function hasEnding(path: string): boolean {
  const ending = extname(path);
  const known = ['.ts', '.tsx', '.json'].includes(ending.toLowerCase());
  return known || formatWithEnding(ending) !== undefined || exporterFor(path) !== undefined;
}

/**
 * A composed scene's title is the first sentence of its leading comment. "Figure 3" or "Figures 7 and 8" in the comment
 * names the figure.
 */
async function leadingComment(path: string, name: string): Promise<{ title: string; figure?: string }> {
  const text = await leadingText(path);
  const [, title = name] = /^(.+?)(?:[.:](?:\s|$)|$)/.exec(text) ?? [];
  const [, figure] = /\bfigures? (\d+(?:,? (?:and |to )?\d+)*)/i.exec(text) ?? [];
  return { title, ...(figure && { figure }) };
}

/** The text of a file's first comment; empty if it does not begin with one. */
async function leadingText(path: string): Promise<string> {
  const [, comment = ''] = /^\s*\/\*\*?(.*?)\*\//s.exec(await readFile(path, 'utf8')) ?? [];
  return comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
}

/** What the first comment of a scene's file says about the scene, as sentences. Empty if it has none. */
export async function captionOf(path: string): Promise<string> {
  const [text] = (await leadingText(path)).split(/\s*\bRun: /);
  const sentences = text.match(/.+?[.!?](?=\s|$)|.+$/g) ?? [];
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => !/\bfigures? \d|^After |\barXiv:|\w\/\w/i.test(sentence))
    .join(' ');
}

/** A scene's title and figure, without running it: in a sweep's module, they are found if they are plain strings. */
export async function summaryOf(path: string): Promise<{ title: string; figure?: string | undefined }> {
  const name = basename(path, extname(path));
  if (extname(path) === '.tsx') return leadingComment(path, name);
  if (extname(path) !== '.ts') {
    const scene = await loadScene(path);
    const { title, figure } = scene.kind === 'sweep' ? scene.sweep : scene;
    return { title: title || name, figure };
  }
  const text = await readFile(path, 'utf8');
  const stringOf = (field: string) => {
    const [, quote, string] =
      new RegExp(`\\b${field}:\\s*(['"])((?:\\\\.|(?!\\1).)*)\\1`, 'm').exec(text) ?? [];
    return quote && string.replace(/\\(.)/g, '$1');
  };
  const { title, figure } = await leadingComment(path, name);
  return { title: stringOf('title') ?? title, figure: stringOf('figure') ?? figure };
}

/** The sweep in a link, which is not trusted. Nothing is fetched. */
async function fromLink(link: string): Promise<SweepScene> {
  const { sweep, frames, every } = await readLink(link);
  return { kind: 'sweep', name: nameOf(sweep), path: link, sweep, trusted: false, frames, every };
}

/** A base name for the files of a sweep that has no file: its title and its seed, as far as file names allow. */
function nameOf({ title, network: { seed } }: Sweep): string {
  const [name, suffix] = [title, typeof seed === 'object' ? '' : `${seed ?? ''}`].map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .slice(0, 60)
      .replace(/^-+|-+$/g, ''),
  );
  const words = name === suffix || name.endsWith(`-${suffix}`) ? [name] : [name || 'network', suffix];
  return portable(words.filter((word) => word !== '').join('-') || 'network');
}

async function fromRecipe(path: string): Promise<Recipe & { sweep: Sweep }> {
  return withPath(path, async () => {
    const file = await stat(path);
    if (!file.isFile()) throw new UsageError('It is not a file: check its path.');
    if (file.size > MAX_RECIPE_BYTES) {
      throw new UsageError(`It has ${file.size} bytes, but a recipe has at most ${MAX_RECIPE_BYTES}.`);
    }
    const recipe = parseRecipe(await readFile(path, 'utf8'));
    return { ...recipe, sweep: sweepOf(recipe) };
  });
}

/** The scene that a film or an export shows. The file is not trusted, so everything in its recipe is checked. */
async function fromFilm(given: string, name: string, path: string, options: SceneOptions): Promise<Scene> {
  const film = exporterFor(given) ? undefined : probe(given);
  const recipe = recipeIn(given, film ?? probeExport(given));
  if (!recipe) {
    throw new UsageError(
      `${given} carries no recipe: it was not made by Untrained, or it has been converted since.`,
    );
  }
  const { sweep, scene, frames, every, audio: note } = recipe;
  const extension = film && extname(given).toLowerCase();
  const inFile = film?.audio !== undefined;
  const earlier = note || inFile ? { given, note, inFile, sweep } : undefined;
  if (sweep) return { kind: 'sweep', name, path, sweep, trusted: false, extension, frames, every, earlier };
  const own = listScenes().find((known) => known.name === scene); // only a name from the list, never a path
  if (!own) {
    throw new UsageError(
      `${given} shows the composed scene "${printable(scene ?? '')}", but there is no scene with that name here, and the ` +
        'film does not contain its code: render the scene by its path.',
    );
  }
  const found = await loadScene(own.path, options);
  if (found.kind !== 'composed') return { ...found, name, trusted: false, extension, frames, every, earlier };
  const { variables, size, fps, transparent, evaluation, answers, heard } = recipe;
  return {
    ...found,
    name,
    extension,
    earlier,
    as: { variables, size, fps, transparent, evaluation, frames, every, answers, heard },
  };
}

/**
 * The recipe in a file's metadata; undefined if there is none of ours.
 * @throws UsageError, beginning with the file's name, for a damaged recipe.
 */
export function recipeIn(path: string, { note }: Pick<Probe, 'note'>): Recipe | undefined {
  if (!isNote(note)) return undefined;
  try {
    return parseRecipe(note);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

/** Loaded modules, by path, and by the length that their sounds were heard for. */
const modules = new Map<string, Promise<Loaded>>();

async function fromModule(path: string, { fresh, ...options }: SceneOptions): Promise<Loaded> {
  const key = options.seconds === undefined ? path : `${path}\n${options.seconds}`;
  const plain = fresh ? undefined : modules.get(path);
  const listens = (await plain?.catch(() => undefined))?.sounds.length !== 0;
  const known = fresh ? undefined : listens ? modules.get(key) : plain;
  const loading = known ?? loadModule(path, options);
  modules.set(key, loading);
  return withPath(path, () => loading).catch((error) => {
    throw options.signal?.aborted ? options.signal.reason : error;
  });
}

/** Loads scenes, all sweeps' modules in one process. @throws UsageError for the first that cannot be loaded. */
export async function loadScenes(paths: string[], options: LoadOptions = {}): Promise<Scene[]> {
  const sweeps = paths.filter((path) => extname(path) === '.ts');
  const loaded = await loadModules(sweeps, options);
  for (const [i, one] of loaded.entries()) {
    const loading = one instanceof Error ? Promise.reject(one) : Promise.resolve(one);
    loading.catch(() => {}); // it is awaited below
    modules.set(sweeps[i], loading);
  }
  return Promise.all(paths.map((path) => loadScene(path, options)));
}

/** Prefixes an error with the file's name and reduces it to one line. */
async function withPath<T>(path: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const message = String((error as Error).message ?? error)
      .split('\n')[0]
      .trim();
    const placed = /^\d+:(\d+:)? /.test(message); // a line and column in this file
    throw new UsageError(`${path}:${placed ? '' : ' '}${message}`, { cause: error });
  }
}
