/** Pictures and films made in a page, compared with the command's; files dropped on it; pictures to share. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { frameAt, parseSweep, type Sweep, sweep, timeOfFrame } from '../../src/core/sweep/sweep.js';
import { circle, tween } from '../../src/core/sweep/track.js';
import { probe } from '../../src/outputs/index.js';
import { renderFilm, renderStill } from '../../src/render.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { decode, FROM_BT709, readMp4, testFfmpeg } from '../video/decode.js';
import { testFolder } from '../video/films.js';
import { type BuiltPage, openBuiltPage } from './built-page.js';

const folder = testFolder();

/** Runs in the page. Bytes pass as base64. */
const ENTRY = `
import { createRenderer } from './dist/renderers/create-renderer.js';
import { savePng } from './dist/explorer/saving/png.js';
import { openFile } from './dist/explorer/saving/opened.js';
import { PreparedPicture } from './dist/explorer/saving/share.js';

const renderer = await createRenderer({ backend: 'cpu' });
async function toBase64(blob) {
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(blob); });
  return reader.result.split(',')[1];
}
function soundOf({ seconds, times }) {
  const sampleRate = 48000;
  const samples = new AudioBuffer({ sampleRate, numberOfChannels: 2, length: seconds * sampleRate });
  for (const channel of [0, 1])
    for (const time of times)
      for (let i = 0; i < 96; i++) samples.getChannelData(channel)[Math.round(time * sampleRate) + i] = i % 8 < 4 ? 0.8 : -0.8;
  return samples;
}
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const result = (work) => work.then((value) => ({ value }), ({ name, message }) => ({ error: name + ': ' + message }));
Object.assign(window, {
  savePng: (request) => result(savePng(request, renderer).then(toBase64)),
  async cancelPng(request) {
    const stop = new AbortController();
    const seen = [];
    const onProgress = ({ done }) => { seen.push(done); if (done > 0) stop.abort(new Error('enough')); };
    return { ...(await result(savePng(request, renderer, { signal: stop.signal, onProgress }))), seen };
  },
  async saveFilm(sweep, kind, stopAt = Infinity, clicks = undefined) {
    const { saveFilm, filmChoices } = await import('./dist/explorer/saving/film.js');
    const stop = new AbortController();
    const seen = [];
    const onProgress = ({ done, of }) => { seen.push([done, of]); if (done >= stopAt) stop.abort(new Error('enough')); };
    const sound = clicks && { samples: soundOf(clicks), sha256: '12'.repeat(32) };
    const work = { signal: stop.signal, onProgress };
    const made = await result(saveFilm(sweep, kind, renderer, work, sound).then(toBase64));
    return { ...made, seen, choices: await filmChoices(sweep, sound) };
  },
  open: (name, text) => result(openFile(new File([bytesOf(text)], name))),
  async prepare(request, shape) {
    let told;
    const prepared = new PreparedPicture((file) => { told = file; });
    const stale = prepared.prepare({ ...request, time: 0.1 }, shape, 'old');
    const first = prepared.prepare(request, shape, 'glass');
    const again = prepared.prepare(request, shape, 'glass');
    const file = await first;
    const out = { stale: await stale, same: first === again, told: told === file, name: file.name, type: file.type, data: await toBase64(file) };
    prepared.discard();
    return { ...out, after: prepared.file };
  },
  ready: true,
});
`;

const glass = sweep({
  seconds: 2,
  fps: 10,
  loop: true,
  palette: 'oklch',
  size: [96, 64],
  network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2, rotation: 20 },
  slice: circle(0.2),
});

/** Of the same kind, but quick to draw. */
const plain = parseSweep({
  ...glass,
  network: { seed: 7, layers: 4, units: 6, weightScale: 1.5 },
  slice: undefined,
});

let built: BuiltPage;
beforeAll(async () => {
  built = await openBuiltPage(ENTRY);
});
afterAll(async () => {
  await built?.close();
});

/** Calls a function of the page. */
function call<Result>(name: string, ...values: unknown[]): Promise<Result> {
  return built.page.evaluate(
    ([name, values]) =>
      (window as unknown as Record<string, (...values: unknown[]) => Promise<never>>)[name as string](
        ...(values as unknown[]),
      ),
    [name, values] as const,
  );
}
interface Outcome<Value> {
  value?: Value;
  error?: string;
}

