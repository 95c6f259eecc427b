/** What scenes import besides code: fonts in CSS, shaders, workers. Rendered with the command. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess, temporaryFolder } from '../cli/untrained.js';
import { imageData } from '../png.js';
import { npy, npz } from '../unit/weight-files.js';
import { decode } from '../video/decode.js';

const folder = temporaryFolder();

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A scene whose first frame must show `body`. */
const scene = (imports: string, body: string) => `${imports}
import { makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
export default makeScene2D(function* (view) {
  ${body}
  yield* waitFor(0.2);
});`;
const text = (family: string) =>
  `view.add(<Txt text="The quick brown fox" fontFamily="${family}" fill="white" fontSize={150} />);`;

/** The first frame from the PNG, and the command's stderr. */
async function first(name: string): Promise<{ pixels: string; stderr: string; code: number | null }> {
  const out = join(folder, `${name.replace('/', ' ')}.png`);
  const args = ['still', join(folder, `${name}.tsx`), '--size', '160x90', '--at', '0', '-o', out];
  const { code, stderr } = await inProcess(args, { cwd: folder });
  const pixels = code === 0 ? imageData(readFileSync(out)).toString('hex') : '';
  return { pixels, stderr, code };
}

/** Of a PNG of 160 x 90. */
async function middle(name: string): Promise<number[]> {
  const { frames } = await decode(join(folder, `${name}.png`), { width: 160, height: 90 });
  const at = 4 * (45 * 160 + 80);
  return [...frames[0].subarray(at, at + 3)];
}

/** The same text in another typeface. */
let another: ReturnType<typeof first> | undefined;

const face = (file: string) => `@font-face {\n  font-family: 'Brought Along';\n  src: url('${file}');\n}\n`;

test.each([
  ['style', `import './brought.css';`],
  ['package', `import 'lettering/style.css';`],
  ['early', `document.fonts.add(new FontFace('Brought Along', \`url(\${file})\`));`],
  [
    'waited',
    `void new FontFace('Brought Along', \`url(\${file})\`).load().then((it) => document.fonts.add(it));`,
  ],
])('the first frame has the typeface that a scene brings: %s', async (name, imports) => {
  write({
    'brought.css': face('./brought.woff2'),
    // A package's style sheet, which imports one in another folder, beside its font.
    'node_modules/lettering/package.json': '{ "name": "lettering", "version": "1.0.0" }',
    'node_modules/lettering/style.css': `@import './faces/all.css';\n`,
    'node_modules/lettering/faces/all.css': face('./brought.woff2'),
    'known.tsx': scene(
      `import file from './brought.woff2?url';`,
      `yield new FontFace('Brought Along', \`url(\${file})\`).load().then((it) => document.fonts.add(it));
  ${text('Brought Along')}`,
    ),
    'another.tsx': scene('', text('sans-serif')),
    [`${name}.tsx`]: scene(
      `import file from './brought.woff2?url';\n${imports}\nvoid file;`,
      text('Brought Along'),
    ),
  });
  for (const path of ['', 'node_modules/lettering/faces/'])
    copyFileSync('fonts/inter-latin.woff2', join(folder, path, 'brought.woff2'));
  const known = await first('known');
  const drawn = await first(name);
  expect([drawn.stderr, drawn.code]).toEqual(['', 0]);
  expect(drawn.pixels === known.pixels).toBe(true);
  another ??= first('another');
  expect(drawn.pixels === (await another).pixels).toBe(false);
});

test('a typeface that cannot be loaded is told of with its line, and the rest is drawn', async () => {
  write({
    'lost/lost.css': `@import url('https://fonts.example.com/all.css');
@font-face { font-family: 'Not There'; src: url('./not-there.woff2'); }
@font-face {
  font-family: Remote;
  src: url(https://fonts.example.com/remote.woff2);
}
@font-face { font-family: 'Not A Font'; src: url('./page.woff2'); }
`,
    'lost/page.woff2': '<!doctype html>'.repeat(500),
    'lost/lost.tsx': scene(`import './lost.css';`, text('sans-serif')),
  });
  const { stderr, code } = await first('lost/lost');
  expect(code).toBe(0);
  for (const says of [
    /lost\.css:1: https:\/\/fonts\.example\.com\/all\.css cannot be loaded.*no network access/,
    /lost\.css:2: the typeface "Not There" cannot be loaded: there is no \.\/not-there\.woff2/,
    /lost\.css:5: the typeface "Remote" cannot be loaded.*https:\/\/fonts\.example\.com\/remote\.woff2.*no network access/,
    /lost\.css:7: the typeface "Not A Font" cannot be loaded.*not a font/,
  ])
    expect(stderr).toMatch(says);
  expect(stderr.trim().split('\n')).toHaveLength(4);
});

const shaded = (name: string) =>
  scene(
    `import fragment from './${name}.glsl';`,
    `view.add(<Rect cache size={600} fill={'#4080c0'} shaders={{ fragment }} />);`,
  );

