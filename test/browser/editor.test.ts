/**
 * The editor, as `untrained edit FILE` serves it from a folder without scenes: it lists scenes, plays composed scenes
 * and sweeps like their films, can be scrubbed, shows what is wrong with a file, and writes nothing unasked.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { createRenderer, frameAt, frameCount, sweep, timeOfFrame, tween } from 'untrained';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { temporaryFolder } from '../cli/untrained.js';
import { npy, npz } from '../unit/weight-files.js';

const folder = temporaryFolder();
const scenes = join(folder, 'scenes');
const elsewhere = join(folder, 'else where', 'späte #1');

let url: string;
/** Its output on stderr. */
let said = '';
let stop: () => Promise<void>;
let browser: Browser;
let page: Page;
/** The addresses of requests to other servers. */
const foreign: string[] = [];

const square = (colour: string, rest = '') => `import { makeScene2D, Rect } from '@motion-canvas/2d';
import { createRef, waitUntil } from '@motion-canvas/core';
export default makeScene2D(function* (view) {
  const rect = createRef<Rect>();
  view.add(<Rect ref={rect} size={400} fill={'${colour}'} />);
  yield* rect().rotation(90, 1);
  ${rest}
});`;
const sweepFile = (fields: string) => `import { sweep, tween } from 'untrained';
export default sweep({ seconds: 1, ${fields} });`;
const SMALL = `size: [64, 48], network: { layers: tween(2, 5) }`;

beforeAll(async () => {
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(join(elsewhere, 'given.ts'), sweepFile(`title: 'Given by name', ${SMALL}`));
  const editor = spawn(
    process.execPath,
    [resolve('dist/cli/main.js'), 'edit', join(elsewhere, 'given.ts'), '--no-open', '--port', '9400'],
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
  const opened = await new Promise<string>((found) => {
    editor.stdout.on('data', (text) => found(/http:\S+/.exec(String(text))?.[0] ?? ''));
  });
  expect(new URL(opened).pathname).toBe('/given'); // the page of the only file that was named
  url = new URL('/', opened).href;
  browser = await launchBrowser(await findBrowser());
  page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  page.on('request', (made) => {
    const address = made.url();
    if (!address.startsWith(url) && !/^(data|blob):/.test(address)) foreign.push(address);
  });
});
afterAll(async () => {
  await browser?.close();
  await stop?.();
});

/** A digest of the preview's picture, and the number of its frame. */
const shown = () =>
  page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>('main canvas');
    const picture = new TextEncoder().encode(canvas?.toDataURL() ?? '');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', picture));
    const isOpening = document.getElementById('opening') !== null; // until the first picture is there
    const frame = isOpening ? undefined : /\[(\d+)\]/.exec(document.body.textContent ?? '')?.[1];
    return { frame, picture: canvas ? digest.join() : '' };
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
        const { picture } = await shown();
        const isDrawing = await page.locator('#untrained-status [data-kind=drawing]').isVisible();
        const same = picture !== '' && picture === before && !isDrawing;
        before = picture;
        return same;
      },
      { interval: 300, timeout: 30_000 },
    )
    .toBe(true);
  return before;
}

/** What the page says is wrong. */
const panel = () => page.locator('untrained-failure section');
const panelText = async () => (await panel().allInnerTexts()).join();

/** The preview's size, and the pixels of its first `rows` rows: RGBA, top row first. */
const pixels = (rows: number) =>
  page.evaluate((rows) => {
    const canvas = document.querySelector<HTMLCanvasElement>('main canvas')!;
    const { width, height } = canvas;
    return { width, height, rgba: [...canvas.getContext('2d')!.getImageData(0, 0, width, rows).data] };
  }, rows);

/** The number of frames that the editor shows. */
const lengthShown = () => page.evaluate(() => document.body.textContent?.match(/\[(\d+)\]/g)?.[1]);

