/** Any device gets about 50 ms of work at a time, and the size of the pieces does not affect frames. */
import { describe, expect, test } from 'vitest';
import { arrange } from '../../src/renderers/gpu/arrange.js';
import { FIRST_EFFORT, Pace } from '../../src/renderers/gpu/pace.js';
import { planFrame } from '../../src/renderers/gpu/plan.js';
import { frameOf } from '../frames/compare.js';
import { rendererStarter, softwareAdapter } from './adapter.js';

/** How long pieces take on a device of this speed until the pace settles. @param besides - Overhead of each, in ms. */
function settle(pace: Pace, perMs: number, besides: number): number[] {
  const took: number[] = [];
  while (!pace.settled('any') && took.length < 30) {
    const effort = pace.effort('any');
    took.push(effort / perMs + besides);
    pace.record('any', effort, took.at(-1)!);
  }
  return took;
}

describe('the pace', () => {
  test.each([
    ['0.01 TFLOP/s', 1e7, 0.5],
    ['0.05 TFLOP/s', 5e7, 0.5],
    ['0.4 TFLOP/s', 4e8, 0.5],
    ['30 TFLOP/s', 3e10, 0.5],
    ['30 TFLOP/s that is slow to start', 3e10, 10],
  ])('%s: no piece takes two seconds, and pieces settle at about 50 ms', (_, perMs, besides) => {
    const pace = new Pace();
    expect(pace.known('any')).toBe(false);
    const took = settle(pace, perMs, besides);
    expect(took.length).toBeLessThan(8);
    expect(Math.max(...took)).toBeLessThan(200);
    expect(pace.settled('any')).toBe(true);
    expect(pace.effort('any') / perMs + besides).toBeLessThan(80);
    if (besides < 1) expect(pace.effort('any') / perMs).toBeGreaterThan(30);
  });

  test('a device loss halves it, the first piece included, and restarts measuring', () => {
    const pace = new Pace();
    settle(pace, 1e8, 0);
    const before = pace.effort('any');
    pace.halve();
    expect(pace.settled('any')).toBe(false);
    expect(pace.effort('any')).toBe(FIRST_EFFORT / 2);
    settle(pace, 1e8, 0);
    expect(pace.effort('any') / before).toBeCloseTo(0.5);
  });
});

describe('the effort of a plan', () => {
  const limits = {
    maxBufferSize: 2 ** 28,
    maxStorageBufferBindingSize: 2 ** 27,
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeWorkgroupStorageSize: 16384,
  };

  test('counts activations, which are much of the work of narrow layers', () => {
    const effortOf = (width: number) => {
      const frame = frameOf({ network: { layers: 27, width }, size: [100, 100] });
      const plan = planFrame(frame, arrange(frame.network), limits);
      return (plan.effortPerPixel * 1e4) / plan.operations;
    };
    expect(effortOf(2)).toBeGreaterThan(4);
    expect(effortOf(400)).toBeLessThan(1.05);
  });

  test('no chunk exceeds the maximum, from whichever pixel the plan starts', () => {
    const frame = frameOf({ network: { layers: 9, width: 20 }, size: [501, 301], supersample: 2 });
    for (const effort of [1e7, 1e9, 1e12]) {
      for (const firstPixel of [0, 1000, 501 * 301 - 1]) {
        const plan = planFrame(frame, arrange(frame.network), limits, 'rgba', undefined, undefined, {
          effort,
          firstPixel,
        });
        expect(plan.effortPerPixel * plan.chunkPixels).toBeLessThanOrEqual(
          Math.max(effort, plan.effortPerPixel * 32),
        );
        let next = firstPixel;
        for (let i = 0; i < plan.chunks; i++) {
          const { step } = plan.chunk(i)[0];
          expect(step.firstPixel).toBe(next);
          next += step.samples! / 4;
        }
        expect(next).toBe(501 * 301);
      }
    }
  });
});

const adapter = await softwareAdapter('that pieces of any size make the same picture');
const start = rendererStarter(adapter);

describe.skipIf(!adapter)('pieces of any size', () => {
  /** A pace with fixed answers. */
  class Fixed extends Pace {
    constructor(private readonly most: number) {
      super();
    }
    override effort = () => this.most;
    override settled = () => true;
  }

  test.each([
    ['a narrow network', { layers: 1 }],
    ['a wide network', { layers: 3, width: 50 }],
  ])('make the same picture of %s', async (_, network) => {
    const frame = frameOf({ network, size: [61, 43] });
    const whole = await (await start({ pace: new Fixed(1e15) })).render(frame);
    const measured = await (await start()).render(frame);
    const pieces = await (await start({ pace: new Fixed(1e5) })).render(frame);
    expect(measured).toEqual(whole);
    expect(pieces).toEqual(whole);
  });

  test('bounds checks do not affect the picture', async () => {
    const frame = frameOf({ network: { layers: 2, width: 4 }, size: [61, 43] });
    const checked = await (await start({}, () => adapter!.open())).render(frame);
    const unchecked = await (await start({}, () => adapter!.open({ boundsChecks: false }))).render(frame);
    expect(unchecked).toEqual(checked);
  });
});
