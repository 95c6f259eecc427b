/**
 * The last step of the build: makes modules of the WGSL files, and writes dist/embedded.js, whose types are in
 * src/embedded.ts. It embeds the worker and the font that a page needs, so that bundlers need no configuration.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { writeModules } from './wgsl.js';

writeModules('src', 'dist');

/** A worker's script, bundled. */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    write: false,
  });
  return JSON.stringify(outputFiles[0].text);
}

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const font = await readFile('fonts/inter-latin.woff2', 'base64');
const embedded = `export const workerSource = ${await bundled('dist/renderers/cpu/worker.browser.js')};
export const font = 'data:font/woff2;base64,${font}';
export const version = ${JSON.stringify(version)};
`;
await writeFile('dist/embedded.js', embedded);
// In a module of its own, because pages load it only for a file that the user drops.
const readerSource = await bundled('dist/explorer/saving/reader.browser.js');
await writeFile('dist/explorer/saving/reader-source.js', `export const readerSource = ${readerSource};\n`);
await import('./pages.js');
await import('./explorer.js');
await import('./player.js');
await import('./music.js');
