/** Tests that a seed determines the draws, whatever the order of requests. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { DrawCache, drawUnit } from '../../src/core/network/draws.js';
import type { Distribution } from '../../src/core/network/spec.js';

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

  test('the number 1 and the text "1" are the same seed, and 2 is another', () => {
    expect(drawUnit(1, 2, 3, 4, 'uniform')).toEqual(drawUnit('1', 2, 3, 4, 'uniform'));
    expect(drawUnit(2, 2, 3, 4, 'uniform')).not.toEqual(drawUnit('1', 2, 3, 4, 'uniform'));
  });

  test('every seed, layer and unit has different draws', () => {
    const firsts = ['a', 'b', 'a/1'].flatMap((seed) =>
      [1, 2, 11].flatMap((layer) => [1, 2, 11].map((unit) => drawUnit(seed, layer, unit, 0, 'uniform')[0])),
    );
    expect(new Set(firsts).size).toBe(27);
  });

  test('more inputs continue the draws of fewer', () => {
    for (const distribution of ['uniform', 'normal'] as const) {
      const long = drawUnit('silk', 2, 5, 40, distribution);
      expect(long.slice(0, 8)).toEqual(drawUnit('silk', 2, 5, 7, distribution));
      expect(long.length).toBe(41);
    }
  });
});

describe('distributions', () => {
  const many = (distribution: Distribution) =>
    Array.from({ length: 80 }, (_, unit) => [...drawUnit('sample', 1, unit + 1, 99, distribution)]).flat();
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
});

describe('DrawCache', () => {
  test('returns the same as drawUnit, whatever the requests and their order', () => {
    const request = fc.record({
      seed: fc.constantFrom<(string | number)[]>('a', 'b', 'c', 'd', 'e', 'f', 1, '1'),
      layer: fc.integer({ min: 1, max: 3 }),
      unit: fc.integer({ min: 1, max: 3 }),
      inputs: fc.integer({ min: 0, max: 20 }),
      distribution: fc.constantFrom<Distribution[]>('uniform', 'normal'),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const cache = new DrawCache();
        for (const { seed, layer, unit, inputs, distribution } of requests) {
          const got = cache.unit(seed, layer, unit, inputs, distribution);
          expect(got.length).toBeGreaterThan(inputs);
          expect(got.slice(0, inputs + 1)).toEqual(drawUnit(seed, layer, unit, inputs, distribution));
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('caches the draws of the last four seeds, and draws older ones again', () => {
    const cache = new DrawCache();
    const ask = (seed: string) => cache.unit(seed, 1, 1, 3, 'uniform');
    const first = ask('a');
    for (const seed of ['b', 'c', 'd', 'a']) ask(seed);
    expect(ask('a')).toBe(first); // used again, so it is the newest
    for (const seed of ['e', 'f', 'g']) ask(seed);
    expect(ask('a')).toBe(first);
    for (const seed of ['h', 'i', 'j', 'k']) ask(seed);
    expect(ask('a')).not.toBe(first);
    expect(ask('a')).toEqual(first);
  });

  test('a row that grows one input at a time is drawn a few times, not once per frame', () => {
    const cache = new DrawCache();
    const rows = new Set(Array.from({ length: 400 }, (_, i) => cache.unit('a', 1, 1, i + 1, 'uniform')));
    expect(rows.size).toBeLessThan(12); // doubling: 9 times to 400
  });
});
