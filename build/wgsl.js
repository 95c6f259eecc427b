/**
 * WGSL files as modules whose default export is their text, so that neither Node nor any bundler needs to know WGSL:
 * sources import `./finish.wgsl.js`, which the build makes of `finish.wgsl` in the same place below dist/.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The text of a WGSL file's module.
 * @param {string} path - Of the file.
 * @returns {string}
 */
export const moduleOf = (path) => `export default ${JSON.stringify(readFileSync(path, 'utf8'))};\n`;

/** Writes the modules of all WGSL files below `from` into the same places below `to`. */
export function writeModules(from, to) {
  for (const path of readdirSync(from, { recursive: true })) {
    if (!path.endsWith('.wgsl')) continue;
    const target = join(to, `${path}.js`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, moduleOf(join(from, path)));
  }
}

/**
 * The same for Vite, for tests, which import from the sources and not from dist/.
 * @returns {import('vite').Plugin}
 */
export function wgsl() {
  const sourceOf = (id) => (id.endsWith('.wgsl.js') ? id.slice(0, -'.js'.length) : undefined);
  let root = '';
  return {
    name: 'wgsl',
    enforce: 'pre',
    configResolved(config) {
      root = config.root;
    },
    resolveId(id, importer) {
      if (!sourceOf(id)) return undefined;
      // A module that Vite has served may be named from the root. In dist/ there is no source, but the module itself.
      const paths = [resolve(dirname(importer ?? root), id), join(root, id)];
      return paths.find((path) => existsSync(sourceOf(path)));
    },
    load(id) {
      const source = sourceOf(id);
      return source && existsSync(source) ? moduleOf(source) : undefined;
    },
  };
}