/** Writes a file that the page made, and returns its path. */
function written(name: string, data: string | undefined): string {
  const path = folder.in(name);
  writeFileSync(path, Buffer.from(data!, 'base64'));
  return path;
}

/** The greatest difference of two pictures, in 8-bit steps. */
function greatest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

describe('a PNG', () => {
  // The second one has several strips.
  test.each([
    [[96, 64], 1, {}],
    [[1000, 560], 1, { dither: true, network: plain.network, slice: undefined }],
    [[97, 61], 3, { shown: { layer: 2 } }],
  ] as const)(
    'of %j with %d samples has the pixels and the recipe of a still',
    async (size, supersample, more) => {
      const source = parseSweep({ ...glass, ...more });
      const time = 0.7;
      const saved = await call<Outcome<string>>('savePng', { sweep: source, time, size, supersample });
      expect(saved.error).toBeUndefined();
      const path = written('page.png', saved.value);
      const still = folder.in('still.png');
      await renderStill(parseSweep({ ...source, size, supersample }), time, still);
      const [width, height] = size;
      const [ours, theirs] = await Promise.all([path, still].map((file) => decode(file, { width, height })));
      expect(greatest(ours.frames[0], theirs.frames[0])).toBeLessThanOrEqual(1);
      expect(new Set(ours.frames[0]).size).toBeGreaterThan(50);
      expect(probe(path).note).toBe(probe(still).note);
    },
  );

  test('can be cancelled, and says how far it has come', async () => {
    const request = { sweep: plain, time: 0, size: [1200, 1000], supersample: 1 };
    const { error, seen } = await call<Outcome<string> & { seen: number[] }>('cancelPng', request);
    expect(error).toBe('Error: enough');
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBeLessThan(1000);
  });

  test.each([
    [{ time: 3, size: [8, 8] }, /^UsageError: The time is 3 s, but the sweep runs from 0 to 2 s/],
    [{ time: 0, size: [16385, 8] }, /^UsageError: size\.0 is 16385 but must be at most 16384/],
    [{ time: 0, size: [8192, 8192], shown: { layer: 2 } }, /^UsageError: .* choose a smaller size\.$/],
  ])(
    'is refused in one sentence: %j',
    async ({ shown, ...request }: { time: number; size: number[]; shown?: object }, message) => {
      const { error } = await call<Outcome<string>>('savePng', {
        sweep: { ...glass, ...(shown && { shown }) },
        ...request,
      });
      expect(error).toMatch(message);
    },
  );
});

