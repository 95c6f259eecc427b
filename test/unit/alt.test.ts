/** Alternative texts: what a sweep shows, how it looks and what moves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { lookOf, type SmallPicture } from '../../src/core/frame/look.js';
import { altOf, altOfScene, altOfSheet, MAX_ALT } from '../../src/core/sweep/alt.js';
import { frameAt, parseSweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { circle, keyframes, loop, steps, tween, walk, zoom } from '../../src/core/sweep/track.js';
import { encodePng } from '../../src/files/write/png.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';

/** A picture whose pixels a function gives, as red, green and blue in [0, 255]. */
function picture(colour: (x: number, y: number) => number[]): SmallPicture {
  const side = 32;
  const rgba = Array.from({ length: side ** 2 }, (_, i) => [
    ...colour(i % side, Math.floor(i / side)),
    255,
  ]).flat();
  return { rgba, width: side, height: side };
}

const renderer = new CpuRenderer();
afterAll(() => renderer.close());

const stripes = picture((x) => (x % 10 < 6 ? [30, 60, 220] : [240, 140, 20]));
const gradient = picture((x) => [2 * x + 90, 2 * x + 90, 2 * x + 90]);
const flat = picture(() => [200, 200, 200]);
let state = 1;
const noise = picture(() => {
  state = (state * 48271) % 2147483647;
  return state % 2 ? [0, 0, 0] : [255, 255, 255];
});

const network = { layers: 9, units: 8 };
const said = (input: Partial<SweepInput>) => {
  const text = altOf(sweep({ seconds: 2, network, ...input }), [stripes]);
  expect(text.length).toBeLessThanOrEqual(MAX_ALT);
  return text;
};
/** What a sentence says after "while", about a sweep that is otherwise the usual one. */
const moving = (input: Partial<SweepInput>) => said(input).split(', while ')[1];
const movingNetwork = (parameters: SweepInput['network']) =>
  moving({ network: { ...network, ...parameters } });

test('a look has a texture and colours', () => {
  expect(lookOf([stripes])).toBe('smooth shapes in blue and orange');
  expect(lookOf([flat])).toBe('an even area in grey');
  expect(lookOf([gradient])).toBe('a soft gradient in grey');
  expect(lookOf([noise])).toMatch(/^fine grain in (black and white|white and black)$/);
  expect(lookOf([flat, noise])).toMatch(/^an even area that turns into fine grain, in grey/);
  expect(lookOf([stripes, noise])).toMatch(/^smooth shapes that turn into fine grain, in /);
});

test('the network is described, and what of it is shown', () => {
  const look = ': smooth shapes in blue and orange.';
  expect(said({})).toBe(`An animation of a random neural network with 9 layers and 8 units per layer${look}`);
  expect(said({ loop: true, network: { layers: 1, units: 8 } })).toBe(
    `A looping animation of a random neural network with 1 layer${look}`,
  );
  expect(said({ network: { ...network, activation: 'sin', fold: { kaleidoscope: 5 } } })).toBe(
    `An animation of a random neural network with 9 layers, 8 units per layer and sin activation, as in a kaleidoscope${look}`,
  );
  const weights = [
    {
      w: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    },
  ];
  expect(said({ seconds: 0.04, network: { weights } })).toBe(
    `A picture of a neural network with given weights${look}`,
  );
  expect(said({ shown: { layer: 2 } })).toMatch(/^An animation of all units in hidden layer 2 of a random/);
  expect(said({ shown: { layer: 2, unit: 3 } })).toMatch(/^An animation of one hidden unit of a random/);
  expect(said({ shown: { output: 1 } })).toMatch(/^An animation of one output of a random/);
});

