/** What the editor adds to Motion Canvas's: pictures while somebody scrubs or plays, the inspector, and renders. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { RENDER_PATH } from '../../src/editor/page/render-protocol.js';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const scenes = join(folder, 'scenes');

let url: string;
let stop: () => Promise<void>;
let browser: Browser;
let page: Page;

const FRAMES = 50;
/**
 * A network that takes long to draw, and whose picture tells which frame it shows: all of its pixels have the same
 * grey, five levels lighter with each frame.
 */
const numbered = `import { NetworkField } from 'untrained/nodes';
import { makeScene2D } from '@motion-canvas/2d';
import { createSignal, linear } from '@motion-canvas/core';
const zeros = (rows, columns) => Array.from({ length: rows }, () => new Array(columns).fill(0));
const hidden = [2, 64, 64, 64, 64, 64].slice(1).map((units, i) => ({ w: zeros(64, i === 0 ? 2 : 64), b: new Array(64).fill(0) }));
export default makeScene2D(function* (view) {
  const frame = createSignal(0);
  const grey = () => (2 + 5 * frame()) / 255;
  const weights = () => [...hidden, { w: zeros(1, 64), b: [Math.log(grey() / (1 - grey()))] }];
  view.add(<NetworkField size={() => view.size()} weights={weights} supersample={2} />);
  yield* frame(${FRAMES}, ${FRAMES / 25}, linear);
});`;

const sweep = (fields: string) => `import { sweep, tween } from 'untrained';
export default sweep({ seconds: 1, fps: 10, size: [64, 48], network: { layers: tween(2, 5) }, ${fields} });`;

beforeAll(async () => {
  mkdirSync(scenes);
  writeFileSync(join(scenes, 'numbered.tsx'), numbered);
  writeFileSync(join(scenes, 'small.ts'), sweep(''));
  // Takes minutes to render, until it is aborted.
  writeFileSync(join(scenes, 'long.ts'), sweep('seconds: 3600, size: [640, 480]'));
  const editor = spawn(
    process.execPath,
    [resolve('dist/cli/main.js'), 'edit', '--no-open', '--port', '9420'],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = new Promise<void>((done) => editor.on('exit', () => done()));
  stop = async () => {
    editor.kill();
    await gone;
  };
  url = await new Promise((found) => {
    editor.stdout.on('data', (text) => found(/http:\S+/.exec(String(text))?.[0] ?? ''));
  });
  browser = await launchBrowser(await findBrowser());
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await stop?.();
});

const PREVIEW = '[class*=viewport] canvas';
const note = (kind: string) => page.locator(`#untrained-status [data-kind=${kind}]`);

/** The frame whose number is shown, and the one that the preview's picture shows. */
const shown = () =>
  page.evaluate((preview) => {
    const canvas = document.querySelector<HTMLCanvasElement>(preview)!;
    const [grey] = canvas.getContext('2d')!.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    const [, number] = /\[(\d+)\]/.exec(document.body.textContent ?? '') ?? [];
    return { number: Number(number), pictured: Math.round((grey - 2) / 5) };
  }, PREVIEW);

/** Opens a scene, and waits until its first frame is drawn as in the film. */
async function open(name: string) {
  await page.goto(url + name, { waitUntil: 'commit' }); // the first page waits for packages to be bundled
  await page.locator('[class*=trackContainer]').waitFor({ timeout: 90_000 });
  await rests();
}

/** Waits until the preview shows its frame as the film will. */
async function rests() {
  await expect.poll(() => page.locator(PREVIEW).first().isVisible(), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => note('drawing').isHidden(), { timeout: 60_000 }).toBe(true);
}

/** Where a frame is on the timeline. */
async function placeOf(frame: number, frames: number): Promise<[x: number, y: number]> {
  const track = (await page.locator('[class*=trackContainer]').boundingBox())!;
  return [track.x + ((frame + 0.5) * track.width) / frames, track.y + 20];
}

test('dragging shows each frame coarsely, never another one, and then as in the film', async () => {
  // Records the sizes of the pictures that are drawn, and for each change of the preview whether it is the right one.
  await page.addInitScript(() => {
    const seen = { sizes: [] as string[] };
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...args: Parameters<typeof post>) {
      const { size, supersample } = args[0]?.frame?.frame ?? {};
      if (size) seen.sizes.push(`${size.join('x')} ${supersample}`);
      return post.apply(this, args);
    } as typeof post;
    Object.assign(window, { seen });
  });
  await open('numbered');
  const sizes = () => page.evaluate(() => (window as unknown as { seen: { sizes: string[] } }).seen.sizes);
  const sharp = (await sizes()).at(-1)!;
  expect(sharp).toMatch(/^\d+x\d+ 2$/);
  expect(sharp).toBe(
    `${await page
      .locator(PREVIEW)
      .first()
      .evaluate((canvas: HTMLCanvasElement) => `${canvas.width}x${canvas.height}`)} 2`,
  );

  await page.mouse.move(...(await placeOf(4, FRAMES)));
  await page.mouse.down();
  const wrong: unknown[] = [];
  for (let frame = 5; frame <= 14; frame++) {
    await page.mouse.move(...(await placeOf(frame, FRAMES)));
    await expect
      .poll(
        async () => {
          const { number, pictured } = await shown();
          // The number follows the picture by a moment, and is never ahead of it.
          if (pictured < number || pictured > frame) wrong.push({ frame, number, pictured });
          return pictured;
        },
        { interval: 5, timeout: 30_000 },
      )
      .toBe(frame);
  }
  expect(wrong).toEqual([]);
  expect((await sizes()).some((size) => size.endsWith(' 1') && size !== sharp)).toBe(true);
  await page.mouse.up();
  await rests();
  expect(await shown()).toEqual({ number: 14, pictured: 14 });
  expect((await sizes()).at(-1)).toBe(sharp);
  const picture = () =>
    page
      .locator(PREVIEW)
      .first()
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const scrubbed = await picture();
  await page.reload(); // the editor opens at the same frame
  await rests();
  await expect.poll(picture, { timeout: 60_000 }).toBe(scrubbed);
});

