/** Tests that importing a shader gives the same text as with Motion Canvas's own plugin, which its editor uses. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webglPlugin } from '@motion-canvas/vite-plugin/lib/partials/webgl.js';
import { build, type Plugin, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import { loadShaders } from '../../src/sources/composed/shaders.js';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();

/** The text that a plugin makes of a shader, without the name that it adds. */
async function textBy(plugin: Plugin, file: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    plugins: [plugin],
    build: {
      write: false,
      minify: false,
      lib: { entry: join(folder, file), formats: ['es'], fileName: 'shader' },
    },
  });
  const { code } = (result as Rollup.RollupOutput[])[0].output[0];
  const module = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  return module.default.replace(/\/\/# sourceURL=.*$/, '');
}

test('includes packages and files, nested and repeated', async () => {
  mkdirSync(join(folder, 'parts'));
  mkdirSync(join(folder, 'node_modules/tints'), { recursive: true });
  const files = {
    'whole.glsl':
      '#version 300 es\n#include "./parts/a.glsl"\r\n #include "./no"\n#include "tints/blue.glsl"\nvoid main() {}',
    'parts/a.glsl': '// a\n#include "./b.glsl"\n// the rest of a\n',
    'parts/b.glsl': '#include "./a.glsl"\n#include "../node_modules/tints/blue.glsl"\n#define B 1\n',
    'node_modules/tints/blue.glsl': 'vec3 blue;\n',
    'node_modules/tints/package.json': '{ "name": "tints", "version": "1.0.0" }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const ours = await textBy(loadShaders(), 'whole.glsl');
  expect(ours).toBe(await textBy(webglPlugin(), 'whole.glsl'));
  expect(ours).toContain('#define B 1');
  expect(ours.split('vec3 blue;')).toHaveLength(2);
});

test('raw text is unchanged', async () => {
  const raw = await textBy(loadShaders(), 'whole.glsl?raw');
  expect(raw).toBe(readFileSync(join(folder, 'whole.glsl'), 'utf8'));
});
