/** Serves the Motion Canvas editor for our scenes, to this machine only. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { createLogger, createServer, type Plugin } from 'vite';
import { RenderError } from '../core/errors.js';
import { CORE, EDITOR, EDITOR_OF_NODES, JSX_RUNTIMES, TWO_D } from '../core/motion-canvas.js';
import { findFfmpeg } from '../outputs/index.js';
import { type Heard, hearSounds } from '../sources/composed/hearing.js';
import { ESBUILD, findModules, loadScenes } from '../sources/composed/modules.js';
import { findWeights } from '../sources/composed/weights.js';
import { makeFolder } from '../system/folders.js';
import { guard } from '../system/guard.js';
import { type Requested, tellChanges } from './changes.js';
import { type EditorSources, editorPages, modulesOf, pageOf } from './pages.js';
import { type MakeFilm, renderFilms } from './render.js';
import { reasonOf, saveSettings } from './settings.js';

export interface EditorOptions extends EditorSources {
  /** The folders in which scenes are looked up, as far as they exist now. */
  folders: () => string[];
  /** Makes the films that pages request. */
  makeFilm: MakeFilm;
  /** The first port to try. Defaults to 9000, like Motion Canvas. */
  port?: number;
  /** Whether to open the editor in the user's browser. */
  open?: boolean;
  /** Called with failures that do not stop the editor, such as a change that cannot be saved. */
  onWarning?: (text: string) => void;
}

export interface Editor {
  /** The address of the page that lists the scenes, or of a scene's if only one was named. */
  url: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the editor's own export writes frames. */
const output = resolve('output');
const require = createRequire(import.meta.url);

/** Packages that Vite bundles once and caches: scenes and the editor must share a single instance of each. */
const PACKAGES = [
  CORE,
  TWO_D,
  EDITOR_OF_NODES,
  ...JSX_RUNTIMES,
  EDITOR,
  'd3-color',
  'd3-scale',
  'd3-scale-chromatic',
  'd3-shape',
  'fastest-levenshtein',
  'seedrandom',
  'three',
  'zod',
];

/** @throws RenderError when no port is free. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const { list, folders, port = 9000, open = false, onWarning = () => {} } = options;
  const cache = await cacheFolder();
  const closing = new AbortController();
  process.env.VITE_CJS_IGNORE_WARNING = 'true'; // Motion Canvas's plugin loads Vite's deprecated CommonJS build
  const packages = dirname(dirname(dirname(require.resolve(`${CORE}/package.json`))));
  const named = list().filter(({ origin }) => origin === 'opened');
  const files = named.map(({ path }) => path);
  const workingFolder = resolve('.');
  const requested: Requested = { broken: new Set(), sweepFiles: new Map() };
  const heard: Heard = { sounds: {}, files: new Map() };
  const server = await createServer({
    configFile: false,
    root,
    appType: 'custom',
    clearScreen: false,
    customLogger: loggerTo(onWarning),
    cacheDir: cache.path,
    server: {
      host: '127.0.0.1',
      port,
      fs: { allow: [root, packages, cache.path, workingFolder, ...files.map((path) => dirname(path))] },
    },
    optimizeDeps: { include: PACKAGES, exclude: ['preact', 'preact/*', '@preact/signals'], entries: [] },
    esbuild: ESBUILD,
    plugins: [
      hearSounds({ ffmpeg: findFfmpeg, into: heard }),
      findWeights(),
      findModules(fileURLToPath(import.meta.url)),
      loadScenes(),
      survive(onWarning),
      saveSettings(() => list().map(({ path }) => path), onWarning),
      renderFilms(list, options.makeFilm, closing.signal),
      editorPages(options, requested, heard.files),
      tellChanges({ folders, workingFolder, files, modules: () => modulesOf(list()), requested }),
      ...(await motionCanvasPlugins()),
    ],
  });
  guard(server.httpServer as Server);
  const close = async () => {
    closing.abort();
    await server.close();
    await cache.remove();
  };
  try {
    await server.listen();
  } catch (error) {
    await close();
    throw new RenderError(`The editor cannot be served (${(error as Error).message}): name another --port.`);
  }
  const start = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${server.config.server.port}/`;
  const path = named.length === 1 ? pageOf(named[0].name) : '/';
  if (open) {
    server.config.server.open = path;
    server.openBrowser();
  }
  const url = new URL(path, start).href;
  return { url, close };
}

/** Passes on the errors of Vite that no page shows, because they are not about a scene's module: in one line, once. */
function loggerTo(onWarning: (text: string) => void): ReturnType<typeof createLogger> {
  const logger = createLogger('silent');
  const said = new Set<string>();
  logger.error = (text, { error } = {}) => {
    const line = stripVTControlCharacters(text).trim().split('\n')[0];
    if ((error && 'plugin' in error) || said.has(line)) return;
    said.add(line);
    onWarning(`The editor could not do what its page requested (${line}).`);
  };
  return logger;
}

/**
 * The folder for the packages that Vite has bundled: inside our own package, or if that is read-only, a temporary
 * folder that lasts as long as the editor.
 */
async function cacheFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const usual = join(root, 'node_modules', '.vite');
  try {
    await makeFolder(usual);
    await rmdir(await mkdtemp(join(usual, 'writable-')));
    return { path: usual, remove: async () => {} };
  } catch {
    const path = await mkdtemp(join(tmpdir(), 'untrained-editor-'));
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
  }
}

/**
 * Motion Canvas's plugins, except those that write files beside the scenes. They are imported one by one, because the
 * package's index needs a home folder.
 */
async function motionCanvasPlugins(): Promise<Plugin[]> {
  const { assetsPlugin, exporterPlugin, webglPlugin } = await import(
    '@motion-canvas/vite-plugin/lib/partials/index.js'
  );
  return [exporterPlugin({ outputPath: output }), assetsPlugin({ bufferedAssets: /^$/ }), webglPlugin()];
}

/**
 * Keeps the server alive when a request from a page fails, such as writing an exported frame. Must come before the
 * plugins that listen to pages.
 */
function survive(onWarning: (text: string) => void): Plugin {
  return {
    name: 'untrained:survive',
    configureServer({ ws, middlewares }) {
      // Motion Canvas's own handler crashes the process if the program that shows folders is missing.
      middlewares.use('/__open-output-path', async (_, response) => {
        await makeFolder(output).catch(note);
        const program = { win32: 'explorer', darwin: 'open' }[process.platform as string] ?? 'xdg-open';
        spawn(program, [output], { detached: true, stdio: 'ignore' })
          .on('error', () => onWarning(`Exported frames are in ${output}.`))
          .unref();
        response.end();
      });
      const noted = new Set<string>();
      const note = (error: unknown) => {
        const text = `The editor could not do what its page requested (${reasonOf(error)}).`;
        if (!noted.has(text)) onWarning(text);
        noted.add(text);
      };
      const on = ws.on.bind(ws) as (event: string, listener: (...args: unknown[]) => unknown) => void;
      const guarded: typeof on = (event, listener) =>
        on(event, async (...args) => {
          try {
            await listener(...args);
          } catch (error) {
            note(error);
          }
        });
      ws.on = guarded as typeof ws.on;
    },
  };
}
