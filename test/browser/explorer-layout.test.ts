/** The explorer's page: where everything is, what fades, and using it with the keyboard alone or with fingers. */
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { CONTENT_SECURITY_POLICY } from '../../src/explorer/policy.js';
import { hostFolder, type StaticHost } from './static-host.js';

let host: StaticHost;
let browser: Browser;

beforeAll(async () => {
  const built = fileURLToPath(new URL('../../dist/pages/explorer', import.meta.url));
  host = await hostFolder(built, '/sub/', { 'content-security-policy': CONTENT_SECURITY_POLICY });
  browser = await launchBrowser(await findBrowser());
});
afterAll(async () => {
  await browser?.close();
  host?.close();
});

async function open(options: BrowserContextOptions, hash = ''): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => expect.soft(error).toBeUndefined());
  await page.goto(`${host.url}${hash}`);
  await page.waitForSelector('.stage');
  return page;
}

/** What lies above the picture, and may cover nothing else. */
const REGIONS =
  '.bar, .introduction, .panel, .panel-closed, .drawer-slot, .message, .page > .timeline-slot, .place, .bottom > .big, .sheet';

/** The regions that overlap, or that leave the window. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate((regions) => {
    const elements = [...document.querySelectorAll<HTMLElement>(regions)];
    const found: string[] = [];
    const overlaps = (a: DOMRect, b: DOMRect) =>
      a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
    elements.forEach((element, i) => {
      const box = element.getBoundingClientRect();
      if (box.left < 0 || box.top < 0 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5)
        found.push(`${element.className} leaves the window: ${JSON.stringify(box)}`);
      for (const other of elements.slice(i + 1)) {
        if (element.contains(other) || !overlaps(box, other.getBoundingClientRect())) continue;
        found.push(`${element.className} overlaps ${other.className}`);
      }
    });
    return found;
  }, REGIONS);
}

/** The visible controls that are smaller than this, in pixels. */
function smallTargets(page: Page, least: number): Promise<string[]> {
  return page.evaluate((size) => {
    const targets = [...document.querySelectorAll<HTMLElement>('.page :is(button, input, select, summary)')];
    return targets
      .filter((target) => getComputedStyle(target).pointerEvents !== 'none' && target.checkVisibility())
      .map((target) => {
        // A label is a target too, and so is what a radio button is in.
        const { width, height } = (target.closest('label') ?? target).getBoundingClientRect();
        const name = target.getAttribute('aria-label') ?? target.textContent ?? target.className;
        return { name: `${name}: ${width} x ${height}`, isSmall: Math.min(width, height) < size - 0.5 };
      })
      .filter(({ isSmall }) => isSmall)
      .map(({ name }) => name);
  }, least);
}

const sizeOf = (page: Page, selector: string) =>
  page.$eval(selector, (element) => {
    const { width, height, top, bottom } = element.getBoundingClientRect();
    return { width, height, top, bottom };
  });

