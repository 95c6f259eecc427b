/** What jobs depend on, and jobs as untrusted data: no job makes a store hold other bytes under a key. */
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type Bundle, bundle, digestsOf } from '../../dist/sources/composed/bundle.js';
import { RefusedError, UsageError } from '../../src/core/errors.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { checkForWorker } from '../../src/jobs/check-for-worker.js';
import { type Job, readJob, writeJob } from '../../src/jobs/job.js';
import { type FilmRequest, plan } from '../../src/jobs/plan.js';
import { segment } from '../../src/jobs/segment.js';
import { FolderStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { plannedTarget, resolveTarget } from '../../src/sources/scene-files.js';
import { seed } from '../seed.js';
import { testFolder } from '../video/films.js';

const folder = testFolder();
const workshop = new Workshop();
afterAll(() => workshop.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const means = { backend: 'cpu', threads: 1 } as const;
const film = (weightScale: number) =>
  makeSweep({
    seconds: 2.4,
    fps: 12.5,
    size: [16, 8],
    network: { layers: 2, width: 3, weightScale: tween(0.1, weightScale) },
  });
const request = (...outputs: string[]): FilmRequest => ({
  source: { kind: 'sweep', sweep: film(1) },
  outputs: outputs.map((path) => ({ path })),
});
const planned = async (wanted = request('film.mp4')) => writeJob(await plan(wanted, workshop, means));

describe('a shared store', () => {
  test('never has other bytes under the key of a film', async () => {
    const victim = readJob(await planned());
    const other: FilmRequest = { ...request('film.mp4'), source: { kind: 'sweep', sweep: film(2) } };
    const forged = JSON.parse(await planned(other)) as Job;
    for (const [i, { parts }] of forged.segments.entries())
      for (const [at, part] of parts.entries()) part.keys = victim.segments[i].parts[at].keys;
    const job = readJob(JSON.stringify(forged));
    const elsewhere = new Workshop();
    const store = new FolderStore(job, folder.in('store'), means, await elsewhere.ffmpeg({}));
    const onFrame = vi.fn();
    for (const i of [0, 1]) {
      const making = segment(job, i, store, elsewhere, { ...means, onFrame });
      await expect(making).rejects.toThrow(RefusedError);
      await expect(making).rejects.toThrow(`The key of segment ${i + 1} does not match its frames`);
    }
    await elsewhere.close();
    expect(onFrame, 'and nothing is drawn for it').not.toHaveBeenCalled();
    expect(existsSync(folder.in('store'))).toBe(false);
  });
});

describe('a job from anyone', () => {
  test.each<[string, (job: Job) => void, RegExp]>([
    [
      'an option of an encoder',
      ({ outputs }) => Object.assign(outputs[0].options, { args: ['-i', '/etc/passwd'] }),
      /args/,
    ],
    ['a segment without its parts', ({ segments }) => segments[0].parts.pop(), /parts of segment 1/],
    ['segments of another length', (job) => job.segments.pop(), /segments end at frame/],
    [
      'a take of another format',
      ({ segments }) => (segments[0].parts[0].take = 'copy'),
      /parts of segment 1/,
    ],
    ['another size', ({ film }) => (film.width = 32), /width is 32, and its source's 16/],
    ['another rate', ({ film }) => (film.fps = 25), /fps is 25/],
    [
      'frames of an odd size in yuv420p',
      (job) => Object.assign(job.film, { alpha: true, pixels: 'yuv420p' }),
      /yuv420p|opaque/,
    ],
    [
      'frames that are dithered in a page',
      ({ film }) => (film.debanded = true),
      /only frames of a composed scene/,
    ],
    ['a pin that controls a terminal', ({ pins }) => (pins.ffmpeg = '\u001b[2J'), /ffmpeg/],
  ])('is checked: %s', async (_, change, complaint) => {
    const job = JSON.parse(await planned());
    change(job);
    expect(() => readJob(JSON.stringify(job))).toThrow(complaint);
  });

  test.each([
    [['network', 'constructor'], 'x'],
    [['view', 'centre', 5], 1],
    [['network', 'weightScale'], 1],
    [['network'], {}],
  ])('is checked: frames that change at %j', async (path, value) => {
    const job = JSON.parse(await planned());
    job.frames.moving.push({ path, values: new Array(job.frames.count).fill(value) });
    expect(() => readJob(JSON.stringify(job))).toThrow(/frames\.moving/);
  });

  test(`that was changed at random is accepted or refused, and nothing else (${seed.hint})`, async () => {
    const text = await planned(request('film.mp4', 'film.gif'));
    const next = mulberry(seed.value);
    const values = [
      null,
      -1,
      0,
      1e9,
      1.5,
      '',
      '../../x',
      '\u0000',
      [],
      {},
      true,
      '__proto__',
      [[]],
      'film.png',
    ];
    let refused = 0;
    for (let i = 0; i < 200; i++) {
      const job = JSON.parse(text);
      for (let changes = 1 + Math.floor(2 * next()); changes > 0; changes--) mutate(job, values, next);
      try {
        readJob(JSON.stringify(job));
      } catch (error) {
        expect(error, String((error as Error).stack)).toBeInstanceOf(UsageError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

/** Random numbers from 0 to 1, by their seed: mulberry32. */
function mulberry(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Changes, removes or adds a value somewhere in JSON. */
function mutate(root: unknown, values: readonly unknown[], next: () => number): void {
  let inside = root as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(inside);
    const key = keys[Math.floor(next() * keys.length)];
    const value = inside[key];
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && next() < 0.85) {
      inside = value as Record<string, unknown>;
      continue;
    }
    const choice = next();
    if (choice < 0.2) delete inside[key];
    else if (choice < 0.3) inside[`${key}x`] = value;
    else inside[key] = values[Math.floor(next() * values.length)];
    return;
  }
}

describe('a worker', () => {
  const composed = async (source: object): Promise<Job> => ({
    ...readJob(await planned()),
    source: { kind: 'composed', bundle: '0'.repeat(64), ...source } as Job['source'],
  });

  test('takes no path from a job', async () => {
    const job = readJob(await planned(request('/etc/cron.d/a.mp4', '../b.gif')));
    const { outputs } = checkForWorker(job);
    expect(outputs.map(({ path }) => path)).toEqual(['film.mp4', 'film.gif']);
    const pictures = readJob(await planned(request('/x/%04d.png')));
    expect(checkForWorker(pictures).outputs[0].path).toBe('film-%d.png');
    const scene = { target: { kind: 'scene', path: 'scenes/walk.tsx' } };
    expect(() => checkForWorker(readJob(JSON.stringify(job)))).not.toThrow();
    const byPath = await composed(scene);
    expect(() => checkForWorker(byPath)).toThrow(/only by name: move the scene into scenes\//);
    await expect(resolveTarget(scene.target as never, { only: 'scenes' })).rejects.toThrow(RefusedError);
    const project = await composed({ target: { kind: 'project', path: 'project.ts' } });
    expect(() => checkForWorker(project)).toThrow(/do not render projects/);
  });

  test('loads from no host that it was not told to allow', async () => {
    const job = await composed({ target: { kind: 'scene', name: 'walk' }, allowHosts: ['example.com'] });
    expect(() => checkForWorker(job)).toThrow(/loads from example\.com, .*--allow-host example\.com/);
    expect(checkForWorker(job, { allowHosts: ['example.com'] }).source).toEqual(job.source);
    const answers = { 'https://10.0.0.1/secret': '0'.repeat(64) };
    const asking = await composed({ target: { kind: 'scene', name: 'walk' }, answers });
    expect(() => checkForWorker(asking)).toThrow(/loads from 10\.0\.0\.1/);
  });
});

describe('a scene in a plan', () => {
  test('is named by its name in scenes/, or else by its relative path', async () => {
    mkdirSync(folder.in('scenes'));
    for (const name of ['scenes/walk.tsx', 'apart.tsx']) writeFileSync(folder.in(name), '');
    vi.spyOn(process, 'cwd').mockReturnValue(folder.in());
    const named = { kind: 'scene', name: 'walk' } as const;
    expect(plannedTarget({ kind: 'scene', path: folder.in('scenes/walk.tsx') })).toEqual(named);
    expect(await resolveTarget(named, { only: 'scenes' })).toEqual({
      kind: 'scene',
      path: folder.in('scenes/walk.tsx'),
    });
    for (const name of ['absent', '../apart', 'a/b', '..', 'a\\b', ''])
      await expect(resolveTarget({ kind: 'scene', name }), name).rejects.toThrow(RefusedError);
  });
});

test('equal scenes in different folders have equal bundles, whatever is installed or set around them', async () => {
  const make = (name: string) => {
    const path = folder.in(name);
    mkdirSync(join(path, 'public/inner'), { recursive: true });
    mkdirSync(join(path, 'parts'));
    const files: Record<string, string | Buffer> = {
      'walk.tsx': `import { makeScene2D, Img } from '@motion-canvas/2d';
import { weightsFrom } from 'untrained';
import * as THREE from 'three';
import picture from './picture.png';
import data from './data.json';
import wave from './parts/wave.glsl';
import './style.css';
export default makeScene2D(function* (view) {
  view.add(<Img src={picture} />);
  console.log(weightsFrom('w.json'), data, wave, THREE.REVISION, process.env.NODE_ENV, import.meta.env.DEV);
  yield* (yield import('./parts/late')).late();
});`,
      'parts/late.ts': 'export function* late() { yield; }',
      'parts/wave.glsl': '#include "./inc.glsl"\nvoid main() {}\n',
      'parts/inc.glsl': '// included\n',
      'style.css': '@font-face { font-family: Own; src: url(./font.woff2) }',
      'data.json': '{"a": 1}',
      'w.json': '[]',
      'font.woff2': Buffer.alloc(9000, 1),
      'picture.png': Buffer.alloc(9000, 2),
      'public/inner/served.png': Buffer.alloc(2 ** 20, 3),
    };
    for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
    return join(path, 'walk.tsx');
  };
  const digestIn = async (path: string) => (await digestsOf(await bundle({ kind: 'scene', path }))).scene;
  const paths = ['a', 'b/deeper'].map(make);
  utimesSync(folder.in('b/deeper/public/inner/served.png'), 1e9, 1e9);
  const first = await digestIn(paths[0]);
  vi.spyOn(process, 'cwd').mockReturnValue(folder.in('b'));
  vi.stubEnv('NODE_ENV', 'development');
  vi.stubEnv('HOME', '/nonexistent');
  const second: Bundle = await bundle({ kind: 'scene', path: paths[1] });
  vi.unstubAllEnvs();
  expect((await digestsOf(second)).scene).toBe(first);
  for (const [name, content] of second.files)
    if (!name.endsWith('.map')) expect(Buffer.from(content).includes(folder.in()), name).toBe(false);

  writeFileSync(folder.in('b/deeper/public/inner/served.png'), Buffer.alloc(2 ** 20, 4));
  expect((await digestsOf(second)).scene, 'another picture of the same size').not.toBe(first);
  writeFileSync(join(folder.in('a'), 'parts/late.ts'), 'export function* late() { yield 1; }');
  expect(await digestIn(paths[0]), 'another module').not.toBe(first);
});
