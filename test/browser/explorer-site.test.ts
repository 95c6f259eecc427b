/** The static site: any host can serve it from any path, under a strict policy, and its pages load quickly. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { readLink } from '../../src/core/recipe/link.js';
import { temporaryFolder } from '../cli/untrained.js';
import { hostFolder, type StaticHost } from './static-host.js';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; " +
  "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'";
const ADDRESS = 'https://example.org/some/where/';

const folder = join(temporaryFolder(), 'site');
let host: StaticHost;
let browser: Browser;

beforeAll(async () => {
  const words = ['build/site.js', '--url', ADDRESS, '--out', folder, 'oklch'];
  await promisify(execFile)(process.execPath, words);
  host = await hostFolder(folder, '/some/where/', { 'content-security-policy': POLICY });
  browser = await launchBrowser(await findBrowser());
});
afterAll(async () => {
  await browser?.close();
  host?.close();
});

/** A page that records what goes wrong in it, and what it requests from elsewhere. */
async function openPage(): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(host.url) && !/^(blob|data):/.test(url)) trouble.push(`It requested ${url}`);
  });
  await page.addInitScript(() => {
    addEventListener(
      'securitypolicyviolation',
      ({ violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber }) =>
        console.error(
          `The policy's ${violatedDirective} blocked ${blockedURI} at ${sourceFile}:${lineNumber}:${columnNumber}.`,
        ),
    );
  });
  return { page, trouble };
}

/** Waits until the canvas shows a picture: pixels of many colours. */
async function firstPicture(page: Page): Promise<void> {
  const colours = async () => {
    const canvas = document.querySelector('canvas');
    if (!canvas || canvas.width < 2) return 0;
    const picture = await createImageBitmap(canvas);
    const copy = new OffscreenCanvas(32, 18).getContext('2d')!;
    copy.drawImage(picture, 0, 0, 32, 18);
    return new Set(new Uint32Array(copy.getImageData(0, 0, 32, 18).data.buffer)).size;
  };
  const now = () => page.evaluate(colours).catch(() => 0); // while it goes to another page
  await expect.poll(now, { timeout: 30_000, interval: 20 }).toBeGreaterThan(50);
}

test('from the gallery, a sweep opens in the explorer, which needs less than 200 kB before its first picture', async () => {
  const { page, trouble } = await openPage();
  await page.goto(host.url);
  await expect.poll(() => page.evaluate(() => document.querySelectorAll('.scenes img').length)).toBe(1);
  const before = host.served.length;
  await page.click('.scenes a.explore');
  await firstPicture(page);
  const served = host.served.slice(before).filter(({ path }) => path.startsWith('explorer/'));
  expect(served.map(({ path }) => path)).toContain('explorer/main.js');
  const total = served.reduce((sum, { gzipped }) => sum + gzipped, 0);
  expect(total).toBeLessThan(200_000);
  expect(total).toBeGreaterThan(50_000);
  expect((await readLink(page.url())).sweep).toMatchObject({ palette: 'oklch', network: { seed: 21 } });
  expect(host.served.filter(({ gzipped }) => Number.isNaN(gzipped))).toEqual([]);
  expect(trouble).toEqual([]);
  await page.close();
});

test('without a link, a small picture is there before any script, and then Glass opens', async () => {
  const { page, trouble } = await openPage();
  let allow = () => {};
  const allowed = new Promise<void>((done) => {
    allow = done;
  });
  await page.route('**/main.js*', async (route) => {
    await allowed;
    await route.continue();
  });
  await page.goto(`${host.url}explorer/index.html`, { waitUntil: 'commit' });
  const still = page.locator('img.still');
  await still.waitFor();
  const [box, isDrawn] = [
    await still.boundingBox(),
    await still.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
  ];
  expect(isDrawn).toBe(true);
  expect(box!.x <= 0 && box!.y <= 0 && box!.width + box!.x >= 640 && box!.height + box!.y >= 360).toBe(true);
  allow();
  await firstPicture(page);
  expect(trouble).toEqual([]);
  await page.close();
});

test('each picture has a page with a card, whose picture has an absolute address', async () => {
  for (const [path, title] of [
    ['pictures/oklch.html', 'A network that paints in lightness, chroma and hue'],
    ['pictures/glass.html', 'Glass'],
    ['explorer/index.html', 'Untrained: the explorer'],
  ]) {
    const text = readFileSync(join(folder, path), 'utf8');
    const [, shown] = /<meta property="og:title" content="([^"]*)"/.exec(text) ?? [];
    expect(shown).toBe(title);
    const [, picture = ''] = /<meta property="og:image" content="([^"]*)"/.exec(text) ?? [];
    expect(picture.startsWith(ADDRESS)).toBe(true);
    const file = join(folder, picture.slice(ADDRESS.length));
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff])); // a JPEG
    if (path.startsWith('pictures/')) {
      const [, hash = ''] = /href="\.\.\/explorer\/index\.html(#[^"]*)"/.exec(text) ?? [];
      expect((await readLink(hash)).sweep.palette).toBe('oklch');
    }
  }
});

test('the guide and the API reference fit screens of all sizes, and lead on', async () => {
  const { page, trouble } = await openPage();
  await page.goto(host.url);
  await page.click('text=Read the guide');
  await page.click('.prose >> text=Formats and platforms');
  expect(await page.title()).toBe('Formats and platforms – Untrained');
  await page.click('.bar >> text=API');
  const api = page.locator('.prose');
  expect(await api.locator('h3#sweep').count()).toBe(1);
  for (const path of [
    'guide/index.html',
    'guide/options.html',
    'guide/how/gpu.html',
    'api/index.html',
    'api/nodes.html',
  ]) {
    await page.goto(`${host.url}${path}`);
    for (const [width, hasList] of [
      [375, false],
      [768, false],
      [1280, true],
    ] as const) {
      await page.setViewportSize({ width, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(width);
      if (path === 'api/index.html') expect(await page.locator('.on-page').isVisible()).toBe(hasList);
      expect(await page.locator('.to-contents').isVisible(), path).toBe(width < 900);
    }
    const current = await page.locator('.contents [aria-current]').count();
    expect(current, path).toBe(path === 'guide/index.html' ? 0 : 1);
  }
  expect(host.served.filter(({ gzipped }) => Number.isNaN(gzipped))).toEqual([]);
  expect(trouble).toEqual([]);
  await page.close();
});
