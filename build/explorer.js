/**
 * Bundles the explorer into dist/pages/explorer: any host can serve that folder from any path. Everything that the
 * first picture needs is in main.js, style.css, the chunks that main.js imports statically, and index.html, which must
 * be less than 200 kB together, compressed.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { build, transform } from 'esbuild';
import { frameAt } from '../dist/core/sweep/sweep.js';
import { CONTENT_SECURITY_POLICY } from '../dist/explorer/policy.js';
import { networks } from '../dist/explorer/state/networks.js';
import { encodeJpeg } from '../dist/files/write/jpeg.js';
import { encodePng } from '../dist/files/write/png.js';
import { evaluate } from '../dist/renderers/cpu/planes.js';
import { CpuRenderer } from '../dist/renderers/cpu/renderer.js';
import { kernels } from '../dist/renderers/cpu/shapes.js';
import { writeFigures } from './figures.js';
import { filesOf, writeLicences } from './licences.js';
import { withoutJsonSchema } from './zod.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const into = join(root, 'dist/pages/explorer');
const styles = join(root, 'src/explorer/page/styles');

/** In bytes, gzipped. */
const MOST_BEFORE_PICTURE = 200_000;

/** The oldest browsers that have all that the page needs, such as CompressionStream with deflate-raw. */
const BROWSERS = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];

/** The still shows 2.4 times as much of the plane as a window's shorter side, so that it covers most windows. */
const STILL = { side: 64, reach: 2.4 };
const STILL_QUALITY = 75;
const ICON = { side: 48, reach: 1 };

await mkdir(into, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [{ in: 'dist/explorer/page/main.js', out: 'main' }],
  outdir: into,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: BROWSERS,
  conditions: ['browser'],
  minify: true,
  legalComments: 'none', // LICENSES.txt has them
  // Otherwise zod tries whether it may compile code: the page's policy forbids that, and browsers report it. zod reads
  // this when it is loaded, and only a banner is sure to come first, whichever chunk zod is in.
  banner: { js: 'globalThis.__zod_globalConfig ??= { jitless: true };' },
  metafile: true,
  plugins: [withoutJsonSchema],
  tsconfigRaw: '{}', // not ours, whose paths lead to the sources
  logLevel: 'warning',
});
const css = await styleSheet();
await writeFile(join(into, 'style.css'), css);
await writeFigures(into);
await writeLicences(join(into, 'LICENSES.txt'), filesOf(metafile).keys());

const renderer = new CpuRenderer(1, kernels.plain); // gives the same bytes on every machine
const still = encodeJpeg(await glass(STILL), STILL.side, STILL.side, STILL_QUALITY);
const icon = await glass(ICON);
const deflated = (bytes) => promisify(deflate)(bytes, { level: 9 });
await writeFile(
  join(into, 'icon.png'),
  await encodePng(icon, { width: ICON.side, height: ICON.side }, deflated),
);
await renderer.close();

const scripts = ['main.js', ...importsOf('dist/pages/explorer/main.js')];
const html = await page(scripts);
await writeFile(join(into, 'index.html'), html);
await checkSize([...scripts, 'style.css', 'index.html']);

/** All style sheets in the order of their names, as one. */
async function styleSheet() {
  const names = (await readdir(styles)).filter((name) => name.endsWith('.css')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(styles, name), 'utf8')));
  const { code } = await transform(texts.join('\n'), { loader: 'css', minify: true, target: BROWSERS });
  return code;
}

/** The RGBA of a small picture of the network with which the explorer opens. */
async function glass({ side, reach }) {
  const frame = frameAt(networks[0].document.sweep, 0, evaluate);
  const view = { ...frame.view, halfWidth: reach * frame.view.halfWidth };
  return renderer.render({ ...frame, view, size: [side, side], supersample: 4 });
}

/** The chunks that an output imports statically, and those that they import. */
function importsOf(output, found = new Set()) {
  for (const { path, kind } of metafile.outputs[output].imports) {
    const name = path.replace('dist/pages/explorer/', '');
    if (kind !== 'import-statement' || found.has(name)) continue;
    found.add(name);
    importsOf(path, found);
  }
  return [...found];
}

/** @param scripts - What main.js needs, itself first. */
async function page([main, ...chunks]) {
  const template = await readFile(join(root, 'src/explorer/index.html'), 'utf8');
  const hash = createHash('sha256').update(await readFile(join(into, main)));
  const values = {
    policy: CONTENT_SECURITY_POLICY,
    version: hash.update(css).digest('hex').slice(0, 8),
    preloads: chunks.map((chunk) => `<link rel="modulepreload" href="${chunk}" />`).join('\n    '),
    still: `data:image/jpeg;base64,${Buffer.from(still).toString('base64')}`,
  };
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Fails if the files that are loaded before the first picture are too large. */
async function checkSize(names) {
  const sizes = await Promise.all(
    names.map(async (name) => (await promisify(gzip)(await readFile(join(into, name)))).length),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total < MOST_BEFORE_PICTURE) return;
  throw new Error(
    `The explorer transfers ${total} bytes before its first picture (${names.map((name, i) => `${name} ${sizes[i]}`).join(', ')}), ` +
      `but the maximum is ${MOST_BEFORE_PICTURE}: import() what the first picture does not need.`,
  );
}
