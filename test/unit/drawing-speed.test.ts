/** The estimate of a machine's speed finds its overhead, and follows its speed. */
import { expect, test } from 'vitest';
import { DrawingSpeed } from '../../src/renderers/drawing-speed.js';

const WORK = 9e9;
const BUDGET = 24;

/** The time of the last of many pictures, in milliseconds, on a machine with this overhead and speed. */
function drawMany(estimate: DrawingSpeed, overhead: number, speed: number): number {
  let time = 0;
  for (let i = 0; i < 100; i++) {
    const work = WORK * estimate.scaleFor(WORK, BUDGET) ** 2;
    time = overhead + work / speed;
    estimate.note(work, time);
  }
  return time;
}

test.each([
  [3, 2e7],
  [12, 2e7],
  [12, 2e6],
  [0.1, 1e8],
])('with %s ms of overhead, pictures use most of the budget', (overhead, speed) => {
  const time = drawMany(new DrawingSpeed(), overhead, speed);
  expect(time).toBeLessThanOrEqual(BUDGET);
  expect(time).toBeGreaterThan(0.7 * BUDGET);
});

test.each([30, 60])('with %s ms, more than the budget, they do not become the coarsest', (overhead) => {
  const time = drawMany(new DrawingSpeed(), overhead, 2e7);
  expect(time - overhead).toBeGreaterThan(BUDGET / 8);
  expect(time - overhead).toBeLessThan(BUDGET / 2);
});

test('a machine that becomes slower or faster is followed', () => {
  const estimate = new DrawingSpeed();
  drawMany(estimate, 3, 2e7);
  expect(drawMany(estimate, 3, 2e6)).toBeLessThanOrEqual(BUDGET);
  const time = drawMany(estimate, 3, 2e7);
  expect(time).toBeGreaterThan(0.7 * BUDGET);
});
