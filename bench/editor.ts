/**
 * Measures the editor in the browser that renders use: how long it takes to start and to open a scene, and how many
 * pictures it shows while somebody drags the playhead or plays.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { built } from './built.js';
import { record } from './history.js';
import { fixed, median, table } from './table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const SECONDS = 6;
const FPS = 25;
/** 27x30 at 480x480. */
const SCENE = `import { sweep, tween } from 'untrained';
export default sweep({
  seconds: ${SECONDS},
  fps: ${FPS},
  size: [480, 480],
  network: { seed: 18, layers: 27, width: 30, weightScale: tween(0.4, 0.8) },
});`;

/** How long the playhead is dragged, and how long the scene plays, in milliseconds. */
const DRAG_MS = 2000;
const PLAY_MS = 4000;

interface Row {
  name: string;
  unit: string;
  more?: boolean;
}

/** What is measured, as it is printed. */
const ROWS = {
  start: { name: 'from npm start to the list of scenes', unit: 'ms' },
  listed: { name: 'from untrained edit to the list of scenes', unit: 'ms' },
  opened: { name: 'scene opened to its first picture', unit: 'ms' },
  sharp: { name: 'scene opened to its sharp picture', unit: 'ms' },
  requests: { name: 'requests until the sharp picture', unit: 'requests' },
  sought: { name: 'seek to the sharp picture', unit: 'ms' },
  dragged: { name: 'distinct pictures while dragging', unit: 'a second', more: true },
  played: { name: 'distinct pictures while playing', unit: 'a second', more: true },
  pace: { name: 'speed of playing', unit: 'x', more: true },
} satisfies Record<string, Row>;
type Part = keyof typeof ROWS;

