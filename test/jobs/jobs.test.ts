/** A film as a job: planned once, each segment made in any process, joined once. */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, promises, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import * as description from '../../src/core/frame/description.js';
import { Frames } from '../../src/core/sweep/frames.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { circle, keyframes, loop, tween, walk } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import { type Job, readJob, writeJob } from '../../src/jobs/job.js';
import { join } from '../../src/jobs/join.js';
import { type FilmRequest, plan } from '../../src/jobs/plan.js';
import { recipeOf, renderFilm } from '../../src/jobs/render.js';
import { segment } from '../../src/jobs/segment.js';
import { FolderStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { probe, SegmentCache, Workbench } from '../../src/outputs/index.js';
import { testFolder } from '../video/films.js';

const folder = testFolder();
let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await workshop.close();
});

/** 60 frames, which are three segments. */
const sweep = makeSweep({
  seconds: 4.8,
  fps: 12.5,
  size: [32, 24],
  network: { seed: walk([1, 2]), layers: 3, width: 4, weightScale: tween(0.4, 0.9) },
  view: {
    halfWidth: keyframes([
      [0, 1],
      [1, 2],
      [4.8, 3],
    ]),
  },
});
const means = { backend: 'cpu', threads: 1 } as const;
const requestFor = (...names: string[]): FilmRequest => {
  const source = { kind: 'sweep', sweep } as const;
  return { source, outputs: names.map((name) => ({ path: folder.in(name) })), recipe: recipeOf(source) };
};
const bytesOf = (name: string) => readFileSync(folder.in(name)).toString('base64');

