/** Exported shaders draw what we draw: they are compiled and run in a headless browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { frameAt, type Sweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { steps, tween, walk, zoom } from '../../src/core/sweep/track.js';
import type { ExportedFile, Writer } from '../../src/exporters/exporter.js';
import { glsl } from '../../src/exporters/glsl.js';
import { shadertoy } from '../../src/exporters/shadertoy.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { expectReference, jumps } from '../frames/compare.js';
import { randomSweep } from './random-sweeps.js';
import { openShadertoyPage, type ShadertoyPage } from './shadertoy-page.js';

let page: ShadertoyPage;
let cpu: CpuRenderer;
beforeAll(async () => {
  page = await openShadertoyPage();
  cpu = new CpuRenderer(1);
});
afterAll(() => Promise.all([page.close(), cpu.close()]));

const unused = () => Promise.reject(new Error('Shaders need neither pictures nor pages.'));
const write = (exporter: Writer, sweep: Sweep, at?: number): Promise<ExportedFile[]> =>
  exporter.write(
    { name: 'x', sweep, at },
    { evaluate, draw: unused, deflate: unused, player: unused, version: '1' },
  );

/** The most steps of 8 bits between a shader and our frame; of a network that jumps, without a hundredth of pixels. */
async function difference(exporter: Writer, sweep: Sweep, times: number[], at?: number): Promise<number> {
  const moments = times.map((time) => ({ size: sweep.size, time }));
  const { pictures } = await page.draw(await write(exporter, sweep, at), moments);
  let most = 0;
  for (const [i, time] of times.entries()) {
    const frame = frameAt(sweep, at ?? time, evaluate);
    const expected = await cpu.render(frame);
    const pixels = Array.from({ length: expected.length / 4 }, (_, pixel) =>
      Math.max(...[0, 1, 2, 3].map((c) => Math.abs(expected[4 * pixel + c] - pictures[i][4 * pixel + c]))),
    ).sort((a, b) => b - a);
    most = Math.max(most, pixels[jumps(frame) ? Math.ceil(pixels.length / 100) : 0]);
  }
  return most;
}

const size: [number, number] = [24, 18];
const small = { layers: 3, units: 6 };

describe('pictures', () => {
  test.each<[string, SweepInput]>([
    [
      'a zoom of a network with literals',
      { seconds: 4, view: { halfWidth: zoom(4, 0.5), rotation: tween(0, 70) } },
    ],
    [
      'a walk of hashed seeds',
      { seconds: 4, network: { seed: walk([1, 'b', 3]), draws: 'hash', fade: 'outputs' } },
    ],
    [
      'layers and units that fade in',
      { seconds: 4, network: { layers: tween(1, 4), units: tween(2, 7), fade: 'outputs' } },
    ],
    ['an even pace', { seconds: 4, pace: 'even', network: { weightScale: tween(0.1, 1.5), residual: 0.4 } }],
    [
      'a fraction of layers, with its contrast',
      { seconds: 4, network: { layers: 2.4, activation: { perUnit: ['sin', 'gelu'] } } },
    ],
  ])('%s', async (_, input) => {
    const moving = sweep({ size, ...input, network: { ...small, ...input.network } });
    expect(await difference(shadertoy, moving, [0, 1.3, 3.1])).toBeLessThanOrEqual(2);
  });

  test.each<[string, Writer]>([
    ['Shadertoy', shadertoy],
    ['WebGL2', glsl],
  ])('%s has the weights of a large network to the bit', async (_, exporter) => {
    const large = sweep({ seconds: 1, size, network: { layers: 12, units: 11 } });
    const files = await write(exporter, large);
    expect(files.map(({ ending }) => ending)).toEqual(
      exporter === glsl ? ['.frag'] : ['.glsl', '.buffer-a.glsl'],
    );
    const { pictures } = await page.draw(files, [{ size, time: 0 }]);
    expectReference(pictures[0], frameAt(large, 0, evaluate));
  });

  test('a moment is still', async () => {
    const moving = sweep({ seconds: 4, size, network: { ...small, seed: walk([1, 2]) } });
    expect(await difference(glsl, moving, [2.5], 1)).toBeLessThanOrEqual(2);
  });

  test('dragging moves the plane', async () => {
    const still = sweep({ seconds: 1, size, network: small, view: { centre: [1, 0], halfWidth: 1.8 } });
    const moved = sweep({ seconds: 1, size, network: small, view: { centre: [0.2, -0.6], halfWidth: 1.8 } });
    const { pictures } = await page.draw(await write(shadertoy, still), [
      { size, time: 0, mouse: [12, 7, 8, -4] }, // 4 pixels of 0.2 to the right, 3 up
      { size, time: 0, mouse: [8, 4, 8, 4] },
    ]);
    for (const [i, shown] of [moved, still].entries()) {
      const expected = await cpu.render(frameAt(shown, 0, evaluate));
      expect(Math.max(...expected.map((byte, k) => Math.abs(byte - pictures[i][k])))).toBeLessThanOrEqual(2);
    }
  });

  test('random sweeps are drawn, or refused by the name of a parameter', async () => {
    for (let number = 0; number < 6; number++) {
      const found = difference(number % 2 ? glsl : shadertoy, randomSweep(number), [0, 1.17, 2.9]);
      const outcome = await found.catch((error) => error);
      if (!(outcome instanceof UsageError)) expect(outcome, `sweep ${number}`).toBeLessThanOrEqual(2);
      else
        expect(outcome.message).toMatch(
          /^(?:network\.|view\.|levels|shown|brightness|distribution|activation)/,
        );
    }
  });
});

