/** The editor's pages: a list of the scenes, and for each scene Motion Canvas's editor with a project of that scene. */

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import type { Plugin, ViteDevServer } from 'vite';
import { byFigure } from '../core/figures.js';
import {
  CORE,
  EDITOR,
  NEWEST_VERSION,
  STYLE_SHEET,
  STYLE_SHEET_ID,
  TWO_D,
  VITE_PLUGIN,
} from '../core/motion-canvas.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { noSceneIn, sceneMetaOf } from '../sources/composed/modules.js';
import { defaultsOf, metaFileOf } from '../sources/composed/target.js';
import { namesIn } from '../sources/weights.js';
import { sendFile } from '../system/send-file.js';
import type { Requested } from './changes.js';
import { failureFor, failureOfSweep, placeAt } from './failures.js';
import {
  type Failure,
  FOLLOWED_SOUNDS,
  type Look,
  type OpenedScene,
  QUESTIONS,
  type Question,
  SOUNDS,
} from './page/protocol.js';
import { escaped, type ListedScene, PAGE_STYLE, type Section, startPage } from './start-page.js';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A scene to edit. */
export interface EditorScene {
  /** Unique among the scenes. */
  name: string;
  /** Absolute path. A .tsx file is a composed scene; any other contains a sweep. */
  path: string;
  /** Whether it was named when the editor was started, is one of the user's scenes, or one of ours. */
  origin: 'opened' | 'own' | 'ours';
}

export interface EditorSources {
  /** The scenes that currently exist. */
  list: () => EditorScene[];
  /** A scene's title and its figure in the article, found without running the scene. */
  summaryOf: (path: string) => Promise<{ title: string; figure?: string | undefined }>;
  /** @throws UsageError, beginning with the path, for a sweep that cannot be read. */
  sweepOf: (path: string) => Promise<HeardSweep>;
}

/** A sweep and what it listens to. */
export interface HeardSweep {
  sweep: Sweep;
  /** The paths of all files to which it listens. */
  sounds?: string[] | undefined;
  /** The path of the sound that plays along with it. */
  sound?: string | undefined;
}

// Names of virtual modules.
const EDITING = 'untrained:editor';
const START = 'untrained:start';
const SCENE = 'untrained:scene/';
/** Where Vite serves them. */
const served = (id: string) => `/@id/__x00__${id}`;

/** The ID of the module that exports a scene. */
const moduleOf = (name: string) => SCENE + Buffer.from(name).toString('base64url');

/** The names of all scenes, with the IDs of the modules that export them. */
export const modulesOf = (scenes: EditorScene[]): { name: string; id: string }[] =>
  scenes.map(({ name }) => ({ name, id: `\0${moduleOf(name)}` }));

/** The path of a scene's page. */
export const pageOf = (name: string): string => `/${encodeURIComponent(name)}`;

/**
 * @param requested - Receives what becomes known about the scenes.
 * @param heard - The paths of the sounds that composed scenes follow, by their names in the pages.
 */
