/** Vite plugins that resolve and generate the modules of a scene, for headless renders and for the editor. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { CORE, draws, JSX_SOURCE } from '../../core/motion-canvas.js';
import { isOwn, ownModules } from './prebuilt.js';
import { metaOf, type Target } from './target.js';

const here = fileURLToPath(import.meta.url);
const dist = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The folder of what build/pages.js has bundled. */
const BUNDLED = dist('pages/untrained/').replaceAll('\\', '/');

/** Our own modules by the names under which scenes and the editor's pages import them. */
const OWN: Record<string, string> = {
  // Bundled by build/pages.js, so that a page loads few files. They share their state.
  untrained: dist('pages/untrained/index.js'),
  'untrained/nodes': dist('pages/untrained/nodes.js'),
  'untrained/editor/open': dist('pages/untrained/editor/open.js'),
  'untrained/editor/plugin': dist('pages/untrained/editor/plugin.js'),
  'untrained/editor/start': dist('pages/untrained/editor/start.js'),
};

/** Whether a package is bundled separately from the scene. */
const isApart = (name: string) => draws(name) || /^three(\/|$)/.test(name);

/**
 * Resolves imports for scenes in any folder. `untrained` is this package. Scenes, nodes and our own code share one
 * copy of Motion Canvas: the one installed for the scene's folder, or else ours. Other packages that the scene's
 * folder lacks are resolved from ours too.
 * @param anchor - The file whose folder counts as the scene's.
 * @param apart - Receives the import name and the file of each module that is left out of the bundle because it is
 * already bundled, or is bundled faster by other means. `untrained` is left out too, but not added.
 */
export function findModules(anchor: string, apart?: Map<string, string>): Plugin {
  let resolveFile: (source: string, importer?: string) => Promise<string | undefined>;
  return {
    name: 'untrained:find',
    enforce: 'pre',
    configResolved(config) {
      // this.resolve() would read whole packages, to detect whether they are CommonJS.
      resolveFile = config.createResolver();
    },
    async buildStart() {
      const needs = apart ? ownModules().needs : [];
      await Promise.all(needs.map((name) => this.resolve(name, anchor, { skipSelf: false })));
    },
    load(id) {
      // Without a source map, which Vite would otherwise generate and append: twice the code.
      const isBundled = id.replaceAll('\\', '/').startsWith(BUNDLED);
      return isBundled ? { code: readFileSync(id, 'utf8'), map: { mappings: '' } } : null;
    },
    async resolveId(source, importer, options) {
      if (apart && isOwn(source)) return { id: source, external: true };
      if (Object.hasOwn(OWN, source)) return OWN[source];
      if (!/^(@[\w.-]+\/)?[\w-]/.test(source) || source.includes('\0') || /^[A-Za-z]:/.test(source))
        return null;
      for (const from of [draws(source) ? anchor : importer, here]) {
        if (apart && isApart(source)) {
          const file = await resolveFile(source, from);
          // Other files of these packages, such as shaders, are bundled with the scene that imports them.
          if (file && /\.[cm]?[jt]sx?$/.test(file)) {
            apart.set(source, file);
            return { id: source, external: true };
          }
        }
        const found = await this.resolve(source, from, { ...options, skipSelf: true });
        if (found) return found;
      }
      return null;
    },
  };
}

/**
 * Loads `x?scene`, which is how projects import their scenes. Motion Canvas's own plugin would write a .meta file
 * beside each scene.
 */
export function loadScenes(): Plugin {
  return {
    name: 'untrained:scene',
    load(id) {
      const [path, query] = id.split('?');
      if (!/(^|&)scene\b/.test(query ?? '')) return null;
      const name = basename(path, extname(path));
      return `
import { MetaFile, ValueDispatcher } from ${JSON.stringify(CORE)};
import * as module from ${JSON.stringify(path)};
const description = module.default;
if (typeof description?.klass !== 'function') throw new Error(${JSON.stringify(noSceneIn(path))});
const meta = new MetaFile(${JSON.stringify(name)}, false);
meta.loadData(${JSON.stringify(sceneMetaOf(path))});
description.name = ${JSON.stringify(name)};
meta.attach(description.meta);
description.onReplaced = new ValueDispatcher(description.config);
description.onReplaced.current = description;
export default description;`;
    },
  };
}

/** The message for a module that exports no scene. */
export const noSceneIn = (path: string): string =>
  `${basename(path)} has no scene to show: ` +
  'end it with "export default makeScene2D(function* (view) { ... })"';

/** A scene's settings: those in its .meta file, and a fixed seed, since each page would choose a random one. */
export function sceneMetaOf(path: string): Record<string, unknown> {
  const name = basename(path, extname(path));
  const seed = createHash('sha256').update(name).digest().readUInt32LE();
  return { version: 0, timeEvents: [], seed, ...metaOf(path) };
}

/** The name of a page's entry module. */
export const ENTRY = 'untrained:film';

/** Generates the entry module, which passes the scenes to the page's program. */
export function entryFor({ kind, path }: Target): Plugin {
  const posix = path.replaceAll('\\', '/');
  const noProject = `${basename(path)} is not a project: end it with "export default makeProject({ scenes: [...] })"`;
  const project =
    kind === 'project'
      ? `import * as module from ${JSON.stringify(posix)};
const project = module.default;
if (!Array.isArray(project?.scenes)) throw new Error(${JSON.stringify(noProject)});`
      : `import scene from ${JSON.stringify(`${posix}?scene`)};
// A single scene has no project in which to enable custom shaders.
const project = { scenes: [scene], experimentalFeatures: true };`;
  return {
    name: 'untrained:entry',
    resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
    load: (id) =>
      id === `\0${ENTRY}` ? `import { start } from 'untrained/page';\n${project}\nstart(project);` : null,
  };
}

/**
 * Compiles scenes as TypeScript with Motion Canvas's JSX. Because the configuration is given as text, Vite ignores any
 * tsconfig.json beside a scene, which may be meant for another program, or extend one that is not installed.
 */
export const ESBUILD = {
  jsx: 'automatic',
  jsxImportSource: JSX_SOURCE,
  tsconfigRaw: JSON.stringify({
    compilerOptions: {
      experimentalDecorators: true, // Motion Canvas's signals use them
      useDefineForClassFields: false,
      target: 'ES2022',
    },
  }),
} as const;