describe('a job', () => {
  test('makes the same film at once as when planned, serialised, parsed and made in parts', async () => {
    const names = ['film.mp4', 'film.gif', 'film.webp'];
    const poster = { path: folder.in('poster.png'), frame: 'last' } as const;
    const request = { ...requestFor(...names), poster };
    await makeFilm(request, workshop, means);
    const whole = [...names, 'poster.png'].map(bytesOf);
    for (const name of [...names, 'poster.png']) writeFileSync(folder.in(name), '');

    const text = writeJob(await plan(request, workshop, means));
    expect(existsSync(folder.in('store'))).toBe(false);
    for (const i of [2, 0, 1]) {
      const elsewhere = new Workshop(); // as in another process
      try {
        const job = readJob(text);
        const store = new FolderStore(job, folder.in('store'), means, await elsewhere.ffmpeg({}));
        await segment(job, i, store, elsewhere, means);
        await segment(job, i, store, elsewhere, { ...means, onFrame: () => expect.unreachable() }); // it is there
      } finally {
        await elsewhere.close();
      }
    }
    const job = readJob(text);
    const files = job.segments.flatMap(({ parts }) =>
      parts.flatMap(({ keys: [key], output }) => [
        ...[key, `${key}.sha256`],
        ...(job.outputs[output].frame === undefined ? [`${key}.beside`] : []), // to look for flashes
      ]),
    );
    expect(readdirSync(folder.in('store')).sort()).toEqual([...new Set(files)].sort());
    const made = await join(job, new FolderStore(job, folder.in('store')), workshop, means);
    expect(made.map(({ path }) => path)).toEqual(job.outputs.map(({ path }) => path));
    expect([...names, 'poster.png'].map(bytesOf)).toEqual(whole);
    expect(readdirSync(folder.in()).sort()).toEqual([...names, 'poster.png', 'store'].sort());
  });

  test('can be made by another process', async () => {
    // Both processes run the built package: a job is only for the code that planned it.
    const built = await import('../../dist/render.js');
    const planner = new built.Workshop();
    const request = requestFor('film.mp4');
    const job = await built.plan(request, planner, means);
    writeFileSync(folder.in('job.json'), built.writeJob(job));
    const script = `
      import { readFileSync } from 'node:fs';
      import { FolderStore, Workshop, readJob, segment } from ${JSON.stringify(pathToFileURL(resolve('dist/render.js')).href)};
      const [, file, folder] = process.argv;
      const job = readJob(readFileSync(file, 'utf8'));
      const workshop = new Workshop();
      const means = { backend: 'cpu', threads: 1 };
      const store = new FolderStore(job, folder, means, await workshop.ffmpeg({}));
      for (const i of job.segments.keys()) await segment(job, i, store, workshop, means);
      await workshop.close();`;
    const args = ['--input-type=module', '-e', script, folder.in('job.json'), folder.in('store')];
    await promisify(execFile)(process.execPath, args);
    await built.join(job, new built.FolderStore(job, folder.in('store')), planner, means);
    await planner.close();
    const joined = bytesOf('film.mp4');
    await makeFilm(request, workshop, means);
    expect(bytesOf('film.mp4')).toBe(joined);
  });

  test('is refused if anything differs that its bytes depend on', async () => {
    const text = writeJob(await plan(requestFor('film.mp4'), workshop, means));
    const node = process.versions.node;
    const otherPackages = readJob(text).pins.packages.map((name) =>
      name.replace(/^seedrandom@.*/, 'seedrandom@1.0.0'),
    );
    for (const [name, value, complaint] of [
      [
        'version',
        '0.0.0',
        /with Untrained 0\.0\.0, but this machine has Untrained \S+: install untrained@0\.0\.0,/,
      ],
      ['arithmetic', 'by hand', /with arithmetic "by hand", but .*: use a machine of the same kind,/],
      [
        'ffmpeg',
        '1.0',
        /with ffmpeg 1\.0, but this machine has ffmpeg \S+: install ffmpeg 1\.0 or pass it with --ffmpeg,/,
      ],
      ['packages', otherPackages, /with seedrandom@1\.0\.0, but this machine has .*seedrandom@3/],
      ['code', '0'.repeat(64), /code 00000000, but .*: install the same build of Untrained,/],
      [
        'engine',
        { v8: '1.2.3.4', zlib: process.versions.zlib, arch: process.arch, node: '9.8.7' },
        new RegExp(
          `with V8 1\\.2 \\(Node 9\\.8\\.7\\), but this machine has V8 \\d+\\.\\d+ \\(Node ${node}\\): use Node 9`,
        ),
      ],
      ['backend', 'abacus', /with backend abacus, but this machine has backend cpu/],
      ['encoderThreads', 8, /with 8 threads for each encoder/],
    ] as const) {
      const job = readJob(text);
      Object.assign(job.pins, { [name]: value });
      const elsewhere = new Workshop();
      const store = new FolderStore(job, folder.in('store'), means, await elsewhere.ffmpeg({}));
      const error = await segment(job, 0, store, elsewhere, means).catch((error: Error) => error);
      expect(error, name).toBeInstanceOf(RefusedError);
      expect((error as Error).message).toMatch(complaint);
      expect((error as Error).message).toMatch(/^The film was planned with .*, or plan it again here\.$/);
      await elsewhere.close();
    }
    const job = readJob(text);
    Object.assign(job.pins, { ffmpeg: '1.0', arithmetic: 'by hand', version: '0.0.0' });
    await expect(
      segment(job, 0, new FolderStore(job, folder.in('store')), workshop, means),
      'all of them',
    ).rejects.toThrow(/Untrained 0\.0\.0, .*; with arithmetic "by hand", .*; with ffmpeg 1\.0, /);
    expect(existsSync(folder.in('film.mp4'))).toBe(false);
  });

  test('does not become a film while a segment is missing', async () => {
    const job = await plan(requestFor('film.mp4'), workshop, means);
    const store = new FolderStore(job, folder.in('store'), means, await workshop.ffmpeg({}));
    await segment(job, 0, store, workshop, means);
    await segment(job, 2, store, workshop, means);
    await expect(join(job, store, workshop, means)).rejects.toThrow(
      'Segment 2 of 3 is missing from the store',
    );
    expect(readdirSync(folder.in())).toEqual(['store']);
  });

  // biome-ignore lint/suspicious/noExplicitAny: it is JSON
  test.each<[string, (job: Record<string, any>) => void, RegExp]>([
    ['no job at all', (job) => delete job.source, /The job has no "source"|source/],
    ['another version', (job) => (job.job = 2), /job is 2/],
    [
      'a key that names a path',
      (job) => (job.segments[0].parts[0].keys[0] = '../../etc/passwd'),
      /must be a key/,
    ],
    ['an output that is not a film', (job) => (job.outputs[0].path = 'film.exe'), /ends in \.exe/],
    ['an invalid frame', (job) => (job.frames.base.view.halfWidth = -1), /halfWidth is -1/],
    [
      'a value that makes a frame invalid',
      (job) => (job.frames.moving[1].values[7] = -1),
      /weightScale is -1/,
    ],
    ['fewer values than frames', (job) => job.frames.moving[0].values.pop(), /has 59 values .* must have 60/],
    ['a path to a prototype', (job) => (job.frames.moving[0].path = ['__proto__', 'x']), /path/],
    ['fewer frames than its film', (job) => (job.film.frames = 61), /60 frames, and its film 61/],
    ['a gap between segments', (job) => job.segments.shift(), /begins at frame 25 instead of 0/],
    [
      'an output that it does not have',
      (job) => (job.segments[0].parts[0].output = 3),
      /the parts of segment 1 are not those/,
    ],
    ['a quality out of range', (job) => (job.outputs[0].options.crf = 99), /crf is 99/],
    ['an invalid recipe', (job) => (job.note = '{"untrained":1,"sweep":{"seconds":-1}}'), /seconds is -1/],
  ])('from an untrusted file is validated: %s', async (_, change, complaint) => {
    const job = JSON.parse(writeJob(await plan(requestFor('film.mp4'), workshop, means)));
    change(job);
    expect(() => readJob(JSON.stringify(job))).toThrow(complaint);
  });
});

