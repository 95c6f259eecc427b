/** The explorer's timeline, its gallery, and the browser's history. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { readLink, writeLink } from '../../src/core/recipe/link.js';
import { parseSweep, type Sweep } from '../../src/core/sweep/sweep.js';
import { CONTENT_SECURITY_POLICY } from '../../src/explorer/policy.js';
import { hostFolder, type StaticHost } from './static-host.js';

/** A small network that rests. */
const SMALL = parseSweep({
  seconds: 8,
  size: [1280, 720],
  network: { seed: 'small', layers: 4, units: 8, weightScale: 0.8 },
});

let host: StaticHost;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const built = fileURLToPath(new URL('../../dist/pages/explorer', import.meta.url));
  host = await hostFolder(built, '/', { 'content-security-policy': CONTENT_SECURITY_POLICY });
  browser = await launchBrowser(await findBrowser());
  page = await browser.newPage({ viewport: { width: 1100, height: 700 }, deviceScaleFactor: 0.125 });
  page.on('pageerror', (error) => expect.soft(error).toBeUndefined());
  await page.goto(`${host.url}${await writeLink(SMALL)}`);
  await page.waitForSelector('.stage');
});
afterAll(async () => {
  await browser?.close();
  host?.close();
});

/** The sweep of the address. */
const sweepNow = async (): Promise<Sweep> => (await readLink(page.url())).sweep;
const trackOf = async (name: string) => (await sweepNow()).network[name];

/** Sets the value of a slider as a user's drag does. */
async function drag(label: string, value: number): Promise<void> {
  await page
    .getByRole('slider', { name: label, exact: true })
    .first()
    .evaluate((slider, to) => {
      const input = slider as HTMLInputElement;
      input.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      input.value = `${to}`;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
      input.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
    }, value);
}

test('keyframes make the film that the copied code makes, and undo takes them back', async () => {
  await page.getByRole('button', { name: 'Move Weight scale' }).first().click();
  await page.getByRole('button', { name: 'Edit timeline' }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const add = page.getByLabel('Add a keyframe', { exact: true });
  await drag('Time', 0);
  await add.selectOption({ label: 'Layers' });
  await expect.poll(() => trackOf('layers')).toEqual({ keyframes: [[0, 4]] });
  await drag('Time', 6);
  await page.getByRole('textbox', { name: 'Layers', exact: true }).fill('9');
  await page.getByRole('textbox', { name: 'Layers', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Keep the change as a keyframe: Layers' }).first().click();
  const keys = [
    [0, 4],
    [6, 9],
    [8, 4], // the film is a loop
  ];
  await expect.poll(() => trackOf('layers')).toEqual({ keyframes: keys });
  await page.getByRole('button', { name: /^Layers 9 at 6 s/ }).press('ArrowLeft');
  await expect
    .poll(async () => ((await trackOf('layers')) as { keyframes: number[][] }).keyframes[1])
    .toEqual([5.96, 9]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => trackOf('layers')).toEqual({ keyframes: keys });
});

test('a sweep of the article replaces what moves, and plays', async () => {
  await page.getByLabel('Sweeps of the article', { exact: true }).selectOption('1 to 40 layers');
  await expect.poll(() => trackOf('layers')).toMatchObject({ tween: [1, 40] });
  const { weightScale } = (await sweepNow()).network;
  expect(weightScale).toEqual(expect.any(Number));
  await expect.poll(() => page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(1);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: 'Done' }).click();
});

test('every figure of the gallery opens, and back leads to the network before', async () => {
  const before = await trackOf('seed');
  await page.getByRole('button', { name: 'Gallery' }).click();
  const cards = page.locator('.drawer-card:has(img)');
  await expect.poll(() => cards.count()).toBeGreaterThan(6);
  const count = await cards.count();
  const titles: string[] = [];
  for (let i = 0; i < count; i++) {
    await cards.nth(i).click();
    const title = await cards.nth(i).locator('span').first().textContent();
    await expect.poll(async () => (await sweepNow()).title, { timeout: 10_000 }).toBe(title);
    titles.push(title!);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
  }
  await page.goBack();
  await expect.poll(async () => (await sweepNow()).title).toBe(titles.at(-2));
  for (let i = 1; i < count; i++) await page.goBack();
  await expect.poll(() => trackOf('seed')).toBe(before);
  await page.goForward();
  await expect.poll(async () => (await sweepNow()).title).toBe(titles[0]);
});

test('what an address cannot hold is offered as a file', async () => {
  const row = () => Array.from({ length: 40 }, (_, i) => Math.sin(i * 1e4) / 3);
  const layer = (units: number, inputs: number) => ({
    w: Array.from({ length: units }, () => row().slice(0, inputs)),
    b: row().slice(0, units),
  });
  const weights = [layer(40, 2), ...Array.from({ length: 9 }, () => layer(40, 40)), layer(3, 40)].map(
    ({ w, b }, k) => ({
      b,
      w: w.map((line, i) => line.map((value, j) => value + i / 997 + j / 991 + k / 3)),
    }),
  );
  const recipe = JSON.stringify({ untrained: 1, sweep: { seconds: 1, network: { weights } } });
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'big.json', { type: 'application/json' }));
    return transfer;
  }, recipe);
  await page.dispatchEvent('.stage', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the recipe' }).click();
  expect((await saving).suggestedFilename()).toBe('recipe.json');
  expect(page.url()).toMatch(/#$/);
});
