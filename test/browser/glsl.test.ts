/** The GLSL of pieces.ts computes what the float64 reference does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Colouring, colourOf } from '../../src/core/frame/colouring.js';
import { colouringOf } from '../../src/core/frame/palette.js';
import { activationNames, activationTable, brightness } from '../../src/core/network/activations.js';
import { featureCalled, featureNames } from '../../src/core/network/features.js';
import { type Fold, inSector, partsOf, tiled } from '../../src/core/network/fold.js';
import { bitsOf, uniformOf } from '../../src/core/network/hash.js';
import {
  activationFunctions,
  brightnessFunction,
  colourFunction,
  featureFunctions,
  foldFunction,
  hashFunctions,
} from '../../src/renderers/glsl/pieces.js';
import { openShaderPage, type ShaderPage } from './shader-page.js';

let page: ShaderPage;
beforeAll(async () => {
  page = await openShaderPage();
});
afterAll(() => page.close());

/** The same sequence of numbers in [0, 1) in every run. */
const random = (i: number) => uniformOf(bitsOf(1, 2, 3, i)) / 2 + 0.5;

/** Numbers of every size up to `most`, of both signs, and many around 0. */
function numbers(count: number, most: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const sign = i % 2 ? 1 : -1;
    if (i % 4 < 2) return sign * 12 * random(i);
    return sign * most * 10 ** (-42 * random(i));
  });
}

/**
 * The values of expressions at four numbers a column.
 * @param expressions - Of `a`, a vec4: a float, or a vec3.
 * @returns For each expression, for each column: three numbers.
 */
async function valuesOf(code: string, expressions: string[], given: Float32Array): Promise<number[][][]> {
  const cases = expressions.map((each, row) => `    case ${row}: found = vec3(${each}); break;`);
  const result = `${code}
uvec4 result(uvec4 given, int row) {
  vec4 a = uintBitsToFloat(given);
  vec3 found = vec3(0.0);
  switch (row) {
${cases.join('\n')}
  }
  return uvec4(floatBitsToUint(found), 0u);
}`;
  const bits = await page.compute(result, new Uint32Array(given.buffer), expressions.length);
  const values = new Float32Array(bits.buffer);
  const columns = given.length / 4;
  return expressions.map((_, row) =>
    Array.from({ length: columns }, (_, i) => {
      const at = 4 * (row * columns + i);
      return Array.from(values.subarray(at, at + 3));
    }),
  );
}

const fours = (list: Float32Array) => Float32Array.from({ length: 4 * list.length }, (_, i) => list[i >> 2]);

describe('activations', () => {
  let values: number[][][];
  const given = numbers(2048, 3e38);
  beforeAll(async () => {
    const calls = activationNames.map((name) => `${name}_(a.x)`);
    values = await valuesOf(activationFunctions(activationNames), calls, fours(given));
  });

  test.each(activationNames)('%s is as precise as elsewhere', (name) => {
    const { f, error, jumps } = activationTable[name];
    const wrong = Array.from(given).flatMap((x, i) => {
      const value = values[activationNames.indexOf(name)][i][0];
      const rounding = 2 ** -23 * Math.max(Math.abs(f(x)), 2 ** -100); // the least numbers may be flushed to 0
      const isLarge = Math.abs(x) > (name === 'sin' ? 100 : jumps?.every ? 1e6 : 1e300);
      const allowed = isLarge ? 1 : 2 * error(x) + rounding;
      const isRight = isLarge ? Math.abs(value) <= allowed : Math.abs(value - f(x)) <= allowed;
      return isRight ? [] : [`${name}(${x}) is ${value}`];
    });
    expect(wrong).toEqual([]);
  });

  test.each(['tanh', 'sin', 'elu'] as const)('%s keeps its relative precision near 0', (name) => {
    for (const [i, x] of Array.from(given).entries()) {
      if (Math.abs(x) > 0.3 || Math.abs(x) < 1e-30) continue;
      const value = values[activationNames.indexOf(name)][i][0];
      expect(Math.abs(value / activationTable[name].f(x) - 1), `${name}(${x})`).toBeLessThan(5e-7);
    }
  });

  test('brightness follows signs, levels, what is added, and mixes', async () => {
    const code = [
      activationFunctions(['tanh', 'relu']),
      brightnessFunction('tanh'),
      brightnessFunction({ from: 'tanh', to: 'relu' }),
    ].join('\n');
    const list = numbers(256, 10);
    const calls = ['shown(a.x, 0.25, -0.5, 0.75)', 'shown(a.x, -0.25, 0.25, 2.0, 0.375)'];
    const [one, mixed] = await valuesOf(code, calls, fours(list));
    for (const [i, x] of list.entries()) {
      expect(one[i][0]).toBeCloseTo(brightness('tanh', x, 0.25, [-0.5, 0.75]), 5);
      const mix = { from: 'tanh', to: 'relu', fraction: 0.375 } as const;
      expect(mixed[i][0]).toBeCloseTo(brightness(mix, x, -0.25, [0.25, 2]), 5);
    }
  });
});

/** Points in all directions, some on the axes and on diagonals. */
const points = Float32Array.from({ length: 4 * 1024 }, (_, i) => {
  if (i % 4 > 1) return 0;
  const point = i >> 2;
  const far = 4 ** (6 * random(point) - 3);
  if (point < 32) return far * [0, 1, -1, 1][(point >> (i % 4 ? 2 : 0)) & 3];
  return far * (2 * random(5000 + i) - 1);
});