test('playback keeps time, and says which part of the frames it shows', async () => {
  await open('numbered');
  // Drawing a frame takes at least as long as three of them last.
  await page.evaluate(() => {
    const { drawImage } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.drawImage = function (this: CanvasRenderingContext2D, ...args: never) {
      for (const end = performance.now() + 60; performance.now() < end; );
      return (drawImage as (...args: never) => void).apply(this, args);
    } as typeof drawImage;
  });
  await page.keyboard.press('Space');
  await expect
    .poll(() => note('playing').textContent(), { timeout: 30_000 })
    .toMatch(/^\d+ of 25 frames per second/);
  await page.keyboard.press('Space');
  await expect.poll(() => note('playing').isHidden()).toBe(true);
});

test('the inspector changes a network, copies that as code, and writes no file', async () => {
  const before = readFileSync(join(scenes, 'small.ts'), 'utf8');
  await open('small');
  const picture = () =>
    page
      .locator(PREVIEW)
      .first()
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const first = await picture();
  const { x, y, width, height } = (await page.locator(PREVIEW).first().boundingBox())!;
  await page.mouse.click(x + width / 2, y + height / 2);
  const inspector = page.locator('#untrained-inspector');
  await inspector.locator('input[type=range]').first().fill('0.45');
  await inspector.locator('select').first().selectOption({ label: 'sin' });
  await inspector.locator('input:not([type])').fill('a word');
  await inspector.locator('input:not([type])').press('Enter');
  await expect.poll(picture).not.toBe(first);
  await inspector.getByText('Copy as code').click();
  const code = "network: { weightScale: 0.462, activation: 'sin', seed: 'a word' }";
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  await expect.poll(() => page.getByText('absolutePosition').count()).toBeGreaterThan(0); // Motion Canvas's own fields
  expect(readFileSync(join(scenes, 'small.ts'), 'utf8')).toBe(before);
});

const press = async (format: string) => {
  await page
    .locator('select')
    .filter({ hasText: 'Image sequence' })
    .selectOption({ label: `${format} (Untrained)` });
  await page.locator('#render').first().click();
};

test('RENDER makes our films, with the command that does the same, and can be aborted', async () => {
  await open('small');
  await press('GIF');
  await expect
    .poll(() => note('render').textContent(), { timeout: 60_000 })
    .toContain(join('renders', 'small.gif'));
  expect(readFileSync(join(folder, 'renders', 'small.gif')).toString('latin1', 0, 4)).toBe('GIF8');
  await note('render').getByText('Copy the command').click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/untrained render small --out renders\/small\.gif$/);
  await open('long');
  await press('MP4');
  await expect.poll(() => note('render').textContent(), { timeout: 60_000 }).toContain('frames');
  await page.locator('#render').first().click();
  await expect.poll(() => note('render').textContent(), { timeout: 60_000 }).toContain('Stopped.');
  // The server has ended the work too: it accepts the next film, and leaves nothing behind.
  await open('small');
  await press('MP4');
  await expect.poll(() => note('render').textContent(), { timeout: 60_000 }).toContain('small.mp4');
  expect(readdirSync(join(folder, 'renders')).sort()).toEqual(['small.gif', 'small.mp4']);
});

/** Sends a request for a film as a program could. */
const ask = (body: string, headers: Record<string, string>) =>
  new Promise<{ status: number; text: string }>((done, failed) => {
    const { port } = new URL(url);
    const sent = request(
      { port, host: '127.0.0.1', path: RENDER_PATH, method: 'POST', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => done({ status: response.statusCode!, text }));
      },
    );
    sent.on('error', failed).end(body);
  });

test('only pages of the editor may render, and only its scenes', async () => {
  const { host } = new URL(url);
  const own = { host, origin: `http://${host}` };
  const order = { scene: 'small', format: 'gif' };
  for (const headers of [
    { host },
    { ...own, origin: 'http://example.com' },
    { host: 'example.com', origin: 'http://example.com' },
  ])
    expect((await ask(JSON.stringify(order), headers)).status).toBe(403);
  const refused = async (change: object) => (await ask(JSON.stringify({ ...order, ...change }), own)).text;
  expect(await refused({ scene: '../../etc/passwd' })).toBe(
    'There is no scene "../../etc/passwd": reload the page.',
  );
  expect(await refused({ format: 'exe' })).toContain('format');
  expect(await refused({ size: [1e9, 1] })).toContain('size');
  expect(await refused({ out: '/tmp/x' })).toContain('out');
  expect((await ask('{', own)).text).toBe('The request is not JSON.');
  expect(existsSync(join(folder, 'output'))).toBe(false);
});