test('it listens on this machine alone, and lists our scenes in the order of the article', async () => {
  expect(new URL(url).hostname).toBe('127.0.0.1');
  await page.goto(url);
  const sections = await page.locator('section').allInnerTexts();
  expect(sections.map((text) => text.split('\n')[0])).toEqual(['Opened', 'Your scenes', 'Our scenes']);
  expect(sections[0]).toMatch(/Given by name\n+.*given\.ts$/);
  const figures = [...sections[2].matchAll(/^figures? (\d+)/gm)].map(([, figure]) => Number(figure));
  expect(figures.length).toBeGreaterThan(20);
  expect(figures).toEqual([...figures].sort((a, b) => a - b));
  const pictures = page.locator('section:last-child img');
  expect(await pictures.count()).toBe(await page.locator('section:last-child li').count());
  const loaded = () => pictures.first().evaluate((image: HTMLImageElement) => image.naturalWidth);
  await expect.poll(loaded).toBe(320);
});

test('a folder made later and a new file appear by themselves, and open scenes stay as they are', async () => {
  const open = await browser.newPage();
  await open.goto(`${url}given`);
  await open.evaluate(() => Object.assign(window, { before: true }));
  await page.goto(url);
  mkdirSync(scenes);
  writeFileSync(join(scenes, 'new.ts'), `export default { seconds: 1, network: {} };`);
  const text = () => page.locator('body').textContent();
  await expect.poll(text, { timeout: 30_000 }).toContain('new.ts');
  // Their pictures are drawn here.
  await expect.poll(() => page.locator('[data-path] img').count(), { timeout: 60_000 }).toBe(2);
  writeFileSync(join(scenes, 'square.tsx'), square('#e06040'));
  writeFileSync(join(scenes, 'sweep.ts'), sweepFile(SMALL));
  await expect.poll(text, { timeout: 30_000 }).toContain('sweep.ts');
  rmSync(join(scenes, 'new.ts'));
  await expect.poll(text, { timeout: 30_000 }).not.toContain('new.ts');
  expect(await open.evaluate(() => 'before' in window)).toBe(true);
  await open.close();
});

test.each(['square', 'sweep', 'given'])(
  '%s can be scrubbed, and frames come back as they were',
  async (name) => {
    await page.goto(url + name);
    const first = await rests('0');
    // The editor ignores keys until it knows the length of the scene.
    await expect.poll(lengthKnown, { timeout: 60_000 }).toBe(true);
    await page.keyboard.press('ArrowRight');
    const second = await rests('1');
    expect(second).not.toBe(first);
    await page.keyboard.press('ArrowLeft');
    expect(await rests('0')).toBe(first);
  },
);

test('the preview has the frames of the film, also after its size, rate and length have changed', async () => {
  const films = [
    { size: [64, 48], fps: 25, seconds: 1 },
    { size: [40, 60], fps: 30, seconds: 0.5 },
  ] as const;
  await page.goto(`${url}live`).catch(() => {}); // not there yet
  const renderer = await createRenderer({ backend: 'cpu' });
  for (const { size, fps, seconds } of films) {
    const film = sweep({ seconds, fps, size: [...size], network: { layers: tween(2, 5) } });
    const fields = `fps: ${fps}, size: [${size}], network: { layers: tween(2, 5) }`;
    writeFileSync(join(scenes, 'live.ts'), sweepFile(fields).replace('seconds: 1', `seconds: ${seconds}`));
    if (!page.url().endsWith('/live') || (await page.locator('main').count()) === 0)
      await page.goto(`${url}live`);
    const count = frameCount(film);
    await expect.poll(lengthShown, { timeout: 60_000 }).toBe(`[${count}]`);
    for (const [key, frame] of [
      ['Shift+ArrowRight', count - 1],
      ['ArrowLeft', count - 2],
    ] as const) {
      await page.keyboard.press(key);
      await rests(`${frame}`);
      const { width, height, rgba } = await pixels(size[1]);
      expect([width, height]).toEqual(size);
      const expected = await renderer.render(frameAt(film, timeOfFrame(film, frame)));
      expect(Math.max(...rgba.map((value, i) => Math.abs(value - expected[i])))).toBeLessThanOrEqual(1);
    }
  }
  await renderer.close();
});