describe('frames', () => {
  /** Counts the frames that are described, and the descriptions that are validated. */
  function counted() {
    const described = vi.spyOn(Frames.prototype, 'describe');
    const validated = vi.spyOn(description.frameSchema, 'safeParse');
    return { described: () => described.mock.calls.length, validated: () => validated.mock.calls.length };
  }
  const long = makeSweep({
    seconds: 6,
    size: [16, 16],
    network: { layers: 2, width: 2, weightScale: tween(0.4, 0.9) },
  });
  const outputs = () => [folder.in('film.mp4'), folder.in('film.webp')];

  test('are described once each, however many outputs there are, and validated together', async () => {
    const count = counted();
    const { drawn } = await renderFilm(long, { ...means, outputs: outputs() });
    expect([drawn, count.described()]).toEqual([150, 150]);
    expect(count.validated()).toBeLessThan(8);
  });

  test('that are not drawn are not described', async () => {
    const count = counted();
    const { drawn } = await renderFilm(long, { ...means, outputs: outputs(), every: 100 });
    expect([drawn, count.described()]).toEqual([2, 2]);
  });

  test('that change inside lists are the same after they were written and read', async () => {
    const inLists = makeSweep({
      seconds: 4,
      fps: 12.5,
      size: [16, 8],
      loop: true,
      slice: circle(0.2),
      network: { seed: walk([3, 4]), inputs: 4, layers: 2, units: [3, loop(1, { middle: 3 })] },
      view: { centre: circle(1) },
    });
    const request: FilmRequest = {
      source: { kind: 'sweep', sweep: inLists },
      outputs: [{ path: folder.in('lists.mp4') }],
    };
    const planned = (await plan(request, workshop, means)) as Job & { frames: Frames };
    const { frames } = readJob(writeJob(planned));
    for (let i = 0; i < 50; i++) expect(frames!.describe(i)).toEqual(planned.frames.describe(i));
    expect(frames!.describe(7)).not.toEqual(frames!.describe(8));
  });

  test('that are cached are not described', async () => {
    vi.stubEnv('UNTRAINED_CACHE', folder.in('cache'));
    await renderFilm(long, { ...means, outputs: outputs(), cache: true });
    const count = counted();
    const { drawn } = await renderFilm(long, { ...means, outputs: outputs(), cache: true });
    expect([drawn, count.described()]).toEqual([0, 0]);
    vi.unstubAllEnvs();
  });
});

test('two outputs that are the same are encoded once', async () => {
  let encoders = 0;
  const { SegmentEncoder } = await import('../../src/outputs/segment-encoder.js');
  const { start } = SegmentEncoder.prototype;
  vi.spyOn(SegmentEncoder.prototype, 'start').mockImplementation(function (
    this: InstanceType<typeof SegmentEncoder>,
  ) {
    encoders++;
    return start.call(this);
  });
  await makeFilm(requestFor('a.mp4', 'b.mp4'), workshop, means);
  expect(encoders).toBe(3);
  expect(bytesOf('a.mp4')).toBe(bytesOf('b.mp4'));
  expect(probe(folder.in('a.mp4'))).toMatchObject({ frames: 60 });
});

