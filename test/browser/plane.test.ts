/** The plane in a browser: what its canvas shows after changes, and that it does nothing at rest. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import type { View } from '../../src/core/frame/description.js';
import { type Picture, pictureAt } from '../../src/explorer/state/document.js';
import { networks } from '../../src/explorer/state/networks.js';
import { panned, zoomed } from '../../src/explorer/state/view.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { openPlane } from './plane-page.js';

const SIZE: [number, number] = [168, 104];

let browser: Browser;
let page: Page;
let renderer: CpuRenderer;
beforeAll(async () => {
  renderer = new CpuRenderer(2);
  browser = await launchBrowser(await findBrowser());
  page = await openPlane(browser, SIZE);
});
afterAll(async () => {
  await browser?.close();
  await renderer?.close();
});

const glass = pictureAt(networks[0].document, 0, evaluate);

const looking = (view: Partial<View>, picture: Picture = glass): Picture => ({
  ...picture,
  view: { ...picture.view, ...view },
});

/** Shows pictures one after another, one per animation frame, and waits until the last one is sharp. */
async function show(pictures: Picture[], moving = false): Promise<void> {
  await page.evaluate(
    async ([pictures, moving]) => {
      const { plane, parts } = window.planePage;
      await plane.settled().catch(() => {});
      parts.length = 0;
      for (const picture of pictures) {
        plane.show(picture, { moving });
        await new Promise(requestAnimationFrame);
      }
      plane.show(pictures[pictures.length - 1], { moving: false });
      await plane.settled();
    },
    [pictures, moving] as const,
  );
}

/** Compares the canvas with what the command draws, which may differ by one step. */
async function expectPicture(picture: Picture, size = SIZE): Promise<void> {
  const text = await page.evaluate(() => {
    const { pixels, plane } = window.planePage;
    return [JSON.stringify(plane.status), String.fromCharCode(...pixels())];
  });
  expect(JSON.parse(text[0])).toMatchObject({ drawing: false, samples: 4, scale: 1 });
  const drawn = Buffer.from(text[1], 'latin1');
  const expected = await renderer.render({ ...picture, size, supersample: 2 });
  expect(drawn.length).toBe(expected.length);
  expect(furthest(drawn, expected)).toBeLessThanOrEqual(1);
}

const furthest = (one: Uint8Array, other: Uint8Array) =>
  one.reduce((most, byte, i) => Math.max(most, Math.abs(byte - other[i])), 0);

/** The samples that were drawn since the last show(). */
const samplesDrawn = () =>
  page.evaluate(() => window.planePage.parts.reduce((sum, { samples }) => sum + samples, 0));
/** Those of a whole sharp picture: 1 and then 4 for each pixel, and some for the coarse one. */
const WHOLE = 5 * SIZE[0] * SIZE[1];

test('a change of the network', async () => {
  await show([glass]);
  await expectPicture(glass);
  const other = { ...glass, network: { ...glass.network, weightScale: 0.8 }, palette: 'rgb' as const };
  await show([other]);
  await expectPicture(other);
});

test('many changes in a row: the last one is shown', async () => {
  const changes = Array.from({ length: 20 }, (_, i) => ({ ...glass, slice: [0.2, i / 100] }));
  await show(changes, true);
  await expectPicture(changes[19]);
});

test('panning by whole pixels draws only what comes into view', async () => {
  await show([glass]);
  const steps = [
    [5, 0],
    [11, -3],
    [0, 2],
    [-7, 9],
  ];
  let { view } = glass;
  const pictures = steps.map(([dx, dy]) => {
    view = panned(view, dx, dy, SIZE);
    return looking(view);
  });
  await show(pictures, true);
  expect(await samplesDrawn()).toBeLessThan(WHOLE / 2);
  await expectPicture(pictures[3]);
  // Further than pixels are kept, and on: by more than the anchor lasts.
  const far = [90, -400, 2000, 2000, 2000].map((dx) => {
    view = panned(view, dx, dx / 10, SIZE);
    return looking(view);
  });
  await show(far, true);
  await expectPicture(looking(view));
  await show([looking(panned(view, 1, 1, SIZE))]);
  expect(await samplesDrawn()).toBeLessThan(WHOLE / 2);
  await expectPicture(looking(panned(view, 1, 1, SIZE)));
});

test('zooming stretches the picture at once, and then draws it again', async () => {
  await show([glass]);
  const at: [number, number] = [40, 70];
  const steps = [1.3, 1.3, 0.5, 1.5];
  let { view } = glass;
  const pictures = steps.map((factor) => {
    view = zoomed(view, factor, at, SIZE);
    return looking(view);
  });
  const first = await page.evaluate(async (picture) => {
    const { plane, pixels, parts } = window.planePage;
    const before = pixels();
    const count = parts.length;
    plane.show(picture, { moving: true });
    await new Promise(requestAnimationFrame);
    const after = pixels();
    return {
      changed: after.filter((byte, i) => Math.abs(byte - before[i]) > 8).length,
      drawn: parts.length - count,
    };
  }, pictures[0]);
  expect(first.changed).toBeGreaterThan(1000);
  expect(first.drawn).toBe(0);
  await show(pictures, true);
  await expectPicture(pictures[3]);
});

