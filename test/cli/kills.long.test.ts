/** A render that is killed repeatedly, at random moments; kills.test.ts kills it once. */
import fc from 'fast-check';
import { test } from 'vitest';
import { seed } from '../seed.js';
import { expectResumed } from './kills.js';
import { temporaryFolder } from './untrained.js';

const folder = temporaryFolder();

test(`the same command resumes after eight kills, and makes the same film (${seed.hint})`, async () => {
  await expectResumed(
    folder,
    fc.sample(fc.double({ min: 0.05, max: 1, noNaN: true }), { seed: seed.value, numRuns: 8 }),
  );
});