test('a shader has what it includes: of packages, beside it, and in turn', async () => {
  write({
    'ripple.glsl': `#version 300 es
precision highp float;
#include "@motion-canvas/core/shaders/common.glsl"
#include "./parts/turn.glsl"
#include "tints/blue.glsl"
#include "./parts/turn.glsl"
void main() {
  outColor = blue(turn(texture(sourceTexture, sourceUV)));
}
`,
    'parts/turn.glsl': `#include "./more.glsl"\nvec4 turn(vec4 colour) { return swap(colour); }\n`,
    'parts/more.glsl': `vec4 swap(vec4 colour) { return colour.brga; }\n`,
    'node_modules/tints/package.json': '{ "name": "tints", "version": "1.0.0" }',
    'node_modules/tints/blue.glsl': `vec4 blue(vec4 colour) { return vec4(colour.rg, 1.0, 1.0); }\n`,
    'ripple.tsx': shaded('ripple'),
  });
  const { stderr, code } = await first('ripple');
  expect([stderr, code]).toEqual(['', 0]);
  expect(await middle('ripple')).toEqual([0xc0, 0x40, 0xff]);
});

test.each([
  [
    'lost',
    `\n#include "nowhere/at-all.glsl"\n`,
    'lost-shader.glsl:2',
    '"nowhere/at-all.glsl": there is no such file',
  ],
  ['bare', `#include "part.glsl"\n`, 'bare-shader.glsl:1', 'Did you mean "./part.glsl"?'],
  ['deep', `#include "./part.glsl"\n`, 'part.glsl:3', '"./gone.glsl": there is no such file'],
  ['round', `#include "./again.glsl"\n`, 'again.glsl:1', 'round-shader.glsl would include itself'],
])('a shader whose includes are wrong is refused with the line: %s', async (name, shader, place, says) => {
  write({
    [`${name}-shader.glsl`]: shader,
    'part.glsl': `// a part\n\n#include "./gone.glsl"\n`,
    'again.glsl': `#include "./round-shader.glsl"\n`,
    [`${name}.tsx`]: shaded(`${name}-shader`),
  });
  const { stderr, code } = await first(name);
  expect(code).toBe(2);
  expect(stderr).toContain(place);
  expect(stderr).toContain(says);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a worker of a scene may import what the scene may', async () => {
  write({
    'work.ts': `import { Vector2 } from '@motion-canvas/core';
postMessage(new Vector2(30, 40).magnitude);`,
    'works.tsx': scene(
      '',
      `const worker = new Worker(new URL('./work.ts', import.meta.url), { type: 'module' });
  let length = 0;
  yield new Promise<void>((done) => worker.addEventListener('message', ({ data }) => { length = data; done(); }));
  view.fill(length === 50 ? '#00ff00' : '#ff0000');`,
    ),
  });
  const { stderr, code } = await first('works');
  expect([stderr, code]).toEqual(['', 0]);
  expect(await middle('works')).toEqual([0, 255, 0]);
});

test('parts of packages by their paths, packages that nodes have too, and files by a pattern', async () => {
  write({
    'texts/one.txt': 'hello',
    'numbers.json': '{ "side": 300 }',
    'parts.tsx': `import { makeScene2D } from '@motion-canvas/2d';
import { Rect } from '@motion-canvas/2d/lib/components';
import { waitFor } from '@motion-canvas/core/lib/flow';
import { Vector3 } from 'three';
import { NetworkField } from 'untrained/nodes';
import numbers from './numbers.json';
const texts = import.meta.glob('./texts/*.txt', { query: '?raw', import: 'default', eager: true });
export default makeScene2D(function* (view) {
  view.add(<NetworkField size={200} seed={3} layers={3} />);
  const fill = texts['./texts/one.txt'] === 'hello' ? '#00ff00' : '#ff0000';
  view.add(<Rect size={numbers.side * new Vector3(1, 2, 2).length()} fill={fill} />);
  yield* waitFor(0.2);
});`,
  });
  const { stderr, code } = await first('parts');
  expect([stderr, code]).toEqual(['', 0]);
  expect(await middle('parts')).toEqual([0, 255, 0]);
});

test('weights from files, wherever the call is, and nothing else by that name', async () => {
  write({
    'nets/call.ts': "import { weightsFrom as read } from 'untrained';\nexport const net = read('net.npz');\n",
  });
  const shape = { shape: [3, 2], values: [0.5, -2, 1, 1, -1, 0.25] };
  writeFileSync(join(folder, 'nets/net.npz'), npz({ W1: npy(shape) }, true));
  const field = (weights: string) => `view.add(<NetworkField size={1080} weights={${weights}} />);`;
  const imports = "import { NetworkField } from 'untrained/nodes';\nimport * as own from 'untrained';\n";
  write({
    'numbers.tsx': scene(imports, field('[{ w: [[0.5, -2], [1, 1], [-1, 0.25]] }]')),
    'named.tsx': scene(imports, field("own.weightsFrom('./nets/net.npz')")),
    'elsewhere.tsx': scene(`${imports}import { net } from './nets/call';`, field('net')),
    'composed-name.tsx': scene(imports, field("own.weightsFrom(['nets/net', 'npz'].join('.'))")),
    'missing.tsx': scene(imports, field("own.weightsFrom('nets/none.npz')")),
  });
  const { pixels } = await first('numbers');
  expect(new Set(pixels.match(/.{6}/g)).size).toBeGreaterThan(100);
  for (const name of ['named', 'elsewhere'])
    expect(await first(name)).toEqual({ pixels, stderr: '', code: 0 });
  const refusals = [await first('composed-name'), await first('missing')].map(({ stderr }) => stderr.trim());
  expect(refusals[0]).toMatch(
    /^untrained: composed-name\.tsx:\d+:\d+: weightsFrom\("nets\/net\.npz"\): the name must .*$/,
  );
  expect(refusals[1]).toMatch(
    /^untrained: missing\.tsx:\d+:\d+: weightsFrom\("nets\/none\.npz"\): there is no such .*$/,
  );
});