test('a network of 40 layers and 400 units needs hashed draws', async () => {
  const network = { layers: 40, units: 400, weightScale: 0.08, biasScale: 0.4 };
  const tiny: [number, number] = [2, 2];
  const drawn = sweep({ seconds: 1, size: tiny, network });
  await expect(write(shadertoy, drawn)).rejects.toThrow(/6097603 weights, .* draws=hash/);
  const hashed = sweep({ seconds: 1, size: tiny, network: { ...network, draws: 'hash' } });
  expect(await difference(shadertoy, hashed, [0])).toBeLessThanOrEqual(2);
});

test('27 layers of 30 units fit into three buffers of at most 32 kB', async () => {
  const [image, ...buffers] = await write(shadertoy, sweep({ seconds: 1 }));
  expect(image.content).toMatch(/Buffer C as iChannel2/);
  expect(buffers.map(({ ending }) => ending)).toEqual(
    ['a', 'b', 'c'].map((letter) => `.buffer-${letter}.glsl`),
  );
  for (const { content } of buffers) expect(String(content).match(/0x/g)!.length).toBeLessThanOrEqual(8192);
});

test.each<[string, SweepInput]>([
  ['distribution', { seconds: 1, network: { draws: 'hash', distribution: 'normal' } }],
  ['brightness', { seconds: 1, brightness: 'steady', network: { weightScale: tween(0.1, 1) } }],
  ['network.layers', { seconds: 1, network: { layers: tween(2, 5) } }],
  ['network.seed', { seconds: 1, network: { seed: walk([1, 2]) } }],
  [
    'network.fold.kaleidoscope',
    { seconds: 1, network: { fold: { kaleidoscope: steps([3, 5], { each: 0.5 }) } } },
  ],
  ['shown', { seconds: 1, network: small, shown: { layer: 1 } }],
  ['shown.output', { seconds: 1, network: small, shown: { output: steps([1, 2], { each: 0.5 }) } }],
  ['activation', { seconds: 1, network: { layers: 90, activation: 'relu', weightScale: 20 } }],
])('%s is refused in one line', async (name, input) => {
  const error = await write(glsl, sweep(input)).catch((error) => error);
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message.startsWith(`${name} `), error.message).toBe(true);
  expect(error.message).not.toContain('\n');
});

test('a hundred hostile titles and seeds are only text', async () => {
  const parts = [
    '*/',
    '//',
    '\\',
    '??/',
    '#error',
    '\n#error',
    '\r\n',
    '\u2028',
    '\0',
    '"',
    '</script>',
    'é',
    '😀',
    '/*',
    '%s',
  ];
  const titles = Array.from(
    { length: 100 },
    (_, i) => `${parts[i % 15]} ${parts[(i * 7) % 15]}${parts[(i * 11 + 3) % 15]}`,
  );
  const codeOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => !line.startsWith('//'))
      .join('\n');
  const network = { layers: 1, draws: 'hash' as const };
  const plain = String((await write(shadertoy, sweep({ title: 'Plain', seconds: 1, network })))[0].content);
  let comments = '';
  for (const title of titles) {
    const hostile = sweep({ title, seconds: 1, network: { ...network, seed: title } });
    const text = String((await write(shadertoy, hostile))[0].content);
    expect(text).toMatch(/^[\n -~]*$/);
    const seedless = (code: string) => codeOf(code).replace(/SEED = \d+u/, '');
    expect(seedless(text)).toBe(seedless(plain));
    comments += `${text
      .split('\n')
      .filter((line) => line.startsWith('//'))
      .join('\n')}\n`;
  }
  const { pictures } = await page.draw(
    [{ ending: '.glsl', content: `${comments}${codeOf(plain)}` }],
    [{ size, time: 0 }],
  );
  expect(pictures[0].length).toBe(4 * size[0] * size[1]);
});