describe('with a mouse and a keyboard', () => {
  let page: Page;
  beforeAll(async () => {
    page = await open({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' });
    await page.waitForSelector('.timeline');
  });
  afterAll(() => page.context().close());

  const label = () => page.$eval('.stage', (stage) => stage.getAttribute('aria-label'));
  const weightScale = () => page.$eval('#big-slider', (slider) => slider.getAttribute('aria-valuetext'));

  test('nothing moves by itself if the user prefers less motion', async () => {
    expect(await page.isVisible('.timeline [aria-label=Play]')).toBe(true);
    expect(await weightScale()).toBe('0.95, chaotic');
    expect(await label()).toBe('Network 70, 20 layers of 16 units');
  });

  test('the panel leaves the canvas as it is, and everything is large enough', async () => {
    expect(await page.isVisible('.panel')).toBe(true);
    const canvas = () =>
      page.$eval('.stage canvas', ({ width, height }: HTMLCanvasElement) => [width, height]);
    await expect.poll(canvas).toEqual([1280, 720]); // once it has drawn
    expect((await sizeOf(page, '.panel')).width).toBe(304);
    expect((await sizeOf(page, '.bar-name')).width).toBe(240);
    expect(await smallTargets(page, 24)).toEqual([]);
    await page.click('.panel-toggle');
    expect(await page.isVisible('.panel')).toBe(false);
    expect(await canvas()).toEqual([1280, 720]);
    await page.click('.panel-toggle');
  });

  test('regions do not overlap, whatever is open', async () => {
    await page.click('[aria-label=Gallery]');
    await page.waitForSelector('.drawer');
    for (const step of ['played', 'edited']) {
      if (step === 'edited') await page.click('text=Edit timeline');
      for (const [width, height] of [
        [1280, 720],
        [900, 600],
        [700, 500],
        [3840, 2160],
      ] as const) {
        await page.setViewportSize({ width, height });
        // The page rearranges itself after the event.
        const message = `${step} at ${width} x ${height}`;
        await expect.poll(() => misplaced(page), { message }).toEqual([]);
      }
    }
    await page.click('text=Done');
    await page.click('[aria-label="Close the gallery"]');
  });

  test('with text twice as large, nothing overlaps', async () => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '32px'));
    await page.waitForSelector('.sheet');
    await expect.poll(() => misplaced(page)).toEqual([]);
    await page.setViewportSize({ width: 375, height: 667 });
    await page.waitForSelector('[data-screen=tall]');
    await expect.poll(() => misplaced(page)).toEqual([]);
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.waitForSelector('.panel');
  });

  test('the keyboard is enough to change, play, undo, name and hide', async () => {
    await page.setViewportSize({ width: 700, height: 480 }); // whose picture is soon sharp
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('.');
    await expect.poll(weightScale).toMatch(/^0.96/);
    await page.keyboard.press('.');
    await page.keyboard.press('Shift+Period');
    await expect.poll(weightScale).toMatch(/^1.07/);
    await page.keyboard.press(' ');
    await page.waitForSelector('.timeline [aria-label=Pause]');
    await page.keyboard.press(' ');
    await page.waitForSelector('.timeline [aria-label=Play]');
    await page.keyboard.press('Control+z'); // the three presses are one step
    await expect.poll(weightScale).toMatch(/^0.95/);
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(weightScale).toMatch(/^1.07/);
    const hash = () => page.evaluate(() => location.hash);
    await page.keyboard.press('ArrowRight');
    const moved = await expect.poll(hash).not.toBe('').then(hash);
    await page.keyboard.press('h');
    await page.waitForSelector('.show-button');
    expect(await page.isVisible('.bar')).toBe(false);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.bar');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.focus('dialog .switch');
    await page.keyboard.press(' ');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.focus('.stage');
    await page.keyboard.press(','); // the shortcuts are off
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('.name-field')).toBe('Ada');
    await expect.poll(label, { timeout: 20_000 }).toBe('Network Ada, 20 layers of 16 units');
    expect(await weightScale()).toMatch(/^1.07/);
    expect(await hash()).not.toBe(moved);
    await page.goBack(); // the name became an entry of the history
    await expect.poll(label, { timeout: 20_000 }).toMatch('Network 70');
  });
});

test('the controls fade out without input, return at once, and stay while they have focus', async () => {
  const page = await open({ viewport: { width: 900, height: 600 } });
  const focused = await page.context().newPage();
  await focused.goto(host.url);
  await focused.focus('.name-field');
  const opacity = (selector: string, of = page) =>
    of.$eval(selector, (element) => {
      let product = 1;
      for (let at: Element | null = element; at; at = at.parentElement)
        product *= Number(getComputedStyle(at).opacity);
      return product;
    });
  await page.waitForSelector('.bar');
  await page.mouse.move(300, 300);
  expect(await opacity('.panel')).toBe(1);
  await page.waitForSelector('.page[data-faded=true]', { timeout: 6000 });
  await expect.poll(() => opacity('.panel')).toBe(0);
  expect(await opacity('#big-slider')).toBe(1);
  // Measured in the page, since messages to and from it take their time.
  await page.evaluate(() => {
    const returned = new Promise<number>((done) => {
      const moved = () => {
        const started = performance.now();
        const panel = document.querySelector('.upper > .side:last-child')!;
        requestAnimationFrame(function check() {
          if (getComputedStyle(panel).opacity === '1') done(performance.now() - started);
          else requestAnimationFrame(check);
        });
      };
      addEventListener('pointermove', moved, { once: true });
    });
    Object.assign(window, { returned });
  });
  await page.mouse.move(310, 300);
  const returned = await page.evaluate(() => (window as unknown as { returned: Promise<number> }).returned);
  expect(returned).toBeLessThan(100);
  expect(await opacity('.name-field', focused)).toBe(1); // for as long as the other page took
  await page.context().close();
});

