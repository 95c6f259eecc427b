/** Plans and their shards: `untrained plan`, and `untrained render --plan`. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { ShardChoice } from '../../src/cli/arguments.js';
import { shardOf } from '../../src/cli/which-shard.js';
import { RefusedError, RenderError, TransientError } from '../../src/core/errors.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { type Job, writeJob } from '../../src/jobs/job.js';
import { makeShard } from '../../src/jobs/make-shard.js';
import { plan } from '../../src/jobs/plan.js';
import { readPlan, readPlanFile, writePlan } from '../../src/jobs/plan-file.js';
import { type Shard, segmentsOf } from '../../src/jobs/shards.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { FolderFiles } from '../../src/stores/folder.js';
import { inProcess, type Setting, temporaryFolder, untrained } from '../cli/untrained.js';
import { seed } from '../seed.js';

const folder = temporaryFolder();
let count = 0;
/** A new folder with a sweep in it: 60 frames, which are three segments. */
function newFolder(): { cwd: string; in: (name: string) => string; bytes: (name: string) => string } {
  const cwd = join(folder, `${++count}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'rings.json'), RINGS);
  const inFolder = (name: string) => join(cwd, name);
  return { cwd, in: inFolder, bytes: (name) => readFileSync(inFolder(name)).toString('base64') };
}
const RINGS = JSON.stringify({
  untrained: 1,
  sweep: {
    ...{ seconds: 4.8, fps: 12.5, size: [32, 24] },
    network: { seed: 3, layers: { tween: [1, 3] }, units: 4 },
    brightness: 'steady',
  },
});
const ONE_THREAD = ['--threads', '1'];
const KEY = /^[0-9a-f]{40}$/;
const segmentsIn = (path: string) => readdirSync(path).filter((name) => KEY.test(name));
const succeed = async (args: string[], setting: Setting) => {
  const outcome = await inProcess(args, setting);
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome.stdout;
};
const refusal = async (args: string[], setting: Setting) => {
  const { code, stderr } = await inProcess(args, setting);
  return `${code} ${stderr.replace(/^untrained: /, '').trim()}`;
};

describe('untrained plan', () => {
  test('and its shards leave the same files as render, in any order', async () => {
    const { cwd, bytes, in: inFolder } = newFolder();
    const outs = ['--out', 'film.mp4', '--out', 'film.gif', '--poster', 'poster.png'];
    const files = ['film.mp4', 'film.gif', 'poster.png'];
    await succeed(['render', 'rings.json', ...outs, ...ONE_THREAD, '--quiet'], { cwd });
    const whole = files.map(bytes);
    for (const file of files) writeFileSync(inFolder(file), '');

    const said = await succeed(['plan', 'rings.json', ...outs, '--plan', 'new folder/plan.json'], { cwd });
    expect(said.replace(/\d+ kB/, 'N kB')).toMatchInlineSnapshot(`
      "new folder/plan.json  N kB  1 film, 60 frames, 3 segments
      Render each shard, 1/3 to 3/3, on any machine:
        untrained render --plan 'new folder/plan.json' --shard 1/3 --store segments
      Then join the segments:
        untrained join 'new folder/plan.json' --store segments
      "
    `);
    expect(readdirSync(inFolder('new folder'))).toEqual(['plan.json']);
    expect(existsSync(inFolder('segments'))).toBe(false);

    const shard = (...words: string[]) =>
      succeed(['render', '--plan', 'new folder/plan.json', '--store', 'segments', ...ONE_THREAD, ...words], {
        cwd,
      });
    expect(await shard('--shard', '2/2')).toMatch(
      /^Shard 2 of 2: 1 segment, 25 frames in .* s \(cpu: 1 thread, .*\)\.\n$/,
    );
    expect(await shard('--shard', '2/2')).toBe(
      'Shard 2 of 2 has nothing to render: its segment is already in the store.\n',
    );
    expect(await shard('--shard', '4/4')).toBe(
      'Shard 4 of 4 has nothing to render: the plan has only 3 segments, which the other shards render.\n',
    );
    // Without --shard, an engine's variables say nothing.
    const env = { SLURM_ARRAY_TASK_ID: '7', AWS_BATCH_JOB_ARRAY_INDEX: 'x', JOB_COMPLETION_INDEX: '1' };
    const rest = await succeed(
      ['render', '--plan', 'new folder/plan.json', '--store', 'segments', ...ONE_THREAD, '--json'],
      { cwd, env },
    );
    const lines = rest
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      segments: 3,
      there: 1,
      frames: 60,
      drawn: 35,
      failed: [],
    });
    expect(lines.filter(({ type }) => type === 'progress').map(({ frame }) => frame)).toEqual(
      Array.from({ length: 35 }, (_, i) => 26 + i),
    );
    expect(readdirSync(inFolder('segments')).filter((name) => name.startsWith('unfinished'))).toEqual([]);

    const built = await import('../../dist/render.js');
    const [planned] = (await readPlanFile(inFolder('new folder/plan.json'))).jobs;
    const job = built.readJob(writeJob(planned));
    const workshop = new built.Workshop();
    const here = process.cwd();
    process.chdir(cwd);
    try {
      await built.join(job, new built.FolderStore(job, 'segments'), workshop);
    } finally {
      process.chdir(here);
      await workshop.close();
    }
    expect(files.map(bytes)).toEqual(whole);
  });

  test('writes the plan last, in place of an earlier one, and decides everything that is automatic', async () => {
    const { cwd, in: inFolder } = newFolder();
    const words = [
      '--levels',
      'auto',
      '--pace',
      'even',
      '--for',
      'x',
      '--for',
      'shorts',
      '--recipe',
      'r.json',
    ];
    const args = [
      'plan',
      'rings.json',
      '--set',
      'layers=1..2',
      ...words,
      '--frames',
      '3-40',
      '--strict',
      '--json',
    ];
    // Nothing is drawn: the sizes of platforms cost nothing.
    const lines = (await succeed(args, { cwd }))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      ...{ type: 'result', plan: 'renders/rings.plan.json', films: 2, frames: 76, segments: 4 },
      render: 'untrained render --plan renders/rings.plan.json --shard 1/4 --store segments',
      join: 'untrained join renders/rings.plan.json --store segments',
    });
    const path = inFolder('renders/rings.plan.json');
    const first = readFileSync(path, 'utf8');
    const { jobs, strict } = readPlan(first);
    expect(strict).toBe(true);
    for (const job of jobs) {
      expect(job.pins.backend).toBe('cpu');
      expect(job.firstFrame).toBe(3);
      expect(job.frames!.describe(37).levels).toEqual([expect.any(Number), expect.any(Number)]);
    }
    expect(existsSync(inFolder('r.json'))).toBe(true);

    expect(await refusal(['plan', 'rings.json', '--frames', '3-400', '--plan', path], { cwd })).toMatch(
      /^2 Frames 3-400/,
    );
    expect(readFileSync(path, 'utf8')).toBe(first);
    await succeed(args, { cwd });
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(readdirSync(inFolder('renders'))).toEqual(['rings.plan.json']);
  });

  test('rejects in one line what cannot be planned', async () => {
    const { cwd } = newFolder();
    const planned = (...words: string[]) => refusal(['plan', 'rings.json', ...words], { cwd });
    expect([
      await planned('--out', 'page.html', '--seed', '7'),
      await planned('--out', 'film.mp4', '--out', 'shader.frag'),
      await planned('--out', 'film.mp4', '--plan', './film.mp4'),
      await planned('--plan', 'rings.json'),
      await planned('--out', 'film.mp4', '--plan', '.'),
      await planned('--shard', '1/2'),
    ]).toMatchInlineSnapshot(`
      [
        "2 "page.html" is not a film, so it has no segments to plan: write it with untrained export rings.json --seed 7 --to html --out page.html",
        "2 "shader.frag" is not a film, so it has no segments to plan: write it with untrained export rings.json --to glsl --out shader.frag",
        "2 --plan is "./film.mp4", which is also an output: choose another file.",
        "2 --plan is "rings.json", which is also the scene: choose another file.",
        "2 "." is a folder, so no file can have its name: choose another, or move the folder.",
        "2 --shard is an option of render, but not of plan. See --help.",
      ]
    `);
    expect(readdirSync(cwd)).toEqual(['rings.json']);
  });

  const bound = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  test.skipIf(!bound)(
    `plans and draws the same on one core and elsewhere${bound ? '' : ' (skipped: taskset cannot bind processes here)'}`,
    async () => {
      const { cwd, in: inFolder } = newFolder();
      const files = ['film.mp4', 'film.webm', 'film.gif', 'film.webp', 'film.mov'];
      const outs = [...files, 'all/%04d.png'].flatMap((name) => ['--out', name]);
      // From 96 rows, x264 would have as many threads as there are cores.
      const words = ['rings.json', '--size', '32x96', '--frames', '0-25', ...outs, '--quiet'];
      const elsewhere = join(cwd, 'elsewhere', 'far');
      mkdirSync(elsewhere, { recursive: true });
      writeFileSync(join(elsewhere, 'rings.json'), RINGS);
      const env = {
        ...process.env,
        ...{ HOME: elsewhere, XDG_CACHE_HOME: elsewhere, UNTRAINED_CACHE: 'off' },
        ...{ TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      };
      const onOneCore = async (...args: string[]) => {
        const command = ['-c', '0', process.execPath, resolve('dist/cli/main.js'), ...args];
        await promisify(execFile)('taskset', command, { cwd: elsewhere, env });
      };
      for (const threads of ['1', '2', '3']) {
        await succeed(['plan', ...words, '--threads', threads, '--plan', `${threads}.json`], { cwd });
        expect(readFileSync(inFolder(`${threads}.json`), 'utf8')).toBe(
          readFileSync(inFolder('1.json'), 'utf8'),
        );
      }
      await onOneCore('plan', ...words, '--plan', 'one.json');
      expect(readFileSync(join(elsewhere, 'one.json'), 'utf8')).toBe(
        readFileSync(inFolder('1.json'), 'utf8'),
      );

      await succeed(['render', ...words, '--threads', '3'], { cwd });
      await onOneCore('render', ...words);
      for (const name of [...files, 'all/0000.png', 'all/0025.png'])
        expect(readFileSync(join(elsewhere, name)).equals(readFileSync(inFolder(name))), name).toBe(true);
    },
  );
});

describe('render --plan', () => {
  test('rejects in one line what the plan says already, and what it lacks', async () => {
    const { cwd } = newFolder();
    const render = (...words: string[]) => refusal(['render', ...words], { cwd });
    const store = ['--store', 'segments'];
    expect([
      await render('rings.json', '--plan', 'plan.json', ...store),
      await render('--plan', 'plan.json', ...store, '--size', '64x48'),
      await render('--plan', 'plan.json', ...store, '--out', 'film.mp4'),
      await render('--plan', 'plan.json', ...store, '--backend', 'cpu'),
      await render('--plan', 'plan.json', ...store, '--strict'),
      await render('--plan', 'plan.json'),
      await render('--plan', 'plan.json', ...store),
      await render('--plan', '.', ...store),
      await render('--plan', 'rings.json', ...store),
      await render('--plan', 'plan.json', ...store, '--queue', 'redis://127.0.0.1'),
      await render('--plan', 'plan.json', ...store, '--shard', '5/4'),
      await render('--plan', 'plan.json', ...store, '--shard', 'auto'),
      await render('rings.json', '--shard', '1/4'),
      await render('rings.json', ...store),
    ]).toMatchInlineSnapshot(`
      [
        "2 --plan plan.json already determines the scene: leave out "rings.json".",
        "2 --size cannot change a plan: leave it out, or pass it to untrained plan.",
        "2 --out cannot change a plan: pass it to untrained join.",
        "2 --backend cannot change a plan: leave it out, or pass it to untrained plan.",
        "2 --strict cannot change a plan: leave it out, or pass it to untrained plan.",
        "2 --plan needs a store that all machines can reach: add --store with a folder or s3://bucket/prefix.",
        "2 The plan "plan.json" cannot be read because there is no such file: check its path, or write it with untrained plan.",
        "2 The plan "." cannot be read because it is a folder: check its path, or write it with untrained plan.",
        "3 rings.json cannot be used: it is not a plan: plan the film again.",
        "2 --plan and --queue cannot be combined, because --queue plans the film itself: leave out one of them.",
        "2 --shard is "5/4" but must be i/n with i from 1 to n, auto, or auto/n: try 1/4.",
        "2 --shard auto needs SLURM_ARRAY_TASK_ID or AWS_BATCH_JOB_ARRAY_INDEX, but neither is set: run it as an array task, or use --shard i/n.",
        "2 --shard applies only to a plan: write one with untrained plan, then pass it with --plan.",
        "2 --store applies only with --plan or --queue: add one of them, or leave out --store.",
      ]
    `);
    expect(readdirSync(cwd)).toEqual(['rings.json']);
  });

  test('takes segments from the cache, and keeps new ones there', async () => {
    const { cwd, in: inFolder } = newFolder();
    const env = { UNTRAINED_CACHE: inFolder('cache') };
    const words = ['rings.json', ...ONE_THREAD, '--quiet'];
    await succeed(['render', ...words, '--frames', '0-24', '--out', 'part.mp4'], { cwd, env });
    expect(segmentsIn(inFolder('cache'))).toHaveLength(1);
    await succeed(['plan', ...words, '--out', 'film.mp4', '--plan', 'plan.json'], { cwd, env });
    const shard = (...more: string[]) =>
      succeed(['render', '--plan', 'plan.json', '--store', 'segments', ...ONE_THREAD, ...more], { cwd, env });
    expect(await shard()).toMatch(/^The plan: 3 segments \(1 from the cache\), 35 frames in /);
    expect(segmentsIn(inFolder('cache'))).toEqual(segmentsIn(inFolder('segments')));
    expect(segmentsIn(inFolder('segments'))).toHaveLength(3);
  });

  test('leaves nothing unfinished when it is stopped, and resumes', async () => {
    const { cwd, in: inFolder } = newFolder();
    const slow = ['--size', '480x360', '--set', 'layers=30', '--set', 'units=60'];
    await succeed(['plan', 'rings.json', ...slow, '--out', 'film.mp4', '--quiet', '--plan', 'plan.json'], {
      cwd,
    });
    const args = ['render', '--plan', 'plan.json', '--store', 'segments', ...ONE_THREAD, '--json'];
    const { code, stderr } = await untrained(args, {
      cwd,
      watch: (child, text) => text.includes('"progress"') && child.kill('SIGTERM'),
    });
    expect([code, stderr]).toEqual([143, 'untrained: Stopped. No partial file is left.\n']);
    expect(readdirSync(inFolder('segments'))).toEqual([]);
  });
});

describe('a shard', () => {
  const sweep = makeSweep({
    seconds: 4.8,
    fps: 12.5,
    size: [32, 24],
    network: { layers: 2, units: 2, weightScale: tween(0.4, 0.9) },
  });
  const means = { backend: 'cpu', threads: 1 } as const;
  const workshops: Workshop[] = [];
  afterEach(async () => {
    for (const workshop of workshops.splice(0)) await workshop.close();
  });
  const newWorkshop = () => {
    const workshop = new Workshop();
    workshops.push(workshop);
    return workshop;
  };
  async function shardOfFilm(): Promise<{ job: Job; files: FolderFiles }> {
    const planner = newWorkshop();
    const outputs = [{ path: join(folder, 'film.mp4') }];
    const job = await plan({ source: { kind: 'sweep', sweep }, outputs }, planner, means);
    const { jobs } = readPlan(writePlan({ jobs: [job] }));
    return { job: jobs[0], files: new FolderFiles(join(folder, `${++count}`)) };
  }
  /** A store that fails when the second segment is put into it. */
  function failing(files: FolderFiles, job: Job, errors: unknown[]) {
    const [{ keys }] = job.segments[1].parts;
    const put = async (key: string, from: string) => {
      if (key === keys[0] && errors.length > 0) throw errors.shift();
      await files.put(key, from);
    };
    return Object.assign(Object.create(files) as FolderFiles, { put });
  }
  const all = (job: Job) => segmentsOf([job], { index: 1, count: 1 });
  const options = { ...means, pauses: [1, 1] };

  test('has all segments but the one that fails', async () => {
    const { job, files } = await shardOfFilm();
    const error = new RenderError('It cannot be encoded.');
    const made = await makeShard(all(job), failing(files, job, [error]), newWorkshop(), options);
    expect(made).toMatchObject({ segments: 3, there: 0, drawn: 35, failed: [{ segment: 1, error }] });
    expect(segmentsIn(files.folder)).toHaveLength(2);
    const again = await makeShard(all(job), files, newWorkshop(), options);
    expect(again).toMatchObject({ there: 2, drawn: 25, failed: [] });
  });

  test('tries again after a failure that may pass, but not for ever', async () => {
    const { job, files } = await shardOfFilm();
    const error = () => new TransientError('The store is away.');
    const errors = [error(), error()];
    const made = await makeShard(all(job), failing(files, job, errors), newWorkshop(), options);
    expect([made.drawn, made.failed, errors]).toEqual([60, [], []]);
    expect(segmentsIn(files.folder)).toHaveLength(3);

    const other = await shardOfFilm();
    const lasting = failing(other.files, other.job, [error(), error(), error(), error()]);
    await expect(makeShard(all(other.job), lasting, newWorkshop(), options)).rejects.toThrow(TransientError);
  });

  test('stops at once if this machine cannot make it', async () => {
    const { job, files } = await shardOfFilm();
    job.pins.arithmetic = 'by hand';
    const making = makeShard(all(job), files, newWorkshop(), options);
    await expect(making).rejects.toThrow('by hand');
    expect(existsSync(files.folder)).toBe(false);
    const other = await shardOfFilm();
    const refusing = failing(other.files, other.job, [new RefusedError('Not here.')]);
    await expect(makeShard(all(other.job), refusing, newWorkshop(), options)).rejects.toThrow(RefusedError);
  });

  test('draws equal segments once', async () => {
    const planner = newWorkshop();
    const still = makeSweep({ seconds: 6, fps: 25, size: [32, 24], network: { layers: 1, units: 2 } });
    const outputs = [{ path: join(folder, 'still.webp') }];
    const planned = await plan({ source: { kind: 'sweep', sweep: still }, outputs }, planner, means);
    const { jobs } = readPlan(writePlan({ jobs: [planned] }));
    const files = new FolderFiles(join(folder, `${++count}`));
    const made = await makeShard(all(jobs[0]), files, newWorkshop(), options);
    expect(made).toMatchObject({ segments: 3, frames: 150, drawn: 50 });
    expect(segmentsIn(files.folder)).toHaveLength(1);
  });
});

describe('a plan file', () => {
  const planned = async () => {
    const { cwd, in: inFolder } = newFolder();
    await succeed(['plan', 'rings.json', '--out', 'film.mp4', '--quiet', '--plan', 'plan.json'], { cwd });
    return readFileSync(inFolder('plan.json'), 'utf8');
  };

  test('is not trusted', async () => {
    const text = await planned();
    const changed = (change: (plan: { jobs: Job[] }) => void) => {
      const data = JSON.parse(text);
      change(data);
      return JSON.stringify(data);
    };
    const complaint = (text: string) => {
      try {
        readPlan(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RefusedError);
        return (error as Error).message;
      }
      return 'accepted';
    };
    expect(complaint(text)).toBe('accepted');
    const alike = changed(({ jobs: [{ segments }] }) => {
      for (const { parts } of segments) parts[0].keys = segments[0].parts[0].keys;
    });
    expect(complaint(alike)).toMatch(/has the key of a segment of another length/);
    expect([
      complaint(''),
      complaint(text.slice(0, 2000)).replace(/column \d+/, 'column N'),
      complaint('[]'),
      complaint('null'),
      complaint(changed((plan) => Object.assign(plan, { plan: 2 }))),
      complaint(changed((plan) => Object.assign(plan, { run: 'rm -rf /' }))),
      complaint(changed((plan) => Object.assign(plan, { jobs: [] }))),
      complaint(changed((plan) => Object.assign(plan, { jobs: [plan.jobs[0], {}] }))),
      complaint(changed((plan) => Object.assign(plan, { strict: 'yes' }))),
      complaint(changed(({ jobs: [job] }) => Object.assign(job.film, { frames: 61 }))),
      complaint(changed(({ jobs: [job] }) => Object.assign(job.outputs[0], { path: 'film.exe' }))),
    ]).toMatchInlineSnapshot(`
      [
        "The plan cannot be used: it is empty: plan the film again.",
        "The plan cannot be used: it is not complete JSON (line 2, column N: the text ends, and a comma or the closing bracket is missing): plan the film again.",
        "The plan cannot be used: it is not a plan: plan the film again.",
        "The plan cannot be used: it is not a plan: plan the film again.",
        "The plan cannot be used: it has format 2, but this version of Untrained reads format 1: plan the film again.",
        "The plan cannot be used: run is not a field. Available: plan, strict, jobs: plan the film again.",
        "The plan cannot be used: jobs is [] but must be a list of at least 1: plan the film again.",
        "The plan cannot be used: film 2 of 2: job is missing: it must be 1: plan the film again.",
        "The plan cannot be used: strict is "yes" but must be a boolean: plan the film again.",
        "The plan cannot be used: The job is inconsistent: it has 60 frames, and its film 61. Plan the film again.",
        "The plan cannot be used: "film.exe" ends in .exe, and the formats are .mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png: try .mp4: plan the film again.",
      ]
    `);
  });

  test('may have 10,000 segments', async () => {
    const sweep = makeSweep({
      ...{ seconds: 3600, fps: 12.5, size: [32, 24] },
      network: { layers: tween(1, 12), units: 4, weightScale: tween(0.4, 0.9) },
    });
    const workshop = new Workshop();
    try {
      const outputs = [{ path: 'film.mp4' }];
      const means = { backend: 'cpu', threads: 1 } as const;
      const job = await plan({ source: { kind: 'sweep', sweep }, outputs }, workshop, means);
      const text = writePlan({ jobs: new Array(6).fill(job) });
      const { jobs } = readPlan(text);
      expect(jobs.flatMap(({ segments }) => segments)).toHaveLength(10_800);
      expect(segmentsOf(jobs, { index: 7, count: 8 })).toHaveLength(1350);
      expect(writePlan({ jobs }).length).toBe(text.length);
    } finally {
      await workshop.close();
    }
  });
});

describe('shards', () => {
  /** @param fps - Of a film with segments of at least 25 frames and two seconds. */
  const film = (kind: string, frames: number, fps: number): Job => {
    const length = Math.max(25, Math.round(2 * fps));
    const segments = Array.from({ length: Math.ceil(frames / length) }, (_, i) => ({
      frames: [i * length, Math.min(frames, (i + 1) * length) - 1],
    }));
    return { source: { kind }, film: { frames, fps }, segments } as unknown as Job;
  };
  const films = fc.array(
    fc
      .tuple(
        fc.constantFrom('sweep', 'composed'),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 60 }),
      )
      .map((film_) => film(...film_)),
    { minLength: 1, maxLength: 5 },
  );

  test(`have each segment once, sweeps in turn, and composed scenes in runs of five seconds (${seed.hint})`, () => {
    const property = fc.property(films, fc.integer({ min: 1, max: 40 }), (jobs, count) => {
      const shards = Array.from({ length: count }, (_, i) => segmentsOf(jobs, { index: i + 1, count }));
      const nameOf = ({ job, segment }: (typeof shards)[0][0]) => `${jobs.indexOf(job)}:${segment}`;
      const planned = jobs.flatMap(({ segments }, i) => segments.map((_, segment) => `${i}:${segment}`));
      expect(shards.flat().map(nameOf).sort()).toEqual(planned.sort());
      for (const job of jobs) {
        const own = shards.map((shard) =>
          shard.filter((one) => one.job === job).map(({ segment }) => segment),
        );
        const sizes = own.map(({ length }) => length);
        if (job.source.kind === 'sweep') {
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          continue;
        }
        const runs = own.filter(({ length }) => length > 0);
        for (const run of runs) {
          expect(run.at(-1)! - run[0]).toBe(run.length - 1);
          const frames = job.segments[run.at(-1)!].frames[1] + 1 - job.segments[run[0]].frames[0];
          if (runs.length > 1) expect(frames / job.film.fps).toBeGreaterThanOrEqual(5);
        }
        const lengths = runs.map(({ length }) => length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }
    });
    fc.assert(property, { numRuns: 200, seed: seed.value });
  });

  test('of a long composed scene are as many as possible', () => {
    const jobs = [film('composed', 60 * 25, 25)]; // 30 segments
    const sizes = (count: number) =>
      Array.from({ length: count }, (_, i) => segmentsOf(jobs, { index: i + 1, count }).length);
    expect(sizes(4)).toEqual([7, 8, 7, 8]);
    expect(sizes(12)).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0]);
  });

  const chosen = (choice: ShardChoice, env: Record<string, string>): string => {
    try {
      const { index, count }: Shard = shardOf(choice, env);
      return `${index}/${count}`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const slurm = (id: string, min: string, step: string, count: string, max?: string) => ({
    SLURM_ARRAY_TASK_ID: id,
    SLURM_ARRAY_TASK_MIN: min,
    SLURM_ARRAY_TASK_STEP: step,
    SLURM_ARRAY_TASK_COUNT: count,
    ...(max && { SLURM_ARRAY_TASK_MAX: max }),
  });
  const batch = (index: string, size: string) => ({
    AWS_BATCH_JOB_ARRAY_INDEX: index,
    AWS_BATCH_JOB_ARRAY_SIZE: size,
  });
  const auto = { index: 'auto' } as const;
  const autoOf8 = { index: 'auto', count: 8 } as const;

  test.each<[string, ShardChoice, Record<string, string>, string]>([
    ['an array from 1', auto, slurm('3', '1', '1', '8', '8'), '3/8'],
    ['an array from 0', auto, slurm('0', '0', '1', '8'), '1/8'],
    ['an array with steps', auto, slurm('9', '1', '4', '3', '9'), '3/3'],
    ['a later part of an array', auto, slurm('6', '5', '1', '2', '6'), '2/2'],
    ['an index of AWS Batch', auto, batch('0', '100'), '1/100'],
    ['a part of an array', autoOf8, slurm('7', '3', '1', '2', '7'), '7/8'],
    ['an index of AWS Batch, and its own count', autoOf8, batch('7', '8'), '8/8'],
    ['an index of Kubernetes', autoOf8, { JOB_COMPLETION_INDEX: '0' }, '1/8'],
    [
      'an index of Kubernetes in a Slurm job',
      autoOf8,
      { JOB_COMPLETION_INDEX: '0', ...slurm('2', '1', '1', '8') },
      '2/8',
    ],
    ['no engine', { index: 2, count: 3 }, slurm('7', '3', '1', '2', '7'), '2/3'],
  ])('come from %s', (_, choice, env, shard) => {
    expect(chosen(choice, env)).toBe(shard);
  });

  test('are rejected if the engine does not say which', () => {
    expect([
      chosen(auto, {}),
      chosen(autoOf8, {}),
      chosen(auto, { JOB_COMPLETION_INDEX: '3' }),
      chosen(auto, { SLURM_ARRAY_TASK_ID: '3' }),
      chosen(auto, slurm('3', '1', '1', 'many')),
      chosen(auto, slurm('3', '3', '1', '2', '7')),
      chosen(auto, slurm('7', '3', '1', '2')),
      chosen(auto, { AWS_BATCH_JOB_ARRAY_INDEX: '3' }),
      chosen(auto, batch('8', '8')),
      chosen(autoOf8, slurm('0', '0', '1', '8')),
      chosen(autoOf8, slurm('9', '1', '1', '9')),
      chosen(autoOf8, { JOB_COMPLETION_INDEX: '8' }),
      chosen(autoOf8, { JOB_COMPLETION_INDEX: '-1' }),
    ]).toMatchInlineSnapshot(`
      [
        "--shard auto needs SLURM_ARRAY_TASK_ID or AWS_BATCH_JOB_ARRAY_INDEX, but neither is set: run it as an array task, or use --shard i/n.",
        "--shard auto/8 needs SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX, but none of them is set: run it as an array task, or use --shard i/8.",
        "Kubernetes sets JOB_COMPLETION_INDEX but not the number of shards: use --shard auto/n, where n is the Job's number of completions.",
        "SLURM_ARRAY_TASK_MIN is not set, so --shard auto cannot tell the shard: use --shard i/n.",
        "SLURM_ARRAY_TASK_COUNT is "many" but must be a whole number, so --shard auto cannot tell the shard: use --shard i/n.",
        "The task IDs of this Slurm array have gaps, so --shard auto cannot tell which shard task 3 is: use --shard auto/n, where n is the number of tasks in the whole array.",
        "The task IDs of this Slurm array have gaps, so --shard auto cannot tell which shard task 7 is: use --shard auto/n, where n is the number of tasks in the whole array.",
        "AWS_BATCH_JOB_ARRAY_SIZE is not set, so --shard auto cannot tell the shard: use --shard i/n.",
        "AWS_BATCH_JOB_ARRAY_INDEX=8 makes this shard 9, but there are only 8 shards: start 8 tasks, or give the number of shards, as in --shard auto/8.",
        "SLURM_ARRAY_TASK_ID is 0, but --shard auto/8 counts Slurm's tasks from 1: submit the array with --array=1-8.",
        "SLURM_ARRAY_TASK_ID=9 makes this shard 9, but there are only 8 shards: start 8 tasks, or give the number of shards, as in --shard auto/8.",
        "JOB_COMPLETION_INDEX=8 makes this shard 9, but there are only 8 shards: start 8 tasks, or give the number of shards, as in --shard auto/8.",
        "JOB_COMPLETION_INDEX is "-1" but must be a whole number, so --shard auto cannot tell the shard: use --shard i/n.",
      ]
    `);
  });
});
