import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRenderer, type FrameInput, type FrameRenderer, frameSchema } from '../../src/index.js';
import { largestDifference } from '../frames/compare.js';
import { openStage, type TestStage } from './stage.js';

let stage: TestStage;
let renderer: FrameRenderer;
const size: [number, number] = [160, 90];

beforeAll(async () => {
  stage = await openStage(['test/browser/scenes/field.tsx']);
  renderer = await createRenderer({ backend: 'cpu' });
});
afterAll(async () => {
  await stage?.close();
  await renderer?.close();
});

/** What Node draws of it. */
const inNode = (frame: Omit<FrameInput, 'size'>) => renderer.render(frameSchema.parse({ ...frame, size }));
const inPage = async (scene: string, frame: number) =>
  (await stage.draw({ scene, size, fps: 10, frame })).rgba;

test('a field is the picture that Node draws', async () => {
  const expected = await inNode({ network: { seed: 18, layers: 9, weightScale: 0.4 } });
  expect(largestDifference(await inPage('field', 0), expected)).toBeLessThanOrEqual(1);
});

test('a played sweep stays at its end', async () => {
  const network = { seed: 3, layers: 6, activation: 'sin', weightScale: 0.5 } as const;
  const expected = await inNode({ network, view: { centre: [0, 0], halfWidth: 4 } });
  const difference = largestDifference(await inPage('field', -1), expected);
  expect(difference).toBeLessThanOrEqual(1);
});