/** A page that notes which sound plays. */
async function listeningPage() {
  const open = await browser.newPage();
  await open.addInitScript(() => {
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      Object.assign(window, { sound: this });
      return play.call(this);
    };
  });
  /** The time of the sound and that of the picture, in seconds. */
  const times = () =>
    open.evaluate(() => {
      const { sound } = window as unknown as { sound?: HTMLMediaElement };
      const frame = Number(/\[(\d+)\]/.exec(document.body.textContent ?? '')?.[1]);
      const source = sound?.getAttribute('src') ?? '';
      return { source, duration: sound?.duration, heard: sound?.currentTime ?? Number.NaN, seen: frame / 25 };
    });
  return { open, times };
}

test('the sound that a sweep listens to plays along with it', async () => {
  const music = resolve('dist/music/on-the-beat.wav');
  writeFileSync(join(scenes, 'music.wav'), readFileSync(music));
  const scale = `weightScale: listen('music.wav', { band: 'bass', from: 0.5, to: 0.6 })`;
  const text = `import { listen, sweep } from 'untrained';
export default sweep({ seconds: 2, size: [32, 24], network: { layers: 2, ${scale} } });`;
  writeFileSync(join(scenes, 'heard.ts'), text);
  const { open, times } = await listeningPage();
  const served = open.waitForResponse((response) => response.url().includes('/@untrained/sound/heard'));
  await open.goto(`${url}heard`);
  expect((await served).status()).toBeLessThan(300);
  await expect.poll(() => open.evaluate(() => document.getElementById('opening'))).toBeNull();
  await open.keyboard.press('Space');
  await expect.poll(async () => (await times()).heard, { timeout: 30_000 }).toBeGreaterThan(0.2);
  await expect.poll(async () => (await times()).duration).toBe(8);
  const apart = async () => {
    const { heard, seen } = await times();
    return Math.abs(heard - seen);
  };
  await expect.poll(apart).toBeLessThan(0.06);
  await open.close();
});

test('the sound that a composed scene follows plays along, until it ends or the scene follows none', async () => {
  const follows = (
    caption: string,
    opacity: string,
  ) => `import { makeScene2D, Rect } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
import { listen } from 'untrained/nodes';
// ${caption}
export default makeScene2D(function* (view) {
  view.add(<Rect size={400} fill={'red'} opacity={${opacity}} />);
  yield* waitFor(3);
});`;
  const change = (...text: Parameters<typeof follows>) =>
    writeFileSync(join(scenes, 'follows.tsx'), follows(...text));
  // The sound has been playing for 6.5 s when the film begins, and ends in the middle of it.
  const heard = `listen('music.wav', { band: 'bass', offset: -6.5 })`;
  change('first', heard);
  const { open, times } = await listeningPage();
  await open.goto(`${url}follows`);
  await expect.poll(() => open.evaluate(() => document.getElementById('opening'))).toBeNull();
  await open.keyboard.press('Space');
  const isTogether = async () => {
    const { heard, seen, source } = await times();
    return source.includes('/followed/') && seen > 0.2 && seen < 1.4 && Math.abs(heard - seen - 6.5) < 0.06;
  };
  await expect.poll(isTogether, { timeout: 30_000, interval: 20 }).toBe(true);
  await expect.poll(async () => (await times()).seen, { timeout: 30_000, interval: 20 }).toBeGreaterThan(2.5);
  change('second', heard);
  await expect.poll(isTogether, { timeout: 30_000, interval: 20 }).toBe(true);
  change('third', '1');
  await expect.poll(async () => (await times()).source, { timeout: 30_000 }).toBe('');
  await expect.poll(panelText).toBe('');
  await open.close();
});

