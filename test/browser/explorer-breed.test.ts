/** Breed and Inside in a page: by pointer and by keyboard. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { frameAt, type Sweep } from '../../src/core/sweep/sweep.js';
import { ancestry } from '../../src/explorer/state/lineage.js';
import { networks } from '../../src/explorer/state/networks.js';
import type { Action, ExplorerState } from '../../src/explorer/state/state.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { largestDifference } from '../frames/compare.js';
import { openPage } from './stage.js';

const page_ = (path: string) => fileURLToPath(new URL(`../../src/explorer/page/${path}`, import.meta.url));

/** In the page: the stage, and the tab that is open with what belongs to it. */
const entry = `
import { h, render } from 'preact';
import { effect } from '@preact/signals';
import breedStyle from '${page_('styles/60-breed.css')}?inline';
import insideStyle from '${page_('styles/61-inside.css')}?inline';
import { Breed, BreedGrid } from '${page_('breed.tsx')}';
import { Inside } from '${page_('inside.tsx')}';
import { Stage } from '${page_('stage.tsx')}';
import { dispatch, state } from '${page_('store.ts')}';

const style = document.createElement('style');
style.textContent = breedStyle + insideStyle + \`
  body { margin: 0 } .stage { position: fixed; inset: 0; width: 100vw; height: 100vh }
  .cover { position: fixed; inset: 0 } .panel { position: fixed; top: 0; right: 0; bottom: 0; width: 19rem; overflow: auto }
  * { box-sizing: border-box } :root { --bar: 0px; --gap: 12px; --control: 24px }\`;
document.head.append(style);
document.body.append(document.createElement('main'));
const Tab = ({ tab }) => [
  h(Stage, {}),
  tab === 'breed' && h('div', { class: 'cover' }, h(BreedGrid, {})),
  h('section', { class: 'panel' }, tab === 'breed' ? h(Breed, {}) : tab === 'inside' ? h(Inside, {}) : null),
];
let tab;
effect(() => {
  const next = state.value.layout.tab;
  if (next !== tab) queueMicrotask(() => render(h(Tab, { tab: next }), document.querySelector('main')));
  tab = next;
});
window.explorer = { state: () => state.value, dispatch };`;

interface Explorer {
  state(): ExplorerState;
  dispatch(action: Action): void;
}

let page: Page;
let close: () => Promise<void>;
beforeAll(async () => {
  const opened = await openPage(entry, 'explorer');
  ({ page, close } = opened);
  await page.setViewportSize({ width: 800, height: 450 });
});
afterAll(() => close?.());

const state = () => page.evaluate(() => (window as unknown as { explorer: Explorer }).explorer.state());
const dispatch = (...actions: Action[]) =>
  page.evaluate((all) => {
    for (const action of all) (window as unknown as { explorer: Explorer }).explorer.dispatch(action);
  }, actions);
const captions = () =>
  page.locator('.breed-pick').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')!));
const allDrawn = () =>
  page.waitForFunction(() => document.querySelectorAll('[data-state=drawn]').length === 9);

/** Nacre, small enough for many thumbnails. */
const network = { ...networks[2].document.sweep.network, layers: 9, units: 12, weightScale: 0.9 };
const document_ = { ...networks[2].document, sweep: { ...networks[2].document.sweep, network } };

beforeEach(() =>
  dispatch({ type: 'layout', change: { tab: 'network' } }, { type: 'open', document: document_ as never }),
);

/** Compares a thumbnail with the picture of a network, within one step. */
async function expectPicture(place: number, sweep: Sweep): Promise<void> {
  const { size, rgba } = await page.evaluate((at) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.breed-picture')[at];
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    return { size: [width, height] as [number, number], rgba: [...data] };
  }, place);
  const renderer = new CpuRenderer(1);
  const expected = await renderer.render({ ...frameAt(sweep, 0, evaluate), size, supersample: 1 });
  await renderer.close();
  expect(largestDifference(Uint8Array.from(rgba), expected)).toBeLessThanOrEqual(1);
}

