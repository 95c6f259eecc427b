/** A plan draws every pixel once within the device's limits, or says what to reduce. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import { unitGrid } from '../../src/core/frame/shown.js';
import { countWeights, hiddenWidths } from '../../src/core/network/spec.js';
import { arrange } from '../../src/renderers/gpu/arrange.js';
import { formsFor, invocationsFor, type Limits } from '../../src/renderers/gpu/forms.js';
import { writeInputs } from '../../src/renderers/gpu/inputs.js';
import type { Kernel } from '../../src/renderers/gpu/kernels/kernel.js';
import { type NarrowForm, narrowBytes, samplesOf } from '../../src/renderers/gpu/kernels/narrow.js';
import { type BufferName, type GpuFormat, type Plan, planFrame } from '../../src/renderers/gpu/plan.js';
import { frameOf } from '../frames/compare.js';
import { inPalettes, real } from '../frames/specs.js';
import { workgroupSize } from './wgsl.js';

/** WebGPU's default limits: https://www.w3.org/TR/webgpu/#limits */
const guaranteed: Limits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeWorkgroupStorageSize: 16384,
};
/** The limits of an H200 or an M3. */
const ample: Limits = {
  maxBufferSize: 2 ** 35,
  maxStorageBufferBindingSize: 2 ** 32 - 4,
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeWorkgroupStorageSize: 49152,
};
const chunksOf = (plan: Plan) => Array.from({ length: plan.chunks }, (_, i) => plan.chunk(i));

/** Lower limits than any device has, so that small frames need many chunks. */
const tiny: Limits = {
  maxBufferSize: 2 ** 18,
  maxStorageBufferBindingSize: 2 ** 17,
  maxComputeWorkgroupsPerDimension: 100,
  maxComputeWorkgroupStorageSize: 16384,
};

/** The pace of a device that does this much in 50 ms. */
const FAST = { effort: 4e11, firstPixel: 0 };

const planOf = (frame: FrameDescription, limits: Limits, format?: GpuFormat, form?: NarrowForm) =>
  planFrame(frame, arrange(frame.network, frame.shown), limits, format, form, undefined, FAST);

/** Networks and pictures of all sizes. */
function frames(side: number, units: number): fc.Arbitrary<FrameDescription> {
  const width = fc.oneof(
    fc.integer({ min: 1, max: 48 }),
    fc.integer({ min: 49, max: units }),
    real(1, units),
    fc.array(real(1, units), { minLength: 30, maxLength: 30 }),
  );
  const described = fc.noBias(
    fc
      .record({
        network: fc.record({
          layers: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 30 }), real(1, 30)),
          width,
          outputs: fc.constantFrom(1 as const, 3 as const),
          activation: fc.constantFrom(
            'tanh' as const,
            { from: 'tanh' as const, to: 'sin' as const, fraction: 0.5 },
            [{ perUnit: ['tanh' as const, 'relu' as const] }, 'sin' as const],
          ),
          features: fc.constantFrom<string[]>(['x', 'y'], ['x', 'r', 'angle'], ['x', 'cos(y)']),
          residual: fc.constantFrom(0, 0, 0.5),
          normalisation: fc.constantFrom('none' as const, 'layer' as const),
        }),
        size: fc.tuple(fc.integer({ min: 1, max: side }), fc.integer({ min: 1, max: side })),
        supersample: fc.constantFrom(1, 2, 3, 4),
        dither: fc.boolean(),
      })
      .map((frame) => frameOf(frame as unknown as FrameInput)),
  );
  return fc.oneof(described, inPalettes(described));
}

/** The number in a kernel's label before `word`. */
const inLabel = ({ label }: Kernel, word: string) => Number(label.match(new RegExp(`(\\d+) ${word}`))![1]);

/** The number of samples that a kernel's workgroup computes. */
function reach(kernel: Kernel, perPixel: number, form: NarrowForm): number {
  if (kernel.label.startsWith('narrow')) return inLabel(kernel, 'invocations') * samplesOf(form);
  if (kernel.label.startsWith('dense')) return 128;
  return kernel.label === 'finish' ? 64 * perPixel : 64;
}