test('a composed scene has the background and the length of its film', async () => {
  // Motion Canvas would count 11 frames.
  writeFileSync(join(scenes, 'short.tsx'), square('#ffffff').replace('90, 1)', '90, 0.4)'));
  await page.goto(`${url}short`);
  await expect.poll(lengthShown, { timeout: 60_000 }).toBe('[10]');
  await page.keyboard.press('Shift+ArrowRight');
  await rests('9');
  const { width, height, rgba } = await pixels(1);
  expect([width, height]).toEqual([960, 540]);
  expect(rgba.slice(0, 4)).toEqual([0, 0, 0, 255]);
});

test('what is wrong with a file is shown with its line, until the file is repaired', async () => {
  const repair = async (name: string, text: string) => {
    writeFileSync(join(scenes, name), text);
    await expect.poll(panelText, { timeout: 30_000 }).toBe('');
    await rests('0');
  };
  const says = (text: RegExp) => expect.poll(panelText, { timeout: 60_000 }).toMatch(text);

  writeFileSync(join(scenes, 'wrong.ts'), sweepFile(`\n  network: {\n    layers: -4,\n  },`));
  await page.goto(`${url}wrong`);
  await says(/^scenes\/wrong\.ts:4\n+network\.layers is -4 but must be at least 1\./);
  await repair('wrong.ts', sweepFile(SMALL)); // the page opens at last
  writeFileSync(
    join(scenes, 'wrong.ts'),
    `import { tint } from './tint';\n${sweepFile(`title: tint, ${SMALL}`)}`,
  );
  await says(/^scenes\/wrong\.ts\b.*\n+.*\.\/tint/);
  writeFileSync(join(scenes, 'tint.ts'), `export const tint = 'blue';`); // a file that was missing
  await expect.poll(panelText, { timeout: 30_000 }).toBe('');

  writeFileSync(join(scenes, 'broken.tsx'), 'export default 3;');
  await page.goto(`${url}broken`);
  await says(
    /^scenes\/broken\.tsx\n+broken\.tsx has no scene to show: end it with "export default makeScene2D/,
  );
  await repair('broken.tsx', square('#208040'));
  const wrong: [line: string, said: RegExp][] = [
    ['<Rect', /^scenes\/broken\.tsx:\d+:\d+\n+(Expected|Unexpected)/],
    [`throw new Error('at the end');`, /^scenes\/broken\.tsx:7:9\n+at the end\n/],
    [`}); null.x; (function* () {`, /^scenes\/broken\.tsx:7:\d+\n+Cannot read properties of null/],
  ];
  for (const [line, said] of wrong) {
    writeFileSync(join(scenes, 'broken.tsx'), square('#208040', line));
    await says(said);
    await repair('broken.tsx', square('#208040'));
  }
  const field = `import { NetworkField } from 'untrained/nodes';\n${square('#208040')}`;
  writeFileSync(join(scenes, 'broken.tsx'), field.replace('add(<Rect', 'add(<NetworkField layers={0}'));
  await says(/^scenes\/broken\.tsx:6:\d+\n+.*layers is 0 but must be/);
  // A frame that cannot be drawn leaves the others.
  const late = `ref={rect} opacity={() => { if (rect().rotation() > 44) throw new Error('too far'); return 1; }}`;
  writeFileSync(join(scenes, 'broken.tsx'), square('#208040').replace('ref={rect}', late));
  await expect.poll(panelText, { timeout: 30_000 }).toBe('');
  await page.keyboard.press('Shift+ArrowRight');
  await says(/^scenes\/broken\.tsx:5:\d+\n+too far/);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(panelText, { timeout: 30_000 }).toBe('');
}, 240_000);

test('a file is shown as it is in the end, however slowly it is written', async () => {
  mkdirSync(scenes, { recursive: true });
  writeFileSync(join(scenes, 'slow.tsx'), square('#208040'));
  await page.goto(`${url}slow`);
  await expect.poll(lengthShown, { timeout: 60_000 }).toBe('[25]');
  for (const pause of [2, 10, 20, 34, 46]) {
    const text = square('#208040').replace('90, 1)', `90, ${pause / 10})`);
    // As an editor or a copy does on a busy machine: the file is empty, then half of it is there.
    const file = openSync(join(scenes, 'slow.tsx'), 'w');
    await wait(pause);
    writeSync(file, text.slice(0, 200));
    await wait(pause);
    writeSync(file, text.slice(200));
    closeSync(file);
    await expect.poll(lengthShown, { timeout: 20_000 }).toBe(`[${pause * 2.5}]`);
    expect(await panelText()).toBe('');
  }
}, 120_000);