describe('a film that is encoded as a whole', () => {
  const outputs = () => [
    { path: folder.in('film.gif') },
    { path: folder.in('small.mp4'), maxSize: 7000 },
    { path: folder.in('copied.mp4') },
  ];
  const cached = async (change: Partial<FilmRequest> = {}) => {
    const runs = vi.spyOn(Workbench.prototype, 'run');
    const warnings: string[] = [];
    const { files } = await makeFilm({ ...requestFor(), outputs: outputs(), ...change }, workshop, {
      ...means,
      cache: SegmentCache.at(folder.in('cache')),
      onWarning: (text) => warnings.push(text),
    });
    const encodings = runs.mock.calls.filter(([{ outputs }]) =>
      outputs.some(({ options }) => !options.includes('copy')),
    );
    runs.mockRestore();
    return { files, warnings, encodings: encodings.length };
  };
  const all = () => ['film.gif', 'small.mp4', 'copied.mp4'].map(bytesOf);
  /** The cached GIF. */
  const cachedGif = () => {
    const names = readdirSync(folder.in('cache'));
    const isGif = (name: string) =>
      readFileSync(folder.in('cache', name)).subarray(0, 3).toString() === 'GIF';
    return folder.in('cache', names.find(isGif)!);
  };

  test('is made again from the cache, to the same bytes', async () => {
    const first = await cached();
    expect(first.encodings).toBeGreaterThan(3);
    expect(first.files[1].chose).toMatch(/^crf [\d.]+ to fit$/);
    const bytes = all();
    // The user may change films in place.
    for (const name of ['film.gif', 'small.mp4']) appendFileSync(folder.in(name), 'more');
    const again = await cached();
    expect(again).toEqual({ files: first.files, warnings: [], encodings: 0 });
    expect(all()).toEqual(bytes);
  });

  test('is made anew if anything about it changes', async () => {
    await cached();
    const [bytes] = all();
    const [gif] = outputs();
    for (const change of [
      { recipe: undefined },
      { outputs: [gif], encode: { gifPalette: 'global' } },
    ] as const) {
      expect((await cached({ ...change } as Partial<FilmRequest>)).encodings).toBeGreaterThan(0);
      expect(all()[0]).not.toBe(bytes);
    }
  });

  test('is made anew if the cached file is damaged, or what is known of it', async () => {
    await cached();
    const bytes = all();
    writeFileSync(`${cachedGif()}.beside`, '{"from":9}');
    expect(await cached()).toMatchObject({ warnings: [], encodings: expect.toSatisfy((n) => n > 0) });
    const damaged = readFileSync(cachedGif());
    damaged[damaged.length >> 1] ^= 1;
    writeFileSync(cachedGif(), damaged);
    expect(await cached()).toMatchObject({
      warnings: ['A cached file was damaged: it was deleted and is made again.'],
      encodings: expect.toSatisfy((n) => n > 0),
    });
    expect(all()).toEqual(bytes);
    expect(await cached()).toMatchObject({ warnings: [], encodings: 0 });
  });

  test('is not cached if something else drew it than planned', async () => {
    const { sourceOf } = workshop;
    vi.spyOn(workshop, 'sourceOf').mockImplementation((job) => {
      const source = sourceOf.call(workshop, job);
      return source && Object.create(source, { fingerprintsOf: { value: () => [] } });
    });
    await cached();
    vi.restoreAllMocks();
    expect(existsSync(folder.in('cache'))).toBe(false);
  });

  test('is complete even if it cannot be cached', async () => {
    vi.spyOn(promises, 'copyFile').mockRejectedValue(new Error('no'));
    const { rm } = promises;
    vi.spyOn(promises, 'rm').mockImplementation((path, options) =>
      /cached$/.test(String(path)) ? Promise.reject(new Error('busy')) : rm(path, options),
    );
    const { encodings } = await cached();
    vi.restoreAllMocks();
    expect(encodings).toBeGreaterThan(3);
    expect(probe(folder.in('film.gif'))).toMatchObject({ frames: 60 });
    expect((await cached()).encodings).toBeGreaterThan(3);
  });
});

