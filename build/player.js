/**
 * Bundles the program of exported pages into dist/pages/explorer/player.js: a classic script that unpacks and starts
 * it, which src/exporters/html.ts puts into each page.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { build, transform } from 'esbuild';
import { filesOf, licencesOf } from './licences.js';
import { withoutJsonSchema } from './zod.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const into = join(root, 'dist/pages/explorer');

/** In bytes: an exported page has room for as much, besides its poster and a recipe. */
const MOST = 200_000;

/** The oldest browsers that have all that the page needs, such as DecompressionStream with deflate-raw. */
const BROWSERS = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];

const style = await transform(await readFile(join(root, 'src/player/style.css'), 'utf8'), {
  loader: 'css',
  minify: true,
  target: BROWSERS,
});
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['dist/player/main.js'],
  bundle: true,
  format: 'iife',
  target: BROWSERS,
  conditions: ['browser'],
  minify: true,
  legalComments: 'none', // the comment below has them
  // zod would try whether it may compile code, which the page's policy forbids.
  banner: { js: 'globalThis.__zod_globalConfig ??= { jitless: true };' },
  define: { PLAYER_STYLE: JSON.stringify(style.code.trim()) },
  write: false,
  metafile: true,
  plugins: [withoutJsonSchema, ownThreads(), exactOnly()],
  tsconfigRaw: '{}', // not ours, whose paths lead to the sources
  logLevel: 'warning',
});
const packed = await promisify(deflateRaw)(outputFiles[0].contents, { level: 9, memLevel: 9 });
const { code: loader } = await transform(await readFile(join(root, 'build/player-loader.js'), 'utf8'), {
  target: BROWSERS,
  minify: true,
});
const licences = await licencesOf([resolve(root), ...filesOf(metafile).keys()]);
const script = `/*\n${licences.replaceAll('*/', '* /')}*/\n${loader.replace('{packed}', packed.toString('base64'))}`;
if (/<\/script|<!--/i.test(script))
  throw new Error('The player would end the script element that contains it.');
const bytes = Buffer.byteLength(script);
if (bytes >= MOST)
  throw new Error(
    `The player has ${bytes} bytes, but the maximum is ${MOST}: leave out what exported pages do not need.`,
  );
await writeFile(join(into, 'player.js'), script);

/** Starts threads as src/player/host.ts does. */
function ownThreads() {
  return {
    name: 'own-threads',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^#host$/ }, () => ({ path: join(root, 'dist/player/host.js') })),
  };
}

/** Leaves adaptive evaluation out: pages draw every pixel, which differs from it by nothing that is visible. */
function exactOnly() {
  const replaced = {
    'smoothness.js': 'export const adaptiveOf = () => undefined;',
    'adaptive.js':
      'export const BLOCK = 64; export const BLOCK_POINTS = 0; export const drawAdaptively = () => {};',
  };
  return {
    name: 'exact-only',
    setup: ({ onLoad }) =>
      onLoad({ filter: /renderers[\\/](cpu[\\/]adaptive|smoothness)\.js$/ }, ({ path }) => ({
        contents: replaced[basename(path)],
      })),
  };
}
