/** That the GPU's planes for video are its own RGBA, converted by the book. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAdapter } from '../../src/renderers/gpu/device.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { frameOf } from '../frames/compare.js';
import { yuv420p } from '../video/yuv.js';
import { useSoftware } from './software.js';

const there = useSoftware();
if (!there) console.warn('There is no software GPU for this machine: the conversion to YUV is not tested.');

describe.runIf(there)('YUV', () => {
  let renderer: GpuRenderer;
  beforeAll(async () => {
    const adapter = await findAdapter({ software: true });
    if ('problem' in adapter) throw new Error(adapter.problem);
    renderer = await GpuRenderer.start(() => adapter.open());
  });
  afterAll(() => renderer.close());

  // 22 x 18 has planes that begin and end in the middle of four bytes.
  test.each<[number, number]>([
    [64, 48],
    [22, 18],
    [2, 2],
  ])('%i x %i: each byte within one of the exact value', async (width, height) => {
    const frame = frameOf({
      network: { layers: 2, width: 10, weightScale: 2 },
      size: [width, height],
      dither: true,
    });
    const [rgba, planes] = await Promise.all([
      renderer.render(frame),
      renderer.render(frame, undefined, 'yuv420p'),
    ]);
    const exact = yuv420p(rgba, width, height);
    expect(planes.length).toBe(exact.length);
    const apart = Array.from(planes, (byte, i) => Math.abs(byte - exact[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(apart.filter(Boolean).length).toBeLessThanOrEqual(0.01 * apart.length);
  });
});
