/** The WebGL2 renderer's tiles and shaders, without a browser. */
import { expect, test } from 'vitest';
import { type FrameInput, frameSchema } from '../../src/core/frame/description.js';
import { fragmentShader } from '../../src/player/webgl/shader.js';
import { keyOf, shapeOf } from '../../src/player/webgl/shape.js';
import { type TilePlace, tileAt } from '../../src/player/webgl/tiles.js';

// Tiles cover a frame, each pixel once, and have no more pixels than they may.
test.each([
  [37, 23, 1e9],
  [37, 23, 37 * 9],
  [37, 23, 100],
  [37, 23, 10],
  [37, 23, 0.2],
  [5, 40, 12],
  [1, 1, 5],
])('%d x %d pixels, %d at once', (width, height, pixels) => {
  const covered = new Uint8Array(width * height);
  let place: TilePlace | undefined = { x: 0, y: 0, rows: 0 };
  let turn = 0;
  while (place) {
    const most: number = turn++ % 3 === 2 ? 2 * pixels : pixels; // what a tile may have changes as it is measured
    const { tile, next }: ReturnType<typeof tileAt> = tileAt([width, height], place, most);
    expect(tile.width * tile.height).toBeLessThanOrEqual(Math.max(1, most, place.x > 0 ? place.rows : 0));
    expect(Math.min(tile.x, tile.y)).toBeGreaterThanOrEqual(0);
    expect(tile.x + tile.width).toBeLessThanOrEqual(width);
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      for (let x = tile.x; x < tile.x + tile.width; x++) covered[y * width + x]++;
    }
    place = next;
  }
  expect(covered.every((count) => count === 1)).toBe(true);
});

const plain: FrameInput = { network: { layers: 5, units: 29 }, size: [30, 20] };
const keyFor = (change: Partial<FrameInput>, network: FrameInput['network'] = {}) => {
  const input = { ...plain, ...change, network: { ...plain.network, ...network } };
  return keyOf(shapeOf(frameSchema.parse(input)));
};

test('a sweep of numbers needs one shader', () => {
  const view = { centre: [3, 1] as [number, number], halfWidth: 1e-6, rotation: 20 };
  const first = keyFor({});
  for (const key of [
    keyFor({ view, levels: [0.2, 0.8], size: [64, 64], supersample: 3, dither: true }),
    keyFor({}, { layers: 9, units: 31, seed: 'another', weightScale: 2, distribution: 'normal' }),
    keyFor({}, { seed: { from: 1, to: 2, fraction: 0.5 }, units: 28.5 }),
  ])
    expect(key).toBe(first);
  const colours = (...colours: string[]) => keyFor({ palette: { colours } });
  expect(colours('#000', '#f00')).toBe(colours('#123', '#fff', '#0f0'));
  const tiled = (tile: number) => keyFor({}, { fold: { tile } });
  expect(tiled(1)).toBe(tiled(2.5));
  const mixed = (fraction: number) => keyFor({}, { activation: { from: 'tanh', to: 'sin', fraction } });
  expect(mixed(0.1)).toBe(mixed(1));
});

test('other structures need other shaders', () => {
  const keys = [
    keyFor({}),
    keyFor({ palette: 'oklab' }),
    keyFor({ shown: { layer: 2 }, size: [80, 60] }),
    keyFor({}, { activation: 'sin' }),
    keyFor({}, { layers: 4.5 }),
    keyFor({}, { residual: 1 }),
    keyFor({}, { normalisation: 'layer' }),
    keyFor({}, { fold: { kaleidoscope: 5 } }),
    keyFor({}, { features: ['r', 'x'] }),
    keyFor({ view: { halfWidth: 1e-6 } }, { features: ['r', 'x'] }),
    keyFor({}, { units: 33 }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('the shader of a network of sixteen layers of 30 units', () => {
  const blocks = { texels: 4096, count: 12 };
  const frame = frameSchema.parse({ ...plain, network: { layers: 16, units: 30 } });
  const text = fragmentShader(shapeOf(frame, blocks), blocks);
  expect(
    text.slice(text.indexOf('vec3 sampleColour'), text.indexOf('\n\nvec3 toLinear')),
  ).toMatchInlineSnapshot(`
    "vec3 sampleColour(ivec2 place, int unit) {
      vec4 planes[PLANES];
      readInputs(place, planes);
      vec4 y[QUADS];
      for (int j = 0; j < quads; j++) {
        vec4 sums = setting(firstAt + j);
        for (int i = 0; i < 4 * PLANES; i++) {
          sums += planes[i >> 2][i & 3] * setting(firstAt + (1 + i) * QUADS + j);
        }
        y[j] = activated(sums, 0, j);
      }
      vec4 next[QUADS];
      for (int k = 1; k < hidden; k++) {
        int first = (k - 1) * (1 + 4 * QUADS); // row of the matrix
        for (int b = 0; b < quads; b += 4) {
          int at = (first + 0) * QUADS + b;
          vec4 s0 = part0[at + 0];
          vec4 s1 = part0[at + 1];
          vec4 s2 = part0[at + 2];
          vec4 s3 = part0[at + 3];
          for (int j = 0; j < quads; j++) {
            vec4 v = y[j];
            at = (first + 4 * j + 1) * QUADS + b;
            s0 += v.x * part0[at + 0];
            s1 += v.x * part0[at + 1];
            s2 += v.x * part0[at + 2];
            s3 += v.x * part0[at + 3];
            at = (first + 4 * j + 2) * QUADS + b;
            s0 += v.y * part0[at + 0];
            s1 += v.y * part0[at + 1];
            s2 += v.y * part0[at + 2];
            s3 += v.y * part0[at + 3];
            at = (first + 4 * j + 3) * QUADS + b;
            s0 += v.z * part0[at + 0];
            s1 += v.z * part0[at + 1];
            s2 += v.z * part0[at + 2];
            s3 += v.z * part0[at + 3];
            at = (first + 4 * j + 4) * QUADS + b;
            s0 += v.w * part0[at + 0];
            s1 += v.w * part0[at + 1];
            s2 += v.w * part0[at + 2];
            s3 += v.w * part0[at + 3];
          }
          next[b + 0] = activated(s0, k, b + 0);
          next[b + 1] = activated(s1, k, b + 1);
          next[b + 2] = activated(s2, k, b + 2);
          next[b + 3] = activated(s3, k, b + 3);
        }
        y = next;
      }
      float outputs[3];
      for (int i = 0; i < 3; i++) {
        int at = drawnAt + i * DRAWN;
        vec4 header = setting(at);
        float sum = sumOf(header, at, y);
        outputs[i] = brightness(header, sum, 0.0);
      }
      return colour(outputs);
    }"
  `);
});