/** Each chunk must start where the previous one ends, and its kernels must cover all its samples and units. */
function expectCovered(plan: Plan, frame: FrameDescription, form: NarrowForm): void {
  const { size, supersample, network } = frame;
  const perPixel = supersample ** 2;
  let next = 0;
  for (const [i, chunk] of chunksOf(plan).entries()) {
    const { firstPixel, samples } = chunk[0].step;
    expect(firstPixel).toBe(next);
    expect(samples! % perPixel).toBe(0);
    expect(samples!).toBeGreaterThan(0);
    next += samples! / perPixel;
    expectInputs(plan, i, frame);
    for (const { kernel, step, groups } of chunk) {
      if (kernel.label === 'yuv') continue;
      const must = (holds: boolean, what: string) =>
        holds || expect.fail(`${kernel.label} ${what}: ${JSON.stringify({ groups, ...step })}`);
      must(step.firstPixel === firstPixel && step.samples === samples, 'has the samples of its chunk');
      must(step.plane! >= samples! && step.plane! % 128 === 0, 'has whole tiles in its planes');
      const isDense = kernel.label.startsWith('dense');
      const [ofSamples, ofUnits] = isDense ? [groups[1], groups[0]] : groups;
      must(ofSamples * reach(kernel, perPixel, form) >= samples!, 'reaches all samples');
      const tiles = isDense ? Math.ceil(step.units! / inLabel(kernel, 'units')) : 1;
      must(ofUnits === tiles, 'reaches all units, once');
    }
    const rounds = chunk.filter(({ kernel }) => kernel.label.startsWith('dense'));
    expect(rounds.length).toBe(rounds.length && Math.ceil(network.layers) - 1);
    expect(chunk.filter(({ kernel }) => kernel.label === 'finish')).toHaveLength(1);
    const colours = chunk.filter(({ kernel }) => kernel.label.startsWith('colour'));
    expect(colours).toHaveLength(frame.palette === 'rgb' ? 0 : 1);
  }
  expect(next).toBe(size[0] * size[1]);
}

/** The inputs that a chunk reads must be those of its pixels. */
function expectInputs(plan: Plan, i: number, { size, supersample, network }: FrameDescription): void {
  const inputs = plan.inputs(i);
  expect(inputs === undefined).toBe(network.features.join() === 'x,y');
  if (!inputs) return;
  const { firstPixel, samples, firstRow } = plan.chunk(i)[0].step;
  const rows = [firstPixel!, firstPixel! + samples! / supersample ** 2 - 1].map((pixel) =>
    Math.floor(pixel / size[0]),
  );
  expect(firstRow).toBe(inputs.firstRow);
  expect(inputs.firstRow).toBeLessThanOrEqual(rows[0] * supersample);
  expect(inputs.firstRow + inputs.rows).toBeGreaterThanOrEqual((rows[1] + 1) * supersample);
  if (i > 0 || inputs.rows * size[0] * supersample > 1e5) return;
  let bytes = 0;
  writeInputs(
    { size, supersample, view: frameOf({ network: {}, size }).view, network },
    inputs,
    (at, numbers) => {
      bytes = Math.max(bytes, at + numbers.byteLength);
    },
  );
  expect(bytes).toBeLessThanOrEqual(plan.buffers.inputs);
}

/** No dispatch may exceed the device's limits. */
function expectWithin(plan: Plan, limits: Limits): void {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const used = new Set<BufferName>(
    chunksOf(plan).flatMap((chunk) => chunk.flatMap(({ buffers }) => buffers)),
  );
  for (const [name, bytes] of Object.entries(plan.buffers)) {
    expect(bytes, `the buffer ${name}, bytes`).toBeLessThanOrEqual(most);
    expect(bytes > 0, `the buffer ${name} is there because it is used`).toBe(used.has(name as BufferName));
  }
  for (const { groups, kernel } of chunksOf(plan).flat()) {
    if (groups.some((count) => count < 1 || count > limits.maxComputeWorkgroupsPerDimension))
      expect.fail(`${kernel.label} has ${groups} workgroups`);
  }
}

