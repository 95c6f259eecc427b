/** Failures at every step of a film: everything is released, nothing is left behind, and the message is one line. */
import { getEventListeners } from 'node:events';
import { promises as fs, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RenderError } from '../../src/core/errors.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import type { FilmRequest } from '../../src/jobs/plan.js';
import { recipeOf } from '../../src/jobs/render.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { SegmentEncoder, Workbench } from '../../src/outputs/index.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { testFfmpeg } from '../video/decode.js';
import { fakeFfmpeg, testFolder } from '../video/films.js';

const folder = testFolder();
const sweep = makeSweep({
  seconds: 4.8,
  fps: 12.5,
  size: [32, 24],
  network: { layers: 2, width: 3, weightScale: tween(0.4, 0.9) },
});

let workshop: Workshop;
let renderers: CpuRenderer[];
let stop: AbortController;
beforeEach(() => {
  workshop = new Workshop();
  stop = new AbortController();
  renderers = [];
  const { render } = CpuRenderer.prototype;
  vi.spyOn(CpuRenderer.prototype, 'render').mockImplementation(function (this: CpuRenderer, ...args) {
    if (!renderers.includes(this)) renderers.push(this);
    return render.apply(this, args);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** This process's children that are ffmpeg or a stand-in for it. */
async function children(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await fs.readdir('/proc').catch(() => [])) {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, state, parent] = /\((.*)\) (\S) (\d+)/.exec(stat) ?? [];
    if (Number(parent) === process.pid && state !== 'Z' && /ffmpeg|sh|sleep/.test(name)) found.push(name);
  }
  return found;
}

/** Makes a film that fails; returns the message after checking that everything is released. */
async function failure(
  outputs: string[],
  options: { ffmpeg?: string; poster?: string } = {},
): Promise<string> {
  const source = { kind: 'sweep', sweep } as const;
  const { poster, ffmpeg } = options;
  const request: FilmRequest = {
    source,
    outputs: outputs.map((name) => ({ path: folder.in('new', name) })),
    poster: poster ? { path: folder.in('new', poster), frame: 'last' } : undefined,
    recipe: recipeOf(source),
  };
  const before = readdirSync(folder.in());
  const { signal } = stop;
  const making = makeFilm(request, workshop, { backend: 'cpu', threads: 1, ffmpeg, signal });
  const error = await making.then(
    () => undefined,
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(Error);
  vi.restoreAllMocks();
  expect(readdirSync(folder.in())).toEqual(before); // not even the film's folder
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await workshop.close();
  expect(await children()).toEqual([]);
  for (const renderer of renderers) await expect(renderer.render({} as never)).rejects.toThrow(/closed/);
  expect(error!.message).not.toContain('\n');
  return error!.message.replaceAll(folder.in(), '…');
}

const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** Lets a method succeed some times before it fails. */
function failAt<T extends object>(
  object: T,
  method: keyof T & string,
  times: number,
  error: () => Error,
): void {
  const original = (object[method] as (...args: unknown[]) => unknown).bind(object);
  let calls = 0;
  vi.spyOn(object, method as never).mockImplementation(((...args: unknown[]) => {
    if (calls++ < times) return original(...args);
    return Promise.reject(error());
  }) as never);
}

describe('a full disk', () => {
  test.each([0, 1])('when work folder %i is created', async (times) => {
    failAt(fs, 'mkdtemp', times, full);
    expect(await failure(['a.mp4', 'b.webp'])).toBe(
      `"…/new/${times ? 'b.webp' : 'a.mp4'}" cannot be written because the disk is full (ENOSPC): write it somewhere else.`,
    );
  });

  test.each([0, 1, 2, 3])('when our file %i is written', async (times) => {
    failAt(fs, 'writeFile', times, full);
    expect(await failure(['a.mp4', 'b.webm'])).toMatch(
      /^"…\/new\/[ab]\.\w+" cannot be written because the disk is full \(ENOSPC\): free some space, or write elsewhere\.$/,
    );
  });
});

describe('ffmpeg', () => {
  test('that cannot be started for the second output', async () => {
    const { start } = SegmentEncoder.prototype;
    let starts = 0;
    vi.spyOn(SegmentEncoder.prototype, 'start').mockImplementation(async function (this: SegmentEncoder) {
      if (starts++ === 1) throw new RenderError('It does not start.');
      await start.call(this);
    });
    expect(await failure(['a.mp4', 'b.webp'])).toBe('It does not start.');
  });

  test.each([
    ['at once', 'exit 3'],
    ['after some frames', 'head -c 20000 > /dev/null; exit 3'],
    ['after all frames', 'cat > /dev/null; exit 3'],
  ])('that fails %s', async (_, lines) => {
    const { path } = fakeFfmpeg(
      folder.in('ffmpeg'),
      `case "$*" in *-version*) echo "ffmpeg version 1";; *) ${lines};; esac`,
    );
    expect(await failure(['a.mp4', 'b.webp'], { ffmpeg: path })).toMatch(
      /^ffmpeg failed with exit code 3 after \d+ of 60 frames of "…\/new\/[ab]\.\w+"/,
    );
  });

  test('that fails while segments are joined', async () => {
    const { path } = await testFfmpeg();
    const fake = fakeFfmpeg(
      folder.in('ffmpeg'),
      'case "$*" in *concat*) echo "bad segment" >&2; exit 1;; esac',
      `exec "${path}" "$@"`,
    );
    expect(await failure(['a.mp4', 'b.webp'], { ffmpeg: fake.path })).toContain('bad segment');
  });
});

test.each([0, 1, 26, 59])('frame %i that cannot be drawn', async (number) => {
  const { render } = CpuRenderer.prototype;
  let frames = 0;
  vi.spyOn(CpuRenderer.prototype, 'render').mockImplementation(function (this: CpuRenderer, ...args) {
    if (!renderers.includes(this)) renderers.push(this);
    if (frames++ === number) return Promise.reject(new RenderError('It cannot be drawn.'));
    return render.apply(this, args);
  });
  expect(await failure(['a.mp4', 'b.gif'], { poster: 'p.png' })).toBe('It cannot be drawn.');
});

test('if the film cannot be given its name, the message says where it is', async () => {
  const blocked = folder.in('a.mp4');
  const { place } = Workbench.prototype;
  vi.spyOn(Workbench.prototype, 'place').mockImplementation(async function (this: Workbench, move) {
    await fs.mkdir(blocked, { recursive: true });
    writeFileSync(join(blocked, 'in the way'), '');
    return place.call(this, move);
  } as Workbench['place']);
  const source = { kind: 'sweep', sweep } as const;
  const making = makeFilm({ source, outputs: [{ path: blocked }] }, workshop, { backend: 'cpu', threads: 1 });
  const error = await making.catch((error: Error) => error as Error);
  await workshop.close();
  const [, left] = /move "(.*)" there yourself/.exec((error as Error).message) ?? [];
  expect((await fs.stat(left)).size).toBeGreaterThan(1000);
});

test.each(['plan', 'open', 'draw', 'finish', 'join'])('a film that is stopped during: %s', async (step) => {
  const reason = new RenderError('Enough.');
  const after = <T extends object>(object: T, method: keyof T & string) => {
    const original = object[method] as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(object, method as never).mockImplementation(async function (this: T, ...args: unknown[]) {
      const result = original.apply(this, args);
      stop.abort(reason);
      return result;
    } as never);
  };
  if (step === 'plan') after(Workshop.prototype, 'source');
  if (step === 'open') after(Workbench, 'beside');
  if (step === 'draw') after(SegmentEncoder.prototype, 'write');
  if (step === 'finish') after(SegmentEncoder.prototype, 'finish');
  if (step === 'join') after(Workbench.prototype, 'run');
  // Complete files stay, so there is only one output to join.
  const outputs = step === 'join' ? ['a.mp4'] : ['a.mp4', 'b.webp'];
  expect(await failure(outputs, step === 'join' ? {} : { poster: 'p.png' })).toBe('Enough.');
});
