/** Exported HTML files in a browser: opened from a disk, without a network, and in sandboxed frames. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { readLink } from '../../src/core/recipe/link.js';
import { readRecipe } from '../../src/core/recipe/recipe.js';
import { frameAt, parseSweep, type Sweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import type { ExportTools } from '../../src/exporters/exporter.js';
import { html } from '../../src/exporters/html.js';
import { encodeJpeg } from '../../src/files/write/jpeg.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { temporaryFolder } from '../cli/untrained.js';

const SIZE: [number, number] = [96, 64];
const TITLE = 'Growing weights --> </script><!--<script>';

const film = sweep({
  title: TITLE,
  seconds: 2,
  network: { layers: 27, units: 30, seed: 7, weightScale: tween(0.4, 0.8, { easing: 'linear' }) },
});

const folder = temporaryFolder();
let renderer: CpuRenderer;
let browser: Browser;
let tools: ExportTools;

/** Writes a page, and returns its address. */
async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return pathToFileURL(path).href;
}
async function exported(input: SweepInput | Sweep, at?: number, own = tools): Promise<string> {
  const [{ content }] = await html.write({ name: 'a film', sweep: parseSweep(input), at }, own);
  return content as string;
}

let address: string;
beforeAll(async () => {
  renderer = new CpuRenderer(2);
  tools = {
    evaluate,
    version: '1.2.3',
    draw: (frame) => renderer.render(frame),
    deflate: async (bytes) => bytes,
    player: async () => readFileSync('dist/pages/explorer/player.js', 'utf8'),
  };
  const [content, found] = await Promise.all([exported(film), findBrowser()]);
  expect(Buffer.byteLength(content)).toBeLessThan(250_000);
  address = await write('film.html', content);
  browser = await launchBrowser(found);
});
afterAll(async () => {
  await browser?.close();
  await renderer?.close();
});

/** Opens an address without a network, and records what goes wrong and what is requested. */
async function open(
  url: string,
  {
    size = SIZE,
    hasTouch = false,
    before = () => {},
  }: { size?: [number, number]; hasTouch?: boolean; before?: () => void } = {},
): Promise<{ page: Page; trouble: string[]; warnings: string[] }> {
  const viewport = { width: size[0], height: size[1] };
  const context = await browser.newContext({ viewport, hasTouch, offline: true });
  const page = await context.newPage();
  const trouble: string[] = [];
  const warnings: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) trouble.push(`It requested ${request.url()}`);
  });
  await page.addInitScript(before);
  await page.goto(url);
  return { page, trouble, warnings };
}

const sharp = (frame: Page | Frame) => frame.waitForSelector('.stage[data-state=sharp]', { timeout: 60_000 });

/** The pixels of the canvas, once it is sharp. */
async function pixelsOf(frame: Page | Frame): Promise<Uint8Array> {
  await sharp(frame);
  const text = await frame.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
    copy.drawImage(canvas, 0, 0);
    return String.fromCharCode(...copy.getImageData(0, 0, canvas.width, canvas.height).data);
  });
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Waits until the canvas shows our frame at t seconds, to within 2 steps. */
async function expectFrame(frame: Page | Frame, t: number, of = film): Promise<void> {
  const drawn = await renderer.render({ ...frameAt(of, t, evaluate), size: SIZE });
  const difference = async () => {
    const shown = await pixelsOf(frame);
    return drawn.reduce((most, byte, i) => Math.max(most, Math.abs(byte - shown[i])), 0);
  };
  await expect.poll(difference, { timeout: 30_000 }).toBeLessThanOrEqual(2);
}

