/** That the GPU renderer is the same in a page: its WGSL, its memory, its pixels. Chromium brings a software GPU. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRenderer, type FrameInput, frameSchema } from '../../src/index.js';
import { largestDifference } from '../frames/compare.js';
import { openPage } from './stage.js';

const src = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** With these, WebGPU and the page's canvases share SwiftShader; without them, a WebGPU canvas ends the GPU process. */
const FLAGS = ['--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader'];

/** In the page: a frame drawn by WebGPU, as base64, also from a canvas; and which backend `auto` takes. */
const entry = `
import { createRenderer, frameSchema } from '${src('index.ts')}';
import { findAdapter } from '${src('renderers/gpu/device.ts')}';
window.drawOnGpu = async (input) => {
  const adapter = await findAdapter();
  if ('problem' in adapter) return adapter;
  const renderer = await createRenderer({ backend: 'gpu' });
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const rgba = await renderer.render(frameSchema.parse(input));
  const [width, height] = input.size;
  const canvases = [document.createElement('canvas'), new OffscreenCanvas(width, height)];
  const presented = [];
  for (const canvas of canvases) {
    Object.assign(canvas, { width: 3, height: 5 });
    await renderer.present(input, canvas);
    Object.assign(canvas, { width, height });
    await renderer.present(input, canvas);
    const copy = new OffscreenCanvas(width, height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    presented.push(base64(copy.getImageData(0, 0, width, height).data));
  }
  const taken = new OffscreenCanvas(1, 1);
  taken.getContext('2d');
  const refusal = await renderer.present(input, taken).catch((error) => error.message);
  await renderer.close();
  const auto = await createRenderer();
  await auto.close();
  return { software: adapter.software, auto: auto.backend, rgba: base64(rgba), presented, refusal };
};`;

type Drawn =
  | { problem: string }
  | { software: boolean; auto: string; rgba: string; presented: string[]; refusal: string };

let opened: Awaited<ReturnType<typeof openPage>>;
beforeAll(async () => {
  opened = await openPage(entry, 'drawOnGpu', FLAGS);
});
afterAll(() => opened?.close());

test.each<[string, FrameInput]>([
  ['narrow', { network: { layers: 4.5, width: 8, weightScale: 0.8 }, size: [60, 40], supersample: 2 }],
  ['wide', { network: { layers: 3, width: 60, weightScale: 0.3 }, size: [40, 30] }],
])('a %s network in a page is the picture that Node draws, also on a canvas', async (_, input) => {
  const drawn = await opened.page.evaluate(
    (it) => (window as unknown as { drawOnGpu(input: FrameInput): Promise<Drawn> }).drawOnGpu(it),
    input,
  );
  if ('problem' in drawn) throw new Error(drawn.problem);
  const node = await createRenderer({ backend: 'cpu' });
  const expected = await node.render(frameSchema.parse(input));
  await node.close();
  expect(largestDifference(Buffer.from(drawn.rgba, 'base64'), expected)).toBeLessThanOrEqual(1);
  expect(drawn.presented).toEqual([drawn.rgba, drawn.rgba]);
  expect(drawn.refusal).toMatch(/^The canvas has no WebGPU context: /);
  expect(drawn.auto).toBe(drawn.software ? 'cpu' : 'gpu');
});
