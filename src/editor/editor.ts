/** Serves the Motion Canvas editor for our scenes, to this machine only. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Plugin } from 'vite';
import { RenderError } from '../core/errors.js';
import { ESBUILD, findModules, loadScenes } from '../sources/composed/modules.js';
import { metaFileOf } from '../sources/composed/target.js';
import { makeFolder } from '../system/folders.js';
import { type EditorSources, editorPages } from './pages.js';
import { type MakeFilm, renderFilms } from './render.js';

export interface EditorOptions extends EditorSources {
  /** The folders to watch for new scenes. */
  folders: string[];
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
  /** The address of the page that lists the scenes. */
  url: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the editor's own export writes frames. */
const output = resolve('output');
const require = createRequire(import.meta.url);

/** Packages that Vite bundles once and caches: scenes and the editor must share a single instance of each. */
const PACKAGES = [
  '@motion-canvas/core',
  '@motion-canvas/2d',
  '@motion-canvas/2d/editor',
  '@motion-canvas/2d/lib/jsx-runtime',
  '@motion-canvas/2d/lib/jsx-dev-runtime',
  '@motion-canvas/ui',
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
  const { folders, port = 9000, open = false, onWarning = () => {} } = options;
  const cache = await cacheFolder();
  const closing = new AbortController();
  process.env.VITE_CJS_IGNORE_WARNING = 'true'; // Motion Canvas's plugin loads Vite's deprecated CommonJS build
  const packages = dirname(dirname(dirname(require.resolve('@motion-canvas/core/package.json'))));
  const server = await createServer({
    configFile: false,
    root,
    appType: 'custom',
    logLevel: 'error',
    clearScreen: false,
    cacheDir: cache.path,
    server: {
      host: '127.0.0.1',
      port,
      fs: { allow: [root, packages, cache.path, resolve('.'), ...folders] },
    },
    optimizeDeps: { include: PACKAGES, exclude: ['preact', 'preact/*', '@preact/signals'], entries: [] },
    esbuild: ESBUILD,
    plugins: [
      findModules(fileURLToPath(import.meta.url)),
      loadScenes({ keepChanges: true }),
      survive(onWarning),
      saveMeta(options.list, onWarning),
      editorPages(options),
      renderFilms(options.list, options.makeFilm, closing.signal),
      reloadList(folders),
      ...(await motionCanvasPlugins()),
    ],
  });
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
  const url = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${server.config.server.port}/`;
  if (open) server.openBrowser();
  return { url, close };
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
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
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

/** Saves a scene's time events and seed beside it, once it has events. Headless renders read them from there. */
function saveMeta(list: EditorSources['list'], onWarning: (text: string) => void): Plugin {
  const unsaved = new Set<string>();
  const save = async (source: string, data: { timeEvents?: unknown[] }) => {
    try {
      const worthSaving = (data.timeEvents?.length ?? 0) > 0 || existsSync(source);
      if (worthSaving) await replace(source, `${JSON.stringify(data, undefined, 2)}\n`);
      unsaved.delete(source);
    } catch (error) {
      if (unsaved.has(source)) return;
      unsaved.add(source);
      onWarning(
        `Changes made in the editor cannot be saved in ${relative('.', source)} (${reasonOf(error)}): ` +
          'make it writable. Until then they last only while the page is open.',
      );
    }
  };
  return {
    name: 'untrained:meta',
    configureServer(server) {
      server.ws.on('motion-canvas:meta', async ({ source, data }, client) => {
        // A page may write only the .meta files of existing scenes.
        const scene = list().find(({ path }) => metaFileOf(path) === source);
        if (!scene) return;
        await save(source, data);
        client.send('motion-canvas:meta-ack', { source });
      });
    },
  };
}

/** Replaces a file's contents atomically: if the disk is full, the old contents remain. */
async function replace(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path); // keep a symbolic link
  const unfinished = `${target}.unfinished`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    // The file may be writable although its folder is not.
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(target, text);
  }
}

/** The first part of Node's message, such as "EACCES: permission denied". */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/, \w+ '|\n/)[0];
}

/** Reloads the list of scenes when a file is added or removed. */
function reloadList(folders: string[]): Plugin {
  return {
    name: 'untrained:list',
    configureServer(server) {
      server.watcher.add(folders);
      const reload = (path: string) => {
        if (!/\.tsx?$/.test(path) || !folders.includes(dirname(path))) return;
        const index = server.moduleGraph.getModuleById('\0untrained:index');
        if (index) server.moduleGraph.invalidateModule(index);
        server.ws.send({ type: 'full-reload', path: '/' });
      };
      server.watcher.on('add', reload).on('unlink', reload);
    },
  };
}