test('a neighbour is picked by pointer, another by key, and Back leads to their parents', async () => {
  await dispatch({ type: 'layout', change: { tab: 'breed', panel: true } });
  await allDrawn();
  expect(await captions()).toHaveLength(9);
  expect((await captions())[4]).toBe('5: this network');
  await expectPicture(4, document_.sweep as never);

  const first = (await captions())[0].slice(3);
  await page.locator('.breed-pick').nth(0).click();
  await page.waitForFunction(
    (before) => !document.querySelector('.breed-pick')!.ariaLabel!.endsWith(before),
    first,
  );
  await page.waitForFunction(() => !document.querySelectorAll('.breed-pick')[2].ariaLabel!.endsWith('empty'));
  const second = (await captions())[2].slice(3);
  await page.locator('.breed-pick').nth(4).focus();
  for (const key of ['ArrowUp', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  const { lineage, visits } = await state();
  expect(ancestry(lineage!).map((index) => lineage!.networks[index].caption)).toEqual(['', first, second]);
  expect(visits).toBeGreaterThanOrEqual(2);

  await page.keyboard.press('Backspace');
  await page.getByRole('button', { name: 'Back' }).click();
  const back = await state();
  expect(back.lineage!.current).toBe(0);
  expect(back.document).toEqual(document_);
  await page.locator('.breed-pick').nth(4).focus();
  await page.keyboard.press('Escape');
  expect((await state()).layout.tab).toBe('network');
  expect(await page.locator('.breed').count()).toBe(0);
});

test('locks keep a parameter, and two marked networks are mixed into a walk', async () => {
  await dispatch({ type: 'layout', change: { tab: 'breed', panel: true } });
  for (const button of await page.locator('.breed-lock').all()) {
    if ((await button.textContent()) !== 'Seed') await button.click();
  }
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('.breed-pick')].filter(({ ariaLabel }) => /seed \d+$/.test(ariaLabel!))
        .length === 8,
  );
  const seeds = (await captions()).map((caption) => Number(caption.match(/\d+$/)?.[0]));
  await page.locator('.breed-mark').nth(0).click();
  await page.locator('.breed-pick').nth(1).focus();
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Mix the two' }).click();
  await page.locator('.breed-pick').nth(2).click(); // a quarter of the way
  expect((await state()).document.sweep.network.seed).toEqual({
    from: seeds[0],
    to: seeds[1],
    fraction: 0.25,
  });
});

test('Inside follows the cursor, and shows units and layers on the plane', async () => {
  await dispatch({ type: 'layout', change: { tab: 'inside' } });
  const values = () => page.locator('.inside-values').first().locator('dd').allTextContents();
  await page.waitForSelector('.inside-units');
  expect(await page.locator('.inside-crosshair').count()).toBe(1);
  expect(await values()).toEqual(['1', '0', '0.4', '0']); // the middle of the view, and the slice
  await page.mouse.move(100, 225);
  await page.waitForFunction(() => !document.querySelector('.inside-crosshair'));
  await page.waitForFunction(() => document.querySelector('.inside-values dd')!.textContent !== '1');
  // 300 of 225 pixels to the left, in half-widths.
  expect((await values()).map((text) => Number(text.replace('−', '-'))).slice(0, 2)).toEqual([-2.47, 0]);
  await expect(page.locator('.inside > p').textContent()).resolves.toMatch(
    /^(Ordered|At the edge|Chaotic).*χ = [\d.]+/,
  );

  await page.locator('.inside-units').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  const shown = async () => (await state()).document.sweep.shown;
  expect(await shown()).toEqual({ layer: 3, unit: 2 });
  await page.getByRole('button', { name: 'Show layer 3' }).click();
  expect(await shown()).toEqual({ layer: 3 });
  const box = (await page.locator('.inside-units').boundingBox())!;
  await page.mouse.click(box.x + box.width * (10.5 / 12), box.y + box.height * (0.5 / 8));
  expect(await shown()).toEqual({ layer: 1, unit: 11 });
  await page.getByRole('button', { name: 'Back to the colours' }).click();
  expect(await shown()).toBeUndefined();
});