test.each([
  ['turned', looking({ rotation: 30 })],
  ['dithered', { ...glass, dither: true }],
  [
    'mirrored',
    looking({ centre: [0, 0] }, { ...glass, network: { ...glass.network, fold: 'mirror' as const } }),
  ],
  ['one unit', { ...glass, shown: { layer: 3, unit: 2 } }],
])('%s, zoomed and panned', async (_, picture) => {
  await show([picture]);
  await expectPicture(picture);
  const turned = looking({ rotation: picture.view.rotation + 10 }, picture);
  const panning = looking(panned(turned.view, 13, -5, SIZE), picture);
  await show([looking(zoomed(picture.view, 1.4, [100, 20], SIZE), picture), turned, panning], true);
  await expectPicture(panning);
});

test('all units of a layer, as a grid', async () => {
  const grid = { ...glass, shown: { layer: 3 } };
  await show([grid]);
  await expectPicture(grid);
  await show([glass]);
  await expectPicture(glass);
  const impossible = page.evaluate(
    async (picture) => {
      const { plane } = window.planePage;
      plane.show(picture, { moving: false });
      await plane.settled();
    },
    { ...glass, shown: { layer: 1 }, network: { ...glass.network, units: 4000 } } as Picture,
  );
  await expect(impossible).rejects.toThrow(/shown\.layer has 4000 units.*make the size at least/);
  await show([glass]);
  await expectPicture(glass);
});

test('another size of the canvas', async () => {
  await show([glass]);
  const size: [number, number] = [90, 130];
  await page.evaluate(async (size) => {
    const { plane } = window.planePage;
    plane.resize(...size);
    await plane.settled();
  }, size);
  await expectPicture(glass, size);
  await page.evaluate((size) => window.planePage.plane.resize(...size), SIZE);
  await show([glass]);
  await expectPicture(glass);
});

test('outdated work ends after the parts that threads have begun', async () => {
  await show([glass]);
  const late = await page.evaluate(
    async ([first, second]) => {
      const { plane, parts } = window.planePage;
      plane.show(first, { moving: false });
      while (parts.at(-1)?.frame.supersample !== 2 || parts.at(-1)?.frame.slice[0] !== first.slice[0]) {
        await new Promise((done) => setTimeout(done));
      }
      plane.show(second, { moving: false });
      await new Promise(requestAnimationFrame);
      const count = parts.filter(({ frame }) => frame.slice[0] === first.slice[0]).length;
      await plane.settled();
      return parts.filter(({ frame }) => frame.slice[0] === first.slice[0]).length - count;
    },
    [
      { ...glass, slice: [0.3, 0.1] },
      { ...glass, slice: [0.4, 0.1] },
    ],
  );
  expect(late).toBeLessThanOrEqual(2 * (await page.evaluate(() => navigator.hardwareConcurrency)));
  await expectPicture({ ...glass, slice: [0.4, 0.1] });
});

test('at rest, nothing is drawn, and no timer runs', async () => {
  await show([glass]);
  const calls = await page.evaluate(async () => {
    const { setTimeout: wait, requestAnimationFrame: request } = window;
    const { statuses, parts } = window.planePage;
    let calls = 0;
    const counts = [statuses.length, parts.length];
    window.requestAnimationFrame = (callback) => {
      calls++;
      return request(callback);
    };
    window.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
      calls++;
      return wait(...args);
    }) as typeof setTimeout;
    await new Promise((done) => wait(done, 300));
    window.setTimeout = wait;
    window.requestAnimationFrame = request;
    return calls + statuses.length - counts[0] + parts.length - counts[1];
  });
  expect(calls).toBe(0);
});

test('the end of zooming: a smooth picture, or float32 without digits', async () => {
  const limit = () => page.evaluate(() => window.planePage.plane.status.limit);
  await show([glass]);
  expect(await limit()).toBeUndefined();
  await show([looking({ centre: [0.8, 0.3], halfWidth: 1e-4 })]);
  expect(await limit()).toBe('smooth');
  const network = { ...glass.network, seed: 5, inputs: 2, layers: 27, units: 30, weightScale: 1.5 };
  await show([
    looking({ centre: [0.31, 0.2], halfWidth: 1e-7 }, { ...glass, network, slice: [], palette: 'rgb' }),
  ]);
  expect(await limit()).toBe('grainy');
});

test('thumbnails are drawn although the picture keeps changing', async () => {
  const count = await page.evaluate(async (picture) => {
    const { plane } = window.planePage;
    let frame = 0;
    let request = requestAnimationFrame(function step() {
      plane.show({ ...picture, slice: [Math.sin(frame++ / 100), 0] }, { moving: true });
      request = requestAnimationFrame(step);
    });
    const images = await Promise.all(Array.from({ length: 4 }, () => plane.thumbnail(picture, 64, 40)));
    cancelAnimationFrame(request);
    plane.show(picture, { moving: false });
    return images.length;
  }, glass);
  expect(count).toBe(4);
});

