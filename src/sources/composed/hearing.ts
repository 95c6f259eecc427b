/** A Vite plugin that hears the sounds that scenes follow, for renders, for the editor, and for projects of others. */
import { stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { normalizePath, type Plugin, type Rollup } from 'vite';
import { UsageError } from '../../core/errors.js';
import { type HeardSound, type HeardSounds, keyOfPlaceholder } from '../../core/sound/heard.js';
import { type Placeholder, soundOf } from '../../core/sound/listening.js';
import { type Ffmpeg, SegmentCache } from '../../outputs/index.js';
import { tracksFor } from '../../sound/listen.js';
import { probeSound } from '../../sound/probe.js';
import { codeDigest } from '../../system/version.js';
import { type Calls, callsIn, NOT_LITERAL } from './calls.js';
import { contentOf } from './content.js';

/** What scenes hear, and with what. */
export interface HearingOptions {
  /** Provides the ffmpeg that decodes sounds. */
  ffmpeg: () => Promise<Ffmpeg>;
  /** Files are named relative to this folder. Defaults to the working folder. */
  folder?: string | undefined;
  /** What was heard where the film was planned. Those sounds are not read. */
  planned?: HeardSounds | undefined;
  /** Receives what was heard. */
  into?: Heard | undefined;
}

/** What the scenes of a bundle have heard. */
export interface Heard {
  /** The numbers, by the placeholder's key; files are named relative to the bundle's folder. */
  sounds: HeardSounds;
  /** The absolute path of each file, by that name. */
  files: Map<string, string>;
}

/** The prefix of a module that has all of `untrained/nodes`, with functions that know what one module hears. */
const BOUND = '\0untrained:hears/';

/**
 * Gives each module that calls listen() or beats() its own version of them, which returns the numbers of the sounds
 * that its calls name. Must come before `findModules`.
 */
export function hearSounds(options: HearingOptions): Plugin {
  const calls = new Map<string, Calls>(); // by the module's path
  const users = new Map<string, Set<string>>(); // the modules that hold a file's numbers, by its path
  const moduleOf = (id: string) => decodeURIComponent(id.slice(BOUND.length, -'.js'.length));
  return {
    name: 'untrained:hear',
    enforce: 'pre', // strings must still be as they were written
    async transform(code, id) {
      const path = pathOf(id);
      const found = path.startsWith('\0') ? undefined : await callsIn(code, path);
      if (found) calls.set(path, found);
      else calls.delete(path);
    },
    async resolveId(source, importer, how) {
      if (importer?.startsWith(BOUND))
        return this.resolve(source, moduleOf(importer), { ...how, skipSelf: true });
      if (source !== 'untrained/nodes' || importer === undefined || !calls.has(pathOf(importer))) return null;
      return `${BOUND}${encodeURIComponent(pathOf(importer))}.js`;
    },
    async load(id) {
      if (!id.startsWith(BOUND)) return null;
      const module = moduleOf(id);
      const { placeholders, imports } = calls.get(module) ?? { placeholders: [], imports: [] };
      const files = new Map<string, string>(); // by the name in the module
      for (const name of new Set(placeholders.map(soundOf)))
        files.set(name, await fileOf(this, name, module, imports));
      for (const path of files.values()) {
        users.set(path, (users.get(path) ?? new Set()).add(id));
        if (await isFile(path)) this.addWatchFile(path);
      }
      const heard: Record<string, HeardSound | { problem: string }> = {};
      for (const [name, path] of files) {
        const mine = placeholders.filter((one) => soundOf(one) === name);
        Object.assign(heard, await hear(mine, path, basename(module), options));
      }
      const { folder = '.' } = options;
      const names = Object.fromEntries([...files].map(([name, path]) => [name, nameIn(folder, path)]));
      return boundModule(heard, imports, names);
    },
    handleHotUpdate({ file, modules, server }) {
      const holders = [...(users.get(resolve(file)) ?? [])].map((id) => server.moduleGraph.getModuleById(id));
      return [...new Set([...modules, ...holders])].filter((module) => module !== undefined);
    },
  };
}

const pathOf = (id: string) => id.split('?')[0];

/** A file's name in a folder, equal on all machines. */
const nameIn = (folder: string, path: string) => normalizePath(relative(folder, path));

const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false;

/** The path of a sound that a module names, or imports. */
async function fileOf(
  context: Rollup.PluginContext,
  name: string,
  module: string,
  imports: readonly string[],
): Promise<string> {
  const found = imports.includes(name) ? await context.resolve(name, module, { skipSelf: true }) : null;
  return resolve(dirname(module), found ? pathOf(found.id) : name);
}

/** The numbers of placeholders in a file, by their keys. */
async function hear(
  placeholders: readonly Placeholder[],
  path: string,
  module: string,
  { ffmpeg, folder = '.', planned = {}, into }: HearingOptions,
): Promise<Record<string, HeardSound | { problem: string }>> {
  const named = nameIn(folder, path);
  /** The placeholder's name in a plan. */
  const known = (one: Placeholder) =>
    keyOfPlaceholder('listen' in one ? { ...one, listen: named } : { ...one, beats: named });
  const found: Record<string, HeardSound | { problem: string }> = {};
  const asked: Placeholder[] = [];
  for (const one of placeholders) {
    const key = known(one);
    if (!Object.hasOwn(planned, key)) asked.push(one);
    else found[keyOfPlaceholder(one)] = planned[key];
  }
  try {
    if (asked.length > 0 && !(await isFile(path))) {
      throw new UsageError(`there is no such file in the folder of ${module}: check its path.`);
    }
    const sounds = asked.length > 0 ? await heardIn(path, asked, await ffmpeg()) : [];
    for (const [i, one] of asked.entries()) found[keyOfPlaceholder(one)] = sounds[i];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    for (const one of asked) found[keyOfPlaceholder(one)] = { problem: error.message };
  }
  for (const one of placeholders) {
    const sound = found[keyOfPlaceholder(one)];
    if (into && !('problem' in sound)) into.sounds[known(one)] = sound;
  }
  into?.files.set(named, path);
  return found;
}

/** The default of `smooth`, in seconds. */
const SMOOTH = 0.1;

/** Hears a whole file, or recalls what was heard in it. */
async function heardIn(path: string, placeholders: Placeholder[], ffmpeg: Ffmpeg): Promise<HeardSound[]> {
  const content = await contentOf(path, await stat(path));
  const asked = placeholders.map((one) => keyOfPlaceholder({ ...one, ...nameless(one) }));
  const key = SegmentCache.keyOf(['what is heard in', content, asked, codeDigest(), ffmpeg.version]);
  const cache = SegmentCache.here();
  const recalled = readHeard(await cache?.recall(key), placeholders.length);
  if (recalled) return recalled;
  const { seconds: whole, heard } = await probeSound(path, ffmpeg);
  // Levels fall for a while after the sound has ended.
  const fall = Math.max(0, ...placeholders.map((one) => ('listen' in one ? (one.smooth ?? SMOOTH) : 0)));
  const seconds = Math.ceil(1000 * Math.min(whole ?? heard, heard) + 1000 * fall) / 1000;
  const { tracks } = await tracksFor(
    placeholders.map((one) => ('listen' in one ? { ...one, listen: path } : { ...one, beats: path })),
    { seconds, loop: false },
    dirname(path),
    { ffmpeg: ffmpeg.path },
  );
  const sounds = tracks.map((track) => ({ track, seconds }));
  await cache?.note(key, JSON.stringify(sounds));
  return sounds;
}

const nameless = (one: Placeholder) => ('listen' in one ? { listen: '-' } : { beats: '-' });

/** Parses a stored text, which may be damaged. */
function readHeard(text: string | undefined, count: number): HeardSound[] | undefined {
  try {
    const sounds: unknown = JSON.parse(text ?? 'null');
    return Array.isArray(sounds) && sounds.length === count ? sounds : undefined;
  } catch {
    return undefined;
  }
}

function boundModule(heard: object, imports: readonly string[], names: object): string {
  const text = (value: unknown) => JSON.stringify(JSON.stringify(value));
  return `
import { listeningWith } from 'untrained/nodes';
${imports.map((source, i) => `import sound${i} from ${JSON.stringify(source)};`).join('\n')}
export * from 'untrained/nodes';
export const { listen, beats } = listeningWith({
  heard: JSON.parse(${text(heard)}),
  imported: new Map([${imports.map((source, i) => `[sound${i}, ${JSON.stringify(source)}]`).join(', ')}]),
  files: JSON.parse(${text(names)}),
}, ${JSON.stringify(NOT_LITERAL)});`;
}