describe('every pixel once, within the limits', () => {
  test.each<[string, Limits, number, number]>([
    ['the guaranteed minimum', guaranteed, 5700, 1100],
    ['an ample device', ample, 16384, 1100],
    ['a device smaller than any', tiny, 180, 90],
  ])('random frames on %s', (_, limits, side, units) => {
    let [chunks, frameCount] = [0, 0];
    fc.assert(
      fc.property(frames(side, units), fc.constantFrom<GpuFormat>('rgba', 'yuv420p'), (random, format) => {
        const [width, height] = random.size;
        const even = format === 'yuv420p';
        const size: [number, number] = even
          ? [2 * Math.ceil(width / 2), 2 * Math.ceil(height / 2)]
          : random.size;
        const frame = { ...random, size };
        const samples = size[0] * size[1] * frame.supersample ** 2;
        const widest = Math.max(3, ...hiddenWidths(frame.network));
        // About fifty chunks.
        fc.pre(2 * samples * countWeights(frame.network) < 2e13 && samples * widest < 50 * 2 ** 25);
        const arrangement = arrange(frame.network);
        const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
        fc.pre(4 * size[0] * size[1] <= most && 16 * arrangement.length <= most);
        const form = formsFor(arrangement.narrow ?? 0, arrangement.parts.count, limits)[0];
        const plan = planFrame(frame, arrangement, limits, format, undefined, undefined, FAST);
        expect(plan.picture).toBe(format);
        expectCovered(plan, frame, form);
        expectWithin(plan, limits);
        chunks = Math.max(chunks, plan.chunks);
        frameCount++;
      }),
      { seed: 2024, numRuns: 60 },
    );
    console.info(`${frameCount} frames, in up to ${chunks} chunks`);
    expect(chunks).toBeGreaterThan(3);
  });

  test.each([49, 50, 64, 100, 130, 333, 1024, 8192])(
    'planes of %i units do not exceed the binding limit, whatever their number of samples',
    (width) => {
      for (const supersample of [1, 2, 3, 4] as const) {
        const size: [number, number] = [width > 1000 ? 300 : 1500, 900];
        const plan = planOf(frameOf({ network: { layers: 2, width }, size, supersample }), guaranteed);
        expect(plan.chunks).toBeGreaterThan(1);
        expectWithin(plan, guaranteed);
      }
    },
  );

  test('the first chunk takes a slow GPU at most 20 ms, or is one tile', () => {
    const frame = frameOf({ network: { layers: 40, width: 1024, weightScale: 0.1 }, size: [1000, 1000] });
    const plan = planFrame(frame, arrange(frame.network), ample);
    const tile = plan.effortPerPixel * 128;
    expect(plan.effortPerPixel * plan.chunkPixels).toBeLessThanOrEqual(Math.max(1e9, tile));
  });

  test('a picture of a million chunks is planned quickly, and its last chunk ends with the picture', () => {
    const network = { layers: 30, width: 1100, weightScale: 0.1 };
    const frame = frameOf({ network, size: [16384, 16000], supersample: 4 });
    const plan = planOf(frame, ample);
    expect(plan.chunks).toBeGreaterThan(500_000);
    const { step } = plan.chunk(plan.chunks - 1).at(-1)!;
    expect(step.firstPixel! + step.samples! / 16).toBe(16384 * 16000);
  });

  test('counts two operations per weight and sample, without biases and the slice', () => {
    const frame = frameOf({ network: { layers: 27 }, size: [30, 10], supersample: 2 });
    const weights = countWeights(frame.network) - 26 * 30 - 3;
    expect(planOf(frame, guaranteed).operations).toBe(2 * weights * 300 * 4);
  });

  test.each<GpuFormat>(['rgba', 'yuv420p'])('the pictures of a grid, in %s', (format) => {
    const network = { layers: 4, units: 19.5, activation: { perUnit: ['sin' as const, 'relu' as const] } };
    const frame = frameOf({ network, shown: { layer: 2 }, supersample: 2, size: [300, 200] });
    const grid = unitGrid(frame.size, 20);
    const plan = planFrame(
      frame,
      arrange(frame.network, frame.shown),
      { ...tiny, maxBufferSize: 2 ** 21, maxStorageBufferBindingSize: 2 ** 20 },
      format,
    );
    let next = 0;
    for (const [i, chunk] of chunksOf(plan).entries()) {
      const labels = chunk.map(({ kernel }) => kernel.label.split(',')[0]);
      const end = i === plan.chunks - 1 && format === 'yuv420p' ? ['yuv'] : [];
      expect(labels).toEqual([...(i === 0 ? ['black'] : []), 'place', 'dense', 'shown', 'grid', ...end]);
      const { step, groups } = chunk.find(({ kernel }) => kernel.label === 'grid')!;
      expect(step.firstPixel).toBe(next);
      expect(groups).toEqual([Math.ceil(step.samples! / 4 / 64), 20]);
      next += step.samples! / 4;
      const place = (unit: number) => [
        step.left! + (unit % step.columns!) * step.across!,
        step.top! + Math.floor(unit / step.columns!) * step.down!,
      ];
      for (const unit of [0, 1, 7, 19]) expect(place(unit)).toEqual(grid.place(unit));
    }
    expect(plan.chunks).toBeGreaterThan(1);
    expect(next).toBe(grid.cell[0] * grid.cell[1]);
  });

  test('inputs are uploaded for all rows at once, or for those of a chunk', () => {
    const frame = frameOf({ network: { features: ['r', 'x'] }, size: [1000, 500] });
    const rowsOf = (limits: Limits) => {
      const plan = planOf(frame, limits);
      return Array.from({ length: plan.chunks }, (_, i) => plan.inputs(i)!.rows);
    };
    expect(new Set(rowsOf(guaranteed))).toEqual(new Set([500]));
    const most = 2 ** 21; // the picture's size; inputs are as large, and a header
    const pieces = rowsOf({ ...guaranteed, maxBufferSize: most, maxStorageBufferBindingSize: 2e6 });
    expect(pieces.length).toBeGreaterThan(1);
  });

  test('the effort of a frame does not depend on the form', () => {
    const frame = frameOf({ network: { layers: 9 }, size: [501, 77], supersample: 3 });
    for (const form of formsFor(30, 1, guaranteed)) {
      const plan = planOf(frame, guaranteed, 'rgba', form);
      expectCovered(plan, frame, form);
      const { kernel } = plan.chunk(0)[0];
      expect(workgroupSize(kernel.code())).toBe(invocationsFor(30, form, guaranteed));
    }
  });
});

