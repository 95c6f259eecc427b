/** How much there is to see: extremes, a ranking by eye, and choosing the best. */
import { describe, expect, test } from 'vitest';
import type { FrameInput } from '../../src/core/frame/description.js';
import {
  byInterest,
  type Interest,
  interestOf,
  isWorthSeeing,
  mostInteresting,
} from '../../src/core/frame/interest.js';
import { createRenderer, frameSchema } from '../../src/index.js';
import graded from './grades.json' with { type: 'json' };

const SIZE: [number, number] = [64, 40];

/** A picture of a function of the place, which gives red, green and blue from 0 to 255. */
function picture(colourAt: (x: number, y: number) => number[], [width, height] = SIZE): Uint8Array {
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgba.set([...colourAt(x, y), 255], 4 * (y * width + x));
  }
  return rgba;
}

function noise(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const measured = (colourAt: (x: number, y: number) => number[]) => interestOf(picture(colourAt), ...SIZE);

describe('the measure of interest', () => {
  test('is nearly 0 for one colour, for nearly flat pictures, and for noise', () => {
    expect(measured(() => [90, 200, 30])).toEqual({
      detail: expect.closeTo(0, 4),
      contrast: expect.closeTo(0, 4),
      colour: 0,
      symmetry: 0,
      noise: 0,
      score: expect.closeTo(0, 4),
    });
    expect(measured((x, y) => [120 + x / 16, 120, 120 - y / 16]).score).toBeLessThan(0.02);
    const random = noise();
    const byte = () => Math.floor(256 * random());
    const noisy = measured(() => [byte(), byte(), byte()]);
    expect(noisy.noise).toBeCloseTo(1, 1);
    expect(noisy.detail).toBeGreaterThan(0.5);
    expect(noisy.score).toBeLessThan(0.03);
  });

  test('rises with detail, with contrast and with colours', () => {
    const waves = (period: number, [low, high]: [number, number], colours: number) =>
      measured((x, y) => {
        const wave = (phase: number) =>
          low + ((high - low) * (1 + Math.sin((2 * Math.PI * (x + y)) / period + phase))) / 2;
        return [wave(0), wave(2 * colours), wave(4 * colours)];
      });
    const plain = waves(64, [80, 160], 0);
    const [fine, strong, colourful] = [
      waves(16, [80, 160], 0),
      waves(64, [0, 255], 0),
      waves(64, [80, 160], 1),
    ];
    expect(fine.detail).toBeGreaterThan(1.5 * plain.detail);
    expect(strong.contrast).toBeGreaterThan(1.5 * plain.contrast);
    expect(colourful.colour).toBeGreaterThan(1.5 * plain.colour);
    for (const better of [fine, strong, colourful]) expect(better.score).toBeGreaterThan(1.2 * plain.score);
  });

  test('recognises mirror images and half turns', () => {
    const blob = (x: number, y: number) => 255 * Math.exp(-((x - 15) ** 2 + (y - 11) ** 2) / 40);
    const [right, bottom] = [63, 39];
    const shapes = {
      none: (x: number, y: number) => blob(x, y),
      across: (x: number, y: number) => blob(Math.min(x, right - x), y),
      down: (x: number, y: number) => blob(x, Math.min(y, bottom - y)),
      turned: (x: number, y: number) => blob(x, y) + blob(right - x, bottom - y),
    };
    for (const [name, at] of Object.entries(shapes)) {
      const { symmetry } = measured((x, y) => [at(x, y), 60, 90]);
      if (name === 'none') expect(symmetry).toBeLessThan(0.1);
      else expect(symmetry, name).toBeGreaterThan(0.999);
    }
  });

  test('is a number for every size', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 300],
      [300, 1],
      [2, 2],
      [5, 3],
      [640, 360],
    ] as [number, number][]) {
      const values = Object.values(
        interestOf(
          picture((x, y) => [x, y, x ^ y].map((v) => v % 256), [width, height]),
          width,
          height,
        ),
      );
      for (const value of values)
        expect(value >= 0 && value <= 1, `${width}x${height}: ${values}`).toBe(true);
    }
  });
});

/** Ranks, equal values sharing the mean of theirs. */
function ranks(values: number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

/** Spearman's rank correlation. */
function spearman(a: number[], b: number[]): number {
  const centred = (values: number[]) => {
    const all = ranks(values);
    const mean = all.reduce((sum, rank) => sum + rank, 0) / all.length;
    return all.map((rank) => rank - mean);
  };
  const [p, q] = [centred(a), centred(b)];
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}

test('the score ranks pictures as an eye does', async () => {
  const renderer = await createRenderer({ backend: 'cpu', threads: 1 });
  const sets = new Map<string, { scores: number[]; grades: number[] }>();
  const low: number[] = [];
  for (const { set, frame, firstSeed, grades } of graded) {
    const own = sets.get(set) ?? { scores: [], grades: [] };
    sets.set(set, own);
    for (const [i, grade] of grades.entries()) {
      const network = { ...frame.network, seed: firstSeed + i };
      const described = frameSchema.parse({ ...frame, network, size: SIZE } as FrameInput);
      const { score } = interestOf(await renderer.render(described), ...SIZE);
      own.scores.push(score);
      own.grades.push(grade);
      if (grade === 1) low.push(score);
    }
  }
  await renderer.close();
  const found = Object.fromEntries(
    [...sets].map(([set, { scores, grades }]) => [set, spearman(scores, grades)]),
  );
  expect([...sets.values()].map(({ grades }) => grades.length)).toEqual([60, 60, 60]);
  for (const [set, correlation] of Object.entries(found)) expect(correlation, set).toBeGreaterThan(0.93);
  expect(Math.max(...low), 'the score of pictures with the lowest grade').toBeLessThan(0.2);
});

describe('choosing', () => {
  const candidate = (subject: string, score: number) => ({ subject, interest: { score } as Interest });

  test('takes the best, and says which are not worth seeing', () => {
    const [flat, good, best, equal] = [
      candidate('flat', 0.01),
      candidate('good', 0.3),
      candidate('best', 0.5),
      candidate('equal', 0.5),
    ];
    expect(mostInteresting([flat, good, best, equal])).toEqual({ best, skipped: [flat] });
    expect(byInterest([flat, good, best, equal])).toEqual([best, equal, good, flat]);
    expect(mostInteresting([flat])).toEqual({ best: flat, skipped: [] });
    expect([flat, good].map(({ interest }) => isWorthSeeing(interest))).toEqual([false, true]);
  });
});
