/** A frame has the same bytes in any form and order, among any other frames, in one chunk or in many. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { arrange } from '../../src/renderers/gpu/arrange.js';
import type { Limits } from '../../src/renderers/gpu/forms.js';
import { formsFor } from '../../src/renderers/gpu/forms.js';
import { planFrame } from '../../src/renderers/gpu/plan.js';
import type { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { expectReference, frameOf, largestDifference } from '../frames/compare.js';
import { limitsOf, rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('frames in flight and in chunks on the GPU');
const start = rendererStarter(adapter);

/** An activation that is not 0 at 0, so that stale units or weights of another network show. */
const activation = 'sigmoid';
const several: NetworkInput['activation'] = [{ perUnit: ['sigmoid', 'sin'] }, 'relu'];
const shapes: [NetworkInput, [number, number]][] = [
  [{ layers: 5, width: 8 }, [31, 17]],
  [{ layers: 5, width: 7 }, [31, 17]],
  [{ layers: 7, width: [8, 1, 3, 2.5, 8, 4] }, [17, 40]],
  [{ layers: 2.5, width: 7.3, seed: { from: 1, to: 'b', fraction: 0.5 } }, [1, 64]],
  [{ layers: 1 }, [64, 3]],
  [{ layers: 3, width: 57 }, [40, 9]],
  [{ layers: 3.5, width: [64, 3, 50] }, [9, 9]],
  [{ layers: 4, units: 7, activation: several, residual: 0.5, normalisation: 'layer' }, [31, 17]],
  [{ layers: 3.5, units: [50, 7, 9], activation: several, residual: 0.5, normalisation: 'layer' }, [31, 17]],
  [{ layers: 3, units: 8, features: ['r', 'x'], fold: 'mirror' }, [20, 30]],
];

/** Very different frames: more networks than are cached, of several seeds each, in changing sizes. */
const frames: FrameDescription[] = [1, 2, 3].flatMap((seed) =>
  shapes.map(([network, size], i) =>
    frameOf({
      network: { seed, activation, weightScale: i > 4 ? 1 : 3, ...network },
      size,
      supersample: seed === 3 ? 2 : 1,
      view: { halfWidth: 1 + seed },
      dither: i % 2 === 0,
    }),
  ),
);

/** The numbers below `count` in a scrambled order. */
const shuffled = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i * step) % count);

