/** How the modules of a scene are found and made, in headless renders and in the editor alike: as plugins of vite. */

import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { isOwn, ownModules } from './prebuilt.js';
import { metaFileOf, metaOf, type Target } from './target.js';

const here = fileURLToPath(import.meta.url);
const dist = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Resolves this package by its own name, when the prebuilt bundle is not used. */
const OWN: Record<string, string> = {
  untrained: dist('index.js'),
  'untrained/nodes': dist('nodes/index.js'),
  // For the editor's own pages. The nodes of their scenes have the very same module of pictures.
  'untrained/nodes/pictures': dist('nodes/pictures.js'),
  'untrained/page/faces': dist('sources/composed/page/faces.js'),
};

/** Packages that are bundled separately from a scene: their modules are shared by the whole page. */
const SHARED = /^@motion-canvas\/(core|2d)(\/|$)/;
const APART = /^(@motion-canvas\/(core|2d)|three)(\/|$)/;

/**
 * Lets scenes be anywhere: `untrained` is this very package; Motion Canvas is one and the same for scenes, nodes and us,
 * that of the scene's own folder if it has one; and what else its folder lacks is taken from here.
 * @param anchor - The file whose folder counts as the scene's.
 * @param apart - Called with the import name and the file of each module left out because it is already bundled, or is
 * bundled faster by other means. `untrained` is left out too, without a call.
 */
export function findModules(anchor: string, apart?: Map<string, string>): Plugin {
  let resolveFile: (source: string, importer?: string) => Promise<string | undefined>;
  return {
    name: 'untrained:find',
    enforce: 'pre',
    configResolved(config) {
      resolveFile = config.createResolver(); // this.resolve() would have whole packages read, to see if they are CommonJS
    },
    async buildStart() {
      const needs = apart ? ownModules().needs : [];
      await Promise.all(needs.map((name) => this.resolve(name, anchor, { skipSelf: false })));
    },
    async resolveId(source, importer, options) {
      if (apart && isOwn(source)) return { id: source, external: true };
      if (Object.hasOwn(OWN, source)) return OWN[source];
      if (!/^(@[\w.-]+\/)?[\w-]/.test(source) || source.includes('\0') || /^[A-Za-z]:/.test(source))
        return null;
      for (const from of [SHARED.test(source) ? anchor : importer, here]) {
        if (apart && APART.test(source)) {
          const file = await resolveFile(source, from);
          // Their shaders and the like are bundled with the scene that imports them.
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
 * `x?scene`, as projects import their scenes: Motion Canvas's own plugin would write a .meta file beside it.
 * @param keepChanges - Whether the editor may, when something is changed in it.
 */
export function loadScenes({ keepChanges = false } = {}): Plugin {
  return {
    name: 'untrained:scene',
    load(id) {
      const [path, query] = id.split('?');
      if (!/(^|&)scene\b/.test(query ?? '')) return null;
      const name = basename(path, extname(path));
      // A seed of our own where the editor has not kept one: else each page would throw its own dice.
      const meta = { version: 0, timeEvents: [], seed: seedOf(name), ...metaOf(path) };
      const file = keepChanges && metaFileOf(path);
      return `
import { MetaFile, ValueDispatcher } from '@motion-canvas/core';
import * as module from ${JSON.stringify(path)};
const description = module.default;
if (typeof description?.klass !== 'function') throw new Error('${basename(path)} has no scene to show: end it with "export default makeScene2D(function* (view) { ... })"');
const meta = new MetaFile(${JSON.stringify(name)}, ${JSON.stringify(file)});
meta.loadData(${JSON.stringify(meta)});
description.name = ${JSON.stringify(name)};
meta.attach(description.meta);
description.onReplaced = import.meta.hot?.data.onReplaced ?? new ValueDispatcher(description.config);
description.onReplaced.current = description;
if (import.meta.hot) {
  import.meta.hot.accept();
  import.meta.hot.data.onReplaced = description.onReplaced;
}
export default description;`;
    },
  };
}

function seedOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32LE();
}

/** The module that a page begins with, by this name. */
export const ENTRY = 'untrained:film';

/** Gives the page's own program the scenes to play. */
export function entryFor({ kind, path }: Target): Plugin {
  const posix = path.replaceAll('\\', '/');
  const project =
    kind === 'project'
      ? `import * as module from ${JSON.stringify(posix)};
const project = module.default;
if (!Array.isArray(project?.scenes)) throw new Error('${basename(path)} is not a project: end it with "export default makeProject({ scenes: [...] })"');`
      : `import scene from ${JSON.stringify(`${posix}?scene`)};
// A scene by itself has no project in which it could ask for shaders of its own.
const project = { scenes: [scene], experimentalFeatures: true };`;
  return {
    name: 'untrained:entry',
    resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
    load: (id) =>
      id === `\0${ENTRY}` ? `import { start } from 'untrained/page';\n${project}\nstart(project);` : null,
  };
}

/**
 * Scenes are TypeScript with Motion Canvas's JSX, whatever a tsconfig.json beside them says: given as a text, vite reads
 * no other, which may be meant for another program, or extend one that is not installed.
 */
export const ESBUILD = {
  jsx: 'automatic',
  jsxImportSource: '@motion-canvas/2d/lib',
  tsconfigRaw: JSON.stringify({
    compilerOptions: {
      experimentalDecorators: true, // what Motion Canvas's signals are written with
      useDefineForClassFields: false,
      target: 'ES2022',
    },
  }),
} as const;
