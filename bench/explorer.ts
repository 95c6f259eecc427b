/**
 * Measures the explorer's plane in the browser that renders use, without a GPU: from a change to its coarse picture,
 * frames while dragging, and how soon the picture is sharp. Other work on the machine makes all of it slower, so the
 * CPU time of the browser is given too: divided by the cores, it is what the machine would need by itself.
 */
import { availableParallelism } from 'node:os';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { openPlane } from '../test/browser/plane-page.js';
import { built } from './built.js';
import { record } from './history.js';
import { fixed, median, table } from './table.js';

const SIZE: [number, number] = [1280, 720];

/** The networks, and the targets for each: milliseconds, frames a second, seconds. */
const networks = {
  Glass: { name: 'Glass', coarse: 50, fps: 30, full: 0.6, sharp: 2 },
  Nacre: { name: '27x30 (Nacre)', coarse: 100, fps: 30, full: 1.2, sharp: 5 },
} as const;
type Name = keyof typeof networks;
/** Which of a network's targets a figure has. */
type Goal = (targets: (typeof networks)[Name]) => number;

/** How often each is measured within a round. */
const CHANGES = 120;
const DRAG_MS = 2000;

interface Measured {
  /** From each change to its coarse picture, or to that of a newer change, in milliseconds. */
  coarse: number[];
  /** Frames in which the picture moved, and those of them without any missing strip, per second. */
  dragged: number;
  complete: number;
  /** From rest to all pixels, and to 2 x 2 samples, in milliseconds; and the CPU time of both together. */
  full: number;
  sharp: number;
  work: number;
  /** From an outdating change to the last part of outdated work, in milliseconds. */
  stopped: number[];
}

