/** The scenes that come with the package: each is drawn at a small size, and loops are seamless. */
import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { createRenderer, frameAt, frameCount, type Sweep, timeOfFrame } from '../../src/index.js';
import { resolveSounds } from '../../src/render.js';
import { expectPicture } from '../browser/pictures.js';

const renderer = await createRenderer();
afterAll(() => renderer.close());

const names = readdirSync('scenes').filter((file) => file.endsWith('.ts'));
const scenes = await Promise.all(
  names.map(async (file) => {
    const { default: scene } = await import(`../../scenes/${file}`);
    return [file, (await resolveSounds(scene, 'scenes')) as Sweep] as const;
  }),
);

const draw = (sweep: Sweep, t: number, side = 48) =>
  renderer.render({ ...frameAt(sweep, t), size: [side, side] });

/** The mean difference of two pictures, in 8-bit steps. */
function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, i) => sum + Math.abs(byte - b[i]), 0) / a.length;
}

test.each(scenes)('%s has a title, and moves from its first frame to its middle', async (_, sweep) => {
  expect(sweep.title).not.toBe('');
  const [first, middle] = [await draw(sweep, 0, 24), await draw(sweep, sweep.seconds / 2, 24)];
  expect(distance(first, middle)).toBeGreaterThan(5);
});

test.each(scenes)(
  '%s: first, middle and last frame match the stored picture, from left to right',
  async (file, sweep) => {
    const side = 64;
    const last = timeOfFrame(sweep, frameCount(sweep) - 1);
    const rgba = new Uint8Array(4 * 3 * side * side);
    for (const [k, t] of [0, sweep.seconds / 2, last].entries()) {
      const frame = await draw(sweep, t, side);
      for (let y = 0; y < side; y++) {
        rgba.set(frame.subarray(4 * y * side, 4 * (y + 1) * side), 4 * (3 * y + k) * side);
      }
    }
    expectPicture(file.replace('.ts', ''), { width: 3 * side, height: side, rgba });
  },
);

test.each(scenes.filter(([, sweep]) => sweep.loop))(
  '%s loops: the step from its last frame to its first is no larger than others',
  async (_, sweep) => {
    const quick = { ...sweep, supersample: 1 as const };
    const frames: Uint8Array[] = [];
    for (let i = 0; i < frameCount(sweep); i++) frames.push(await draw(quick, timeOfFrame(sweep, i), 24));
    const steps = frames.map((frame, i) => distance(frame, frames[(i + 1) % frames.length]));
    const last = steps.pop()!;
    expect(last, `steps: ${steps.map((step) => step.toFixed(2)).join(' ')}`).toBeLessThanOrEqual(
      Math.max(...steps),
    );
    expect(Math.min(...steps)).toBeGreaterThan(0);
  },
);
