/** Tests that a seed determines the draws, whatever the order of requests, and that they look random. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { DrawCache, drawUnit } from '../../src/core/network/draws.js';
import { bitsOf, choiceOf, hash32, seedBits, uniformOf } from '../../src/core/network/hash.js';
import type { Distribution, Draws, Seed } from '../../src/core/network/spec.js';

const kinds: Draws[] = ['generator', 'hash'];
const distributions: Distribution[] = ['uniform', 'normal'];

describe('known answers', () => {
  test("seedrandom gives the numbers its README prints for 'hello.'", () => {
    const random = seedrandom('hello.');
    expect([random(), random()]).toEqual([0.9282578795792454, 0.3752569768646784]);
  });

  test.each<[string, number, number, Distribution, number[]]>([
    ['1', 1, 1, 'uniform', [-0.16227903962135315, 0.7208524346351624, 0.9020699262619019]],
    ['1', 1, 1, 'normal', [0.6662712693214417, -0.5949954390525818, 0.8838698863983154]],
    ['silk', 3, 7, 'uniform', [0.9633867740631104, 0.6393691897392273]],
  ])('seed %s, layer %i, unit %i, %s: %j', (seed, layer, unit, distribution, expected) => {
    expect([...drawUnit(seed, layer, unit, expected.length - 1, distribution)]).toEqual(expected);
  });

  test('a uniform draw is 2 r - 1 of the generator keyed "seed/layer/unit", rounded to float32', () => {
    const random = seedrandom('silk/12/345');
    const expected = Array.from({ length: 5 }, () => Math.fround(2 * random() - 1));
    expect([...drawUnit('silk', 12, 345, 4, 'uniform')]).toEqual(expected);
  });
});

// Recipes with `draws: 'hash'` and exported shaders rely on these numbers. They were computed by another program.
describe('known answers of hashes', () => {
  test('of 32 bits', () => {
    expect([0, 1, 2, 2 ** 32 - 1].map(hash32)).toEqual([0, 114555507, 229111015, 3652544131]);
    expect(hash32(2 ** 32 + 1)).toBe(hash32(1));
  });

  test.each<[Seed, number]>([
    [0, 0],
    [7, 7],
    ['7', 7],
    [4294967295, 4294967295],
    [4294967296, 2782066575],
    ['007', 3804968462],
    [-1, 348981803],
    [0.5, 1417721042],
    ['silk', 298704036],
    ['žluť', 105117519],
    ['🌿', 1121105777],
  ])('of seed %j: %i', (seed, bits) => {
    expect(seedBits(seed)).toBe(bits);
  });

  test.each([
    [1, 1, 1, 0, 2876161152],
    [1, 1, 1, 1, 1123865885],
    [0, 1, 1, 0, 3780305695],
    [4294967295, 1024, 8192, 8192, 3098513465],
    [1, 1, 1, 0xffffffff, 1086075195],
  ])('of seed %i, layer %i, unit %i, input %i: %i', (seed, layer, unit, input, bits) => {
    expect(bitsOf(seed, layer, unit, input)).toBe(bits);
  });

  test.each<[Seed, number, number, Distribution, number[]]>([
    [1, 1, 1, 'uniform', [0.33931684494018555, -0.4766591787338257, -0.05647838115692139]],
    [1, 1, 1, 'normal', [-1.3079413175582886, -0.7758097648620605, -1.0458307266235352]],
    ['silk', 3, 7, 'uniform', [0.3161742687225342, -0.8207094669342041]],
    ['silk', 3, 7, 'normal', [-0.4954007863998413, -0.23252825438976288]],
  ])('seed %s, layer %i, unit %i, %s: %j', (seed, layer, unit, distribution, expected) => {
    expect([...drawUnit(seed, layer, unit, expected.length - 1, distribution, 'hash')]).toEqual(expected);
  });

  test('a uniform draw is exact in float32, from -1 to 1 - 2^-23', () => {
    expect([0, 2 ** 31, 2 ** 32 - 1].map(uniformOf)).toEqual([-1, 0, 1 - 2 ** -23]);
    for (let bits = 0; bits < 2 ** 32; bits += 1_000_003) {
      const draw = uniformOf(bits);
      if (Math.fround(draw) !== draw) expect.fail(`${bits}: ${draw}`);
    }
  });

  test('a choice is one of all, each as likely', () => {
    expect([0, 2 ** 31, 2 ** 32 - 1].map((bits) => choiceOf(bits, 3))).toEqual([0, 1, 2]);
    const counts = [0, 0, 0];
    for (let unit = 1; unit <= 3000; unit++) counts[choiceOf(bitsOf(7, 2, unit, 0xffffffff), 3)]++;
    for (const count of counts) expect(Math.abs(count - 1000), `${counts}`).toBeLessThan(104); // 4 sqrt(3000 2/9)
  });
});

describe.each(kinds)('draws by %s', (kind) => {
  const draw = (seed: Seed, layer: number, unit: number, inputs: number, distribution: Distribution) =>
    drawUnit(seed, layer, unit, inputs, distribution, kind);

  test('the number 1 and the text "1" are the same seed, and 2 is another', () => {
    expect(draw(1, 2, 3, 4, 'uniform')).toEqual(draw('1', 2, 3, 4, 'uniform'));
    expect(draw(2, 2, 3, 4, 'uniform')).not.toEqual(draw('1', 2, 3, 4, 'uniform'));
  });

  test('every seed, layer and unit has different draws', () => {
    const firsts = ['a', 'b', 'a/1'].flatMap((seed) =>
      [1, 2, 11].flatMap((layer) => [1, 2, 11].map((unit) => draw(seed, layer, unit, 0, 'uniform')[0])),
    );
    expect(new Set(firsts).size).toBe(27);
  });

  test('more inputs continue the draws of fewer', () => {
    for (const distribution of distributions) {
      const long = draw('silk', 2, 5, 40, distribution);
      expect(long.slice(0, 8)).toEqual(draw('silk', 2, 5, 7, distribution));
      expect(long.length).toBe(41);
    }
  });
});

describe.each(kinds)('distributions of draws by %s', (kind) => {
  const many = (distribution: Distribution) =>
    Array.from({ length: 80 }, (_, i) => [...drawUnit('sample', 1, i + 1, 99, distribution, kind)]).flat();
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

  // With 8000 draws, the standard error of the mean is deviation / 89; four times that has a chance of 1 in 16000.
  test('uniform draws fill [-1, 1): mean 0, variance 1/3, every tenth as full as the next', () => {
    const draws = many('uniform');
    expect(Math.abs(mean(draws))).toBeLessThan((4 * Math.sqrt(1 / 3)) / 89);
    expect(mean(draws.map((v) => v * v))).toBeCloseTo(1 / 3, 1.5);
    const bins = new Array(10).fill(0);
    for (const v of draws) bins[Math.floor((v + 1) * 5)]++;
    expect(bins.length).toBe(10);
    expect(Math.min(...bins), `${bins}`).toBeGreaterThan(680);
    expect(Math.max(...bins), `${bins}`).toBeLessThan(920);
  });

  test('normal draws have mean 0, variance 1, and a bell: 68.3% within 1, 95.4% within 2', () => {
    const draws = many('normal');
    expect(Math.abs(mean(draws))).toBeLessThan(4 / 89);
    expect(Math.abs(mean(draws.map((v) => v * v)) - 1)).toBeLessThan(0.07); // 4 sqrt(2 / 8000) = 0.063
    const within = (limit: number) => draws.filter((v) => Math.abs(v) < limit).length / draws.length;
    expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.021);
    expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.01);
    expect(draws.every(Number.isFinite)).toBe(true);
  });

  // Neighbours in every direction, of 32 seeds: consecutive numbers are the seeds that people compare.
  const [SEEDS, LAYERS, UNITS, DRAWS] = [32, 6, 12, 24];
  const axes = { seed: [1, 0, 0, 0], layer: [0, 1, 0, 0], unit: [0, 0, 1, 0], input: [0, 0, 0, 1] };
  const block = new Map<Distribution, Float32Array[][][]>();
  const blockOf = (distribution: Distribution) => {
    const known = block.get(distribution);
    if (known) return known;
    const range = (length: number) => Array.from({ length }, (_, i) => i + 1);
    const drawn = range(SEEDS).map((seed) =>
      range(LAYERS).map((layer) =>
        range(UNITS).map((unit) => drawUnit(seed, layer, unit, DRAWS - 1, distribution, kind)),
      ),
    );
    block.set(distribution, drawn);
    return drawn;
  };
  /** All pairs of draws that are next to each other along an axis. */
  function pairsAlong([bySeed, byLayer, byUnit, byInput]: number[], distribution: Distribution) {
    const drawn = blockOf(distribution);
    const pairs: [number, number][] = [];
    for (let seed = bySeed; seed < SEEDS; seed++)
      for (let layer = byLayer; layer < LAYERS; layer++)
        for (let unit = byUnit; unit < UNITS; unit++)
          for (let input = byInput; input < DRAWS; input++) {
            const before = drawn[seed - bySeed][layer - byLayer][unit - byUnit][input - byInput];
            pairs.push([before, drawn[seed][layer][unit][input]]);
          }
    return pairs;
  }

  describe.each(Object.entries(axes))('of neighbours by %s', (_, axis) => {
    test.each(distributions)('%s draws do not correlate, nor do their squares', (distribution) => {
      const pairs = pairsAlong(axis, distribution);
      const [variance, kurtosis] = distribution === 'uniform' ? [1 / 3, 4 / 45] : [1, 2];
      const limit = 4.5 / Math.sqrt(pairs.length); // standard errors
      expect(Math.abs(mean(pairs.map(([a, b]) => a * b)) / variance)).toBeLessThan(limit);
      const squares = pairs.map(([a, b]) => (a * a - variance) * (b * b - variance));
      expect(Math.abs(mean(squares) / kurtosis)).toBeLessThan(limit * 1.5);
    });

    test('pairs of uniform draws fill the square evenly', () => {
      const pairs = pairsAlong(axis, 'uniform');
      const cells = new Array<number>(256).fill(0);
      const cellOf = (value: number) => Math.floor((value + 1) * 8);
      for (const [a, b] of pairs) cells[16 * cellOf(a) + cellOf(b)]++;
      const expected = pairs.length / cells.length;
      const square = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Chi-squared with 255 degrees of freedom: mean 255, standard deviation 22.6.
      expect(square).toBeGreaterThan(255 - 4.5 * 22.6);
      expect(square).toBeLessThan(255 + 4.5 * 22.6);
    });
  });
});