/** Measures `rounds` times, and prints medians. */
export async function benchExplorer(rounds: number): Promise<void> {
  const browser: Browser = await (await built.launch()).launchBrowser(
    await (await built.findBrowser()).findBrowser(),
  );
  const session = await browser.newBrowserCDPSession();
  const results: Record<Name, Measured[]> = { Glass: [], Nacre: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of Object.keys(networks) as Name[]) {
        const page = await openPlane(browser, SIZE);
        results[name].push(await measure(page, session, name));
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
  const names = Object.keys(networks) as Name[];
  const cores = availableParallelism();
  const row = (title: string, unit: string, of: (one: Measured) => number, goal?: Goal) => [
    `${title}, ${unit}`,
    ...names.map((name) => {
      const values = results[name].map(of);
      const expected = goal?.(networks[name]);
      record('explorer', `${name}: ${title}`, values, { unit, more: unit === 'a second', expected });
      return fixed(median(values)) + (expected === undefined ? '' : ` (${expected})`);
    }),
  ];
  console.log(`\nThe explorer at ${SIZE.join('x')}: medians of ${rounds}, and targets`);
  console.log(
    table([
      ['', ...names.map((name) => networks[name].name)],
      row(
        'change to coarse picture, p95',
        'ms',
        ({ coarse }) => percentile(coarse, 0.95),
        ({ coarse }) => coarse,
      ),
      row('change to coarse picture, median', 'ms', ({ coarse }) => median(coarse)),
      row(
        'frames while dragging',
        'a second',
        ({ dragged }) => dragged,
        ({ fps }) => fps,
      ),
      row('frames without missing strips while dragging', 'a second', ({ complete }) => complete),
      row(
        'rest to full size',
        's',
        ({ full }) => full / 1000,
        ({ full }) => full,
      ),
      row(
        'rest to 2x2 samples',
        's',
        ({ sharp }) => sharp / 1000,
        ({ sharp }) => sharp,
      ),
      row(`CPU time from rest to 2x2 samples / ${cores} cores`, 's', ({ work }) => work / cores),
      row(
        'outdated work ends, p95',
        'ms',
        ({ stopped }) => percentile(stopped, 0.95),
        () => 20,
      ),
    ]),
  );
}

async function measure(page: Page, session: CDPSession, name: Name): Promise<Measured> {
  // A first picture, so that kernels are compiled and the speed is known.
  await page.evaluate(async (name) => {
    const { plane, documents, pictureAt } = window.planePage;
    plane.show(pictureAt(documents[name], 0), { moving: false });
    await plane.settled();
  }, name);
  const coarse = await page.evaluate(measureChanges, [name, CHANGES] as const);
  const { dragged, complete } = await page.evaluate(measureDrag, [name, DRAG_MS] as const);
  const before = await cpuTime(session);
  const { full, sharp } = await page.evaluate(measureRest, name);
  const work = (await cpuTime(session)) - before;
  const stopped = await page.evaluate(measureStops, name);
  return { coarse, dragged, complete, full, sharp, work, stopped };
}

/** The CPU time of all of the browser's processes, in seconds. */
async function cpuTime(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The value below which this share of the values lies. */
function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** Changes the network in every animation frame, like a slider that is dragged. Runs in the page. */
async function measureChanges([name, count]: readonly [string, number]): Promise<number[]> {
  const { plane, documents, pictureAt, parts } = window.planePage;
  const picture = pictureAt(documents[name], 0);
  const times: number[] = [];
  parts.length = 0;
  for (let i = 0; i < count; i++) {
    const network = { ...picture.network, weightScale: picture.network.weightScale! + (i + 1) / 1e4 };
    times.push(performance.now());
    plane.show({ ...picture, network }, { moving: true });
    await new Promise(requestAnimationFrame);
  }
  plane.show({ ...picture, slice: [...picture.slice] }, { moving: false });
  await plane.settled();
  /** When each change's coarse picture was complete, by its number. */
  const shown = new Map<number, number>();
  for (const { frame, at } of parts) {
    if (frame.size[0] >= 1280) continue;
    const i = Math.round((frame.network.weightScale! - picture.network.weightScale!) * 1e4) - 1;
    if (i >= 0) shown.set(i, at);
  }
  const drawn = [...shown.keys()];
  return times.flatMap((time, i) => {
    const newest = drawn.find((other) => other >= i);
    return newest === undefined ? [] : [shown.get(newest)! - time];
  });
}

/** Drags at a steady speed, about 800 pixels a second. Runs in the page. */
async function measureDrag([name, milliseconds]: readonly [string, number]) {
  const { plane, documents, pictureAt, view: maths } = window.planePage;
  const picture = pictureAt(documents[name], 0);
  plane.show(picture, { moving: false });
  await plane.settled();
  const size = [1280, 720] as const;
  let { view } = picture;
  let [frames, complete] = [0, 0];
  const begin = performance.now();
  let before = begin;
  for (let now = begin; now - begin < milliseconds; ) {
    const [dx, dy] = [0.7, 0.4].map((speed) => Math.round(speed * Math.max(1, now - before)));
    view = maths.panned(view, dx, dy, size);
    plane.show({ ...picture, view }, { moving: true });
    before = now;
    now = await new Promise<number>(requestAnimationFrame);
    if (plane.status.scale > 0) complete++;
    frames++;
  }
  const seconds = (performance.now() - begin) / 1000;
  plane.show({ ...picture, view }, { moving: false });
  await plane.settled();
  return { dragged: frames / seconds, complete: complete / seconds };
}

/** Lets the picture come to rest after a motion. Runs in the page. */
async function measureRest(name: string) {
  const { plane, documents, pictureAt, statuses } = window.planePage;
  const picture = pictureAt(documents[name], 0);
  for (let i = 0; i < 10; i++) {
    plane.show({ ...picture, slice: picture.slice.map((value) => value + i / 500) }, { moving: true });
    await new Promise(requestAnimationFrame);
  }
  statuses.length = 0;
  const begin = performance.now();
  plane.show({ ...picture, slice: picture.slice.map((value) => value + 1 / 50) }, { moving: false });
  let full = 0;
  const watch = setInterval(() => {
    if (full === 0 && statuses.at(-1)?.samples === 1) full = performance.now() - begin;
  }, 5);
  await plane.settled();
  clearInterval(watch);
  return { full, sharp: performance.now() - begin };
}

/** Changes the picture while it is drawn with 2 x 2 samples. Runs in the page. */
async function measureStops(name: string): Promise<number[]> {
  const { plane, documents, pictureAt, parts } = window.planePage;
  const picture = pictureAt(documents[name], 0);
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const slice = [i, ...picture.slice.slice(1)].slice(0, picture.slice.length);
    const first = { ...picture, slice, view: { ...picture.view, rotation: 0.1 + i } };
    plane.show(first, { moving: false });
    await new Promise((done) => setTimeout(done, 300));
    parts.length = 0;
    plane.show({ ...first, palette: 'viridis' }, { moving: false });
    await new Promise(requestAnimationFrame);
    const stop = performance.now();
    await new Promise((done) => setTimeout(done, 200));
    const late = parts.filter(({ frame, at }) => frame.palette !== 'viridis' && at > stop);
    times.push(late.length > 0 ? late.at(-1)!.at - stop : 0);
  }
  return times;
}