test('from a disk, the picture alone is our frame', async () => {
  const { page, trouble } = await open(`${address}?bare&t=1.5&play=0`);
  await expectFrame(page, 1.5);
  expect(await page.locator('button, input, a').count()).toBe(0);
  await page.goto(`${address}?bare&play=0`);
  await expectFrame(page, 0);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('without workers, the page draws by itself', async () => {
  const before = () => {
    // As where a policy forbids them: the first kind of address fails later, and the second at once.
    window.Worker = class extends EventTarget {
      constructor(address: string) {
        super();
        if (address.startsWith('data:')) throw new DOMException('No.', 'SecurityError');
        setTimeout(() => this.dispatchEvent(new ErrorEvent('error')));
      }
      postMessage() {}
      terminate() {}
    } as unknown as typeof Worker;
  };
  const { page, trouble } = await open(`${address}?bare&t=0.5&play=0`, { before });
  await expectFrame(page, 0.5);
  expect(page.workers()).toEqual([]);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('in a sandboxed frame, messages set the time and parameters, and invalid ones are ignored', async () => {
  const outer = await write(
    'outer.html',
    '<style>body { margin: 0 }</style><iframe sandbox="allow-scripts" style="border: 0; width: 96px; height: 64px" ' +
      'src="film.html?bare&play=0" onload="contentWindow.postMessage({ t: 0.8 }, \'*\')"></iframe>',
  );
  const { page, trouble, warnings } = await open(outer);
  const [, frame] = page.frames();
  await sharp(frame);
  expect(page.workers().length).toBeGreaterThan(0);
  await expectFrame(frame, 0.8);
  const post = (message: unknown) =>
    page.evaluate((data) => document.querySelector('iframe')!.contentWindow!.postMessage(data, '*'), message);
  await post({ t: 1.2 });
  await expectFrame(frame, 1.2);
  await post({ set: { seed: 'Ada', weightScale: 'much' } });
  await post({ t: 'now' });
  await expect.poll(() => warnings.length).toBe(2);
  expect(warnings[0]).toMatch(/^Untrained ignored a message\. .*weightScale/);
  expect(warnings[1]).toContain('t is "now"');
  await expectFrame(frame, 1.2);
  await post({ set: { seed: 'Ada', weightScale: 0.7 } });
  await expectFrame(frame, 0, sweep({ seconds: 1, network: { seed: 'Ada', weightScale: 0.7 } }));
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('the slider, the keys and the name change what is shown and shared', async () => {
  const { page, trouble } = await open(`${address}?play=0`, { size: [640, 360] });
  const slider = page.locator('input[type=range]');
  await expect.poll(() => page.locator('.slider label').textContent()).toBe('Weight scale');
  expect(await page.locator('output').textContent()).toBe('0.4');
  await slider.press('End');
  expect(await slider.getAttribute('aria-valuetext')).toBe('0.8, 2.0 of 2 s');
  await slider.press('ArrowLeft');
  expect(await page.locator('output').textContent()).toBe('0.792');
  expect(await page.locator('h1').textContent()).toBe(TITLE);
  const link = () => page.locator('a.open').getAttribute('href');
  await expect.poll(link).not.toBeNull();
  const { weightScale } = film.network;
  expect((await readLink((await link())!)).sweep.network).toEqual({ seed: 7, weightScale });
  await page.locator('.name input').fill('Ada');
  await page.locator('.stage').press('ArrowRight');
  await page.locator('.stage').press('+');
  const shared = async () => (await readLink((await link())!)).sweep;
  const near = (value: number) => expect.closeTo(value, 6);
  const view = { centre: [near(1 + 0.2 * 2.6), near(0)], halfWidth: near(2.6 / 1.25) };
  await expect.poll(shared).toMatchObject({ network: { seed: 'Ada', weightScale }, view });
  // Near its end, the film could be over before the button changes.
  await slider.press('Home');
  const labels = await page.locator('.play').evaluateHandle((button) => {
    const seen: (string | null)[] = [];
    const watch = new MutationObserver(() => seen.push(button.getAttribute('aria-label')));
    watch.observe(button, { attributeFilter: ['aria-label'] });
    return seen;
  });
  await page.keyboard.press('Space');
  await expect.poll(() => labels.jsonValue()).toContain('Pause');
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('a note goes with the next input, and an invalid time in the address gives one warning', async () => {
  const { page, warnings } = await open(`${address}?play=0&t=abc`, { size: [640, 360] });
  await page.locator('.copy').click();
  const note = page.locator('.note');
  await expect.poll(() => note.textContent()).toBe('The recipe is copied.');
  await page.locator('.name input').fill('Bo');
  expect(await note.textContent()).toBe('');
  expect(warnings).toEqual([
    'Untrained ignored a part of the address. t is "abc" but must be a number of seconds.',
  ]);
  await page.context().close();
});

test('in another page, the wheel and a finger scroll that page; Ctrl and the wheel zoom', {
  retry: 2,
}, async () => {
  await write(
    'small.html',
    await exported(
      { seconds: 1, network: { layers: 2, units: 4 }, view: { centre: [1, 0], halfWidth: 2 } },
      0,
    ),
  );
  const outer = (query: string) =>
    write(
      `outer${query.length}.html`,
      '<style>body { margin: 0; height: 2000px }</style>' +
        `<iframe style="border: 0; width: 300px; height: 300px" src="small.html${query}"></iframe>`,
    );
  const size: [number, number] = [400, 320];
  const { page, trouble } = await open(await outer('?bare'), { size, hasTouch: true });
  const scrolled = () => page.evaluate(() => scrollY);
  const wheel = async (y: number) => {
    await page.mouse.move(50, 60);
    await page.mouse.wheel(0, y);
  };
  await sharp(page.frames()[1]);
  await wheel(30);
  await expect.poll(scrolled).toBe(30);

  await page.goto(await outer(''));
  const [, frame] = page.frames();
  await sharp(frame);
  await wheel(30);
  await expect.poll(scrolled).toBe(30);
  await expect.poll(() => frame.locator('.note').textContent()).toMatch(/^Hold (Ctrl|⌘) to zoom$/);
  const shared = async () =>
    (await readLink((await frame.locator('a.open').getAttribute('href'))!)).sweep.view;
  const { centre, halfWidth } = await shared();
  await page.keyboard.down('Control');
  await wheel(-100);
  await page.keyboard.up('Control');
  const zoomed = expect.closeTo((halfWidth as number) / 1.5, 6);
  await expect.poll(shared).toMatchObject({ halfWidth: zoomed });
  expect(await scrolled()).toBe(30);

  const session = await page.context().newCDPSession(page);
  const swipe = async (dx: number, dy: number, fingers: number) => {
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number) => {
      const touchPoints = [];
      for (let id = 0; id < fingers && type !== 'touchEnd'; id++)
        touchPoints.push({ x: 60 + 100 * id + part * dx, y: 80 + part * dy, id });
      await session.send('Input.dispatchTouchEvent', { type, touchPoints });
      // Fingers take time: a busy browser would merge all of their moves into one.
      await frame.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    };
    await touch('touchStart', 0);
    for (let part = 0.2; part < 1.1; part += 0.2) await touch('touchMove', part);
    await touch('touchEnd', 1);
  };
  const { centre: before } = await shared();
  expect(before).not.toEqual(centre); // zoomed about the mouse
  await swipe(0, -60, 1);
  await expect.poll(scrolled).toBeGreaterThan(50);
  let last = -1;
  const isAtRest = async () => {
    const before = last;
    last = await scrolled();
    return last === before;
  };
  await expect.poll(isAtRest, { interval: 200 }).toBe(true); // a touch would only stop a page that still scrolls
  await swipe(60, 0, 1);
  const [x, y] = before as [number, number];
  await expect.poll(async () => ((await shared()).centre as number[])[0]).toBeLessThan(x);
  expect((await shared()).centre).toEqual([expect.any(Number), expect.closeTo(y, 6)]); // not moved by the first
  const rest = await scrolled();
  await swipe(0, -30, 2);
  await expect.poll(async () => ((await shared()).centre as number[])[1]).toBeLessThan(y);
  expect(await scrolled()).toBe(rest);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('the controls leave most of a small frame to the picture', async () => {
  const { page } = await open(`${address}?play=0`, { size: [640, 360] });
  await page.locator('a.open[href]').waitFor();
  const box = async (selector: string) => (await page.locator(selector).boundingBox())!;
  for (const [width, height, most] of [
    [640, 360, 0.4],
    [667, 375, 0.4],
    [320, 200, 0.5],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect((await box('.controls')).height).toBeLessThan(most * height);
    for (const part of ['h1', '.play', '.slider']) expect(await page.locator(part).isVisible()).toBe(true);
    for (const part of ['.name', '.copy', '.open'])
      expect(await page.locator(part).isVisible()).toBe(height > 260);
    if (height <= 260) continue;
    const [title, name] = [await box('h1'), await box('.name')];
    expect(title.x + title.width).toBeLessThan(name.x);
    expect(Math.abs(title.y + title.height / 2 - name.y - name.height / 2)).toBeLessThan(2);
  }
  await page.context().close();
});

test('a still offers the weight scale', async () => {
  const content = await exported({ seconds: 2, network: { layers: 3, units: 4 } }, 1);
  const { page } = await open(await write('still.html', content), { size: [320, 180] });
  await expect.poll(() => page.locator('.slider label').textContent()).toBe('Weight scale');
  expect(await page.locator('.play').isVisible()).toBe(false);
  const slider = page.locator('input[type=range]');
  await slider.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuetext')).toBe('0.61');
  await page.context().close();
});

test('a dialog copies its text where the browser has no clipboard for the page', async () => {
  const before = () => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    addEventListener('copy', () => {
      const { value, selectionStart, selectionEnd } = document.activeElement as HTMLTextAreaElement;
      document.title = value?.slice(selectionStart, selectionEnd) ?? '';
    });
  };
  const { page } = await open(`${address}?play=0`, { size: [640, 360], before });
  await page.locator('a.open[href]').click();
  await page.locator('dialog').getByText('Copy').click();
  expect(await page.title()).toMatch(/^npx untrained explore "#/);
  await page.context().close();
});

test('without scripts, the page is a poster and a sentence', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  const poster = page.locator('img');
  await poster.waitFor();
  expect(await poster.getAttribute('alt')).toBe(TITLE);
  expect(await page.locator('p').isVisible()).toBe(true);
  const text = (await page.locator('h1, p').allTextContents()).join('\n');
  expect(text.trim().split(/\n+/)).toEqual([
    TITLE,
    expect.stringMatching(/^A neural network that nobody trained/),
  ]);
  await context.close();
});

test('a hundred hostile titles are only titles', async () => {
  const hostile = fc.constantFrom(
    ...[
      '</script>',
      '-->',
      '--!>',
      '<!--',
      '<script>alert(1)</script>',
      '</title>',
      '</textarea>',
      '"',
      "'",
      '&',
    ],
    ...[
      '&lt;',
      '&#60;',
      '*/',
      '\u2028',
      ']]>',
      '<img src=x onerror=alert(1)>',
      '\\',
      '$1',
      '$&',
      '\r',
      '->',
      '>',
    ],
  );
  const part = fc.oneof(hostile, fc.string({ unit: 'grapheme', maxLength: 6 }));
  const titles = fc.sample(fc.array(part, { minLength: 1, maxLength: 8 }), { numRuns: 100, seed: 17 }).map(
    (parts) =>
      parts
        .join('')
        .replaceAll('\0', '')
        .slice(0, 200)
        .replace(/\p{Surrogate}/gu, '')
        .trim() || '>',
  );
  // The program itself is not needed, nor a good poster: that of a large network is small.
  const bare: ExportTools = {
    ...tools,
    draw: async ({ size: [width, height] }) => new Uint8Array(4 * width * height),
    player: async () => '',
  };
  const input = { seconds: 0.04, network: { layers: 60, units: 900 } };
  const pages = await Promise.all(titles.map((title) => exported({ ...input, title }, undefined, bare)));
  const { page, trouble } = await open('about:blank');
  const read = await page.evaluate(
    (texts) =>
      texts.map((text) => {
        const parse = (html: string) => new DOMParser().parseFromString(html, 'text/html');
        const parsed = parse(text);
        const comment = parsed.childNodes[1] as Comment;
        const [frame] = parse(comment.data).getElementsByTagName('iframe');
        return {
          titles: [
            parsed.querySelector('title')!.textContent,
            parsed.querySelector('h1')!.textContent,
            parsed.querySelector('img')!.alt,
            frame.title,
          ],
          tags: [...parsed.body.children].map(({ tagName }) => tagName),
          scripts: parsed.scripts.length,
          recipe: parsed.getElementById('recipe')!.textContent!,
        };
      }),
    pages,
  );
  for (const [i, { titles: found, tags, scripts, recipe }] of read.entries()) {
    const title = titles[i];
    expect(found).toEqual([title, title, title, title]);
    expect(tags).toEqual(['IMG', 'DIV', 'SCRIPT', 'SCRIPT']);
    expect(scripts).toBe(3);
    expect(readRecipe(recipe).title).toBe(title);
  }
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('posters are JPEGs that are close to the pictures, at any size', async () => {
  const { page } = await open('about:blank');
  for (const [width, height] of [
    [37, 21],
    [1, 1],
    [64, 48],
  ] as const) {
    const rgba = await renderer.render({
      ...frameAt(film, 0, evaluate),
      size: [width, height],
      supersample: 4,
    });
    const text = Buffer.from(encodeJpeg(rgba, width, height, 90)).toString('base64');
    const read = await page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const copy = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
      copy.drawImage(picture, 0, 0);
      return [...copy.getImageData(0, 0, picture.width, picture.height).data];
    }, text);
    expect(read.length).toBe(rgba.length);
    const error = rgba.reduce((sum, byte, i) => sum + Math.abs(byte - read[i]), 0) / rgba.length;
    expect(error).toBeLessThan(4);
  }
  await page.context().close();
});
