/**
 * Bundles what all pages of composed scenes load, so that a render only needs to bundle the user's scene: our nodes and
 * the page's program into dist/pages/untrained, and Motion Canvas into dist/pages/packages. dist/pages/manifest.json
 * lists the files, and what Motion Canvas was bundled from: see src/sources/composed/prebuilt.ts.
 */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CORE, EDITOR, JSX_RUNTIMES, TWO_D } from '../dist/core/motion-canvas.js';
import { filesOf, split, writeLicences } from './licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const into = join(root, 'dist/pages');

/** Our own modules, by the names under which scenes and the page import them. */
const OWN = {
  untrained: 'dist/index.js',
  'untrained/nodes': 'dist/nodes/index.js',
  'untrained/page': 'dist/sources/composed/page/main.js',
};

/** Modules that only the editor's pages load. They share the state of our nodes. */
const OF_EDITOR = {
  'untrained/editor/open': 'dist/editor/page/open.js',
  'untrained/editor/plugin': 'dist/editor/page/plugin.js',
  'untrained/editor/start': 'dist/editor/page/start.js',
};

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'esnext',
  define: { 'import.meta.hot': 'undefined' },
  // Keep names of classes and functions: they appear in messages and in the keys of Motion Canvas's nodes.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'eof',
  metafile: true,
  outdir: into,
  tsconfigRaw: '{}', // not ours, whose paths lead to the sources
  logLevel: 'warning',
};

await rm(into, { recursive: true, force: true });
const own = await build({
  ...common,
  entryPoints: Object.entries({ ...OWN, ...OF_EDITOR }).map(([name, path]) => ({
    in: path,
    out: entryName(name),
  })),
  chunkNames: 'untrained/[name]-[hash]',
  conditions: ['browser'],
  external: [`${CORE}*`, `${TWO_D}*`, `${EDITOR}*`, 'preact', 'preact/*'],
});

const ofPages = {
  outputs: reachedFrom(
    Object.keys(OWN).map((name) => `dist/pages/${entryName(name)}.js`),
    own.metafile,
  ),
};
/** The modules of Motion Canvas that scenes and we import. For a scene that imports others, all is bundled again. */
const PACKAGES = [...new Set([TWO_D, ...JSX_RUNTIMES, CORE, ...externalsOf(ofPages)])];
const packages = await build({
  ...common,
  entryPoints: PACKAGES.map((name, i) => ({ in: name, out: `packages/${i}` })),
  chunkNames: 'packages/[name]-[hash]',
});

const made = filesOf(packages.metafile);
const manifest = {
  own: {
    files: outputsOf(ofPages),
    imports: Object.fromEntries(Object.keys(OWN).map((name) => [name, `./${entryName(name)}.js`])),
    needs: externalsOf(ofPages),
  },
  packages: {
    files: outputsOf(packages.metafile),
    imports: Object.fromEntries(PACKAGES.map((name, i) => [name, `./packages/${i}.js`])),
    ...(await madeOf(made, packages.metafile)),
  },
};
await writeFile(join(into, 'manifest.json'), JSON.stringify(manifest));
await writeLicences(join(into, 'LICENSES.txt'), [...made.keys(), ...filesOf(own.metafile).keys()]);

/** The output file of one of our modules, without its extension. */
function entryName(name) {
  return name === 'untrained' ? 'untrained/index' : name;
}

/** These outputs and all that they load. */
function reachedFrom(paths, { outputs }) {
  const reached = {};
  const visit = (path) => {
    if (reached[path]) return;
    reached[path] = outputs[path];
    for (const { path: next, external } of outputs[path].imports) if (!external) visit(next);
  };
  paths.forEach(visit);
  return reached;
}

function outputsOf({ outputs }) {
  return Object.keys(outputs).map((path) => path.replace(/^dist\/pages\//, ''));
}

/** The names that the page's import map must resolve. */
function externalsOf({ outputs }) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort();
}

/**
 * What the packages were bundled from: the name of each, the digests of its files, and the packages that it imports.
 * The same files with the same imports make the same bundle.
 */
async function madeOf(files, { inputs }) {
  const folders = [...files.keys()];
  const list = folders.map(async (folder) => {
    const digests = [...files.get(folder)].sort().map(async (file) => {
      const content = await readFile(resolve(root, folder, file));
      return [file, createHash('sha1').update(content).digest('hex')];
    });
    return { name: nameOf(folder), files: Object.fromEntries(await Promise.all(digests)) };
  });
  const edges = new Set();
  for (const [input, { imports }] of Object.entries(inputs)) {
    const from = folders.indexOf(split(input)?.[1]);
    for (const { path } of imports) {
      const to = folders.indexOf(split(path)?.[1]);
      if (from >= 0 && to >= 0 && from !== to) edges.add(`${from} ${to}`);
    }
  }
  return { madeOf: await Promise.all(list), edges: [...edges].map((edge) => edge.split(' ').map(Number)) };
}

function nameOf(folder) {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
