/** The mean-field measure against closed forms, and against differences of nearby inputs in actual wide networks. */
import { describe, expect, test } from 'vitest';
import { activationFunction, activationNames, activationTable } from '../../src/core/network/activations.js';
import { DrawCache } from '../../src/core/network/draws.js';
import { layerValues } from '../../src/core/network/forward.js';
import { type Network, weightedSums } from '../../src/core/network/layers.js';
import { weightScaleFor } from '../../src/core/network/matched-scale.js';
import { edgeOf, meanField } from '../../src/core/network/mean-field.js';
import { jumpDifference, momentsOf } from '../../src/core/network/moments.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { type NetworkInput, networkSchema } from '../../src/core/network/spec.js';

const specOf = (input: NetworkInput) => networkSchema.parse(input);
const GLASS: NetworkInput = { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 };
const NACRE: NetworkInput = { seed: 65, layers: 27, units: 30, weightScale: 0.62 };

function chiOf(input: NetworkInput): number {
  const result = meanField(specOf(input));
  if ('reason' in result) throw new Error(result.reason);
  return result.chi;
}

/** The scale of uniform weights whose σw² is `gain`, for `units` inputs. */
const scaleFor = (gain: number, units: number) => Math.sqrt((3 * gain) / units);

describe('χ', () => {
  test('of two networks with good pictures', () => {
    expect(chiOf(GLASS)).toBeCloseTo(1.37, 2);
    expect(chiOf(NACRE)).toBeCloseTo(1.29, 2);
  });

  test('has closed forms for relu, identity and sin', () => {
    const linear = (gain: number) => ({ units: 50, weightScale: scaleFor(gain, 50), layers: 9 });
    expect(chiOf({ ...linear(0.8), activation: 'relu' })).toBeCloseTo(0.4, 4);
    expect(chiOf({ ...linear(0.8), activation: 'identity' })).toBeCloseTo(0.8, 4);
    // Beyond He's scale, the variance grows as fast as the differences.
    expect(chiOf({ ...linear(2.5), activation: 'relu' })).toBeCloseTo(1, 3);
    // Where biases settle the variance at q: σw² (1 + e^-2q) / 2, with q = σw² (1 - e^-2q) / 2 + σb².
    let q = 1;
    for (let i = 0; i < 200; i++) q = (3 * (1 - Math.exp(-2 * q))) / 2 + 3 / 50;
    expect(chiOf({ ...linear(3), activation: 'sin' })).toBeCloseTo((3 * (1 + Math.exp(-2 * q))) / 2, 4);
  });

  test('depends on what scales the weights, and on nothing else', () => {
    const own = chiOf(GLASS);
    const rest: NetworkInput = { seed: 'another', layers: 11, outputs: 1, inputs: 2, fold: 'mirror' };
    expect(chiOf({ ...GLASS, ...rest })).toBeCloseTo(own, 9);
    expect(chiOf({ ...GLASS, layers: 19.3, seed: { from: 1, to: 2, fraction: 0.3 } })).toBeCloseTo(own, 9);
    expect(chiOf({ ...GLASS, units: [16] })).toBeCloseTo(own, 9);
    const normal = { ...GLASS, distribution: 'normal', weightScale: 0.95 / Math.sqrt(3) } as const;
    expect(chiOf(normal)).toBeCloseTo(own, 9);
    // He's deviation is sqrt(2 / 16); Glorot's is that of LeCun if all layers are alike.
    const he = { ...GLASS, initialisation: 'he', weightScale: 0.95 * Math.sqrt(16 / 6) } as const;
    expect(chiOf(he)).toBeCloseTo(own, 9);
    const scale = 0.95 * Math.sqrt(16 / 3);
    expect(chiOf({ ...GLASS, initialisation: 'lecun', weightScale: scale })).toBeCloseTo(own, 9);
    expect(chiOf({ ...GLASS, initialisation: 'glorot', weightScale: scale })).toBeCloseTo(own, 9);
    expect(chiOf({ ...GLASS, biasScale: 0.3 })).toBeGreaterThan(own);
  });

  test('is continuous where parameters have fractions', () => {
    const near = (a: NetworkInput, b: NetworkInput) =>
      expect(Math.abs(Math.log(chiOf({ ...GLASS, ...a }) / chiOf({ ...GLASS, ...b })))).toBeLessThan(2e-3);
    near({ units: 16.001 }, { units: 16 });
    near({ units: 15.999 }, { units: 16 });
    near({ residual: 0.001 }, { residual: 0 });
    near({ activation: { from: 'tanh', to: 'sin', fraction: 0.001 } }, { activation: 'tanh' });
    near({ activation: ['tanh', 'sin'], layers: 6.001 }, { activation: ['tanh', 'sin'], layers: 6 });
    const between = { from: 1, to: 2, fraction: 1e-4 };
    near(
      { activation: { perUnit: ['sin', 'abs'] }, seed: between },
      { activation: { perUnit: ['sin', 'abs'] } },
    );
  });

  test.each([
    ['weights that are given', { weights: [{ w: [[1, 2]] }] }, 'Its weights are given, not random.'],
    ['other features', { features: ['x', 'r'] }, 'There is no formula for the feature r.'],
    ['one layer', { layers: 1 }, 'It has no hidden layers.'],
  ])('does not apply to %s', (_, input, reason) => {
    expect(meanField(specOf(input as NetworkInput))).toEqual({ reason });
    expect(weightScaleFor(specOf(input as NetworkInput), 1.3)).toEqual({ reason });
  });

  test('tells order from chaos by whether differences change by a factor of e over the depth', () => {
    const regime = (input: NetworkInput) => meanField(specOf(input));
    expect(regime(GLASS)).toMatchObject({ regime: 'chaotic' });
    const [low, high] = edgeOf(20); // differences then change by a factor of e over its 19 hidden layers
    expect([low ** 19, high ** 19]).toEqual([expect.closeTo(1 / Math.E, 9), expect.closeTo(Math.E, 9)]);
    expect(regime({ ...GLASS, layers: 3 })).toMatchObject({ regime: 'edge' }); // 1.37² < e
    expect(regime({ ...GLASS, weightScale: 0.63 })).toMatchObject({ regime: 'edge' });
    expect(regime({ ...GLASS, weightScale: 0.4 })).toMatchObject({ regime: 'ordered' });
    expect(regime({ ...GLASS, weightScale: 0 })).toEqual({ chi: 0, regime: 'ordered' });
  });

  test('is a number for extreme networks', () => {
    for (const activation of activationNames) {
      for (const weightScale of [1e-30, 1, 1e6]) {
        for (const extra of [{}, { residual: 2 }, { normalisation: 'layer' } as const, { biasScale: 0 }]) {
          const chi = chiOf({ activation, weightScale, layers: 1024, units: 3, ...extra });
          expect(
            Number.isFinite(chi) && chi >= 0,
            `${activation} ${weightScale} ${Object.keys(extra)}: ${chi}`,
          ).toBe(true);
        }
      }
    }
  });
});

