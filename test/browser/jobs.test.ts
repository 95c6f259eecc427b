/** Composed scenes as jobs, and from code. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join as at } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { Browsers } from '../../dist/browser/browsers.js';
import { makeFilm } from '../../dist/jobs/film.js';
import { readJob, writeJob } from '../../dist/jobs/job.js';
import { join } from '../../dist/jobs/join.js';
import { partsOf } from '../../dist/jobs/parts.js';
import { plan } from '../../dist/jobs/plan.js';
import { recipeOf, renderFilm, renderStill } from '../../dist/jobs/render.js';
import { segment } from '../../dist/jobs/segment.js';
import { FolderStore } from '../../dist/jobs/store.js';
import { Workshop } from '../../dist/jobs/workshop.js';
import { probe } from '../../dist/outputs/index.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const workshop = new Workshop();
afterAll(() => workshop.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const path = at(folder, 'growing.tsx');
writeFileSync(
  path,
  `import { makeScene2D, Rect } from '@motion-canvas/2d';
  import { createRef, useScene } from '@motion-canvas/core';
  export default makeScene2D(function* (view) {
    if (useScene().variables.get('fail', false)()) throw new Error('It was told to fail.');
    const rect = createRef<Rect>();
    view.add(<Rect ref={rect} size={200} fill={useScene().variables.get('colour', '#e06040')} />);
    yield* rect().width(1600, 3);
  });`,
);
const shown = { size: [64, 36] as [number, number], fps: 10 };
const bytesOf = (name: string) => readFileSync(at(folder, name)).toString('base64');
/** Films carry the time at which they were made nowhere, so equal films are equal files. */
const request = (name: string, variables?: Record<string, unknown>) => {
  const source = { kind: 'composed', target: { kind: 'scene', path }, ...shown, variables } as const;
  return { source, outputs: [{ path: at(folder, name) }], recipe: recipeOf(source) };
};

test('films and stills are rendered from code as by the command', async () => {
  const variables = { colour: '#00ff00' };
  const code = await renderFilm({ scene: path, variables }, { ...shown, outputs: [at(folder, 'code.mp4')] });
  expect(code).toMatchObject({ frames: 30, drawn: 30 });
  const small = ['--size', '64x36', '--fps', '10', '--set', 'colour=#00ff00', '--no-cache', '--quiet'];
  expect((await inProcess(['render', path, ...small, '--out', at(folder, 'command.mp4')])).code).toBe(0);
  expect(bytesOf('code.mp4')).toBe(bytesOf('command.mp4'));
  expect(JSON.parse(probe(at(folder, 'code.mp4')).note!)).toMatchObject({ scene: 'growing', variables });

  await renderStill({ scene: path, variables }, 1, at(folder, 'code.png'), shown);
  const still = ['still', path, ...small, '--at', '1', '--out', at(folder, 'command.png')];
  expect((await inProcess(still)).code).toBe(0);
  expect(bytesOf('code.png')).toBe(bytesOf('command.png'));
});

/** A gradient with letters, which moves in its first half. */
const gradient = at(folder, 'gradient.tsx');
writeFileSync(
  gradient,
  `import { Gradient, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
  import { createRef, waitFor } from '@motion-canvas/core';
  const stops = [{ offset: 0, color: '#101820' }, { offset: 1, color: '#303028' }];
  export default makeScene2D(function* (view) {
    const rect = createRef<Rect>();
    const fill = new Gradient({ from: [-960, -300], to: [960, 300], stops });
    view.add(<Rect ref={rect} size={2400} fill={fill} />);
    view.add(<Txt text={'Bands'} fontSize={300} fill={'#fff'} />);
    yield* rect().rotation(90, 0.5);
    yield* waitFor(0.5);
  });`,
);

test('gradients are dithered in the page if all files are to be, and the same by any number of pages', async () => {
  const shown = { size: [320, 180] as [number, number], fps: 10 };
  const planned = (names: string[], encode = {}, means = {}) => {
    const source = { kind: 'composed', target: { kind: 'scene', path: gradient }, ...shown } as const;
    return plan(
      { source, outputs: names.map((name) => ({ path: at(folder, name) })), encode },
      workshop,
      means,
    );
  };
  const dithered = async (...args: Parameters<typeof planned>) => {
    const job = await planned(...args);
    await workshop.finish(job);
    const [{ options }] = [...partsOf(job.outputs, job.film)][0].parts;
    return { page: job.film.debanded ?? false, ffmpeg: options.join(' ').includes('gradfun') };
  };
  expect(await dithered(['film.mp4'])).toEqual({ page: true, ffmpeg: false });
  expect(await dithered(['film.mp4'], { quality: 'draft' })).toEqual({ page: false, ffmpeg: false });
  expect(await dithered(['film.mp4', 'film.webm'])).toEqual({ page: false, ffmpeg: true });

  const frames = async (names: string[], pages: number) => {
    const job = await planned(names, {}, { concurrency: pages });
    const all: Buffer[] = [];
    for await (const frame of workshop.sourceOf(job)!.frames([[0, job.film.frames - 1]]))
      all.push(Buffer.from(frame));
    await workshop.finish(job);
    return all;
  };
  const one = await frames(['film.mp4'], 1);
  expect(one).toHaveLength(10);
  expect((await frames(['film.mp4'], 3)).map((frame, i) => frame.equals(one[i]))).not.toContain(false);
  expect((await frames(['film.mp4', 'film.webm'], 1)).map((frame, i) => frame.equals(one[i]))).not.toContain(
    true,
  );
});