test('thumbnails are drawn when the plane rests, and can be cancelled', async () => {
  const drawn = await page.evaluate(async (picture) => {
    const { plane } = window.planePage;
    plane.show({ ...picture, slice: [1, 1] }, { moving: false });
    const stop = new AbortController();
    const cancelled = plane.thumbnail(picture, 30, 20, stop.signal).catch(({ message }: Error) => message);
    const image = plane.thumbnail(picture, 64, 40);
    stop.abort(new Error('Not needed.'));
    return [await cancelled, String.fromCharCode(...(await image).data)];
  }, glass);
  expect(drawn[0]).toBe('Not needed.');
  const expected = await renderer.render({ ...glass, size: [64, 40], supersample: 1 });
  expect(furthest(Buffer.from(drawn[1] as string, 'latin1'), expected)).toBeLessThanOrEqual(1);
});

test('gestures: drag, wheel, double click, pinch', async () => {
  const log = () => page.evaluate(() => (window as unknown as { log: unknown[] }).log.splice(0));
  await page.evaluate(() => {
    const log: unknown[] = [];
    Object.assign(window, { log });
    const stop = window.planePage.watchGestures(
      document.querySelector('canvas')!,
      {
        begin: () => log.push('begin'),
        pan: (dx, dy) => log.push([dx, dy]),
        zoom: (factor, [x, y]) => log.push({ factor, x: Math.round(x), y: Math.round(y) }),
        end: () => log.push('end'),
        tap: ([x, y]) => log.push(`tap ${x} ${y}`),
      },
      { reducedMotion: () => true },
    );
    Object.assign(window, { stop });
  });
  await page.mouse.move(50, 50);
  await page.mouse.down();
  await page.mouse.move(60, 50); // tells that it is a drag
  await page.mouse.move(75, 44);
  await page.mouse.up();
  expect(await log()).toEqual(['begin', [15, -6], 'end']);

  await page.mouse.wheel(0, -120);
  await expect
    .poll(async () => (await page.evaluate(() => (window as unknown as { log: unknown[] }).log)).length)
    .toBe(3);
  expect(await log()).toEqual(['begin', { factor: 2 ** 0.5, x: 75, y: 44 }, 'end']);

  await page.mouse.dblclick(20, 30);
  await page.keyboard.down('Shift');
  await page.mouse.dblclick(120, 30);
  await page.keyboard.up('Shift');
  expect(await log()).toEqual([
    ...['tap 20 30', 'tap 20 30', 'begin', { factor: 2, x: 20, y: 30 }, 'end'],
    ...['tap 120 30', 'tap 120 30', 'begin', { factor: 0.5, x: 120, y: 30 }, 'end'],
  ]);

  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  await touch('touchStart', [40, 50], [60, 50]);
  await touch('touchMove', [30, 50], [70, 50]);
  await touch('touchEnd');
  const pinch = (await log()) as (string | { factor: number } | [number, number])[];
  expect([pinch[0], pinch.at(-1)]).toEqual(['begin', 'end']);
  const factors = pinch.flatMap((entry) =>
    typeof entry === 'object' && 'factor' in entry ? [entry.factor] : [],
  );
  expect(factors.reduce((product, factor) => product * factor, 1)).toBeCloseTo(2, 6);
  const moves = pinch.filter(Array.isArray) as [number, number][];
  expect(moves.reduce((sum, [dx]) => sum + dx, 0)).toBe(0);

  await page.evaluate(() => (window as unknown as { stop(): void }).stop());
  await page.mouse.wheel(0, -120);
  await page.mouse.dblclick(20, 30);
  expect(await log()).toEqual([]);
});

test('a pan and a zoom about the middle lead to the same picture as the command', async () => {
  const view = zoomed(panned(glass.view, 37, 0, SIZE), 2 ** (1 / 16), [SIZE[0] / 2, SIZE[1] / 2], SIZE);
  await show([glass, looking(view)]);
  await expectPicture(looking(view));
});

test('closing ends what is being drawn, and the workers', async () => {
  const ended = await page.evaluate(async (picture) => {
    const { plane } = window.planePage;
    const { terminate } = Worker.prototype;
    let workers = 0;
    Worker.prototype.terminate = function () {
      workers++;
      terminate.call(this);
    };
    plane.show({ ...picture, slice: [3, 3] }, { moving: false });
    const settled = plane.settled().catch(({ message }: Error) => message);
    await new Promise(requestAnimationFrame);
    const thumbnail = plane.thumbnail(picture, 64, 40).catch(({ message }: Error) => message);
    await plane.close();
    return { workers, messages: [await settled, await thumbnail], cores: navigator.hardwareConcurrency };
  }, glass);
  expect(ended.messages).toEqual(['The plane was closed.', 'The plane was closed.']);
  expect(ended.workers).toBe(ended.cores);
});
