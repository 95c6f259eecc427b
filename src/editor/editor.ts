/** The Motion Canvas editor on the scenes of this package: served on this machine, for this machine alone. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Plugin } from 'vite';
import { ESBUILD, findModules, loadScenes } from '../composed/modules.js';
import { metaFileOf } from '../composed/target.js';
import { RenderError } from '../errors.js';
import { type EditorSources, editorPages } from './pages.js';

export interface EditorOptions extends EditorSources {
  /** The folders whose files may become scenes. */
  folders: string[];
  /** The first port to try. Defaults to Motion Canvas's own, 9000. */
  port?: number;
  /** Whether to show it in the user's browser. */
  open?: boolean;
}

export interface Editor {
  /** Of the page that lists the scenes. */
  url: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);

/** Bundled once, and kept: what scenes and the editor share must be one module for both. */
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
  const { folders, port = 9000, open = false } = options;
  process.env.VITE_CJS_IGNORE_WARNING = 'true'; // Motion Canvas's plugin takes vite's older face, and vite says so
  const packages = dirname(dirname(dirname(require.resolve('@motion-canvas/core/package.json'))));
  const server = await createServer({
    configFile: false,
    root,
    appType: 'custom',
    logLevel: 'error',
    clearScreen: false,
    server: {
      host: '127.0.0.1',
      port,
      fs: { allow: [root, packages, resolve('.'), ...folders] },
    },
    optimizeDeps: { include: PACKAGES, exclude: ['preact', 'preact/*', '@preact/signals'], entries: [] },
    esbuild: ESBUILD,
    plugins: [
      findModules(fileURLToPath(import.meta.url)),
      loadScenes({ keepChanges: true }),
      keepMeta(options.list),
      editorPages(options),
      reloadList(folders),
      ...(await motionCanvasPlugins()),
    ],
  });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw new RenderError(`The editor cannot be served (${(error as Error).message}): name another --port.`);
  }
  const url = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${server.config.server.port}/`;
  if (open) server.openBrowser();
  return { url, close: () => server.close() };
}

/** Those of Motion Canvas's own that write nothing beside the scenes. */
async function motionCanvasPlugins(): Promise<Plugin[]> {
  const { default: motionCanvas } = await import('@motion-canvas/vite-plugin');
  // A CommonJS module in an ES module's clothes: its default is one level further in.
  const plugins = (motionCanvas as unknown as { default: (options: object) => Plugin[] }).default({
    project: [],
    output: resolve('output'),
  });
  const kept = ['exporter', 'assets', 'webgl'].map((name) => `motion-canvas:${name}`);
  return plugins.filter(({ name }) => kept.includes(name));
}

/** Writes a scene's time events and seed, once it has events, beside it, where headless renders read them. */
function keepMeta(list: EditorSources['list']): Plugin {
  return {
    name: 'untrained:meta',
    configureServer(server) {
      server.ws.on('motion-canvas:meta', async ({ source, data }, client) => {
        // A page may write beside the scenes that there are, and nowhere else.
        const scene = list().find(({ path }) => metaFileOf(path) === source);
        if (!scene) return;
        const worthKeeping = data.timeEvents?.length > 0 || existsSync(source);
        if (worthKeeping) await writeFile(source, `${JSON.stringify(data, undefined, 2)}\n`);
        client.send('motion-canvas:meta-ack', { source });
      });
    },
  };
}

/** A file that comes or goes changes the list. */
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