describe.skipIf(!adapter)('the same bytes', () => {
  let pictures: Uint8Array[];
  let renderer: GpuRenderer;
  beforeAll(async () => {
    renderer = await start();
    pictures = [];
    for (const frame of frames) pictures.push(await renderer.render(frame));
  });

  test('one at a time: the pictures are not blank, and right', async () => {
    for (const [i, frame] of frames.entries())
      if (frame.supersample === 1 && !frame.dither) expectReference(pictures[i], frame);
    expect(new Set(pictures.map((rgba) => Buffer.from(rgba).toString('latin1'))).size).toBe(frames.length);
  });

  test.each([1, 5, 8, 13])('all at once in other orders, in steps of %i', async (step) => {
    const order = shuffled(frames.length, step);
    const drawn = await Promise.all(order.map((i) => renderer.render(frames[i])));
    for (const [at, i] of order.entries())
      expect(largestDifference(drawn[at], pictures[i]), `frame ${i}, ${at}th in order`).toBe(0);
  });

  test('from a renderer that drew nothing else before', async () => {
    for (const i of [1, 2, 3, 6, 7, 8, 9]) {
      const fresh = await start();
      expect(largestDifference(await fresh.render(frames[i]), pictures[i]), `frame ${i}`).toBe(0);
      await fresh.close();
    }
  });

  test('after a network whose weights are NaN', async () => {
    const huge = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => 1e30));
    const weights = [
      { w: huge.map(() => [1e30, 1e30]) },
      { w: huge },
      { w: huge },
      { w: huge },
      { w: huge.slice(0, 3) },
    ];
    await renderer.render(frameOf({ network: { activation: 'sigmoid', weights }, size: [31, 17] }));
    expect(largestDifference(await renderer.render(frames[1]), pictures[1])).toBe(0);
  });

  test('in every form, several activations with a residual, normalised', async () => {
    const network: NetworkInput = { layers: 5.5, units: 7.5, activation: several, residual: 0.5 };
    const frame = frameOf({ network: { ...network, normalisation: 'layer' }, size: [29, 23] });
    const expected = await renderer.render(frame);
    expectReference(expected, frame);
    const device = await adapter!.open();
    const forms = formsFor(8, 1, limitsOf(device, {}));
    device.close();
    for (const form of forms) {
      const other = await start({ form });
      expect(largestDifference(await other.render(frame), expected), JSON.stringify(form)).toBe(0);
      await other.close();
    }
  });

  test('in every form, 110 fading layers of 11.5 units, in two parts', async () => {
    const network = { layers: 110.5, width: 11.5, weightScale: 0.7 };
    const frame = frameOf({ network, size: [29, 23] });
    const { narrow = 0, parts } = arrange(frame.network);
    expect(parts.count).toBe(2);
    const device = await adapter!.open();
    const forms = formsFor(narrow, parts.count, limitsOf(device, {}));
    device.close();
    expect(forms.length).toBeGreaterThan(3);
    const expected = await renderer.render(frame);
    expectReference(expected, frame);
    for (const form of forms) {
      const other = await start({ form });
      expect(largestDifference(await other.render(frame), expected), JSON.stringify(form)).toBe(0);
      await other.close();
    }
  });

  // Four or more chunks, some of which start in the middle of a row.
  test.each<[string, NetworkInput, Partial<Limits>, shown?: FrameInput['shown']]>([
    ['a narrow network', { layers: 5, width: 8, weightScale: 2 }, { maxComputeWorkgroupsPerDimension: 4 }],
    ['a fading one', { layers: 2.5, width: 8, weightScale: 2 }, { maxComputeWorkgroupsPerDimension: 4 }],
    [
      'a wide one',
      { layers: 3.5, width: 57, weightScale: 0.5 },
      { maxStorageBufferBindingSize: 4 * 57 * 384 },
    ],
    [
      'one of features, which are uploaded in pieces',
      { layers: 3, units: 57, weightScale: 0.5, features: ['x', 'r', 'angle', 'x*y'] },
      { maxStorageBufferBindingSize: 4 * 57 * 384 },
    ],
    [
      'a grid',
      { layers: 3, units: [50, 3], weightScale: 0.5 },
      { maxStorageBufferBindingSize: 4 * 50 * 128 },
      { layer: 2 },
    ],
  ])('in several chunks, %s', async (_, network, changes, shown) => {
    for (const supersample of [1, 3] as const) {
      const frame = frameOf({ network, shown, size: [45, 38], supersample, dither: true });
      let limits: Limits | undefined;
      const small = await start({}, async () => {
        const device = await adapter!.open();
        limits = limitsOf(device, changes);
        Object.defineProperty(device.gpu, 'limits', { value: limits });
        return device;
      });
      const { chunks } = planFrame(frame, arrange(frame.network, frame.shown), limits!);
      expect(chunks).toBeGreaterThan(3);
      const [inChunks, whole] = await Promise.all([small.render(frame), renderer.render(frame)]);
      expect(largestDifference(inChunks, whole)).toBe(0);
      const planes = await small.render(frameOf({ ...frame, size: [44, 38] }), undefined, 'yuv420p');
      expect(planes).toEqual(
        await renderer.render(frameOf({ ...frame, size: [44, 38] }), undefined, 'yuv420p'),
      );
      await small.close();
    }
  });
});

describe.skipIf(!adapter)('the renderer', () => {
  const frame = frames[0];

  test('rejects a frame that does not fit, and draws those around it', async () => {
    const renderer = await start({}, async () => {
      const device = await adapter!.open();
      Object.defineProperty(device.gpu, 'limits', { value: limitsOf(device, { maxBufferSize: 200_000 }) });
      return device;
    });
    const large = frameOf({ network: { layers: 40, width: 48 }, size: [9, 9] });
    const outcomes = await Promise.allSettled([frame, large, frame].map((each) => renderer.render(each)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason.message).toMatch(/fewer units or layers/);
  });

  test('describes itself', async () => {
    const renderer = await start();
    expect(renderer.backend).toBe('gpu');
    expect(renderer.description).toMatch(/SwiftShader.*, in software$/);
    const { arithmetic } = renderer;
    await renderer.close();
    expect(renderer.description).toBe('closed');
    expect(renderer.arithmetic, 'which is recorded with frames already drawn').toBe(arithmetic);
  });
});
