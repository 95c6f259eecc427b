/** The sound that plays along with the explorer's film: it follows the play head, and loops without drifting. */
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { writeLink } from '../../src/core/recipe/link.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { loop } from '../../src/core/sweep/track.js';
import { type ExplorerServer, serveExplorer } from '../../src/explorer/server.js';
import { temporaryFolder } from '../cli/untrained.js';

/** A loop of 1 s. */
const small = parseSweep({
  seconds: 1,
  loop: true,
  size: [64, 48],
  network: { layers: 2, units: 4, weightScale: loop(0.1, { middle: 0.7 }) },
});
const path = join(temporaryFolder(), 'a "tone" & more.wav');
const wav = readFileSync('dist/music/on-the-beat.wav');

let server: ExplorerServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  writeFileSync(path, wav);
  server = await serveExplorer(4740, { folder: resolve('dist/pages/explorer'), sound: path });
  browser = await launchBrowser(await findBrowser());
  page = await browser.newPage({ viewport: { width: 1100, height: 700 }, deviceScaleFactor: 0.125 });
  page.on('pageerror', (error) => expect.soft(error).toBeUndefined());
  page.on('console', (message) => {
    if (message.type() === 'error') expect.soft(message.text()).toBe('');
  });
  await page.addInitScript(() => {
    const started: Started[] = [];
    Object.assign(window, { started });
    const { start, stop } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (when, offset = 0) {
      started.push({ node: this, at: this.context.currentTime, offset, stopped: false });
      start.call(this, when, offset);
    };
    AudioBufferSourceNode.prototype.stop = function (when) {
      for (const one of started) if (one.node === this) one.stopped = true;
      stop.call(this, when);
    };
  });
  await page.goto(`${server.url}${await writeLink(small)}`);
  await page.getByRole('button', { name: 'Mute' }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What the page's script records about each sound that begins. */
interface Started {
  node: AudioBufferSourceNode;
  at: number;
  offset: number;
  stopped: boolean;
}

/** How often a sound has begun, whether one plays, and how far it is from the play head, in seconds of the loop. */
const heard = () =>
  page.evaluate(() => {
    const { started } = window as unknown as { started: Started[] };
    const last = started.at(-1);
    const slider = document.querySelector<HTMLInputElement>('.timeline-scrubber')!;
    if (!last || last.stopped) return { begun: started.length, plays: false, apart: Number.NaN };
    const { context, loop, buffer } = last.node as AudioBufferSourceNode & { context: AudioContext };
    const difference =
      last.offset + context.currentTime - last.at - context.outputLatency - Number(slider.value);
    const apart = Math.abs(difference - Math.round(difference));
    return { begun: started.length, plays: true, apart, loop, seconds: buffer?.duration };
  });

/** Presses a button. All of them hide while the film plays and the mouse rests. */
async function press(name: string) {
  await page.mouse.move(400 + 100 * (presses++ % 2), 300);
  await page.getByRole('button', { name, exact: true }).click();
}
let presses = 0;

test('the command serves the sound, in parts, and nothing else that it is not asked for', async () => {
  const get = (address: string, range?: string) =>
    new Promise<{ status?: number; part?: string; bytes: Buffer }>((done, fail) => {
      request(new URL(address, server.url), { headers: range ? { range } : {} }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const { statusCode: status, headers } = response;
          done({ status, part: headers['content-range'], bytes: Buffer.concat(chunks) });
        });
      })
        .on('error', fail)
        .end();
    });
  expect((await get('sound')).bytes.equals(wav)).toBe(true);
  const size = wav.length;
  const head = await get('sound', 'bytes=0-43');
  expect(head).toMatchObject({ status: 206, part: `bytes 0-43/${size}`, bytes: wav.subarray(0, 44) });
  expect((await get('sound', 'bytes=-10')).bytes).toEqual(wav.subarray(-10));
  expect(await get('sound', `bytes=${size}-`)).toMatchObject({ status: 416, part: `bytes */${size}` });
  for (const other of ['sound.wav', 'sound/', 'sound%00', encodeURIComponent(path)])
    expect((await get(other)).status, other).toBe(404);
});

test('the sound follows the play head, in a loop without gaps', async () => {
  await press('Edit timeline');
  await expect.poll(heard).toMatchObject({ plays: true, loop: true, seconds: 1 });
  await expect.poll(async () => (await heard()).apart).toBeLessThan(0.05);
  const title = await page.getByRole('button', { name: 'Mute' }).getAttribute('title');
  expect(title).toBe('Mute a "tone" & more.wav');
});

test('it pauses, continues where the user has scrubbed to, and is muted', async () => {
  await press('Pause');
  expect((await heard()).plays).toBe(false);
  await page.getByRole('slider', { name: 'Time' }).fill('0.52');
  expect((await heard()).plays).toBe(false);
  await press('Play');
  await expect.poll(heard).toMatchObject({ plays: true });
  await expect.poll(async () => (await heard()).apart).toBeLessThan(0.05);
  await press('Mute');
  expect((await heard()).plays).toBe(false);
  await press('Mute');
  await expect.poll(heard).toMatchObject({ plays: true });
});

test('another sound is dropped on the page, and removed; what is no sound is named', async () => {
  const drop = (name: string, text: string) =>
    page.evaluate(
      ([name, text]) => {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], name));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
      },
      [name, text],
    );
  await drop('broken.mp3', 'bm90IGEgc291bmQ=');
  const message =
    'broken.mp3 is not a sound that this browser can play: choose a WAV, MP3, M4A or FLAC file.';
  await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain(message);
  await drop('empty.wav', '');
  const empty = 'empty.wav is empty, or a folder: choose a WAV, MP3, M4A or FLAC file.';
  await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain(empty);
  const { begun } = await heard();
  await drop('other.wav', wav.toString('base64'));
  await page.getByRole('button', { name: 'Remove other.wav' }).waitFor();
  await expect.poll(async () => (await heard()).begun).toBeGreaterThan(begun);
  await press('Remove other.wav');
  expect((await heard()).plays).toBe(false);
});
