/**
 * The editor, as `npm start` serves it: it lists every scene, plays composed scenes and sweeps, and can be scrubbed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const scenes = join(folder, 'scenes');

let url: string;
/** Its output on stderr. */
let said = '';
let stop: () => Promise<void>;
let browser: Browser;
let page: Page;

const square = (colour: string) => `import { makeScene2D, Rect } from '@motion-canvas/2d';
import { createRef } from '@motion-canvas/core';
export default makeScene2D(function* (view) {
  const rect = createRef<Rect>();
  view.add(<Rect ref={rect} size={400} fill={'${colour}'} />);
  yield* rect().rotation(90, 1);
});`;

beforeAll(async () => {
  mkdirSync(scenes);
  writeFileSync(join(scenes, 'square.tsx'), square('#e06040'));
  writeFileSync(
    join(scenes, 'sweep.ts'),
    `import { sweep, tween } from 'untrained';
export default sweep({ seconds: 1, size: [64, 48], network: { layers: tween(2, 5) } });`,
  );
  const editor = spawn(
    process.execPath,
    [resolve('dist/cli/main.js'), 'edit', '--no-open', '--port', '9400'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  editor.stderr.on('data', (text) => {
    said += text;
  });
  const gone = new Promise<void>((done) => editor.on('exit', () => done()));
  stop = async () => {
    editor.kill();
    await gone;
  };
  url = await new Promise((found) => {
    editor.stdout.on('data', (text) => found(/http:\S+/.exec(String(text))?.[0] ?? ''));
  });
  browser = await launchBrowser(await findBrowser());
  page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
});
afterAll(async () => {
  await browser?.close();
  await stop?.();
});

/** The preview's picture, and the number of its frame. */
const shown = () =>
  page.evaluate(() => {
    const canvases = [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL());
    return { frame: /\[(\d+)\]/.exec(document.body.textContent ?? '')?.[1], pictures: canvases.join() };
  });

/** Whether the editor shows the film's length, and it is not zero. */
const lengthKnown = () =>
  page.evaluate(() => {
    const [, last] = document.body.textContent?.match(/\[(\d+)\]/g) ?? [];
    return last !== undefined && last !== '[0]';
  });

/** Waits until the preview shows the final picture of the frame. */
async function rests(frame: string) {
  await expect.poll(async () => (await shown()).frame, { timeout: 60_000 }).toBe(frame);
  let before = '';
  await expect
    .poll(
      async () => {
        const { pictures } = await shown();
        const same = pictures !== '' && pictures === before;
        before = pictures;
        return same;
      },
      { interval: 300, timeout: 30_000 },
    )
    .toBe(true);
  return before;
}

test('it listens on this machine alone, and lists composed scenes and sweeps', async () => {
  expect(new URL(url).hostname).toBe('127.0.0.1');
  await page.goto(url);
  await expect.poll(() => page.locator('body').textContent(), { timeout: 60_000 }).toContain('square.tsx');
  const text = await page.locator('body').textContent();
  expect(text).toContain('sweep.ts');
  expect(text).toContain('weight-scale.ts'); // one of the package's scenes
});

test('a new file appears by itself, and goes again', async () => {
  writeFileSync(join(scenes, 'new.ts'), `export default { seconds: 1, network: {} };`);
  await expect.poll(() => page.locator('body').textContent(), { timeout: 30_000 }).toContain('new.ts');
  rmSync(join(scenes, 'new.ts'));
  await expect.poll(() => page.locator('body').textContent(), { timeout: 30_000 }).not.toContain('new.ts');
});

test.each(['square', 'sweep'])('%s can be scrubbed, and frames come back as they were', async (name) => {
  await page.goto(url + name);
  const first = await rests('0');
  // The editor ignores keys until it knows the length of the scene.
  await expect.poll(lengthKnown, { timeout: 60_000 }).toBe(true);
  await page.keyboard.press('ArrowRight');
  const second = await rests('1');
  expect(second).not.toBe(first);
  await page.keyboard.press('ArrowLeft');
  expect(await rests('0')).toBe(first);
});

test('it writes nothing beside the scenes', () => {
  expect(readdirSync(scenes).sort()).toEqual(['square.tsx', 'sweep.ts']);
});

/** Sends the messages of the editor's page, `times` times, and returns the responses. */
const send = (event: string, data: object, answer: string, times: number) =>
  page.evaluate(
    async ([event, data, answer, times]) => {
      const client = await (await fetch('/@vite/client')).text();
      const [, token] = /wsToken = "([^"]+)"/.exec(client)!;
      const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
      await new Promise((done) => socket.addEventListener('open', done));
      const answers: unknown[] = [];
      for (let i = 0; i < times; i++) {
        const answered = new Promise<void>((done) =>
          socket.addEventListener('message', ({ data }) => {
            const message = JSON.parse(data);
            if (message.event !== answer) return;
            answers.push(message.data);
            done();
          }),
        );
        socket.send(JSON.stringify({ type: 'custom', event, data }));
        await Promise.race([answered, new Promise((late) => setTimeout(late, 3000))]);
      }
      socket.close();
      return answers.length;
    },
    [event, data, answer, times] as const,
  );

test('what cannot be written is told of once, and the editor goes on', async () => {
  const source = join(scenes, 'sealed.meta');
  mkdirSync(source); // in place of the file
  writeFileSync(join(scenes, 'sealed.tsx'), square('#4060e0'));
  await page.goto(`${url}sealed`);
  await rests('0');
  const data = { version: 0, timeEvents: [{ name: 'later', targetTime: 1 }], seed: 1 };
  expect(await send('motion-canvas:meta', { source, data }, 'motion-canvas:meta-ack', 2)).toBeGreaterThan(1);
  writeFileSync(join(folder, 'output'), 'a file in place of the folder');
  const frame = { data: 'data:,', frame: 0, name: '0', subDirectories: ['film'], mimeType: 'image/png' };
  await send('motion-canvas:export', frame, 'motion-canvas:export-ack', 1);
  const lines = said.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^Warning: Changes made in the editor cannot be saved in .*sealed\.meta \(EISDIR/);
  expect(lines[1]).toMatch(/^Warning: The editor could not do what its page requested \(E/);
  await page.goto(`${url}square`);
  await rests('0');
});