test('a machine with more cores makes the same film', async () => {
  await makeFilm(requestFor('two.mp4'), workshop, means);
  const os = await import('node:os');
  expect(os.availableParallelism()).toBeGreaterThan(0);
  const { lanesFor } = await import('../../src/jobs/film.js');
  const job: Job = await plan(requestFor('many.mp4'), workshop, means);
  expect([2, 6, 64].map((cores) => lanesFor(job, 9, cores))).toEqual([1, 2, 4]);
  expect([1, 2, 9].map((encoders) => lanesFor(job, encoders, 64))).toEqual([1, 2, 4]);
  await workshop.finish(job);
  await makeFilm(requestFor('many.mp4'), workshop, { ...means, lanes: 3 });
  expect(bytesOf('many.mp4')).toBe(bytesOf('two.mp4'));
});

test('large frames or little memory: fewer encoders at a time', async () => {
  const { encodersFor, makeSegments } = await import('../../src/jobs/film.js');
  const job: Job = await plan(requestFor('a.mp4'), workshop, means);
  const sized = (width: number, height: number, more: Partial<Job> = {}): Job => ({
    ...job,
    film: { ...job.film, width, height },
    ...more,
  });
  const deep = job.outputs.map((output) => ({
    ...output,
    options: { ...output.options, depth: 10 as const },
  }));
  const free = 18e9;
  expect(encodersFor(sized(7680, 4320), free)).toBe(1);
  expect(encodersFor(sized(7680, 4320), 4 * free)).toBe(4);
  expect(encodersFor(sized(3840, 2160), free)).toBe(4);
  expect(encodersFor(sized(3840, 2160, { outputs: deep }), free)).toBe(2);
  expect(encodersFor(sized(3840, 2160, { outputs: [...deep, ...deep] }), free)).toBe(1);
  expect(encodersFor(sized(3840, 2160), 0)).toBe(1);
  await workshop.finish(job);

  /** The most encoders at a time, of eight segments. */
  const most = async (lanes: number, encoders: number): Promise<number> => {
    let [open, most] = [0, 0];
    const pause = () => new Promise((done) => setTimeout(done, 1));
    const draw = async () => {
      most = Math.max(most, ++open);
      await pause();
      const finish = async () => {
        await pause();
        await pause();
        open--;
      };
      return { finish };
    };
    const fail = (error: unknown) => {
      throw error;
    };
    await makeSegments([1, 2, 3, 4, 5, 6, 7, 8], { lanes, encoders }, draw, fail);
    return most;
  };
  expect(await most(1, 1)).toBe(1);
  expect(await most(2, 2)).toBe(2);
  expect(await most(1, 2)).toBe(2);
  expect(await most(2, 3)).toBe(3);
  expect(await most(3, 9)).toBe(4);
});

test('a film that flashes too often is said to, drawn or from the cache', async () => {
  vi.stubEnv('UNTRAINED_CACHE', folder.in('cache'));
  // Far out, a single layer has one colour on the left and another on the right.
  const times = Array.from({ length: 60 }, (_, i): [number, number] => [i / 12.5, i % 2 === 0 ? -900 : 900]);
  const calm = makeSweep({
    seconds: 4.8,
    fps: 12.5,
    size: [32, 24],
    network: { seed: 2, layers: 1 },
    view: { centre: [keyframes([...times.slice(0, 7), [4.8, -900]]), 0] },
  });
  const flashing = { ...calm, view: { centre: [keyframes(times), 0] } };
  const made = async (film: object, outputs: string[]) => {
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const options = { ...means, onWarning, cache: true, outputs: outputs.map((name) => folder.in(name)) };
    const { drawn } = await renderFilm(makeSweep(film as Parameters<typeof makeSweep>[0]), options);
    return { drawn, warnings };
  };
  const warning =
    /^The film flashes 6 times within a second at 0\.\d s: more than 3 can trigger seizures \(WCAG 2\.3\.1\)\. Slow it down, for example with --seconds \d+, or make its brightness change less\.$/;
  for (const drawn of [60, 0]) {
    const film = await made(flashing, ['film.mp4', 'film.webp']);
    expect(film).toEqual({ drawn, warnings: [expect.stringMatching(warning)] });
  }
  for (const drawn of [60, 0]) expect(await made(calm, ['calm.mp4'])).toEqual({ drawn, warnings: [] });
  vi.unstubAllEnvs();
});
