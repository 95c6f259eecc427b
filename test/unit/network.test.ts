/** A spec makes the right network: the article's formulas, nested networks, and no jumps at fractions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DrawCache } from '../../src/core/network/draws.js';
import { forward, layerValues, logits, unitBrightness } from '../../src/core/network/forward.js';
import { bitsOf, uniformOf } from '../../src/core/network/hash.js';
import type { Layer } from '../../src/core/network/layers.js';
import { buildNetwork } from '../../src/core/network/network.js';
import {
  countWeights,
  hiddenWidths,
  type NetworkInput,
  type NetworkSpec,
  networkSchema,
} from '../../src/core/network/spec.js';

const specOf = (input: NetworkInput) => networkSchema.parse(input);
const build = (input: NetworkInput) => buildNetwork(specOf(input));
const kindsOfDraws: NetworkSpec['draws'][] = ['generator', 'hash'];
const POINTS = [
  [0.3, -0.7],
  [1, 0],
  [-2.6, 2.6],
  [0.01, 3],
  [0, 0],
];

/** The largest difference between two networks' logits over POINTS. */
function apart(a: NetworkInput, b: NetworkInput): number {
  const [one, other] = [build(a), build(b)];
  let largest = 0;
  for (const point of POINTS) {
    const theirs = logits(other, point);
    for (const [i, z] of logits(one, point).entries()) largest = Math.max(largest, Math.abs(z - theirs[i]));
  }
  return largest;
}

/** The top left corner of a layer's weights, with its biases. */
function corner({ inputs, weights, biases }: Layer, rows: number, columns: number) {
  const row = (unit: number) => [...weights.slice(unit * inputs, unit * inputs + columns), biases[unit]];
  return Array.from({ length: rows }, (_, unit) => row(unit));
}
const whole = (layer: Layer) => corner(layer, layer.units, layer.inputs);