/** Widths at which a layer's averages are near their limits. */
const WIDE = 192;
const DEPTH = 10;
const draws = new DrawCache();

/** Pseudorandom normal numbers, the same in every run. */
function* normals(): Generator<number, never> {
  let state = 1;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  while (true) yield Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const meanSquare = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length;

/** The mean square of the sums of each layer after the first, and of their differences at two nearby inputs. */
function followed(
  network: Network,
  x: number[],
  direction: number[],
): { sums: number[]; differences: number[] } {
  const step = 1e-6 * Math.sqrt(meanSquare(x));
  const other = layerValues(
    network,
    x.map((value, i) => value + step * direction[i]),
  );
  const here = layerValues(network, x);
  const first = weightedSums(
    network.hidden[0],
    x.map((_, i) => step * direction[i]),
    0,
  );
  const sums = [weightedSums(network.hidden[0], x), ...zs(network, here)];
  const differences = zs(network, other).map((z, k) => z.map((value, i) => value - sums[k + 1][i]));
  return { sums: sums.map(meanSquare), differences: [meanSquare(first), ...differences.map(meanSquare)] };
}

/** The sums of the second layer to the last, of a network without normalisation. */
const zs = (network: Network, values: number[][]) =>
  values.slice(0, -1).map((value, k) => weightedSums(network.hidden[k + 1], value));

describe('in wide networks, differences of nearby inputs grow by χ per layer', () => {
  const PLAIN = ['tanh', 'sigmoid', 'sin', 'gelu', 'softplus', 'gaussian', 'silu', 'elu'] as const;
  const cases: [string, NetworkInput, gain: number][] = [
    ...PLAIN.map((activation): [string, NetworkInput, number] => [
      activation,
      { activation },
      activation === 'sigmoid' || activation === 'gaussian' ? 12 : 1.4,
    ]),
    ['relu', { activation: 'relu' }, 1.5],
    ['abs', { activation: 'abs' }, 0.7],
    ['a mix', { activation: { from: 'sin', to: 'relu', fraction: 0.4 } }, 3],
    ['one for each unit', { activation: { perUnit: ['sin', 'gaussian', 'abs', 'tanh'] } }, 1.8],
    [
      'between two seeds',
      { activation: { perUnit: ['sin', 'relu', 'tanh'] }, seed: { from: 1, to: 2, fraction: 0.5 } },
      2.2,
    ],
    [
      'layers of two kinds',
      { activation: ['sin', 'relu', 'sin', 'relu', 'sin', 'relu', 'sin', 'relu', 'sin', 'relu'] },
      2.5,
    ],
    ['two widths', { units: [192, 128, 192, 128, 192, 128, 192, 128, 192, 128] }, 3],
    ['a unit that fades in', { units: 63.5 }, 12],
    ['normal weights', { distribution: 'normal' }, 3],
    ['large biases', { biasScale: 1.2 }, 4],
    ['a residual', { residual: 0.7 }, 1.2],
    [
      'a residual of 1 and two widths',
      { residual: 1, units: [192, 128, 192, 128, 192, 128, 192, 128, 192, 128] },
      1.2,
    ],
  ];
  test.each(cases)('%s', (_, input, gain) => {
    const random = normals();
    const deviation = scaleFor(gain, WIDE) * (input.distribution === 'normal' ? Math.sqrt(1 / 3) : 1);
    const base = { units: WIDE, layers: DEPTH + 1, inputs: 64, weightScale: deviation, ...input };
    const plain = { ...base, residual: 0 };
    const direction = () => Array.from({ length: 64 }, () => random.next().value);
    const logs: number[] = [];
    for (const seed of [1, 2, 3]) {
      const seeded =
        typeof input.seed === 'object' ? { seed: { from: seed, to: seed + 10, fraction: 0.5 } } : { seed };
      const x = direction();
      // First, where the variance settles without residuals: there the network itself begins.
      const start = followed(buildNetwork(specOf({ ...plain, ...seeded }), draws), x, direction()).sums;
      const settled = (start.at(-1)! + start.at(-2)!) / 2;
      const wide = buildNetwork(specOf({ ...base, ...seeded }), draws);
      const period = [input.units, input.activation].some(Array.isArray) ? start.at(-2)! : settled;
      const scaled = x.map((value) => value * Math.sqrt(period / start[0]));
      const { differences, sums } = followed(wide, scaled, direction());
      const spread = input.residual ? Math.max(1, sums.at(-1)! / sums[0]) : 1; // with residuals it may grow
      logs.push(Math.log(differences.at(-1)! / differences[0] / spread) / (differences.length - 1));
    }
    const measured = Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
    const chi = chiOf(base);
    expect(Math.abs(Math.log(measured / chi)), `${measured} in networks, χ ${chi}`).toBeLessThan(0.1);
  });
});

describe('activations with jumps', () => {
  test.each([
    ['step', 2],
    ['sawtooth', 0.4],
    ['sawtooth', 5],
    ['sawtooth', 900],
  ] as const)('%s at variance %d: χ is the growth of differences of a given small size', (name, q) => {
    const random = normals();
    const a = activationFunction(name);
    let sum = 0;
    const count = 200_000;
    const size = jumpDifference(activationTable[name].jumps!, Math.sqrt(q));
    for (let i = 0; i < count; i++) {
      const z = Math.sqrt(q) * random.next().value;
      const difference = size * random.next().value;
      sum += (a(z + difference / 2) - a(z - difference / 2)) ** 2;
    }
    const measured = sum / count / size ** 2;
    const { slopes } = momentsOf(name, name)(q);
    expect(Math.abs(Math.log(measured / slopes)), `${measured}, not ${slopes}`).toBeLessThan(0.04);
  });

  test('with a smooth one, only the slope of that at the jump counts', () => {
    expect(momentsOf('step', 'sin')(1).slopes).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 5);
    expect(momentsOf('sin', 'step')(1).slopes).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 5);
  });
});

