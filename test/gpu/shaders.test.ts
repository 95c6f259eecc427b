/** The shaders as text, on every machine. Their snapshots in wgsl/ are reviewed like code. */
import { describe, expect, test } from 'vitest';
import type { ColourMap } from '../../src/core/frame/colouring.js';
import { colouringOf } from '../../src/core/frame/palette.js';
import { float } from '../../src/core/network/activations/wgsl.js';
import { activationNames } from '../../src/core/network/activations.js';
import { activationSource } from '../../src/renderers/gpu/kernels/activations.js';
import { colourKernel } from '../../src/renderers/gpu/kernels/colour.js';
import { denseKernel, shownKernel, tileBytes, tileUnits } from '../../src/renderers/gpu/kernels/dense.js';
import { finishKernel } from '../../src/renderers/gpu/kernels/finish.js';
import { blackKernel, gridKernel } from '../../src/renderers/gpu/kernels/grid.js';
import { FULL_STEP, type Kernel, STEP } from '../../src/renderers/gpu/kernels/kernel.js';
import { type NarrowShape, narrowBytes, narrowKernel } from '../../src/renderers/gpu/kernels/narrow.js';
import { outputKernel } from '../../src/renderers/gpu/kernels/output.js';
import { placeInputsKernel, placeKernel } from '../../src/renderers/gpu/kernels/place.js';
import { SCALE, scaleKernel } from '../../src/renderers/gpu/kernels/scale.js';
import { statisticsKernel } from '../../src/renderers/gpu/kernels/statistics.js';
import { yuvKernel } from '../../src/renderers/gpu/kernels/yuv.js';
import { bindingsIn, readStruct, structIn, workgroupBytes, workgroupSize } from './wgsl.js';

/** The smallest narrow kernel with all features. */
const narrow: NarrowShape = {
  width: 3,
  form: { size: 2, vectors: 2, weights: 'storage' },
  invocations: 64,
  hidden: 'tanh',
  output: 'sigmoid',
  outputs: 3,
  earlier: 'none',
  parts: 0,
  held: false,
};

const kernels: Record<string, Kernel> = {
  narrow: narrowKernel(narrow),
  'narrow-without-hidden': narrowKernel({ ...narrow, width: 0, output: 'sin' }),
  'narrow-in-parts': narrowKernel({
    ...narrow,
    width: 2,
    form: { size: 4, vectors: 1, weights: 'uniform' },
    invocations: 32,
    hidden: { from: 'tanh', to: 'relu' },
    outputs: 1,
    earlier: 'units',
    parts: 2,
  }),
  'narrow-fading-from-one-layer': narrowKernel({ ...narrow, width: 1, outputs: 1, earlier: 'position' }),
  'narrow-held': narrowKernel({ ...narrow, hidden: { from: 'tanh', to: 'softplus' }, held: true }),
  'narrow-per-unit': narrowKernel({
    ...narrow,
    hidden: ['relu', 'tanh'],
    output: { from: 'sigmoid', to: 'sin' },
    outputs: 1,
    earlier: 'units',
    planes: true,
    residual: true,
    normalised: true,
  }),
  'narrow-unit-held': narrowKernel({
    ...narrow,
    width: 1,
    form: { ...narrow.form, vectors: 1 },
    hidden: ['relu', 'tanh'],
    output: 'unit',
    outputs: 1,
    residual: true,
    held: true,
  }),
  dense: denseKernel('tanh', 32),
  'dense-per-unit': denseKernel(['relu', 'tanh'], 32),
  'dense-per-unit-held': denseKernel(['relu', 'tanh'], 32, true),
  shown: shownKernel(['relu', 'tanh'], 32),
  'dense-mixed': denseKernel({ from: 'sin', to: 'softplus' }, 48),
  'dense-held': denseKernel('gelu', 32, true),
  output: outputKernel('tanh'),
  'output-held': outputKernel('identity', true),
  'output-general': outputKernel({ from: 'tanh', to: 'sigmoid' }, false, true),
  'output-levels': outputKernel({ from: 'tanh', to: 'relu' }, true, true, true),
  'colour-oklab': colourKernel('oklab'),
  'colour-oklch': colourKernel('oklch'),
  'colour-map': colourKernel(colouringOf({ map: 'viridis', output: 2 }) as ColourMap),
  place: placeKernel,
  'place-inputs': placeInputsKernel,
  statistics: statisticsKernel,
  black: blackKernel,
  grid: gridKernel,
  finish: finishKernel,
  scale: scaleKernel,
  yuv: yuvKernel,
};

