/** The editor's pages: a list of the scenes, and for each scene Motion Canvas's editor with a project of that scene. */

import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);

/** A scene to edit. */
interface EditorScene {
  name: string;
  /** Absolute path. A .tsx file is a composed scene, any other a sweep. */
  path: string;
}

/** The size in pixels and the frame rate of a scene's film. */
interface Look {
  size: readonly [width: number, height: number];
  fps: number;
}

export interface EditorSources {
  /** The scenes that currently exist. */
  list: () => EditorScene[];
  /** @throws UsageError for a sweep that cannot be read. */
  lookOf: (scene: EditorScene) => Promise<Look>;
}

/** Films with a longer side, in pixels, are previewed at half their size, so that they fit into a window. */
const PREVIEW_SIDE = 1280;

// Names of virtual modules.
const INDEX = 'untrained:index';
const EDITOR = 'untrained:editor/';
const SWEEP = 'untrained:sweep/';

export function editorPages({ list, lookOf }: EditorSources): Plugin {
  return {
    name: 'untrained:editor',
    enforce: 'pre', // run before Vite's own handling of style sheets
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
      return code.replace(/@import\s*"https?:[^"]*"\s*;/g, ''); // fonts from the network; system fonts are enough
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

/** A page that loads a virtual module. Vite serves virtual modules under /@id/__x00__. */
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

/** Editor settings that are not part of the scene, such as the playback range, are not saved: they have no file. */
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
import { untrainedPlugin } from 'untrained/editor';
import { facesLoaded } from 'untrained/page/faces';
import scene from ${JSON.stringify(scene.replaceAll('\\', '/'))};
const meta = new MetaFile(${JSON.stringify(name)}, false);
meta.loadData(${JSON.stringify(look)});
const settings = new MetaFile('settings', false);
const versions = ${JSON.stringify(versions())};
const plugins = [untrainedPlugin(${JSON.stringify(name)}, ${extname(path) !== '.tsx'})];
await facesLoaded((family) => console.warn('The typeface "' + family + '" cannot be loaded.'));
const project = { scenes: [scene], experimentalFeatures: true };
editor(await editorBootstrap(${JSON.stringify(name)}, versions, plugins, project, meta, settings));`;
}

/** The versions of Motion Canvas that its editor shows. */
function versions(): Record<string, string> {
  const of = (name: string): string => require(`@motion-canvas/${name}/package.json`).version;
  return { core: of('core'), two: of('2d'), ui: of('ui'), vitePlugin: of('vite-plugin') };
}

/** A sweep as a scene: a NetworkField that fills the view and plays the sweep. */
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