test('only a drag of a time event is saved, and no other event holds its time', async () => {
  const events = (seconds: number) =>
    square(
      '#e06040',
      `yield* waitUntil('first'); yield* waitUntil('second'); yield* rect().rotation(0, 1);`,
    ).replace('90, 1)', `90, ${seconds})`);
  const saved = () => readdirSync(scenes).filter((name) => name.endsWith('.meta'));
  writeFileSync(join(scenes, 'events.tsx'), events(2));
  await page.goto(`${url}events`);
  await expect.poll(lengthShown, { timeout: 60_000 }).toBe('[75]');
  writeFileSync(join(scenes, 'events.tsx'), events(1));
  await expect.poll(lengthShown, { timeout: 30_000 }).toBe('[50]');
  expect(saved()).toEqual([]);
  const { x, y, height } = (await page.locator('[data-name=second]').boundingBox())!;
  const track = (await page.locator('[class*=trackContainer]').boundingBox())!;
  await page.mouse.move(x + 4, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 4 + track.width / 4, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(saved, { timeout: 30_000 }).toEqual(['events.meta']);
  const { timeEvents } = JSON.parse(readFileSync(join(scenes, 'events.meta'), 'utf8'));
  expect(timeEvents).toEqual([{ name: 'second', targetTime: expect.closeTo(1.5, 0) }]);
  rmSync(join(scenes, 'events.meta'));
});

/** The status of a response. */
const statusOf = (path: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((done, failed) => {
    const made = request(new URL(url).origin, { path, headers }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    made.on('error', failed).end();
  });

test('other hosts and origins are refused, and so are malformed addresses', async () => {
  const { host, origin } = new URL(url);
  expect(await statusOf('/', { host })).toBe(200);
  expect(await statusOf('/', { host: host.replace('127.0.0.1', 'localhost') })).toBe(200);
  expect(await statusOf('/', { host: 'evil.example' })).toBe(403);
  expect(await statusOf('/@vite/client', { host, origin: 'http://evil.example' })).toBe(403);
  expect(await statusOf('/@vite/client', { host, origin })).toBe(200);
  expect(await statusOf('/@vite/client', { host, origin: 'null' })).toBe(403);
  expect(await statusOf('/__open-output-path', { host, 'sec-fetch-site': 'cross-site' })).toBe(403);
  const socket = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'vite-hmr' };
  expect(await statusOf('/', { host, origin: 'http://evil.example', ...socket, ...key })).toBe(403);
  expect(await statusOf('/%E0%A4%A', { host })).toBe(400);
});

test('it asks nobody else, prints nothing, and writes nothing beside the scenes', () => {
  expect(foreign).toEqual([]);
  expect(said).toBe('');
  const written = [...readdirSync(scenes), ...readdirSync(folder)].filter((name) => !/\.tsx?$/.test(name));
  expect(written.sort()).toEqual(['else where', 'music.wav', 'scenes']);
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

test('weights from a file are shown, and new ones as soon as it changes', async () => {
  const write = (weight: number) => {
    const arrays = { W1: npy({ shape: [1, 2], values: [weight, -weight] }) };
    writeFileSync(join(scenes, 'net.npz'), npz(arrays));
  };
  write(0.5);
  writeFileSync(
    join(scenes, 'trained.ts'),
    `import { sweep, weightsFrom } from 'untrained';
export default sweep({ seconds: 1, size: [64, 48], network: { weights: weightsFrom('net.npz') } });`,
  );
  await page.goto(`${url}trained`);
  const first = await rests('0');
  write(3);
  await expect.poll(async () => (await shown()).picture, { timeout: 30_000 }).not.toBe(first);
});
