/** Every control of the explorer changes the picture to what the recipe in the address says. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { readLink, writeLink } from '../../src/core/recipe/link.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { documentOf, pictureAt } from '../../src/explorer/state/document.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { hostFolder, type StaticHost } from './static-host.js';

const SIZE: [number, number] = [115, 60];
/** Of the window, which has room for the panel: its pixels are large, so that its picture is soon sharp. */
const WINDOW = { viewport: { width: 920, height: 480 }, deviceScaleFactor: 0.125 };

/** Quick to draw. */
const start = parseSweep({
  seconds: 8,
  network: { seed: 7, layers: 4, units: 6, weightScale: 1.5 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
});

let host: StaticHost;
let browser: Browser;
const renderer = new CpuRenderer();

beforeAll(async () => {
  const folder = fileURLToPath(new URL('../../dist/pages/explorer', import.meta.url));
  host = await hostFolder(folder, '/', {});
  browser = await launchBrowser(await findBrowser());
});
afterAll(async () => {
  await browser?.close();
  host?.close();
  await renderer.close();
});

/** Waits until the address has changed and the picture is sharp, and compares the picture with the address's recipe. */
async function expectPicture(page: Page, before: string, what: string): Promise<string> {
  await page.waitForFunction((old) => location.href !== old, before, { timeout: 10_000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector('.stage')?.getAttribute('data-state') === 'sharp');
  const shown: number[] = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.stage canvas')!;
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d')!;
    copy.drawImage(canvas, 0, 0);
    return Array.from(copy.getImageData(0, 0, width, height).data);
  });
  const { sweep } = await readLink(page.url());
  const picture = pictureAt(documentOf(sweep), 0, evaluate);
  const wanted = await renderer.render({ ...picture, size: SIZE, supersample: 2 });
  expect(shown.length, what).toBe(wanted.length);
  const largest = shown.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  expect(largest, what).toBeLessThanOrEqual(1);
  return page.url();
}

test('each control changes the picture to that of the recipe in the address', {
  timeout: 240_000,
}, async () => {
  const page = await browser.newPage(WINDOW);
  page.setDefaultTimeout(12_000);
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  await page.goto(`${host.url}index.html${await writeLink(start)}`);
  await page.waitForSelector('.stage[data-state]');
  if ((await page.locator('[role=tab]').count()) === 0) await page.click('[aria-label="Open the panel"]');
  const panel = page.getByRole('tabpanel');
  const slider = (name: string) => panel.getByRole('slider', { name, exact: true });
  const number = (name: string) => panel.getByRole('textbox', { name, exact: true });
  const type = async (name: string, text: string) => {
    await number(name).fill(text);
    await number(name).press('Enter');
  };
  const choose = (name: string, label: string) =>
    panel.getByRole('combobox', { name, exact: true }).selectOption({ label });
  const pick = (name: string) =>
    panel
      .locator('.thumbnail-choice')
      .filter({ has: page.getByRole('radio', { name, exact: true }) })
      .click();
  const turn = (name: string) => panel.getByRole('switch', { name, exact: true }).click();

  const steps: [what: string, act: () => Promise<unknown>][] = [
    ['the name', () => page.getByRole('textbox', { name: /^Name/ }).fill('Ada')],
    ['the large slider', () => page.locator('#big-slider').press('ArrowRight')],
    ['layers', () => slider('Layers').press('Shift+ArrowRight')],
    ['layers beyond the slider', () => type('Layers', '66')],
    ['layers again', () => type('Layers', '4')],
    ['activation', () => pick('sin')],
    ['half-width', () => slider('Half-width').press('ArrowLeft')],
    ['slice', () => panel.locator('.slice-pad').click({ position: { x: 80, y: 30 } })],
    [
      'more: features',
      async () => {
        await panel.getByText('More', { exact: true }).click();
        await panel.getByRole('button', { name: 'r', exact: true }).click();
      },
    ],
    ['fold', () => choose('Fold', 'kaleidoscope')],
    ['output activation', () => choose('Output activation', 'tanh')],
    ['residual', () => slider('Residual').press('End')],
    ['normalisation', () => choose('Normalisation', 'layer')],
    ['distribution', () => choose('Distribution', 'normal')],
    ['draws', () => choose('Draws', 'hash')],
    ['initialisation', () => choose('Initialisation', 'he')],
    ['bias scale', () => type('Bias scale', '0.3')],
    ['first-layer bias', () => turn('First-layer bias')],
    ['rotation', () => type('Rotation', '30')],
    ['centre', () => type('Centre, x', '0.4')],
    ['inputs', () => slider('Inputs').press('ArrowRight')],
    ['second seed', () => type('Second seed', 'Grace')],
    ['second activation', () => choose('Second activation', 'gaussian')],
    ['units by layer', () => type('Units by layer', '8, 5')],
    [
      'palette',
      async () => {
        await page.getByRole('tab', { name: 'Colour' }).click();
        await pick('viridis');
      },
    ],
    ['own colours', () => panel.getByRole('button', { name: 'Your own colours' }).click()],
    ['output shown', () => choose('Output shown', '2')],
    ['levels', () => type('Levels, low', '0.2')],
    ['fitted levels', () => panel.getByRole('button', { name: 'Fit' }).click()],
  ];
  let address = page.url();
  for (const [what, act] of steps) {
    await act();
    address = await expectPicture(page, address, what);
  }
  const { sweep } = await readLink(address);
  expect(sweep.network).toMatchObject({ fold: { kaleidoscope: 6 }, biasScale: 0.3, units: [8, 5] });
  await page.focus('.stage');
  await page.keyboard.press('Control+z');
  await expectPicture(page, address, 'undo');
  expect(trouble).toEqual([]);
  await page.close();
});