test('lossless copies of dithered frames and of others have different keys', async () => {
  const keys = async (...names: string[]) => {
    const source = { kind: 'composed', target: { kind: 'scene', path: gradient }, ...shown } as const;
    const outputs = names.map((name) => ({ path: at(folder, name) }));
    const job = await plan({ source, outputs, encode: { maxSize: 1e6 } }, workshop);
    await workshop.finish(job);
    const { parts } = job.segments[0];
    return parts.filter(({ output, take }) => output === 0 && take === 'copy').map(({ keys }) => keys[0]);
  };
  const [one, two] = [await keys('film.mp4'), await keys('film.mp4', 'film.webm')];
  expect([one.length, two.length]).toEqual([1, 1]);
  expect(one).not.toEqual(two);
});

test.each([
  [{ scene: at(folder, 'absent.tsx') }, {}, /There is no file .*absent\.tsx: check its path/],
  [{ scene: 'sweep.ts' }, {}, /scene must be the path of a \.tsx module/],
  [{ scene: path, variables: { at: () => 1 } }, {}, /variables/],
  [{ scene: path }, { threads: 2 }, /"threads" applies only to a sweep, and this is a composed scene/],
  [{ scene: path }, { size: [0, 9] }, /size\.0 is 0/],
  [{ scene: path }, { fps: 1e6 }, /fps is 1000000/],
])('what cannot be is refused: %j %j', async (scene, options, complaint) => {
  const outputs = [at(folder, 'refused.mp4')];
  await expect(renderFilm(scene as { scene: string }, { ...options, outputs } as never)).rejects.toThrow(
    complaint,
  );
  expect(existsSync(outputs[0])).toBe(false);
});

test('a job that is written, read and made in parts elsewhere is the same film', async () => {
  await makeFilm(request('whole.mp4'), workshop);
  const text = writeJob(await plan(request('parts.mp4'), workshop));
  const job = readJob(text);
  expect(job.segments).toHaveLength(2);
  for (const i of [1, 0]) {
    const elsewhere = new Workshop();
    const own = readJob(text);
    await segment(
      own,
      i,
      new FolderStore(own, at(folder, 'store'), {}, await elsewhere.ffmpeg({})),
      elsewhere,
    );
    await elsewhere.close();
  }
  await join(job, new FolderStore(job, at(folder, 'store')), workshop);
  expect(bytesOf('parts.mp4')).toBe(bytesOf('whole.mp4'));
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a scene that is not the planned one is refused before any of it runs', async () => {
  const text = writeJob(await plan(request('other.mp4'), workshop));
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, before.replace('view.add(', "throw new Error('It ran.'); view.add("));
  const elsewhere = new Workshop();
  try {
    const job = readJob(text);
    const store = new FolderStore(job, at(folder, 'refused'), {}, await elsewhere.ffmpeg({}));
    await expect(segment(job, 0, store, elsewhere)).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(/^The scene growing\.tsx is not the one that was planned: /),
    });
    expect(existsSync(at(folder, 'refused'))).toBe(false);
  } finally {
    writeFileSync(path, before);
    await elsewhere.close();
  }
});

test('films of one command share a browser and a bundle, and a film that fails costs the next nothing', async () => {
  const start = vi.spyOn(Browsers.prototype, 'start');
  const shared = new Workshop();
  await makeFilm(request('first.png', {}), shared, {}).catch(() => {});
  const films = ['#ff0000', '#0000ff'].map((colour, i) => request(`shared-${i}.mp4`, { colour }));
  await makeFilm(films[0], shared);
  await expect(makeFilm(request('failed.mp4', { fail: true }), shared)).rejects.toThrow(
    'It was told to fail.',
  );
  await makeFilm(films[1], shared);
  const browsers = await Promise.all(start.mock.results.map(({ value }) => value));
  expect(browsers.length).toBeGreaterThan(2);
  expect(new Set(browsers).size).toBe(1);
  expect(browsers[0].running.process.contexts()).toEqual([]);
  await shared.close();
  expect(browsers[0].running.process.isConnected()).toBe(false);
  for (const [i, colour] of ['#ff0000', '#0000ff'].entries()) {
    await makeFilm(request(`alone-${i}.mp4`, { colour }), workshop);
    expect(bytesOf(`shared-${i}.mp4`)).toBe(bytesOf(`alone-${i}.mp4`));
  }
});

test('a film whose browser is killed ends, and the next one has another browser', async () => {
  const start = vi.spyOn(Browsers.prototype, 'start');
  const own = new Workshop();
  const making = makeFilm(request('killed.mp4'), own, {
    onProgress: async ({ frame }) => {
      if (frame === 3) process.kill((await start.mock.results[0].value).running.pid, 'SIGKILL');
    },
  });
  await expect(making).rejects.toThrow(/browser exited/);
  await makeFilm(request('after.mp4'), own);
  await own.close();
  expect(bytesOf('after.mp4')).toBe(bytesOf('whole.mp4'));
});
