/** That the GPU's kernels give what float64 gives where numbers are tiny, huge, or more than float32 can hold. */
import { beforeAll, describe, expect, test } from 'vitest';
import { activationNames } from '../../src/core/network/activations.js';
import type { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { expectReference, expectWithinOneStep } from '../frames/compare.js';
import {
  argumentsOf,
  broughtBack,
  growing,
  mixes,
  nearZero,
  outputsOf,
  saturated,
} from '../frames/extremes.js';
import { rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('extreme numbers on the GPU');
const start = rendererStarter(adapter);

describe.skipIf(!adapter)('extremes', () => {
  let gpu: GpuRenderer;
  beforeAll(async () => {
    gpu = await start();
  });

  test.each([...activationNames, ...mixes])('hidden %j of tiny and huge arguments', async (activation) => {
    for (const [name, frame] of argumentsOf(activation)) {
      const { text, share } = expectReference(await gpu.render(frame), frame);
      expect(share, `${name}: ${text}`).toBeLessThanOrEqual(1);
    }
  });

  test.each(activationNames)('output %s of tiny and huge arguments', async (activation) => {
    for (const [, frame] of outputsOf(activation)) expectReference(await gpu.render(frame), frame);
  });

  test.each(nearZero)('near 0, %s: within one step', async (_, frame) => {
    expectWithinOneStep(await gpu.render(frame), frame);
  });

  test.each(growing)('beyond float32 and back, %j', async (activation) => {
    for (const network of [
      { layers: 40, width: 8, weightScale: 20 },
      { layers: 15, width: 50, weightScale: 2000 },
    ]) {
      const frame = broughtBack(activation, network);
      expectReference(await gpu.render(frame), frame);
    }
  });

  test.each(saturated)('%s', async (_, frame) => {
    expectReference(await gpu.render(frame), frame);
  });
});