describe('a film', () => {
  const film = sweep({
    seconds: 1,
    fps: 12,
    size: [96, 64],
    network: { seed: 70, layers: 8, units: 16, weightScale: tween(0.5, 1) },
    view: { centre: [0.2, 0], halfWidth: 1.2 },
  });
  type Saved = Outcome<string> & {
    seen: [number, number][];
    choices: { kind: string; codec: string; sound: boolean }[];
  };

  test('is offered where the browser can encode it, and its code is loaded on demand', async () => {
    expect(built.requested.some((path) => path.includes('film'))).toBe(false);
    const { error, seen, choices } = await call<Saved>('saveFilm', film, 'webm');
    expect(error).toBeUndefined();
    expect(seen).toEqual(Array.from({ length: 13 }, (_, i) => [i, 12]));
    expect(choices.map(({ kind }) => kind)).toContain('webm');
    expect(built.requested.some((path) => path.includes('film'))).toBe(true);
  });

  test.each([
    ['webm', 'V_VP9'],
    ['mp4', 'avc1'],
  ])('as %s has the frames, the rate, the colours and the recipe of the sweep', async (kind, codec) => {
    const { value, error, choices } = await call<Saved>('saveFilm', film, kind);
    if (!choices.some((choice) => choice.kind === kind)) {
      expect(error).toMatch(/^UsageError: This browser cannot encode/); // not every build of Chromium has H.264
      return;
    }
    expect(error).toBeUndefined();
    const path = written(`film.${kind}`, value);
    const { note, ...found } = probe(path);
    expect(found).toMatchObject({ format: kind, width: 96, height: 64, frames: 12, codec });
    expect(found.seconds).toBeCloseTo(1, 2);
    expect(parseRecipe(note!).sweep).toEqual(film);
    if (kind === 'mp4') {
      expect(readMp4(path).colour).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
    } else {
      // Matrix, range, transfer and primaries (RFC 9559, 5.1.4.1.28.16): 1 is BT.709, and the limited range.
      for (const name of ['55b1', '55b9', '55ba', '55bb'])
        expect(readFileSync(path).includes(Buffer.from(`${name}8101`, 'hex')), name).toBe(true);
    }
    const { frames } = await decode(path, { width: 96, height: 64, filter: FROM_BT709 });
    expect(frames).toHaveLength(12);
    const renderer = new CpuRenderer(1);
    for (const [i, frame] of frames.entries()) {
      const exact = await renderer.render(frameAt(film, timeOfFrame(film, i), undefined as never));
      expect(psnr(frame, exact), `frame ${i}`).toBeGreaterThan(34);
    }
    await renderer.close();
  });

  test.each(['webm', 'mp4'])('as %s has the sound from its first frame on, or is silent', async (kind) => {
    // The sound goes on after the end of the film.
    const clicks = { seconds: 2, times: [0, 0.25, 0.75, 1.25] };
    const { value, error, choices } = await call<Saved>('saveFilm', film, kind, undefined, clicks);
    const choice = choices.find((choice) => choice.kind === kind);
    if (!choice) return; // not every build of Chromium has H.264
    expect(error).toBeUndefined();
    const path = written(`heard.${kind}`, value);
    const { note } = probe(path);
    expect(parseRecipe(note!).audio).toEqual(choice.sound ? { sha256: '12'.repeat(32) } : undefined);
    if (kind === 'webm') expect(choice.sound).toBe(true); // every build has Opus
    const { path: ffmpeg } = await testFfmpeg();
    const args = [
      '-v',
      'error',
      '-i',
      path,
      '-map',
      '0:a?',
      '-ac',
      '1',
      '-ar',
      '48000',
      '-f',
      's16le',
      'pipe:1',
    ];
    if (!choice.sound) {
      expect(() => execFileSync(ffmpeg, args, { stdio: 'pipe' })).toThrow(
        /no streams|does not contain any stream/,
      );
      return;
    }
    const samples = execFileSync(ffmpeg, args);
    expect(Math.abs(samples.length / 2 / 48_000 - 1)).toBeLessThan(0.03);
    const found: number[] = [];
    for (let i = 0, last = -9999; i < samples.length / 2; i++) {
      if (Math.abs(samples.readInt16LE(2 * i)) < 6000) continue;
      if (i - last > 4800) found.push(i / 48_000);
      last = i;
    }
    expect(found).toHaveLength(3);
    for (const [i, time] of found.entries()) expect(Math.abs(time - clicks.times[i])).toBeLessThan(0.002);
  });

  test('can be cancelled', async () => {
    const { error, seen } = await call<Saved>('saveFilm', { ...film, seconds: 100 }, 'webm', 3);
    expect(error).toBe('Error: enough');
    expect(seen.at(-1)![0]).toBeLessThan(10);
  });

  test('is refused in one sentence', async () => {
    const odd = await call<Saved>('saveFilm', { ...film, size: [97, 64] }, 'webm');
    expect(odd.error).toBe(
      'UsageError: The size is 97x64, but films need even numbers: change it by one pixel.',
    );
    const { choices, error } = await call<Saved>('saveFilm', { ...film, size: [16384, 16384] }, 'mp4');
    expect(choices.map(({ kind }) => kind)).not.toContain('mp4');
    expect(error).toMatch(
      /^UsageError: This browser cannot encode MP4 films of 16384x16384: .* copy the command\.$/,
    );
  });
});

