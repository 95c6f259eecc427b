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
import { CpuRenderer } from '${src('renderers/cpu/renderer.ts')}';
import { FallbackRenderer } from '${src('renderers/fallback.ts')}';
import { GpuRenderer } from '${src('renderers/gpu/renderer.ts')}';
import { Plane } from '${src('explorer/plane/plane.ts')}';
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
};

/** The explorer's plane on a GPU: shows networks until the page loses its devices. */
window.openPlane = async (input) => {
  const adapter = await findAdapter();
  if ('problem' in adapter) return adapter;
  const devices = [];
  const gpu = await GpuRenderer.start(async () => {
    devices.push(await adapter.open());
    return devices.at(-1);
  });
  const element = Object.assign(document.createElement('canvas'), { width: 60, height: 40 });
  element.style.display = 'block';
  document.body.append(element);
  const renderer = Promise.resolve(new FallbackRenderer(gpu, () => new CpuRenderer(1)));
  const plane = new Plane(element, { renderer });
  window.showSharply = async (seed) => {
    const { size, supersample, ...picture } = frameSchema.parse(input);
    plane.show({ ...picture, network: { ...picture.network, seed } }, { moving: false });
    await plane.settled();
    return { samples: plane.status.samples, isOnGpu: plane.canvas === element, devices: devices.length };
  };
  window.loseGpu = () => devices.at(-1).gpu.destroy();
  window.closePlane = () => plane.close();
  window.pixelsOf = async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const copy = new OffscreenCanvas(image.width, image.height).getContext('2d');
    copy.drawImage(image, 0, 0);
    return btoa(String.fromCharCode(...copy.getImageData(0, 0, image.width, image.height).data));
  };
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

test('the plane is drawn by the GPU, again on another device, and then by the CPU on another canvas', async () => {
  const input: FrameInput = { network: { layers: 1, weightScale: 2 }, size: [60, 40], supersample: 2 };
  const { page } = opened;
  const call = (name: string, ...given: unknown[]) =>
    page.evaluate(
      ([f, args]) => (window as never as Record<string, (...all: unknown[]) => unknown>)[f](...args),
      [name, given] as const,
    );
  expect(await call('openPlane', input)).toBeUndefined();
  const node = await createRenderer({ backend: 'cpu' });
  for (const [seed, isOnGpu, devices] of [
    [1, true, 1],
    [2, true, 2],
    [3, false, 2],
  ] as const) {
    expect(await call('showSharply', seed)).toEqual({ samples: 4, isOnGpu, devices });
    // As the page shows it: the contents of a WebGPU canvas on a page cannot be read.
    const screenshot = await page.locator('canvas').screenshot();
    const rgba = Buffer.from((await call('pixelsOf', screenshot.toString('base64'))) as string, 'base64');
    const expected = await node.render(frameSchema.parse({ ...input, network: { ...input.network, seed } }));
    expect(largestDifference(rgba, expected), `seed ${seed}`).toBeLessThanOrEqual(1);
    await call('loseGpu');
  }
  await call('closePlane');
  await node.close();
});