describe('the weight scale that keeps χ', () => {
  const glass = specOf(GLASS);
  const chi = chiOf(GLASS);

  test.each([
    { units: 40 },
    { units: [4, 64, 8] },
    { activation: 'sin' },
    { activation: 'sigmoid' },
    { activation: { perUnit: ['sin', 'gaussian', 'relu'] } },
    { distribution: 'normal' },
    { initialisation: 'he' },
    { residual: 0.5 },
    { normalisation: 'layer' },
    { biasScale: 0.4 },
  ] as NetworkInput[])('is found for %j', (change) => {
    const changed = specOf({ ...GLASS, ...change });
    const result = weightScaleFor(changed, chi);
    expect(result).toMatchObject({ reached: true });
    const { weightScale } = result as { weightScale: number };
    expect(Math.abs(Math.log(chiOf({ ...GLASS, ...change, weightScale }) / chi))).toBeLessThan(0.01);
  });

  test('is the own one if nothing changed', () => {
    expect(weightScaleFor(glass, chi)).toEqual({ weightScale: expect.closeTo(0.95, 3), reached: true });
  });

  test('of a sawtooth is where large differences grow by χ, which makes pictures; nearby ones grow faster', () => {
    const changed = { ...GLASS, activation: 'sawtooth' } as const;
    const result = weightScaleFor(specOf(changed), chi);
    expect(result).toEqual({ weightScale: expect.closeTo(0.41, 1), reached: true });
    const { weightScale } = result as { weightScale: number };
    expect(chiOf({ ...changed, weightScale })).toBeGreaterThan(10);
  });

  test('is that of He et al. for relus, whose χ is at most 1, and keeps the variance for others like them', () => {
    const scale = (activation: NetworkInput['activation']) =>
      weightScaleFor(specOf({ ...GLASS, activation }), chi);
    // Uniform on ±s: σw² = 16 s² / 3. It is 2 for relus, and 1 for abs and identity.
    expect(scale('relu')).toEqual({ weightScale: expect.closeTo(scaleFor(2, 16), 3), reached: false });
    expect(scale('abs')).toEqual({ weightScale: expect.closeTo(scaleFor(1, 16), 3), reached: false });
    expect(scale('identity')).toEqual({ weightScale: expect.closeTo(scaleFor(1, 16), 3), reached: false });
    expect(scale('elu')).toEqual({ weightScale: expect.closeTo(scaleFor(2, 16), 3), reached: false });
    expect(scale('gelu')).toMatchObject({ reached: false });
    // Below 1, relus can have the same χ.
    expect(weightScaleFor(specOf({ ...GLASS, activation: 'relu' }), 0.7)).toMatchObject({ reached: true });
  });

  test('does not exist for steps, whose χ is the same at every scale: the own one stays', () => {
    expect(weightScaleFor(specOf({ ...GLASS, activation: 'step' }), chi)).toEqual({
      weightScale: 0.95,
      reached: false,
    });
  });
});
