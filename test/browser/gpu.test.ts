/** That the GPU renderer is the same in a page: its WGSL, its memory, its pixels. Chromium brings a software GPU. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRenderer, type FrameInput, frameSchema } from '../../src/index.js';
import { largestDifference } from '../frames/compare.js';
import { openPage } from './stage.js';

const src = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** In the page: a frame drawn by WebGPU, as base64, and which backend `auto` takes. */
const entry = `
import { createRenderer, frameSchema } from '${src('index.ts')}';
import { findAdapter } from '${src('renderers/gpu/device.ts')}';
window.drawOnGpu = async (input) => {
  const adapter = await findAdapter();
  if ('problem' in adapter) return adapter;
  const renderer = await createRenderer({ backend: 'gpu' });
  const rgba = await renderer.render(frameSchema.parse(input));
  await renderer.close();
  const auto = await createRenderer();
  await auto.close();
  return { software: adapter.software, auto: auto.backend, rgba: btoa(String.fromCharCode(...rgba)) };
};`;

type Drawn = { problem: string } | { software: boolean; auto: string; rgba: string };

let opened: Awaited<ReturnType<typeof openPage>>;
beforeAll(async () => {
  opened = await openPage(entry, 'drawOnGpu');
});
afterAll(() => opened?.close());

test.each<[string, FrameInput]>([
  ['narrow', { network: { layers: 4.5, width: 8, weightScale: 0.8 }, size: [60, 40], supersample: 2 }],
  ['wide', { network: { layers: 3, width: 60, weightScale: 0.3 }, size: [40, 30] }],
])('a %s network in a page is the picture that Node draws', async (_, input) => {
  const drawn = await opened.page.evaluate(
    (it) => (window as unknown as { drawOnGpu(input: FrameInput): Promise<Drawn> }).drawOnGpu(it),
    input,
  );
  if ('problem' in drawn) throw new Error(drawn.problem);
  const node = await createRenderer({ backend: 'cpu' });
  const expected = await node.render(frameSchema.parse(input));
  await node.close();
  expect(largestDifference(Buffer.from(drawn.rgba, 'base64'), expected)).toBeLessThanOrEqual(1);
  expect(drawn.auto).toBe(drawn.software ? 'cpu' : 'gpu');
});