test('every feature', async () => {
  const calls = featureNames.map((_, i) => `feature${i}(a.xy)`);
  const values = await valuesOf(featureFunctions(featureNames), calls, points);
  const wrong: string[] = [];
  for (const [row, name] of featureNames.entries()) {
    for (let i = 0; i < points.length; i += 4) {
      const [x, y] = points.subarray(i, i + 2);
      const exact = featureCalled(name).at(x, y);
      const value = values[row][i / 4][0];
      const allowed = 4e-7 * Math.max(1, Math.abs(exact), Math.abs(x), Math.abs(y));
      if (!(Math.abs(value - exact) < allowed)) wrong.push(`${name} at (${x}, ${y}) is ${value}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the cosine keeps its precision near its zeros', async () => {
  const near = Float32Array.from({ length: 64 }, (_, i) => (i - 32 + 0.5) * Math.PI);
  const [values] = await valuesOf(featureFunctions(['cos(x)']), ['feature0(a.xy)'], fours(near));
  const wrong = Array.from(near, (x, i) => Math.abs(values[i][0] - Math.cos(x)) > 1e-8).filter(Boolean);
  expect(wrong).toEqual([]);
});

test.each<Fold>([
  'none',
  'mirror',
  'tile',
  { tile: 0.3 },
  ...[2, 3, 5, 6, 8, 10, 63, 64].map((kaleidoscope) => ({ kaleidoscope })),
])('the fold %o', async (fold) => {
  const { mirrors, tile, sectors } = partsOf(fold);
  const [values] = await valuesOf(foldFunction(fold), ['folded(a.xy), 0.0'], points);
  const wrong: string[] = [];
  for (let i = 0; i < points.length; i += 4) {
    const [x, y] = points.subarray(i, i + 2);
    const exact = sectors
      ? inSector(x, y, sectors)
      : tile
        ? [tiled(x, tile / 2), tiled(y, tile / 2)]
        : [mirrors ? Math.abs(x) : x, y];
    const allowed = 4e-7 * Math.max(1, Math.abs(x), Math.abs(y));
    if (!exact.every((value, axis) => Math.abs(values[i / 4][axis] - value) < allowed))
      wrong.push(`(${x}, ${y}) becomes ${values[i / 4]}`);
  }
  expect(wrong).toEqual([]);
});

test('the size of a tile can be an expression', async () => {
  const [values] = await valuesOf(
    `float size = 0.5;\n${foldFunction({ tile: 1 }, '2.0 * size')}`,
    ['folded(a.xy), 0.0'],
    Float32Array.of(0.75, -0.25, 0, 0),
  );
  expect(values[0]).toEqual([0.25, -0.25, 0]);
});

describe('colours', () => {
  const own = { colours: ['#012', '#fe8', '#00f', '#0f0'], output: 2 };
  const palettes: [string, Colouring, number][] = [
    ['rgb', 'rgb', 3],
    ['grey', 'rgb', 1],
    ['oklab', 'oklab', 3],
    ['oklch', 'oklch', 3],
    ['viridis', colouringOf('viridis'), 1],
    ['RdBu of the third output', colouringOf({ map: 'RdBu', output: 3 }), 3],
    ['own colours', colouringOf(own), 3],
    ['two greys', { table: Float32Array.of(0, 0, 0, 1, 1, 1), output: 1 }, 3],
  ];
  const outputs = Float32Array.from({ length: 4 * 512 }, (_, i) => {
    const value = random(9000 + i);
    return i < 128 ? Math.round(value) : value; // the corners of the gamut, too
  });

  test.each(palettes)('%s', async (_, colouring, count) => {
    const list = ['a.x', 'a.y', 'a.z'].slice(0, count).join(', ');
    const [values] = await valuesOf(
      colourFunction(colouring, count),
      [`colour(float[${count}](${list}))`],
      outputs,
    );
    const wrong: string[] = [];
    for (let i = 0; i < outputs.length; i += 4) {
      const exact = colourOf(colouring, outputs.subarray(i, i + count));
      const found = values[i / 4];
      if (!exact.every((value, channel) => 255 * Math.abs(found[channel] - value) < 0.15))
        wrong.push(`${outputs.subarray(i, i + 3)} becomes ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});

test('hashed draws, to the bit', async () => {
  const edges = [0, 1, 2, 2 ** 31, 2 ** 32 - 1];
  const tuples = Uint32Array.from({ length: 4 * 4096 }, (_, i) =>
    i < 64 ? edges[(i * 7) % 5] : bitsOf(4, 5, 6, i) >>> (i % 3 ? 0 : 20),
  );
  const code = `${hashFunctions()}
uvec4 result(uvec4 a, int row) {
  uint bits = bitsOf(a.x, a.y, a.z, a.w);
  return uvec4(bits, floatBitsToUint(uniformOf(bits)), hash32(a.x), 0u);
}`;
  const found = await page.compute(code, tuples, 1);
  const floats = new Float32Array(found.buffer);
  for (let i = 0; i < tuples.length; i += 4) {
    const bits = bitsOf(...(Array.from(tuples.subarray(i, i + 4)) as [number, number, number, number]));
    expect(found[i]).toBe(bits);
    expect(floats[i + 1]).toBe(uniformOf(bits));
  }
});
