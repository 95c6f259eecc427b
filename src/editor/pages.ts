/** The editor's pages: one that lists the scenes, and Motion Canvas's editor on each, as a project of that one scene. */

import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);

/** A scene to edit. */
export interface EditorScene {
  name: string;
  /** Absolute; a .tsx is a composed scene, and any other a sweep. */
  path: string;
}

/** How a scene's film looks. */
export interface Look {
  size: readonly [width: number, height: number];
  fps: number;
}

export interface EditorSources {
  /** The scenes that there are now. */
  list: () => EditorScene[];
  /** @throws UsageError for a sweep that cannot be read. */
  lookOf: (scene: EditorScene) => Promise<Look>;
}

/** Films with a longer side are previewed at half their size, which is what a window has room for. */
const PREVIEW_SIDE = 1280;

// The names of modules made here.
const INDEX = 'untrained:index';
const EDITOR = 'untrained:editor/';
const SWEEP = 'untrained:sweep/';

export function editorPages({ list, lookOf }: EditorSources): Plugin {
  return {
    name: 'untrained:editor',
    enforce: 'pre', // than vite's own reading of style sheets
    resolveId: (id) => (/^untrained:(index$|editor\/|sweep\/)/.test(id) ? `\0${id}` : null),
    async load(id) {
      if (id === `\0${INDEX}`) return indexModule(list());
      const [, kind, encoded] = /^\0(untrained:\w+\/)([^/?]+)$/.exec(id) ?? [];
      const scene = list().find(({ name }) => name === decodeURIComponent(encoded ?? ''));
      if (!scene) return null;
      return kind === EDITOR ? editorModule(scene, await lookOf(scene)) : sweepModule(scene);
    },
    transform(code, id) {
      if (!/motion-canvas.ui.dist.style\.css/.test(id)) return null;
      return code.replace(/@import\s*"https?:[^"]*"\s*;/g, ''); // of fonts from the network; those of the system will do
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? '/').split('?')[0].slice(1);
        const scene = list().find(({ name }) => encodeURIComponent(name) === path);
        if (path !== '' && !scene) return next();
        const html = page(scene?.name ?? 'Untrained', scene ? EDITOR + path : INDEX);
        server.transformIndexHtml(request.url ?? '/', html).then((sent) => {
          response.setHeader('content-type', 'text/html; charset=utf-8').end(sent);
        }, next);
      });
    },
  };
}

/** Vite's address for a module made here. */
const page = (title: string, module: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <script type="module" src="/@id/__x00__${module}"></script>
  </body>
</html>
`;

function indexModule(scenes: EditorScene[]): string {
  const projects = scenes.map(({ name, path }) => ({
    name: basename(path),
    url: encodeURIComponent(name),
  }));
  return `
import { index } from '@motion-canvas/ui';
import '@motion-canvas/ui/dist/style.css';
index(${JSON.stringify(projects)});`;
}

/** What is set in the editor beyond the scene itself, such as the range that is played, is not kept: its file is none. */
function editorModule({ name, path }: EditorScene, { size, fps }: Look): string {
  const scene = extname(path) === '.tsx' ? `${path}?scene` : SWEEP + encodeURIComponent(name);
  const [x, y] = size;
  const resolutionScale = Math.max(x, y) > PREVIEW_SIDE ? 0.5 : 1;
  const look = {
    version: 0,
    shared: { size: { x, y } },
    preview: { fps, resolutionScale },
    rendering: { fps },
  };
  return `
import { editor } from '@motion-canvas/ui';
import '@motion-canvas/ui/dist/style.css';
import { editorBootstrap, MetaFile } from '@motion-canvas/core';
import { letNewestWin } from 'untrained/nodes/pictures';
import { facesLoaded } from 'untrained/page/faces';
import scene from ${JSON.stringify(scene.replaceAll('\\', '/'))};
const meta = new MetaFile(${JSON.stringify(name)}, false);
meta.loadData(${JSON.stringify(look)});
const settings = new MetaFile('settings', false);
const versions = ${JSON.stringify(versions())};
const plugins = [{ name: 'untrained', player: letNewestWin }];
await facesLoaded((family) => console.warn('The typeface "' + family + '" cannot be loaded.'));
editor(await editorBootstrap(${JSON.stringify(name)}, versions, plugins, { scenes: [scene], experimentalFeatures: true }, meta, settings));`;
}

/** Of Motion Canvas, as its editor shows them. */
function versions(): Record<string, string> {
  const of = (name: string): string => require(`@motion-canvas/${name}/package.json`).version;
  return { core: of('core'), two: of('2d'), ui: of('ui'), vitePlugin: of('vite-plugin') };
}

/** A sweep as a scene: one field that fills the view and plays it. */
function sweepModule({ name, path }: EditorScene): string {
  return `
import { makeScene2D } from '@motion-canvas/2d';
import { MetaFile, ValueDispatcher } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';
import sweep from ${JSON.stringify(path.replaceAll('\\', '/'))};
const description = makeScene2D(function* (view) {
  const field = new NetworkField({ size: () => view.size() });
  view.add(field);
  yield* field.play(sweep);
});
description.name = ${JSON.stringify(name)};
new MetaFile(${JSON.stringify(name)}, false).attach(description.meta);
description.onReplaced = import.meta.hot.data.onReplaced ?? new ValueDispatcher(description.config);
description.onReplaced.current = description;
import.meta.hot.accept();
import.meta.hot.data.onReplaced = description.onReplaced;
export default description;`;
}