describe("the article's formulas", () => {
  test.each([...POINTS, [5, -40], [-3, 700]])('equation (3) at (%d, %d)', (x, y) => {
    const network = build({ weights: [{ w: [[0.4, 1.0]], b: [-0.3] }] });
    const [value] = forward(network, [x, y]);
    const expected = 1 / (1 + Math.exp(-0.4 * x - y + 0.3));
    expect(Math.abs(value - expected), `${value} and ${expected}`).toBeLessThanOrEqual(1e-15);
  });

  test('equation (1) with two layers, computed by hand', () => {
    const network = build({
      activation: 'relu',
      outputActivation: 'identity',
      weights: [
        {
          w: [
            [1, 2],
            [-3, 1],
            [0.5, 0],
          ],
          b: [0, 1, 0.25],
        },
        { w: [[0.125, 1, 0.5]], b: [-0.25] },
      ],
    });
    // (1, 2): hidden (5, 0, 0.75), output 0.625 + 0 + 0.375 - 0.25
    expect(logits(network, [1, 2])).toEqual([0.75]);
    // (-1, -2): hidden (0, 2, 0), output 2 - 0.25, shown as 1
    expect(logits(network, [-1, -2])).toEqual([1.75]);
    expect(forward(network, [-1, -2])).toEqual([1]);
  });

  test('weights are the scale times the draws, so a sweep of the scale keeps the network', () => {
    const [small, large] = [build({ weightScale: 0.5, layers: 3 }), build({ weightScale: 1, layers: 3 })];
    for (const k of [0, 1]) {
      expect(whole(large.hidden[k])).toEqual(whole(small.hidden[k]).map((row) => row.map((w) => 2 * w)));
    }
    expect(Math.max(...large.hidden[1].weights.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.max(...large.hidden[1].weights.map(Math.abs))).toBeGreaterThan(0.99);
  });

  test('the defaults are 27 layers of 30 units, tanh, at scale 0.6', () => {
    const network = build({});
    expect(network.hidden.length).toBe(26);
    expect(network.hidden.every(({ units }) => units === 30)).toBe(true);
    expect([network.inputs, network.output.units]).toEqual([2, 3]);
    const largest = Math.max(...network.hidden[5].weights.map(Math.abs));
    expect(largest).toBeGreaterThan(0.59);
    expect(largest).toBeLessThanOrEqual(0.6);
  });

  test('the first layer has no biases, so one-layer pictures are odd about the origin; later layers have', () => {
    const oddness = (input: NetworkInput) => {
      const network = build(input);
      return POINTS.flatMap((p) => {
        const opposite = logits(
          network,
          p.map((v) => -v),
        );
        return logits(network, p).map((z, i) => Math.abs(z + opposite[i]));
      });
    };
    expect(Math.max(...oddness({ layers: 1 }))).toBe(0);
    expect(Math.max(...oddness({ layers: 1, firstLayerBias: true }))).toBeGreaterThan(0.1);
    expect(Math.max(...oddness({ layers: 2 }))).toBeGreaterThan(0.1);
    const deep = build({ layers: 4, width: 5 });
    expect([...deep.hidden[0].biases]).toEqual([0, 0, 0, 0, 0]);
    for (const layer of [deep.hidden[1], deep.hidden[2], deep.output]) {
      expect(layer.biases.every((b) => b !== 0 && Math.abs(b) <= 0.6)).toBe(true);
    }
  });

  test('a bias scale changes the biases and nothing else', () => {
    const [plain, other] = [build({ layers: 3 }), build({ layers: 3, biasScale: 0.3 })];
    expect(other.hidden[1].weights).toEqual(plain.hidden[1].weights);
    for (const [i, b] of plain.hidden[1].biases.entries()) {
      expect(other.hidden[1].biases[i]).toBeCloseTo(b / 2, 15);
    }
    expect(build({ layers: 3, biasScale: 0 }).output.biases.every((b) => b === 0)).toBe(true);
  });
});

describe('nesting, bit for bit', () => {
  const drawn = fc.record({
    seed: fc.oneof(fc.integer(), fc.string({ minLength: 1, maxLength: 8 })),
    inputs: fc.integer({ min: 1, max: 4 }),
    distribution: fc.constantFrom('uniform' as const, 'normal' as const),
    draws: fc.constantFrom(...kindsOfDraws),
    weightScale: fc.double({ min: 0.1, max: 2, noNaN: true }),
    firstLayerBias: fc.boolean(),
  });
  const check = <T>(given: fc.Arbitrary<T>, claim: (value: T) => void) =>
    fc.assert(fc.property(given, claim), { seed: 2, numRuns: 40 });

  test('a deeper network contains the shallower one, whose outputs are the first units of that layer', () => {
    check(fc.tuple(drawn, fc.integer({ min: 1, max: 7 })), ([spec, layers]) => {
      const deep = build({ ...spec, layers: 8, width: 6 });
      const shallow = build({ ...spec, layers, width: 6 });
      for (const [k, layer] of shallow.hidden.entries()) expect(whole(layer)).toEqual(whole(deep.hidden[k]));
      const { output } = shallow;
      expect(whole(output)).toEqual(corner(deep.hidden[layers - 1], output.units, output.inputs));
    });
  });

  test('also with He, Glorot and LeCun in hidden layers, and with He and LeCun at the output', () => {
    for (const initialisation of ['he', 'glorot', 'lecun'] as const) {
      const deep = build({ initialisation, layers: 5, width: 6 });
      const shallow = build({ initialisation, layers: 4, width: 6 });
      for (const [k, layer] of shallow.hidden.entries()) expect(whole(layer)).toEqual(whole(deep.hidden[k]));
      // Glorot's scale depends on a layer's units, so an output layer has its own scale.
      if (initialisation === 'glorot') continue;
      expect(whole(shallow.output)).toEqual(corner(deep.hidden[3], 3, 6));
    }
  });

  test('a wider network contains the narrower one', () => {
    check(fc.tuple(drawn, fc.integer({ min: 1, max: 11 })), ([spec, width]) => {
      const wide = build({ ...spec, layers: 4, width: 12 });
      const narrow = build({ ...spec, layers: 4, width });
      for (const [k, layer] of narrow.hidden.entries()) {
        expect(whole(layer)).toEqual(corner(wide.hidden[k], width, layer.inputs));
      }
      expect(whole(narrow.output)).toEqual(corner(wide.output, 3, width));
    });
  });

  test('a network with more inputs and outputs contains the one with fewer', () => {
    const [more, fewer] = [build({ layers: 3, inputs: 7 }), build({ layers: 3, inputs: 2, outputs: 1 })];
    expect(whole(fewer.hidden[0])).toEqual(corner(more.hidden[0], 30, 2));
    expect(whole(fewer.output)).toEqual(corner(more.output, 1, 30));
  });
});

describe('fractions', () => {
  const kinds: NetworkInput[] = [
    { weightScale: 0.8 },
    { weightScale: 0.8, distribution: 'normal', activation: 'sin' },
    ...(['he', 'glorot', 'lecun'] as const).map((initialisation) => ({ initialisation })),
    { initialisation: 'glorot', distribution: 'normal', weightScale: 1.5 },
  ];
  const EPSILONS = [1e-3, 1e-5, 1e-7, 1e-9];

  /** Expects networks epsilon away from `at` to converge to it at least linearly as epsilon goes to 0. */
  function expectContinuous(at: NetworkInput, near: (epsilon: number) => NetworkInput): void {
    for (const side of [-1, 1]) {
      const [first, ...rest] = EPSILONS.map((epsilon) => apart(at, near(side * epsilon)) / epsilon);
      expect(first, 'nothing moved').toBeGreaterThan(1e-3);
      for (const slope of rest)
        expect(slope, `side ${side}: slopes ${first}, ${rest}`).toBeLessThan(1.5 * first);
    }
  }

  test.each(kinds)('layers pass through whole numbers without a jump: %j', (kind) => {
    for (const layers of [2, 3, 6]) {
      expectContinuous({ ...kind, layers, width: 7 }, (e) => ({ ...kind, layers: layers + e, width: 7 }));
    }
  });

  test.each(kinds)('widths pass through whole numbers without a jump: %j', (kind) => {
    for (const width of [2, 5, 9]) {
      expectContinuous({ ...kind, layers: 4, width }, (e) => ({ ...kind, layers: 4, width: width + e }));
      const list = (e: number) => [6, width + e, 3.5];
      expectContinuous({ ...kind, layers: 4, width: list(0) }, (e) => ({
        ...kind,
        layers: 4,
        width: list(e),
      }));
    }
  });

  test('as in recipes of version 1, 4.3 layers are 0.7 of the fourth picture and 0.3 of the fifth, in logits', () => {
    const at = (layers: number) => logits(build({ layers, width: 8, fade: 'outputs' }), [0.4, -1.2]);
    const [four, between, five] = [at(4), at(4.3), at(5)];
    for (const i of [0, 1, 2]) expect(between[i]).toBeCloseTo(0.7 * four[i] + 0.3 * five[i], 12);
    expect(between).not.toEqual(five);
  });

  test('30.4 units are 31, the last one with 0.4 of its weight', () => {
    const [part, all] = [build({ layers: 3, width: 30.4 }), build({ layers: 3, width: 31 })];
    expect(whole(part.hidden[0])).toEqual(whole(all.hidden[0]));
    for (let unit = 0; unit < 31; unit++) {
      const at = 31 * unit;
      expect(part.hidden[1].weights.slice(at, at + 30)).toEqual(all.hidden[1].weights.slice(at, at + 30));
      expect(part.hidden[1].weights[at + 30]).toBeCloseTo(0.4 * all.hidden[1].weights[at + 30], 12);
    }
  });
});

describe.each(kindsOfDraws)('mixes of two seeds, drawn by %s', (draws) => {
  const build = (input: NetworkInput) => buildNetwork(specOf({ ...input, draws }));
  const between = (fraction: number) => build({ seed: { from: 'a', to: 7, fraction }, layers: 3 });

  test('both ends are those networks, bit for bit', () => {
    expect(between(0)).toEqual(build({ seed: 'a', layers: 3 }));
    expect(between(1)).toEqual(build({ seed: 7, layers: 3 }));
    expect(between(0)).not.toEqual(between(1));
    expect(build({ seed: { from: 3, to: 3, fraction: 0.4 } })).toEqual(build({ seed: 3 }));
  });

  test('between them each weight is cos(f π/2) of one and sin(f π/2) of the other', () => {
    const [a, b, mixed] = [0, 1, 1 / 3].map((f) => between(f).hidden[1]);
    for (const [i, w] of mixed.weights.entries()) {
      expect(w).toBeCloseTo((Math.sqrt(3) / 2) * a.weights[i] + 0.5 * b.weights[i], 14);
    }
    expect(mixed.biases[4]).toBeCloseTo((Math.sqrt(3) / 2) * a.biases[4] + 0.5 * b.biases[4], 14);
  });

  test('the standard deviation of the weights is the same in the middle as at the ends', () => {
    const deviation = (f: number) => Math.hypot(...between(f).hidden[1].weights);
    expect(deviation(0.5) / deviation(0)).toBeCloseTo(1, 1);
  });

  test('the ends are approached without a jump', () => {
    const seedAt = (fraction: number) => ({ from: 'a', to: 7, fraction });
    const near = (fraction: number): NetworkInput => ({ seed: seedAt(fraction), layers: 3, draws });
    for (const end of [0, 1]) {
      const distance = (epsilon: number) => apart(near(end), near(Math.abs(end - epsilon)));
      expect(distance(1e-3)).toBeGreaterThan(1e-5);
      expect(distance(1e-7)).toBeLessThan(1e-3 * distance(1e-3));
    }
  });
});

describe('scales', () => {
  // 40000 weights: the estimate of their deviation is accurate to half a percent.
  const inputs = 200;
  const deviation = (input: NetworkInput) => {
    const { weights } = build({ layers: 3, width: inputs, ...input }).hidden[1];
    return Math.hypot(...weights) / Math.sqrt(weights.length);
  };
  const expected = {
    he: Math.sqrt(2 / inputs),
    glorot: Math.sqrt(2 / (2 * inputs)),
    lecun: Math.sqrt(1 / inputs),
  };

  for (const distribution of ['uniform', 'normal'] as const) {
    test.each(['he', 'glorot', 'lecun'] as const)(
      `${distribution} %s weights have the paper's deviation`,
      (name) => {
        expect(deviation({ initialisation: name, distribution }) / expected[name]).toBeCloseTo(1, 1.7);
        const doubled = deviation({ initialisation: name, distribution, weightScale: 2 });
        expect(doubled / expected[name]).toBeCloseTo(2, 1.7);
      },
    );
  }

  test('without an initialisation, uniform weights have deviation s / √3 and normal ones s', () => {
    expect(deviation({ weightScale: 0.9 })).toBeCloseTo(0.9 / Math.sqrt(3), 2);
    expect(deviation({ weightScale: 0.9, distribution: 'normal' })).toBeCloseTo(0.9, 1.7);
  });

  test('Glorot depends on inputs and outputs of a layer, He only on inputs', () => {
    const ratio = (initialisation: 'he' | 'glorot') => {
      const first = (width: number[]) => build({ initialisation, layers: 3, width }).hidden[1].weights[0];
      return first([10, 10]) / first([10, 30]);
    };
    expect(ratio('glorot')).toBeCloseTo(Math.sqrt(40 / 20), 12);
    expect(ratio('he')).toBe(1);
  });

  test('biases have the scale of their layer by default', () => {
    const { weights, biases } = build({ initialisation: 'lecun', layers: 3, width: 300 }).hidden[1];
    const limit = Math.sqrt(3 / 300);
    for (const values of [weights, biases]) {
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.95 * limit);
    }
  });
});