export function editorPages(
  { list, summaryOf, sweepOf }: EditorSources,
  requested: Requested,
  heard: ReadonlyMap<string, string>,
): Plugin {
  let server: ViteDevServer;
  /** The sounds of the sweeps that have been opened, by the names of the scenes. No other file is served as a sound. */
  const sounds = new Map<string, string>();

  /** The module of a sweep, which a separate process has loaded, as for a render. */
  async function sweepModule({ name, path }: EditorScene): Promise<string> {
    const files = await filesOf(path);
    requested.sweepFiles.set(name, files);
    server.watcher.add(files);
    try {
      const { sweep, sounds: followed = [], sound } = await sweepOf(path);
      requested.sweepFiles.set(name, [...files, ...followed]);
      server.watcher.add(followed);
      if (sound) sounds.set(name, sound);
      else sounds.delete(name);
      const address = sound && `${SOUNDS}${encodeURIComponent(name)}?t=${changeOf(sound)}`;
      return `export const sweep = ${JSON.stringify(sweep)};\nexport const sound = ${JSON.stringify(address)};`;
    } catch (error) {
      requested.broken.add(name);
      return failureModule(failureOfSweep(path, (error as Error).message));
    }
  }

  async function answer(question: Question): Promise<string> {
    const scene = list().find(({ name }) => name === question.scene);
    if (!scene) return JSON.stringify({ message: question.message });
    if (question.importing) requested.broken.add(scene.name);
    return JSON.stringify(await failureFor(question, scene.path, server));
  }

  return {
    name: 'untrained:editor',
    enforce: 'pre', // run before Vite's own handling of style sheets
    resolveId: (id) => (id === EDITING || id === START || id.startsWith(SCENE) ? `\0${id}` : null),
    async load(id) {
      if (id === `\0${EDITING}`) return editorModule();
      if (id === `\0${START}`) return startModule;
      if (!id.startsWith(`\0${SCENE}`)) return null;
      const scene = list().find(({ name }) => `\0${moduleOf(name)}` === id);
      if (!scene) {
        return failureModule({
          message: 'This scene no longer exists: its file has been removed or renamed.',
        });
      }
      const code = extname(scene.path) === '.tsx' ? composedModule(scene.path) : await sweepModule(scene);
      return { code, map: { mappings: '' } };
    },
    transform(code, id) {
      // Fonts from the network: system fonts are enough.
      if (STYLE_SHEET_ID.test(id)) return code.replace(/@import\s*"https?:[^"]*"\s*;/g, '');
      // Motion Canvas's editor asks npm whether there is a newer version, in code that several packages share.
      if (NEWEST_VERSION.test(code) && /[/\\]deps[/\\]/.test(id))
        return { code: code.replace(NEWEST_VERSION, 'new Promise(() => {}'), map: null };
      return null;
    },
    configureServer(created) {
      server = created;
      server.middlewares.use(async (request, response, next) => {
        const path = decodeURIComponent((request.url ?? '/').split('?')[0].slice(1));
        const html = (text: string) =>
          response.setHeader('content-type', 'text/html; charset=utf-8').end(text);
        try {
          if (path === '') return html(startPage(await sectionsOf(list(), summaryOf), served(START)));
          if (`/${path}` === QUESTIONS && request.method === 'POST') {
            const chunks: Buffer[] = [];
            for await (const chunk of request) chunks.push(chunk);
            const text = await answer(JSON.parse(Buffer.concat(chunks).toString()));
            return response.setHeader('content-type', 'application/json').end(text);
          }
          const sound = soundAt(`/${path}`, SOUNDS, sounds) ?? soundAt(`/${path}`, FOLLOWED_SOUNDS, heard);
          if (sound) {
            // Browsers look into a sound to see what it is.
            const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'no-cache' };
            return await sendFile(request, response, sound, headers);
          }
          const scene = list().find(({ name }) => name === path);
          return scene ? html(scenePage(openedScene(scene, requested))) : next();
        } catch (error) {
          next(error);
        }
      });
    },
  };
}

/** The file of a sound, if a path is the address of one. */
const soundAt = (path: string, prefix: string, sounds: ReadonlyMap<string, string>) =>
  path.startsWith(prefix) ? sounds.get(path.slice(prefix.length)) : undefined;

function openedScene({ name, path }: EditorScene, requested: Requested): OpenedScene {
  const opened: OpenedScene = { name, path, module: served(moduleOf(name)), changed: changeOf(path) };
  if (extname(path) !== '.tsx') return opened;
  const file = metaFileOf(path);
  try {
    return { ...opened, meta: { file, data: sceneMetaOf(path) } };
  } catch (error) {
    requested.broken.add(name);
    const message = (error as Error).message.replace(`${file} is`, 'It is');
    return { ...opened, failure: { message, place: placeAt(file) } };
  }
}

const changeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The list of scenes: the user's first, then ours, in the order of the article. */
export async function sectionsOf(
  scenes: EditorScene[],
  summaryOf: EditorSources['summaryOf'],
): Promise<Section[]> {
  const listed = await Promise.all(
    scenes.map(async ({ name, path, origin }): Promise<ListedScene & { origin: EditorScene['origin'] }> => {
      const summary = await summaryOf(path).catch(() => ({ title: basename(path) }));
      const picture = `renders/gallery/thumbnails/${name}.webp`;
      const thumbnail = origin === 'ours' && existsSync(join(root, picture)) ? `/${picture}` : undefined;
      const module = extname(path) === '.tsx' ? undefined : served(moduleOf(name));
      return {
        name,
        path,
        origin,
        ...summary,
        page: pageOf(name),
        changed: changeOf(path),
        thumbnail,
        module,
      };
    }),
  );
  listed.sort(byFigure);
  const from = (origin: EditorScene['origin']) => listed.filter((scene) => scene.origin === origin);
  const ours = from('ours');
  const opened = from('opened');
  return [
    ...(opened.length > 0 ? [{ title: 'Opened', scenes: opened }] : []),
    {
      title: 'Your scenes',
      scenes: from('own'),
      empty:
        'Save one as <code>scenes/mine.ts</code> or <code>scenes/mine.tsx</code> here, and it appears in this list.',
    },
    { title: 'Our scenes', scenes: ours },
  ];
}