describe('each kind of movement', () => {
  test.each<[string, SweepInput['network'], string | undefined]>([
    ['up', { weightScale: tween(0.4, 0.8) }, 'its weight scale grows from 0.4 to 0.8.'],
    ['down', { weightScale: zoom(2, 1 / 3) }, 'its weight scale shrinks from 2 to 0.333.'],
    ['still', { weightScale: tween(0.4, 0.4) }, undefined],
    ['layers', { layers: tween(1, 9) }, 'it grows from 1 layer to 9 layers.'],
    [
      'units',
      { units: steps([2, 4, 8], { each: 0.5 }) },
      'the width of its layers grows from 2 units to 8 units.',
    ],
    ['units of each layer', { units: [8, tween(2, 4)] }, 'the width of its layers changes.'],
    ['loop', { biasScale: loop(0.2, { middle: 1 }) }, 'its bias scale varies between 0.8 and 1.2.'],
    [
      'keyframes',
      {
        weightScale: keyframes([
          [0, 1],
          [1, 2],
          [2, 1],
        ]),
      },
      'its weight scale varies between 1 and 2.',
    ],
    ['walk', { seed: walk([1, 2, 'a']) }, 'it turns into 2 other networks.'],
    ['seeds', { seed: steps([1, 2], { each: 1 }) }, 'it is replaced by 1 other network in turn.'],
    ['seed mix', { seed: { from: 1, to: 2, fraction: tween(0, 1) } }, 'it turns into another network.'],
    [
      'activations',
      { activation: { from: 'tanh', to: 'relu', fraction: tween(0, 1) } },
      'its activation turns from tanh to relu.',
    ],
  ])('%s', (_, parameters, text) => {
    expect(movingNetwork(parameters)).toBe(text);
  });

  test.each<[string, Partial<SweepInput>, string]>([
    ['zoom in', { view: { halfWidth: zoom(4, 0.01) } }, 'the view zooms in by a factor of 400.'],
    ['zoom out', { view: { halfWidth: tween(1, 1.5) } }, 'the view zooms out.'],
    ['in and out', { view: { halfWidth: loop(1, { middle: 3 }) } }, 'the view zooms in and out.'],
    [
      'pan and turn',
      { view: { centre: circle(1), rotation: tween(0, 90) } },
      'the view moves and the view turns.',
    ],
    ['levels', { levels: [0, tween(1, 2)] }, 'its contrast changes.'],
    [
      'slice',
      { network: { ...network, inputs: 3 }, slice: [loop(1)] },
      'the values of its other inputs change.',
    ],
  ])('%s', (_, input, text) => {
    expect(moving(input)).toBe(text);
  });

  test('what does not fit is left out', () => {
    const text = said({
      network: {
        ...{
          seed: walk([1, 2]),
          layers: tween(1, 200),
          units: tween(10, 1000),
          weightScale: tween(0.4, 0.8),
        },
        ...{ biasScale: tween(0.123, 0.456), inputs: 4 },
      },
      view: { halfWidth: zoom(1000, 0.001), centre: circle(1), rotation: loop(2) },
      slice: [loop(1), loop(2)],
      levels: [0, tween(1, 2)],
    });
    expect(text).toMatch(
      /, while it turns into 1 other network, it grows from 1 layer to 200 layers, .* and [^,]*\.$/,
    );
    expect(text).not.toContain('contrast');
  });
});

test('composed scenes and sheets are described by their titles', () => {
  expect(altOfScene('The edge of chaos', false)).toBe(
    'An animation about random neural networks: The edge of chaos.',
  );
  const long = altOfScene('word '.repeat(100), true);
  expect(long).toMatch(/^A picture about .* word…$/);
  expect(long.length).toBeLessThanOrEqual(MAX_ALT);
  const caption = 'What it is about. And here is more. ';
  expect(altOfScene(caption.repeat(9), false)).toMatch(
    /^An animation about .*(What it is about|And here is more)\.$/,
  );
  expect(altOfSheet('')).toBe('A grid of pictures of random neural networks.');
});

test('each of our scenes has a sentence', async () => {
  const { captionOf, listScenes, loadScene, loadScenes }: typeof import('../../src/cli/scenes.js') =
    await import(new URL('../../dist/cli/scenes.js', import.meta.url).href);
  const paths = listScenes().map(({ path }) => path);
  await loadScenes(paths); // all in one process
  const texts: Record<string, string> = {};
  for (const path of paths) {
    const scene = await loadScene(path);
    if (scene.kind === 'composed') {
      texts[scene.name] = altOfScene(await captionOf(path), false);
      continue;
    }
    const own = parseSweep({ ...JSON.parse(JSON.stringify(scene.sweep)), pace: 'tracks' });
    const pictures: SmallPicture[] = [];
    for (const t of [0, own.seconds - 1 / own.fps]) {
      const rgba = await renderer.render({ ...frameAt(own, t, evaluate), size: [24, 24] });
      pictures.push({ rgba: rgba.slice(), width: 24, height: 24 });
    }
    texts[scene.name] = altOf(own, pictures);
  }
  const all = Object.values(texts);
  expect(all.length).toBeGreaterThan(30);
  expect(new Set(all).size).toBe(all.length);
  const strange = /undefined|NaN|\[object|\d\.\d{4}|\ban [^aeiou]|\s\s|\.\.|\bRun\b|npm/;
  expect(
    all.filter(
      (text) =>
        !/^An? (looping )?animation .{20,}[.!?]$/.test(text) || strange.test(text) || text.length > MAX_ALT,
    ),
  ).toEqual([]);
  expect(texts.opening).toContain('while the values of its other inputs change.');
  expect(texts.circle).toContain('A circle goes in. Three networks carry a circle of inputs');
});

test('info --alt prints the text of a file, and refuses a file without a recipe', async () => {
  const folder = temporaryFolder();
  const run = (...words: string[]) => inProcess(words, { cwd: folder });
  await run('still', 'depth', '--size', '32', '--at', '1', '--out', 'still.png', '--quiet');
  const { stdout } = await run('info', 'still.png', '--alt');
  expect(stdout).toMatch(/^A picture of a random neural network with .*: .* in .*\.\n$/);
  const json = JSON.parse((await run('info', 'still.png', '--alt', '--json')).stdout);
  expect(json).toEqual({ type: 'alt', path: 'still.png', alt: stdout.trim() });
  const { rgba } = gradient;
  const shape = { width: gradient.width, height: gradient.height, alpha: true };
  const bare = await encodePng(Uint8Array.from(rgba), shape, promisify(deflate) as never);
  writeFileSync(join(folder, 'bare.png'), bare);
  expect(await run('info', 'bare.png', '--alt')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'untrained: bare.png carries no recipe, so what it shows is unknown: describe it in your own words.\n',
  });
});