/** Peak signal-to-noise ratio over red, green and blue, in decibels. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let at = 0; at < a.length; at++) if (at % 4 !== 3) squares += (a[at] - b[at]) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / (0.75 * a.length)));
}

describe('dropped files', () => {
  const short = parseSweep({ ...glass, seconds: 0.2, size: [32, 32] } satisfies Sweep);
  type Opened = { kind: string; name: string; recipe?: { sweep: Sweep; made?: object }; layers?: object[] };
  const open = (name: string, bytes: Uint8Array | string) =>
    call<Outcome<Opened>>('open', name, Buffer.from(bytes as string).toString('base64'));

  test('of ours open their recipes', async () => {
    const names = ['a.mp4', 'a.gif', 'a.webm', 'a.webp', 'a.mov'];
    const paths = names.map((name) => folder.in(name));
    await renderFilm(short, { outputs: paths });
    const png = folder.in('a.png');
    await renderStill(short, 0.1, png);
    const files = [...names, 'a.png'].map((name) => readFileSync(folder.in(name)));
    for (const [i, name] of [...names, 'a.png'].entries()) {
      const { value, error } = await open(name, files[i]);
      expect(error, name).toBeUndefined();
      if (name !== 'a.png')
        expect(value, name).toMatchObject({ kind: 'recipe', name, recipe: { sweep: short } });
      else expect(value!.recipe!.sweep.slice).toHaveLength(2);
      for (const part of [0.3, 0.9]) {
        const cut = await open(name, files[i].subarray(0, Math.floor(part * files[i].length)));
        if (cut.error) expect(cut.error, name).toMatch(new RegExp(`^UsageError: ${name} .*\\.$`));
      }
    }
    const json = await open('a.json', JSON.stringify({ untrained: 1, sweep: short }));
    expect(json.value).toMatchObject({ kind: 'recipe', recipe: { sweep: short } });
    const weights = await open('w.json', '[{ "w": [[1, 2]], "b": [0] }]');
    expect(weights.value).toEqual({ kind: 'weights', name: 'w.json', layers: [{ w: [[1, 2]], b: [0] }] });
  });

  test.each([
    ['empty.mp4', '', /^UsageError: empty\.mp4 is empty, or a folder: drop a file\.$/],
    [
      'text.mp4',
      'hello',
      /^UsageError: text\.mp4 is not a film or picture that Untrained can read: check the file\.$/,
    ],
    [
      'noise.png',
      '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
      /^UsageError: noise\.png is cut short or damaged: check the file\.$/,
    ],
    ['scene.tsx', 'alert(1)', /^UsageError: scene\.tsx is code, .* npx untrained render scene\.tsx\.$/],
    [
      'bad.json',
      '{"untrained": 1, "sweep": {"seconds": -1}}',
      /^UsageError: bad\.json: seconds is -1 but must be above 0\.$/,
    ],
    ['new.json', '{"untrained": 9}', /^UsageError: new\.json: untrained is 9 but must be one of 1, 2/],
    ['cut.json', '{"untrained": 1,', /^UsageError: cut\.json: The recipe is not JSON/],
    ['x.json', '<html>', /^UsageError: x\.json /],
    ['x.npz', 'PK', /^UsageError: x\.npz /],
    [
      'a\u202e\n$(x).json',
      '{"untrained": 1, "scene": "tour\\n"}',
      /^UsageError: a\?\?\$\(x\)\.json shows the composed scene "tour\?", which only its code can draw: to render it, use npx untrained render 'a\?\?\$\(x\)\.json'\.$/,
    ],
  ])('that are broken get one sentence: %j', async (name, text, message) => {
    const { error } = await open(name, Buffer.from(text, 'latin1'));
    expect(error).toMatch(message);
    expect(error).not.toContain('\n');
  });
});

describe('a picture to share', () => {
  test('is drawn before, once, and forgotten', async () => {
    const prepared = await call<Record<string, unknown>>(
      'prepare',
      { sweep: glass, time: 0.5 },
      [3200, 1600],
    );
    expect(prepared).toMatchObject({ same: true, told: true, name: 'glass.png', type: 'image/png' });
    expect(prepared.stale ?? undefined).toBeUndefined();
    expect(prepared.after ?? undefined).toBeUndefined();
    expect(probe(written('shared.png', prepared.data as string))).toMatchObject({ width: 1200, height: 600 });
  });
});

test('nothing goes wrong in the page', () => {
  expect(built.trouble).toEqual([]);
});