describe('specs', () => {
  test('a width list gives each hidden layer its own width', () => {
    const network = build({ layers: 4, width: [3, 5, 2] });
    expect(network.hidden.map(({ inputs, units }) => [inputs, units])).toEqual([
      [2, 3],
      [3, 5],
      [5, 2],
    ]);
    expect([network.output.inputs, network.output.units]).toEqual([2, 3]);
  });

  test('the last entry of a width list repeats', () => {
    expect(hiddenWidths(specOf({ layers: 4.1, units: [3, 5] }))).toEqual([3, 5, 5, 5]);
    expect(specOf({ layers: 4.1, width: [3, 5] })).toEqual(specOf({ layers: 4.1, units: [3, 5] }));
  });

  test('a width list may be longer than the layers need, so that depth can be swept', () => {
    expect(hiddenWidths(specOf({ layers: 2.5, width: [3, 5, 2] }))).toEqual([3, 5]);
    expect(hiddenWidths(specOf({ layers: 1, width: [] }))).toEqual([]);
  });

  test('explicit weights set the inputs, layers and outputs', () => {
    const spec = specOf({
      weights: [
        {
          w: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
        { w: [[1, 0]] },
      ],
    });
    expect(spec).toMatchObject({ inputs: 3, layers: 2, outputs: 1 });
    expect(hiddenWidths(spec)).toEqual([2]);
    expect([...buildNetwork(spec).hidden[0].weights]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('the weight count matches the weights made, those of fractional parts included', () => {
    const made = ({ hidden, output, earlier }: ReturnType<typeof build>) =>
      [...hidden, output, ...(earlier ? [earlier.output] : [])].reduce(
        (sum, { units, inputs }) => sum + units * (inputs + 1),
        0,
      );
    const specs = fc.record({
      layers: fc.double({ min: 1, max: 6, noNaN: true }),
      width: fc.double({ min: 1, max: 9, noNaN: true }),
      inputs: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(specs, (spec) => {
        expect(countWeights(specOf(spec))).toBe(made(build(spec)));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test.each<[string, unknown, string, RegExp]>([
    ['an unknown key', { widht: 3 }, '', /^seed inputs .* weights$/], // the names of the fields
    ['no number', { layers: Number.NaN }, 'layers', /received NaN/],
    ['infinity', { weightScale: Number.POSITIVE_INFINITY }, 'weightScale', /number/],
    ['0 layers', { layers: 0 }, 'layers', />=1/],
    ['1025 layers', { layers: 1025 }, 'layers', /<=1024/],
    ['half an input', { inputs: 2.5 }, 'inputs', /int/],
    ['65 inputs', { inputs: 65 }, 'inputs', /<=64/],
    ['2 outputs', { outputs: 2 }, 'outputs', /./],
    ['half a unit', { width: 0.5 }, 'units', /./],
    ['a negative scale', { weightScale: -1 }, 'weightScale', />=0/],
    ['an empty seed', { seed: '' }, 'seed', /./],
    ['a fraction of a seed above 1', { seed: { from: 1, to: 2, fraction: 1.5 } }, 'seed.fraction', /<=1/],
    ['an unknown activation', { activation: 'tan' }, 'activation', /./],
    [
      'more features than explicit weights have inputs',
      { weights: [{ w: [[1, 2]] }], features: ['x', 'y', 'r'] },
      'features',
      /lists 3 \(x, y, r\) but the weights have 2 inputs: list at most 2/,
    ],
    [
      'a file in place of its weights',
      { weights: 'mlp.npz' as never },
      'weights',
      /weightsFrom\('mlp.npz'\)/,
    ],
    [
      'half of a mix of weights',
      { weights: { from: 'drawn', to: undefined as never, fraction: 0 } },
      'weights.to',
      /./,
    ],
    ['an empty list of widths', { units: [], layers: 3 }, 'units', /3 layers have 2 hidden ones/],
    ['a width by both names', { units: 3, width: 3 }, 'width', /older name of "units"/],
    ['fewer inputs than features', { inputs: 2, features: ['x', 'y', 'r'] }, 'inputs', /3 features/],
    [
      'a mix of two shapes',
      {
        weights: {
          from: [{ w: [[1, 2]] }],
          to: [
            {
              w: [
                [1, 2],
                [3, 4],
                [5, 6],
              ],
            },
          ],
          fraction: 0,
        },
      },
      'weights',
      /from 2 x 1 units to 2 x 3/,
    ],
    [
      'a mix of nothing explicit',
      { weights: { from: 'drawn', to: 'drawn', fraction: 0 } },
      'weights',
      /drawn on both sides/,
    ],
    [
      'too many weights',
      { width: 8192, layers: 1024 },
      'units',
      /68594 million weights.*stay under 512 units/,
    ],
    [
      'explicit weights beside a seed',
      { weights: [{ w: [[1, 2]] }], seed: 3 },
      'seed',
      /combined with explicit weights/,
    ],
    [
      'explicit weights beside other layers',
      { weights: [{ w: [[1, 2]] }], layers: 4 },
      'layers',
      /combined with explicit weights/,
    ],
    [
      'a ragged matrix',
      { weights: [{ w: [[1, 2], [1]] }, { w: [[1, 1]] }] },
      'weights',
      /layer 1 has a row of 1 weights/,
    ],
    [
      'matrices that do not fit',
      { weights: [{ w: [[1, 2]] }, { w: [[1, 2]] }] },
      'weights',
      /layer 2 has a row of 2 weights, but 1 input:/,
    ],
    ['biases that do not fit', { weights: [{ w: [[1, 2]], b: [1, 2] }] }, 'weights', /2 biases for 1 units/],
    [
      'two explicit outputs',
      {
        weights: [
          {
            w: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      },
      'weights',
      /ends in 2 outputs/,
    ],
    ['no explicit layers', { weights: [] }, 'weights', /./],
  ])('%s is refused', (_, input, field, message) => {
    const { success, error } = networkSchema.safeParse(input);
    expect(success).toBe(false);
    const issue = error!.issues[0];
    expect(issue.path.join('.')).toBe(field);
    expect(issue.message).toMatch(message);
  });

  test('the largest network that fits is not refused', () => {
    expect(networkSchema.safeParse({ width: 511, layers: 1024 }).success).toBe(true);
    expect(networkSchema.safeParse({ width: 8192, layers: 5 }).success).toBe(true);
  });
});

test('parsing a parsed spec again does not change it', () => {
  for (const spec of [{ layers: 3, seed: 'again' }, { weights: [{ w: [[0.4, 1.0, 2.0]], b: [-0.3] }] }]) {
    const once = networkSchema.parse(spec);
    expect(networkSchema.parse(once)).toEqual(once);
  }
});

describe('what layers add and receive', () => {
  const weights = [
    {
      w: [
        [1, 0],
        [0, 1],
      ],
      b: [0.5, 0],
    },
    {
      w: [
        [1, 2],
        [3, -1],
        [0.5, 0.5],
      ],
      b: [0, 0, 1],
    },
    { w: [[1, 1, 1]] },
  ];
  const plain: NetworkInput = { weights, activation: 'identity', outputActivation: 'identity' };
  const sumAt = (network: NetworkInput) => logits(buildNetwork(specOf(network)), [2, 3])[0];
  const first = [2.5, 3];
  const second = [8.5, 4.5, 3.75];

  test('a residual adds the same unit of the layer before, from the second hidden layer on', () => {
    expect(sumAt(plain)).toBeCloseTo(16.75, 12);
    expect(sumAt({ ...plain, residual: 0.5 })).toBeCloseTo(16.75 + 0.5 * (2.5 + 3), 12);
  });

  test('layer normalisation is applied to what a layer receives, from the second matrix on', () => {
    const normal = (y: number[]) => {
      const mean = y.reduce((a, b) => a + b) / y.length;
      const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
      return y.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
    };
    const [a, b] = normal(first);
    const hidden = [a + 2 * b, 3 * a - b, 0.5 * a + 0.5 * b + 1];
    const expected = normal(hidden).reduce((sum, value) => sum + value, 0);
    expect(sumAt({ ...plain, normalisation: 'layer' })).toBeCloseTo(expected, 9);
    const kept = [hidden[0] + first[0], hidden[1] + first[1], hidden[2]];
    const both = sumAt({ ...plain, normalisation: 'layer', residual: 1 });
    expect(both).toBeCloseTo(
      normal(kept).reduce((sum, value) => sum + value, 0),
      9,
    );
    expect(second).toHaveLength(3);
  });

  test('both are continuous in width and depth', () => {
    const at = (network: NetworkInput) =>
      forward(
        build({ layers: 4, seed: 5, weightScale: 0.9, residual: 0.7, normalisation: 'layer', ...network }),
        [0.3, 0.8],
      );
    for (const [below, above] of [
      [{ units: 6 }, { units: 6 + 1e-9 }],
      [{ units: 7 - 1e-9 }, { units: 7 }],
      [{ units: [6, 9] }, { units: [6 + 1e-9, 9] }],
      [
        { units: 6, layers: 3 },
        { units: 6, layers: 3 + 1e-9 },
      ],
    ]) {
      const [a, b] = [at(below), at(above)];
      for (const [i, value] of a.entries()) expect(Math.abs(value - b[i])).toBeLessThan(1e-6);
    }
  });

  test('values beyond float64 do not overflow', () => {
    for (const normalisation of ['none', 'layer'] as const) {
      const grown = build({
        layers: 1024,
        units: 4,
        residual: 2,
        weightScale: 3,
        activation: 'relu',
        normalisation,
      });
      for (const value of forward(grown, [1, 1])) expect(value).toBeGreaterThanOrEqual(0);
    }
  });
});

describe.each(kindsOfDraws)('activations per layer and per unit, drawn by %s', (draws) => {
  const build = (input: NetworkInput) => buildNetwork(specOf({ ...input, draws }));
  const perUnit: NetworkInput = { activation: { perUnit: ['sin', 'relu', 'tanh'] }, layers: 5, units: 8 };

  test('the last of a list repeats, and a layer has its own', () => {
    const { hidden } = build({ activation: ['sin', 'tanh'], layers: 4, units: 2 });
    expect(hidden.map(({ activation }) => activation)).toEqual(['sin', 'tanh', 'tanh']);
  });

  test('units draw theirs without changing a weight, and larger networks keep them', () => {
    const [mixed, wide, plain] = [
      build(perUnit),
      build({ ...perUnit, units: 12, layers: 7 }),
      build({ layers: 5, units: 8 }),
    ];
    expect(mixed.hidden.map(({ weights }) => weights)).toEqual(plain.hidden.map(({ weights }) => weights));
    const drawn = mixed.hidden.flatMap(({ activation }) => activation);
    expect(new Set(drawn)).toEqual(new Set(['sin', 'relu', 'tanh']));
    for (const [k, { activation }] of mixed.hidden.entries()) {
      expect((wide.hidden[k].activation as string[]).slice(0, 8)).toEqual(activation);
    }
  });

  test('between two seeds, a unit mixes its two activations', () => {
    const [a, b] = [1, 2].map((seed) => build({ ...perUnit, seed }).hidden[1].activation as string[]);
    const between = build({ ...perUnit, seed: { from: 1, to: 2, fraction: 0.25 } }).hidden[1]
      .activation as unknown[];
    between.forEach((mix, unit) => {
      expect(mix).toEqual(a[unit] === b[unit] ? a[unit] : { from: a[unit], to: b[unit], fraction: 0.25 });
    });
  });

  test('an output may mix two brightnesses, and a hidden unit is shown with its own activation', () => {
    const mixed = specOf({ layers: 1, outputActivation: { from: 'tanh', to: 'relu', fraction: 0.25 } });
    const [z] = logits(buildNetwork(mixed), [1, 2]);
    const expected = 0.75 * ((Math.tanh(z) + 1) / 2) + 0.25 * Math.min(1, Math.max(0, z));
    expect(forward(buildNetwork(mixed), [1, 2])[0]).toBeCloseTo(expected, 12);
    const network = build({ ...perUnit, weightScale: 1 });
    const values = layerValues(network, [1, 2])[2];
    const shown = unitBrightness(network, [1, 2], 3);
    (network.hidden[2].activation as string[]).forEach((name, unit) => {
      const value = name === 'relu' ? values[unit] : (values[unit] + 1) / 2;
      expect(shown[unit]).toBeCloseTo(Math.min(1, Math.max(0, value)), 12);
    });
  });
});

describe('draws by a hash', () => {
  const perUnit: NetworkInput['activation'] = { perUnit: ['sin', 'gaussian', 'abs', 'tanh'] };

  test('are the weights and activations of a network: known answers', () => {
    const network = build({ draws: 'hash', seed: 'silk', layers: 4, units: 8, activation: perUnit });
    const { weights, biases, activation } = network.hidden[1];
    const draws = Array.from({ length: 8 }, (_, unit) => bitsOf(298704036, 2, unit + 1, 3)).map(uniformOf);
    expect(draws.map((draw) => 0.6 * draw)).toEqual(draws.map((_, unit) => weights[8 * unit + 2]));
    expect(biases[6]).toBe(0.6 * uniformOf(bitsOf(298704036, 2, 7, 0)));
    expect(activation).toEqual(['abs', 'sin', 'sin', 'gaussian', 'sin', 'tanh', 'abs', 'tanh']);
  });

  test('make another network than the generator, which draws unless a network says otherwise', () => {
    const plain = { seed: 'silk', layers: 3, units: 8, activation: perUnit };
    expect(build({ ...plain, draws: 'generator' })).toEqual(build(plain));
    const hashed = build({ ...plain, draws: 'hash' });
    expect(hashed.hidden[0].weights).not.toEqual(build(plain).hidden[0].weights);
    expect(hashed.hidden[1].activation).not.toEqual(build(plain).hidden[1].activation);
    expect(networkSchema.parse({}).draws).toBe('generator');
  });

  test('are not those of the generator in a cache that has both', () => {
    const cache = new DrawCache();
    for (const draws of [...kindsOfDraws, ...kindsOfDraws]) {
      const spec = specOf({ layers: 3, draws, activation: perUnit });
      expect(buildNetwork(spec, cache)).toEqual(buildNetwork(spec));
    }
  });

  test('change the fade between two layers, or two seeds, as any other draws do', () => {
    for (const input of [{ layers: 3.4 }, { layers: 3, seed: { from: 1, to: 2, fraction: 0.4 } }]) {
      const outputs = kindsOfDraws.map((draws) => build({ ...input, draws }).output.weights);
      expect(outputs[0]).not.toEqual(outputs[1]);
      expect(build({ ...input, draws: 'generator' }).output.weights).toEqual(outputs[0]);
    }
  });

  test('have no meaning beside explicit weights, except on a drawn side', () => {
    const weights = [{ w: [[1, 2]], b: [3] }];
    expect(() => specOf({ weights, draws: 'hash' })).toThrow(
      'cannot be combined with explicit weights: give one or the other',
    );
    expect(specOf({ weights, draws: 'generator' }).draws).toBe('generator'); // as parsing fills it in
    const mix = specOf({ weights: { from: weights, to: 'drawn', fraction: 1 }, draws: 'hash' });
    const drawn = build({ draws: 'hash', layers: 1, outputs: 1 });
    expect(buildNetwork(mix).output).toEqual(drawn.output);
  });
});

describe('weights that move', () => {
  const a = [{ w: [[1, 2]], b: [3] }];
  const b = [{ w: [[5, -2]] }];

  test('are mixed linearly, with explicit or drawn sides', () => {
    const { output } = build({ weights: { from: a, to: b, fraction: 0.25 } });
    expect([...output.weights, ...output.biases]).toEqual([2, 1, 2.25]);
    const drawn = build({ layers: 1, outputs: 1, seed: 7, weightScale: 2 }).output;
    const half = build({ weights: { from: 'drawn', to: b, fraction: 0.5 }, seed: 7, weightScale: 2 }).output;
    for (const [i, weight] of half.weights.entries()) {
      expect(weight).toBeCloseTo((drawn.weights[i] + b[0].w[0][i]) / 2, 12);
    }
  });

  test('may be what buildNetwork returned', () => {
    const network = build({ layers: 3, units: 4, seed: 3, firstLayerBias: true });
    const again = buildNetwork(specOf({ weights: network }));
    expect(forward(again, [0.2, -1])).toEqual(forward(network, [0.2, -1]));
    const mixed = specOf({ weights: { from: network, to: 'drawn', fraction: 0 } });
    expect(forward(buildNetwork(mixed), [0.2, -1])).toEqual(forward(network, [0.2, -1]));
  });
});
