/**
 * The last step of the build: writes dist/embedded.js, whose types are in src/embedded.ts. It embeds the worker and the
 * font that a page needs, so that bundlers need no configuration for workers and fonts.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['dist/renderers/cpu/worker.browser.js'],
  bundle: true,
  minify: true,
  format: 'iife',
  write: false,
});
const font = await readFile('fonts/inter-latin.woff2', 'base64');
const embedded = `export const workerSource = ${JSON.stringify(outputFiles[0].text)};
export const font = 'data:font/woff2;base64,${font}';
`;
await writeFile('dist/embedded.js', embedded);
await import('./pages.js');
