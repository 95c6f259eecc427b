/** Frame rates that are fractions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRate } from '../../src/cli/arguments.js';
import { read } from '../../src/cli/option.js';
import { entriesOf } from '../../src/cli/options.js';
import { fractionOf, rateOf, shownRate } from '../../src/outputs/rate.js';
import { listOf } from '../../src/outputs/segments.js';

test('a rate keeps the fraction it was written as', () => {
  const rates = ['25', '29.97', '12.5', '30000/1001', '24000 / 1001', '60000/1001'].map(
    (text) => parseRate(text)!,
  );
  expect(rates.map(rateOf)).toEqual(['25', '2997/100', '25/2', '30000/1001', '24000/1001', '60000/1001']);
  expect(rates.map(shownRate)).toEqual([
    '25',
    '29.97',
    '12.5',
    '29.97 (30000/1001)',
    '23.98 (24000/1001)',
    '59.94 (60000/1001)',
  ]);
  expect(rateOf(30000 / 1001 / 2)).toBe('15000/1001');
});

test('every fraction is recovered from its decimal value', () => {
  const part = fc.integer({ min: 1, max: 2000 });
  fc.assert(
    fc.property(part, part, (n, d) => {
      const [numerator, denominator] = fractionOf(n / d);
      expect(numerator / denominator).toBe(n / d);
      expect(denominator).toBeLessThanOrEqual(d);
    }),
  );
});

test('an invalid rate is refused in one line', () => {
  const entry = entriesOf('render').find(({ name }) => name === 'fps')!;
  for (const text of ['', 'x', '0', '120.1', '121/1', '1/2', '-5', '30000/0', '0/5', '1/2/3', 'Infinity']) {
    expect(() => read(entry, text), text).toThrow(
      /^--fps is ".*" but must be a number, or a fraction, from 1 to 120 frames per second: try .*$/,
    );
  }
});

test('the lengths of segments add up to the film, however many there are', () => {
  const fps = 24000 / 1001 / 7;
  const count = 1000;
  const segments = Array.from({ length: count }, (_, i) => [25 * i, 25 * i + 24] as const);
  const list = listOf(
    segments.map((_, i) => `${i}.video`),
    segments,
    fps,
  );
  const lengths = [...list.matchAll(/duration ([\d.]+)/g)].map(([, seconds]) => Number(seconds));
  const sum = lengths.reduce((sum, seconds) => sum + seconds, 0);
  expect(Math.abs(sum - (25 * count) / fps)).toBeLessThan(1.1e-6);
});