/** A page that opens a scene. From the start, it is dark and says what it is doing. */
function scenePage(scene: OpenedScene): string {
  const data = JSON.stringify(scene).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${escaped(scene.name)}</title>
    <link rel="icon" href="data:,">
    <link rel="modulepreload" href="${scene.module}">
    <style>${PAGE_STYLE}
#opening { position: fixed; left: 50%; top: 50%; z-index: 900; translate: -50% -50%; display: flex; align-items: center;
  gap: 12px; padding: 10px 18px; border-radius: 99px; background: #000a; color: #e8e8e8; pointer-events: none;
  font: 15px/1.45 system-ui, sans-serif; white-space: nowrap; }
#opening i { width: 14px; height: 14px; border: 2px solid #fff4; border-top-color: #fff; border-radius: 50%;
  animation: turn 0.9s linear infinite; }
@keyframes turn { to { rotate: 360deg; } }</style>
  </head>
  <body>
    <div id="opening" role="status"><i></i><span>Opening ${escaped(basename(scene.path))} …</span></div>
    <script type="application/json" id="scene">${data}</script>
    <script type="module" src="${served(EDITING)}"></script>
  </body>
</html>
`;
}

const startModule = `
import { start } from 'untrained/editor/start';
start((listener) => {
  for (const event of ['untrained:list', 'vite:ws:connect']) import.meta.hot.on(event, listener);
});`;

function editorModule(): string {
  const { size, fps, background } = defaultsOf({ kind: 'scene', path: '' });
  const look: Look = { size, fps, background };
  return `
import { editor } from '${EDITOR}';
import '${STYLE_SHEET}';
import { openScene } from 'untrained/editor/open';
import { untrainedPlugin } from 'untrained/editor/plugin';
const plugins = [untrainedPlugin()];
const versions = ${JSON.stringify(versions())};
openScene({ server: import.meta.hot, editor, versions, plugins, composed: ${JSON.stringify(look)} });`;
}

/** The versions of Motion Canvas that its editor shows. */
function versions(): Record<string, string> {
  const of = (name: string): string => require(`${name}/package.json`).version;
  return { core: of(CORE), two: of(TWO_D), ui: of(EDITOR), vitePlugin: of(VITE_PLUGIN) };
}

const failureModule = (failure: Failure) => `export const failure = ${JSON.stringify(failure)};`;

function composedModule(path: string): string {
  const [character] = /[?#%]/.exec(path) ?? [];
  if (character) {
    const message = `Its path contains "${character}", which the URL of a module cannot contain: rename the file or its folder.`;
    return failureModule({ message, place: placeAt(path) });
  }
  return `
import * as scene from ${JSON.stringify(path.replaceAll('\\', '/'))};
export const missing = ${JSON.stringify(noSceneIn(path))};
export { scene };`;
}

/** A sweep's file, the user's files that it imports, and the files of weights that these name. */
async function filesOf(path: string): Promise<string[]> {
  if (extname(path) !== '.ts') return [path];
  const inputs = (metafile: Metafile) => Object.keys(metafile.inputs);
  const folder = dirname(path);
  const found = await build({
    entryPoints: [path],
    absWorkingDir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).then(
    ({ metafile }) => inputs(metafile),
    // Files with errors are watched too, so that a correction is noticed.
    ({ errors = [] }: { errors?: { location?: { file: string } | null }[] }) =>
      errors.flatMap(({ location }) => (location ? [location.file] : [])),
  );
  const modules = [...new Set([path, ...found.map((file) => join(folder, file))])];
  const weights = await Promise.all(modules.map(weightsNamedIn));
  return [...modules, ...weights.flat()];
}

async function weightsNamedIn(module: string): Promise<string[]> {
  const source = await readFile(module, 'utf8').catch(() => ''); // it may have been removed meanwhile
  return namesIn(source).map((name) => join(dirname(module), name));
}