describe('kernels', () => {
  const kernelsOf = (input: Omit<FrameInput, 'size'>) =>
    planOf(frameOf({ ...input, size: [40, 30] }), guaranteed).kernels.map(({ label }) => label);
  const several: FrameInput['network'] = {
    layers: 4,
    units: 20,
    activation: [{ perUnit: ['sin', 'tanh'] }, 'relu', { from: 'tanh', to: 'gelu', fraction: 0.2 }],
  };

  test.each<FrameInput['network']>([
    { ...several, seed: 9 },
    { ...several, seed: { from: 1, to: 2, fraction: 0.5 } },
    { ...several, layers: 9 },
    { ...several, layers: 2 },
    { ...several, activation: ['gelu', 'relu', { perUnit: ['tanh', 'sin', 'tanh'] }] },
    { ...several, weightScale: 2, units: 19.5 },
  ])('of several activations are the same for %j', (network) => {
    expect(kernelsOf({ network })).toEqual(kernelsOf({ network: several }));
    const wide = { units: 60 };
    expect(kernelsOf({ network: { ...network, ...wide } })).toEqual(
      kernelsOf({ network: { ...several, ...wide } }),
    );
  });

  test('of one activation do not depend on how it is written, or on rotation', () => {
    const plain = kernelsOf({ network: { activation: 'sin' } });
    expect(kernelsOf({ network: { activation: ['sin', 'sin'] } })).toEqual(plain);
    expect(kernelsOf({ network: { activation: { perUnit: ['sin'] } } })).toEqual(plain);
    expect(
      kernelsOf({ network: { activation: 'sin', features: ['y', 'x'] }, view: { rotation: 9 } }),
    ).toEqual(plain);
    expect(kernelsOf({ network: { activation: ['sin', 'tanh'] } })).not.toEqual(plain);
  });
});