describe('on a phone', () => {
  let page: Page;
  let fingers: CDPSession;
  beforeAll(async () => {
    page = await open({
      ...{ viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true },
      reducedMotion: 'reduce',
    });
    fingers = await page.context().newCDPSession(page);
    await page.waitForSelector('.sheet');
  });
  afterAll(() => page.context().close());

  /** Moves fingers from their first to their last places, in steps. */
  async function slide(...paths: [from: [number, number], to: [number, number]][]): Promise<void> {
    const STEPS = 6;
    for (let step = 0; step <= STEPS; step++) {
      const touchPoints = paths.map(([[x, y], [u, v]], id) => ({
        ...{ id, x: x + ((u - x) * step) / STEPS, y: y + ((v - y) * step) / STEPS },
      }));
      await fingers.send('Input.dispatchTouchEvent', {
        type: step ? 'touchMove' : 'touchStart',
        touchPoints,
      });
    }
    await page.waitForTimeout(120); // so that nothing is thrown
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }
  const text = () => page.$eval('.view-label-text', (element) => element.textContent);

  test('there are a bar and a sheet with the large slider', async () => {
    expect((await sizeOf(page, '.bar')).height).toBe(48);
    expect((await sizeOf(page, '.sheet')).height).toBe(88);
    expect(await misplaced(page)).toEqual([]);
    expect(await smallTargets(page, 44)).toEqual([]);
  });

  test('the sheet follows a finger, and comes to rest at 45% and 90%', async () => {
    const height = async () => Math.round((await sizeOf(page, '.sheet')).height);
    await slide([
      [187, 588],
      [187, 400],
    ]);
    await expect.poll(height).toBe(300);
    expect(await misplaced(page)).toEqual([]);
    expect(await smallTargets(page, 44)).toEqual([]);
    await page.focus('.sheet-handle');
    await page.keyboard.press('Enter');
    await expect.poll(height).toBe(600);
    expect(await misplaced(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(height).toBe(88);
    await page.keyboard.press('ArrowUp');
    await expect.poll(height).toBe(300);
  });

  test('one finger drags the plane, and two zoom', async () => {
    const before = await text();
    await slide([
      [200, 200],
      [150, 200],
    ]);
    await expect.poll(text).not.toBe(before);
    const dragged = (await text())!;
    expect(dragged).toMatch(/half-width 1.2$/);
    await slide(
      [
        [150, 200],
        [100, 200],
      ],
      [
        [200, 200],
        [250, 200],
      ],
    );
    await expect.poll(text).toMatch(/half-width 0\.[3-9]/);
  });

  test('sideways, the sheet is on the right', async () => {
    await page.setViewportSize({ width: 667, height: 375 });
    await page.waitForSelector('[data-screen=low]');
    await expect.poll(() => misplaced(page)).toEqual([]);
    expect(await page.$eval('.sheet', (sheet) => sheet.getBoundingClientRect().left)).toBeGreaterThan(300);
  });
});

test('a bare page has no controls', async () => {
  const page = await open({ viewport: { width: 640, height: 360 } }, '#bare');
  await page.waitForSelector('.stage canvas');
  expect(await page.$$('.page, button, input')).toEqual([]);
  await page.context().close();
});