describe('DrawCache', () => {
  const uniform = { distribution: 'uniform', draws: 'generator' } as const;

  test('returns the same as drawUnit, whatever the requests and their order', () => {
    const request = fc.record({
      seed: fc.constantFrom<(string | number)[]>('a', 'b', 'c', 'd', 'e', 'f', 1, '1'),
      layer: fc.integer({ min: 1, max: 3 }),
      unit: fc.integer({ min: 1, max: 3 }),
      inputs: fc.integer({ min: 0, max: 20 }),
      distribution: fc.constantFrom(...distributions),
      draws: fc.constantFrom(...kinds),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const cache = new DrawCache();
        for (const { seed, layer, unit, inputs, distribution, draws } of requests) {
          const got = cache.unit(seed, layer, unit, inputs, { distribution, draws });
          expect(got.length).toBeGreaterThan(inputs);
          expect(got.slice(0, inputs + 1)).toEqual(drawUnit(seed, layer, unit, inputs, distribution, draws));
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('caches the draws of many small networks, such as those of a grid', () => {
    const cache = new DrawCache();
    const seeds = Array.from({ length: 100 }, (_, i) => i);
    const ask = () => seeds.map((seed) => cache.unit(seed, 1, 1, 30, uniform));
    const first = ask();
    for (const [i, row] of ask().entries()) expect(row).toBe(first[i]);
  });

  test('of large networks, caches the draws of the last four seeds, and draws older ones again', () => {
    const cache = new DrawCache();
    const ask = (seed: string) => cache.unit(seed, 1, 1, 2 ** 18, { distribution: 'uniform', draws: 'hash' });
    const first = ask('a');
    for (const seed of ['b', 'c', 'd', 'a']) ask(seed);
    expect(ask('a')).toBe(first); // used again, so it is the newest
    for (const seed of ['e', 'f', 'g']) ask(seed);
    expect(ask('a')).toBe(first);
    for (const seed of ['h', 'i', 'j', 'k']) ask(seed);
    const again = ask('a');
    expect(again).not.toBe(first);
    expect(Buffer.from(again.buffer).equals(Buffer.from(first.buffer))).toBe(true);
  });

  test('a row that grows one input at a time is drawn a few times, not once per frame', () => {
    const cache = new DrawCache();
    const rows = new Set(Array.from({ length: 400 }, (_, i) => cache.unit('a', 1, 1, i + 1, uniform)));
    expect(rows.size).toBeLessThan(12); // doubling: 9 times to 400
  });
});