describe('frames that do not fit are refused, with advice on what to reduce', () => {
  test.each<[string, FrameInput, Limits, RegExp]>([
    [
      'a picture',
      { network: {}, size: [8192, 8192] },
      guaranteed,
      /8192x8192 is 256 MB but .*128 MB.* make it smaller, or use --backend cpu\.$/,
    ],
    [
      'a network with many units',
      { network: { layers: 4, width: 5000 }, size: [9, 9] },
      guaranteed,
      /weights are 191 MB but .*128 MB.* fewer units or layers, or --backend cpu\.$/,
    ],
    [
      'a network with many layers',
      { network: { layers: 1024, width: 200 }, size: [9, 9] },
      guaranteed,
      /weights are 157 MB/,
    ],
    [
      'a network too large for a small device',
      { network: { width: 48 }, size: [9, 9] },
      { ...guaranteed, maxBufferSize: 1e5 },
      /weights are 1 MB/,
    ],
  ])('%s', (_, input, limits, message) => {
    const attempt = () => planOf(frameOf(input), limits);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
  });

  test('the largest picture and network that fit are accepted', () => {
    const picture = frameOf({ network: {}, size: [8192, 4096] });
    expectWithin(planOf(picture, guaranteed), guaranteed);
    const network = frameOf({ network: { layers: 3, width: 5788 }, size: [9, 9] });
    expectWithin(planOf(network, guaranteed), guaranteed);
    expect(() => planOf(frameOf({ network: { layers: 3, width: 5796 }, size: [9, 9] }), guaranteed)).toThrow(
      UsageError,
    );
  });
});

describe('forms', () => {
  test.each<[string, Limits]>([
    ['the guaranteed minimum', guaranteed],
    ['an ample device', ample],
  ])('%s: every narrow width has one, and all fit into registers and workgroup memory', (_, limits) => {
    for (let width = 0; width <= 48; width += 2) {
      const forms = formsFor(width, 1, limits);
      expect(forms.length, `${width} units`).toBeGreaterThanOrEqual(2);
      expect(new Set(forms.map((form) => JSON.stringify(form))).size, 'none twice').toBe(forms.length);
      for (const form of forms) {
        expect(width * samplesOf(form)).toBeLessThanOrEqual(192);
        const invocations = invocationsFor(width, form, limits);
        expect([32, 64]).toContain(invocations);
        expect(narrowBytes(width, form, invocations)).toBeLessThanOrEqual(
          limits.maxComputeWorkgroupStorageSize,
        );
      }
      expect(
        width * samplesOf(forms[0]),
        'the likeliest form leaves registers besides its sums',
      ).toBeLessThanOrEqual(160);
    }
  });

  test('uniform buffers are used for layers in one to four parts', () => {
    const uniform = (parts: number) =>
      formsFor(30, parts, guaranteed).filter(({ weights }) => weights === 'uniform').length;
    expect([0, 1, 4, 5].map(uniform).map(Boolean)).toEqual([false, true, true, false]);
  });

  test('a form too large for 64 invocations uses 32; one too large for 32 is not offered', () => {
    const form: NarrowForm = { size: 4, vectors: 1, weights: 'storage' };
    const fitting = (bytes: number) =>
      invocationsFor(30, form, { ...guaranteed, maxComputeWorkgroupStorageSize: bytes });
    expect([30720, 30719, 15360, 15359].map(fitting)).toEqual([64, 32, 32, 0]);
  });
});
