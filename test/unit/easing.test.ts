import * as motionCanvas from '@motion-canvas/core';
import { expect, test } from 'vitest';
import { type EasingName, easingNames, easings } from '../../src/core/sweep/easing.js';

const theirs = motionCanvas as unknown as Record<EasingName, (u: number) => number>;

test.each(easingNames)("%s is Motion Canvas's curve", (name) => {
  for (let u = 0; u <= 1; u += 1 / 64) expect(easings[name](u), `at ${u}`).toBeCloseTo(theirs[name](u), 5);
});

test('all easings of Motion Canvas exist', () => {
  const named = Object.keys(theirs).filter((name) => /^(linear|ease(In|Out|InOut)[A-Z][a-z]+)$/.test(name));
  expect([...easingNames].sort()).toEqual(named.sort());
});