/** Kernels whose code does not depend on a shape. */
const FIXED = ['place', 'place-inputs', 'statistics', 'black', 'grid', 'finish', 'scale', 'yuv'];

describe.each(Object.entries(kernels))('the kernel %s', (name, kernel) => {
  const code = kernel.code();

  // A snapshot of code that is a file already would only copy it.
  if (!FIXED.includes(name)) {
    test('matches its snapshot', async () => {
      await expect(`// ${kernel.label}\n${code}`).toMatchFileSnapshot(`wgsl/${name}.wgsl`);
    });
  }

  test('binds its buffers according to its layout', () => {
    const spaces = { step: 'uniform', read: 'storage, read', write: 'storage, read_write', part: 'uniform' };
    expect(bindingsIn(code)).toEqual(kernel.bindings.map((kind) => spaces[kind]));
  });

  test('uses only members that its records have', () => {
    const step = code.includes(FULL_STEP.wgsl) ? FULL_STEP : STEP;
    for (const [record, struct] of [
      ['step', step],
      ['scale', SCALE],
    ] as const) {
      const known = structIn(struct.wgsl, record === 'step' ? 'Step' : 'Scale').members.map((m) => m.name);
      const used = [...code.matchAll(new RegExp(`\\b${record}\\.(\\w+)`, 'g'))].map(([, member]) => member);
      expect(known).toEqual(expect.arrayContaining(used));
    }
  });

  test('has only valid WGSL numbers and balanced brackets', () => {
    expect(code).not.toMatch(/NaN|Infinity|undefined|\[object|\$\{/);
    expect(code.split('{').length).toBe(code.split('}').length);
    expect(code.split('(').length).toBe(code.split(')').length);
  });
});

test('the activations match their snapshot', async () => {
  // test/renderers compares them with their float64 functions.
  const all = activationNames.map((name) => activationSource(name, ['vec2f']).replace('activation', name));
  await expect(all.join('\n\n')).toMatchFileSnapshot('wgsl/activations.wgsl');
});

describe('records', () => {
  test.each([
    ['Step', STEP],
    ['Step', FULL_STEP],
    ['Scale', SCALE],
  ])('%s is written as a shader reads it', (name, struct) => {
    const { members, bytes } = structIn(struct.wgsl, name);
    expect(bytes).toBe(struct.bytes);
    const values = Object.fromEntries(members.map(({ name }, i) => [name, 3 * i + 1]));
    const buffer = new ArrayBuffer(3 * struct.bytes);
    struct.write(new DataView(buffer), struct.bytes, values);
    expect(readStruct(new DataView(buffer), struct.bytes, members)).toEqual(values);
    for (const at of [0, 2 * struct.bytes])
      expect(new Uint8Array(buffer, at, struct.bytes), 'its neighbours').toEqual(
        new Uint8Array(struct.bytes),
      );
  });

  test('fractions are float32, and omitted fields are 0', () => {
    const { members } = structIn(STEP.wgsl, 'Step');
    const view = new DataView(new ArrayBuffer(STEP.bytes).slice(0));
    new Uint8Array(view.buffer).fill(255);
    STEP.write(view, 0, { share: 0.3, samples: 4_000_000_000 });
    const { share, samples, ...others } = readStruct(view, 0, members);
    expect(share).toBe(Math.fround(0.3));
    expect(samples).toBe(4_000_000_000);
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
  });

  test('a Step begins like the whole one, which fits between two dynamic offsets of 256 bytes', () => {
    expect(FULL_STEP.wgsl.startsWith(STEP.wgsl.slice(0, -1))).toBe(true);
    expect(FULL_STEP.bytes).toBeLessThanOrEqual(256);
  });
});

describe('workgroups', () => {
  test("wide layers' tiles use the memory they state: at most 16384 bytes and 256 invocations", () => {
    for (let width = 49; width <= 1100; width++) {
      const units = tileUnits(width);
      expect(units % 8, `${width} units in tiles of ${units}`).toBe(0);
      expect(tileBytes(units)).toBeLessThanOrEqual(16384);
    }
    for (const units of [32, 48, 64, 80, 96, 112, 128]) {
      const code = denseKernel('relu', units).code();
      expect(workgroupBytes(code)).toBe(tileBytes(units));
      expect(workgroupSize(code)).toBeLessThanOrEqual(256);
    }
  });

  test.each([32, 64])('narrow kernels of %i invocations use the memory they state', (invocations) => {
    for (const width of [0, 1, 2, 30, 48]) {
      for (const size of [2, 4] as const) {
        const form = { size, vectors: 2, weights: 'storage' as const };
        const code = narrowKernel({ ...narrow, width, form, invocations }).code();
        const bytes = width && narrowBytes(width, form, invocations); // without hidden layers, none
        expect(workgroupBytes(code)).toBe(bytes);
        expect(workgroupSize(code)).toBe(invocations);
      }
    }
  });
});

test('different kernels have different labels, which identify them', () => {
  const variants: NarrowShape[] = [
    narrow,
    { ...narrow, width: 4 },
    { ...narrow, form: { ...narrow.form, size: 4 } },
    { ...narrow, form: { ...narrow.form, vectors: 1 } },
    { ...narrow, form: { ...narrow.form, weights: 'uniform' }, parts: 1 },
    { ...narrow, form: { ...narrow.form, weights: 'uniform' }, parts: 2 },
    { ...narrow, invocations: 32 },
    { ...narrow, hidden: 'sin' },
    { ...narrow, hidden: { from: 'tanh', to: 'sin' } },
    { ...narrow, hidden: { from: 'sin', to: 'tanh' } },
    { ...narrow, output: 'tanh' },
    { ...narrow, outputs: 1 },
    { ...narrow, earlier: 'position' },
    { ...narrow, earlier: 'units' },
    { ...narrow, held: true },
    { ...narrow, planes: true },
    { ...narrow, levels: true },
    { ...narrow, output: { from: 'tanh', to: 'sin' } },
    { ...narrow, hidden: ['sin', 'tanh'] },
    { ...narrow, hidden: ['sin', 'tanh'], output: 'unit' },
    { ...narrow, hidden: ['sin', 'tanh'], output: 'unit', residual: true },
    { ...narrow, hidden: ['sin', 'tanh'], residual: true },
    { ...narrow, hidden: ['sin', 'tanh'], normalised: true },
    { ...narrow, hidden: ['sin', 'tanh'], residual: true, normalised: true },
  ];
  const all = [...variants.map(narrowKernel), ...Object.values(kernels).slice(4)];
  all.push(colourKernel(colouringOf('viridis') as ColourMap));
  all.push(denseKernel('tanh', 48), denseKernel('sin', 32), outputKernel('sigmoid'));
  expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
  expect(new Set(all.map((kernel) => kernel.code())).size).toBe(all.length);
});

test.each([
  [1, '1.0'],
  [-0.1, '-0.10000000149011612'],
  [1e-30, '1.0000000031710769e-30'],
  [1e30, '1.0000000150474662e+30'],
])('%d is written %s', (value, text) => {
  expect(float(value)).toBe(text);
});
