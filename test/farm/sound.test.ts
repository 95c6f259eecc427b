/** The sound of planned films: encoded when they are planned, taken from the store when they are joined. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RefusedError, TransientError } from '../../src/core/errors.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import type { Job } from '../../src/jobs/job.js';
import { joinPlanned } from '../../src/jobs/join-plan.js';
import { type FilmRequest, plan } from '../../src/jobs/plan.js';
import { readPlan, writePlan } from '../../src/jobs/plan-file.js';
import { segment } from '../../src/jobs/segment.js';
import { storeSounds } from '../../src/jobs/sound.js';
import { SharedStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { FolderFiles } from '../../src/stores/folder.js';
import { testFolder } from '../video/films.js';

const folder = testFolder();
const means = { backend: 'cpu', threads: 1 } as const;
const store = () => new FolderFiles(folder.in('store'));
const NTSC = 30_000 / 1001;
const NAMES = ['a.mp4', 'b.webm', 'c.mov', 'd.gif', 'e.mp4'];

let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(() => workshop.close());

/** A second of noise in stereo, as a WAV. */
function noise(): Buffer {
  const wav = Buffer.alloc(44 + 4 * 48_000);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  for (const [at, value] of [
    [16, 16],
    [24, 48_000],
    [28, 192_000],
    [40, 4 * 48_000],
  ])
    wav.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 2],
    [32, 4],
    [34, 16],
  ])
    wav.writeUInt16LE(value, at);
  wav.write('data', 36);
  let state = 1;
  for (let at = 44; at < wav.length; at += 2) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    wav.writeInt16LE((state >>> 18) - 8192, at);
  }
  return wav;
}

function requestFor(encode: FilmRequest['encode'] = {}, names = NAMES): FilmRequest {
  const path = folder.in('noise.wav');
  const content = noise();
  writeFileSync(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const network = { seed: 1, layers: 3, width: 4, weightScale: tween(0.4, 2) };
  const film = sweep({ network, size: [32, 24], seconds: 36 / NTSC, fps: NTSC });
  return {
    source: { kind: 'sweep', sweep: film },
    outputs: names.map((name) => ({ path: folder.in(name) })),
    encode,
    sound: { clips: [{ path, sha256, at: 0.25, from: 0.1 }], fadeIn: 0.1 },
  };
}

const digestOf = (name: string) =>
  createHash('sha256')
    .update(readFileSync(folder.in(name)))
    .digest('hex');

/** Plans a film, makes its segments, and reads the plan as another machine would, without the sound file. */
async function planned(request: FilmRequest): Promise<Job> {
  const job = await storeSounds(await plan(request, workshop, means), store(), workshop, means);
  const shared = new SharedStore(job, store(), means, await workshop.ffmpeg({}));
  for (const i of job.segments.keys()) await segment(job, i, shared, workshop, means);
  rmSync(folder.in('noise.wav'));
  return readPlan(writePlan({ jobs: [job] })).jobs[0];
}

const failure = async (job: Job) => {
  const elsewhere = new Workshop();
  try {
    return await joinPlanned([job], store(), elsewhere).then(
      () => undefined,
      (error: Error) => error,
    );
  } finally {
    await elsewhere.close();
  }
};

test('a joined film has the same bytes as one made alone', async () => {
  const request = requestFor();
  await makeFilm(request, workshop, means);
  const alone = NAMES.map(digestOf);
  for (const name of NAMES) rmSync(folder.in(name));
  const job = await planned(request);
  expect(job.sound).toBeUndefined();
  expect(job.outputs.map(({ sound }) => sound !== undefined)).toEqual([true, true, true, false, true]);
  expect(job.outputs[4].sound).toEqual(job.outputs[0].sound); // encoded once
  expect(readdirSync(folder.in('store')).filter((name) => /^unfinished/.test(name))).toEqual([]);
  expect(await failure(job)).toBeUndefined();
  expect(NAMES.map(digestOf)).toEqual(alone);
});

test('repeated, within a size, and without edit lists', async () => {
  const { files } = await makeFilm(requestFor({ crf: 1 }, ['a.mp4']), workshop, means);
  for (const encode of [
    { crf: 1, maxSize: files[0].bytes - 300 },
    { editLists: false, loops: 2 },
  ]) {
    const request = requestFor(encode, ['a.mp4']);
    await makeFilm(request, workshop, means);
    const alone = digestOf('a.mp4');
    rmSync(folder.in('a.mp4'));
    expect(await failure(await planned(request))).toBeUndefined();
    expect(digestOf('a.mp4')).toBe(alone);
    expect(readFileSync(folder.in('a.mp4')).includes('elst')).toBe(encode.editLists !== false);
  }
});

test('a sound that is missing, damaged or another one is refused, and nothing is written', async () => {
  const job = await planned(requestFor({}, ['a.mp4']));
  const key = job.outputs[0].sound!.sha256.slice(0, 40);
  const path = folder.in(`store/${key}`);
  const right = readFileSync(path);
  const other = { ...job, outputs: [{ ...job.outputs[0], sound: { ...job.outputs[0].sound!, bytes: 5 } }] };
  const errors = [await failure(other)];
  expect(existsSync(path)).toBe(false); // it was not as planned
  errors.push(await failure(job));
  writeFileSync(path, Buffer.alloc(right.length, 1));
  errors.push(await failure(job));
  for (const error of errors) expect(error).toBeInstanceOf(TransientError);
  expect(
    errors.map((error) => error!.message.replaceAll(folder.in('store'), 'STORE')),
  ).toMatchInlineSnapshot(`
    [
      "The film's sound was damaged and has been removed from STORE: plan the film again with --store, then join again.",
      "The film's sound is missing from STORE: plan the film again with --store, then join again.",
      "The film's sound was damaged and has been removed from STORE: plan the film again with --store, then join again.",
    ]
  `);
  const plain = await plan(requestFor({}, ['a.mp4']), workshop, means);
  const unstored = await failure(readPlan(writePlan({ jobs: [plain] })).jobs[0]);
  expect(unstored).toBeInstanceOf(RefusedError);
  expect(unstored!.message).toContain('plan the film again with --store');
  expect(existsSync(folder.in('a.mp4'))).toBe(false);
});

test('a sound that is not what the film needs is noticed in the joined film', async () => {
  const job = await planned(requestFor({}, ['a.mp4']));
  const longer = await planned(requestFor({ loops: 2 }, ['a.mp4']));
  const swapped = { ...job, outputs: [{ ...job.outputs[0], sound: longer.outputs[0].sound }] };
  expect((await failure(swapped))!.message).toMatch(
    /joined wrongly.*its sound has \d+ samples instead of 57658/,
  );
  expect(existsSync(folder.in('a.mp4'))).toBe(false);
});