/** Measures `rounds` times, and prints medians. */
export async function benchEditor(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const values: Record<string, number[]> = {};
  const note = (part: Part, value: number) => {
    values[part] = [...(values[part] ?? []), value];
  };
  try {
    await mkdir(join(folder, 'scenes'));
    await writeFile(join(folder, 'scenes', 'film.ts'), SCENE);
    const browser = await (await built.launch()).launchBrowser(
      await (await built.findBrowser()).findBrowser(),
    );
    try {
      for (let round = 0; round < rounds; round++) {
        note('start', await measureStart(browser, folder, ['node', resolve(root, 'build/run.js'), 'edit']));
        await measureScene(browser, folder, note);
      }
    } finally {
      await browser.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const rows = (Object.keys(ROWS) as Part[]).map((part) => {
    const { name, unit, more }: Row = ROWS[part];
    record('editor', name, values[part], { unit, more });
    const middle = median(values[part]);
    return [name, unit === 'ms' ? `${(middle / 1000).toFixed(2)} s` : `${fixed(middle)} ${unit}`];
  });
  console.log(`\nThe editor, 27x30 at 480x480, ${FPS} frames per second: medians of ${rounds}`);
  console.log(table(rows));
}

/** The time from starting a program to a usable page, in milliseconds. */
async function measureStart(browser: Browser, folder: string, command: string[]): Promise<number> {
  const began = performance.now();
  const editor = await startEditor(folder, command);
  try {
    const page = await browser.newPage();
    await openList(page, editor.url);
    await page.close();
    return performance.now() - began;
  } finally {
    await editor.stop();
  }
}

async function measureScene(browser: Browser, folder: string, note: (part: Part, value: number) => void) {
  const began = performance.now();
  const editor = await startEditor(folder, ['node', resolve(root, 'dist/cli/main.js'), 'edit']);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await openList(page, editor.url);
    note('listed', performance.now() - began);
    let requests = 0;
    page.on('request', () => requests++);
    await page.addInitScript(watchPreview);
    await page.goto(`${editor.url}film`);
    await page.waitForFunction(() => window.preview.pictures.length > 0);
    note('opened', await page.evaluate(() => window.preview.pictures[0].at));
    note('sharp', await sharpAfter(page, 0));
    note('requests', requests);

    const track = (await page.locator('[class*=trackContainer]').boundingBox())!;
    const over = (frame: number) => track.x + ((frame + 0.5) * track.width) / (SECONDS * FPS);
    const y = track.y + track.height / 2;
    let from = await page.evaluate(() => performance.now());
    await page.mouse.click(over(40), y);
    note('sought', await sharpAfter(page, from));

    await page.mouse.move(over(45), y);
    await page.mouse.down();
    from = await page.evaluate(() => performance.now());
    const dragged = performance.now();
    for (let part = 0; part < 1; part = (performance.now() - dragged) / DRAG_MS)
      await page.mouse.move(over(45 + 60 * Math.min(1, part)), y);
    note('dragged', (1000 * (await picturesSince(page, from))) / DRAG_MS);
    await page.mouse.up();
    await sharpAfter(page, from);

    from = await page.evaluate(() => performance.now());
    await page.mouse.click(over(0), y);
    await sharpAfter(page, from);
    const frame = async () => Number(/\[(\d+)\]/.exec((await page.textContent('body')) ?? '')![1]);
    const first = await frame();
    await page.keyboard.press('Space');
    from = await page.evaluate(() => performance.now());
    await page.waitForTimeout(PLAY_MS);
    const last = await frame();
    const took = (await page.evaluate(() => performance.now())) - from;
    note('played', (1000 * (await picturesSince(page, from))) / took);
    note('pace', ((last - first) / FPS / took) * 1000);
    await page.close();
  } finally {
    await editor.stop();
  }
}

async function openList(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('a[href$="weight-scale"]').waitFor();
}

/** Starts the editor, and waits until it says its address. */
async function startEditor(cwd: string, [program, ...words]: string[]) {
  const child: ChildProcess = spawn(program, [...words, '--no-open', '--port', '9710'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((done) => child.on('exit', () => done()));
  const url = await new Promise<string>((found, failed) => {
    child.stdout!.on('data', (text) => {
      const [address] = /http:\S+/.exec(String(text)) ?? [];
      if (address) found(address);
    });
    child.on('exit', () => failed(new Error('The editor did not start.')));
  });
  return {
    url,
    stop: async () => {
      child.kill();
      await gone;
    },
  };
}

/** The time from `since` until the preview showed its final picture, in milliseconds of the page's clock. */
async function sharpAfter(page: Page, since: number): Promise<number> {
  const rest = 400;
  await page.waitForFunction(
    ([since, rest]) => {
      const last = window.preview.pictures.at(-1);
      const note = document.querySelector('#untrained-status [data-kind=drawing]') as HTMLElement | null;
      return note?.hidden && last && last.at > since && performance.now() - last.at > rest;
    },
    [since, rest] as const,
  );
  return (await page.evaluate(() => window.preview.pictures.at(-1)!.at)) - since;
}

const picturesSince = (page: Page, since: number) =>
  page.evaluate(
    (since) =>
      new Set(window.preview.pictures.filter(({ at }) => at > since).map(({ digest }) => digest)).size,
    since,
  );

declare global {
  interface Window {
    preview: { pictures: { at: number; digest: number }[] };
  }
}

/** Records when the preview's picture changes. Runs in the page, before it loads. */
function watchPreview() {
  const side = 48;
  const preview = { pictures: [] as { at: number; digest: number }[] };
  window.preview = preview;
  const small = new OffscreenCanvas(side, side);
  const context = small.getContext('2d', { willReadFrequently: true })!;
  const look = () => {
    const canvas = document.querySelector('[class*=viewport] canvas') as HTMLCanvasElement | null;
    if (canvas && canvas.width > 1) {
      context.clearRect(0, 0, side, side);
      context.drawImage(canvas, 0, 0, side, side);
      let digest = 0;
      let opaque = 0;
      for (const byte of context.getImageData(0, 0, side, side).data) {
        digest = (Math.imul(digest, 31) + byte) | 0;
        opaque |= byte;
      }
      if (opaque && digest !== preview.pictures.at(-1)?.digest)
        preview.pictures.push({ at: performance.now(), digest });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
