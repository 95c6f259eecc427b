/**
 * Bundles what every page of composed scenes loads, so that a render has only the user's own scene to bundle: our
 * nodes and the page's program, into dist/pages/untrained, and Motion Canvas, into dist/pages/packages. What is there,
 * and what Motion Canvas was bundled from, is in dist/pages/manifest.json: see src/sources/composed/prebuilt.ts.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const into = join(root, 'dist/pages');

/** Our own modules, by the names that scenes and the page import them by. */
const OWN = {
  untrained: 'dist/index.js',
  'untrained/nodes': 'dist/nodes/index.js',
  'untrained/page': 'dist/sources/composed/page/main.js',
};

/** The parts of Motion Canvas that scenes import. A scene that imports others has all of it bundled anew. */
const PACKAGES = [
  '@motion-canvas/2d',
  '@motion-canvas/2d/lib/jsx-runtime',
  '@motion-canvas/2d/lib/jsx-dev-runtime',
  '@motion-canvas/core',
  '@motion-canvas/core/lib/scenes/timeEvents/index.js',
];

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'esnext',
  define: { 'import.meta.hot': 'undefined' },
  // Names of classes and functions stay: they are in messages, and in the keys of Motion Canvas's nodes.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'eof',
  metafile: true,
  outdir: into,
  tsconfigRaw: '{}', // ours is for the compiler: its paths lead to the sources
  logLevel: 'warning',
};

await rm(into, { recursive: true, force: true });
const own = await build({
  ...common,
  entryPoints: Object.entries(OWN).map(([name, path]) => ({ in: path, out: entryName(name) })),
  chunkNames: 'untrained/[name]-[hash]',
  conditions: ['browser'],
  external: ['@motion-canvas/*'],
});
const packages = await build({
  ...common,
  entryPoints: PACKAGES.map((name, i) => ({ in: name, out: `packages/${i}` })),
  chunkNames: 'packages/[name]-[hash]',
});

const made = filesOf(packages.metafile);
const manifest = {
  own: {
    files: outputsOf(own.metafile),
    imports: Object.fromEntries(Object.keys(OWN).map((name) => [name, `./${entryName(name)}.js`])),
    needs: externalsOf(own.metafile),
  },
  packages: {
    files: outputsOf(packages.metafile),
    imports: Object.fromEntries(PACKAGES.map((name, i) => [name, `./packages/${i}.js`])),
    ...(await madeOf(made, packages.metafile)),
  },
};
await writeFile(join(into, 'manifest.json'), JSON.stringify(manifest));
await writeLicences([...made.keys(), ...filesOf(own.metafile).keys()]);

/** The file of one of our own, without its ending. */
function entryName(name) {
  return name === 'untrained' ? 'untrained/index' : name;
}

function outputsOf({ outputs }) {
  return Object.keys(outputs).map((path) => path.replace(/^dist\/pages\//, ''));
}

/** The names that are left to the page's import map. */
function externalsOf({ outputs }) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort();
}

/** The files that were bundled from each package, by the package's folder. */
function filesOf({ inputs }) {
  const found = new Map();
  for (const input of Object.keys(inputs)) {
    const [, folder, file] = split(input) ?? [];
    if (folder === undefined) continue;
    if (!found.has(folder)) found.set(folder, new Set(['package.json']));
    found.get(folder).add(file);
  }
  return found;
}

/** The folder of a file's package, and the file within it. */
function split(input) {
  return /^(?:\(disabled\):)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(input);
}

/**
 * What the packages were bundled from: each one's name, the digests of its files, and which other ones it imports. The
 * same files, arranged in the same way, make the same bundle.
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

/** The licences of all that was bundled, which they ask to be kept with copies. */
async function writeLicences(folders) {
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(
      await readFile(resolve(root, folder, 'package.json'), 'utf8'),
    );
    const file = (await readdir(resolve(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(resolve(root, folder, file), 'utf8') : '';
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  const path = join(into, 'LICENSES.txt');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`));
}
