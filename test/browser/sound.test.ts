/** The sound of composed scenes and of other people's projects: what is heard when, and pictures that follow it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRecipe } from '../../dist/core/recipe/recipe.js';
import { makeFilm } from '../../dist/jobs/film.js';
import { readJob, writeJob } from '../../dist/jobs/job.js';
import { plan } from '../../dist/jobs/plan.js';
import { Workshop } from '../../dist/jobs/workshop.js';
import { temporaryFolder } from '../cli/untrained.js';
import { decode, testFfmpeg } from '../video/decode.js';

const folder = temporaryFolder();
const workshop = new Workshop();
/** Files that must not outlive the workshop. */
const kept: string[] = [];
afterAll(async () => {
  await workshop.close();
  expect(kept.filter((path) => existsSync(path))).toEqual([]);
});

const FPS = 20;
const RATE = 48_000;
const at = (name: string) => join(folder, name);

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
}

/** A WAV with clicks of a millisecond at these times. */
function clicks(times: number[], seconds: number): Buffer {
  const samples = Buffer.alloc(2 * Math.round(seconds * RATE));
  for (const time of times)
    for (let i = 0; i < 48; i++)
      samples.writeInt16LE(i % 2 ? -24_000 : 24_000, 2 * (Math.round(time * RATE) + i));
  const head = Buffer.alloc(44);
  head.write('RIFF____WAVEfmt ');
  head.writeUInt32LE(36 + samples.length, 4);
  head.writeUInt32LE(16, 16);
  for (const [i, value] of [1, 1, RATE, 0, 2 * RATE, 0, 2, 16].entries())
    if (i !== 3 && i !== 5) head[i === 2 || i === 4 ? 'writeUInt32LE' : 'writeUInt16LE'](value, 20 + 2 * i);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** When something is heard in a file, in seconds. */
async function heardIn(path: string): Promise<number[]> {
  const { path: ffmpeg } = await testFfmpeg();
  const args = ['-v', 'error', '-i', path, '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'];
  const samples = execFileSync(ffmpeg, args, { maxBuffer: 1 << 26 });
  const found: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < samples.length / 2; i++) {
    if (Math.abs(samples.readInt16LE(2 * i)) < 3000) continue;
    if (i - last > RATE / 50) found.push(i / RATE);
    last = i;
  }
  return found;
}

const scene = (
  imports: string,
  body: string,
) => `import { makeScene2D, Rect, Video } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
${imports}
export default makeScene2D(function* (view) {
${body}
});`;
const project = (settings: string, imports = '') => `import { makeProject } from '@motion-canvas/core';
import one from './plain?scene';
${imports}
export default makeProject({ scenes: [one], ${settings} });`;

/** Opens a source as a film does. */
async function open(name: string, more: object = {}) {
  const warnings: string[] = [];
  const kind = name.endsWith('.tsx') ? ('scene' as const) : ('project' as const);
  const source = await workshop.source(
    { kind: 'composed', target: { kind, path: at(name) }, size: [32, 18], fps: FPS, whole: true, ...more },
    undefined,
    { here: true, onWarning: (text: string) => void warnings.push(text) },
    ['rgba'],
  );
  return { source, warnings };
}

/** What is heard: each clip's file and times. */
async function clipsOf(name: string) {
  const { source, warnings } = await open(name);
  await source.close();
  for (const { path } of source.sound?.clips ?? []) if (path.includes('untrained-sound-')) kept.push(path);
  const clips = source.sound?.clips.map(({ path, sha256: _, ...clip }) => ({
    ...clip,
    path: relative(folder, path).replaceAll('\\', '/'),
  }));
  return { clips, warnings, keys: source.fingerprintsOf([0, 0]) };
}

beforeAll(async () => {
  const { path: ffmpeg } = await testFfmpeg();
  write('package.json', '{ "name": "project" }');
  write('music.wav', clicks([0, 0.5], 1));
  write('public/music.wav', clicks([0.25], 0.5));
  write('clicks.wav', clicks([0.25, 0.75], 1));
  // White in the two frames after each click.
  const flashes = Buffer.alloc(32 * 18 * 3 * FPS);
  for (const frame of [5, 6, 15, 16]) flashes.fill(255, 1728 * frame, 1728 * (frame + 1));
  const pictures = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '32x18', '-r', String(FPS), '-i', 'pipe:0'];
  const coded = ['-c:v', 'libvpx', '-b:v', '200k', '-g', '1'];
  const run = (args: string[]) => execFileSync(ffmpeg, ['-v', 'error', ...args], { input: flashes });
  run([...pictures, '-i', at('clicks.wav'), ...coded, '-c:a', 'libvorbis', at('flash.webm')]);
  run([...pictures, ...coded, at('silent.webm')]);
  write('plain.tsx', scene('', `view.add(<Rect size={900} fill="red" />); yield* waitFor(0.5);`));
});

test('the clicks of a film are where its frames flash: music that starts later, and videos', async () => {
  const movie = `import flash from './flash.webm';\nimport silent from './silent.webm';`;
  write(
    'first.tsx',
    scene(
      movie,
      `  const video = createRef<Video>();
  view.add(<Video src={silent} play opacity={0} size={view.size()} />);
  view.add(<Video ref={video} src={flash} size={view.size()} />);
  yield video();
  yield* waitFor(0.25);
  video().play();
  yield* waitFor(0.5);
  video().pause();
  yield* waitFor(0.3);
  video().seek(0.5);
  video().playbackRate(2);
  video().play();
  yield* waitFor(0.2);
  video().remove();
  yield* waitFor(0.15);`,
    ),
  );
  write(
    'second.tsx',
    scene(movie, `  view.add(<Video src={flash} loop play size={view.size()} />);\n  yield* waitFor(1.4);`),
  );
  write(
    'film.ts',
    project(
      'audio: music, audioOffset: 0.1',
      `import music from './music.wav';\nimport first from './first?scene';\nimport second from './second?scene';`,
    ).replace('[one]', '[first, second]'),
  );
  const source = {
    kind: 'composed',
    target: { kind: 'project', path: at('film.ts') },
    size: [32, 18] as [number, number],
    fps: FPS,
  } as const;
  await makeFilm({ source, outputs: [{ path: at('film.mov') }] }, workshop);
  const { frames } = await decode(at('film.mov'), { width: 32, height: 18 });
  const bright = frames.map((frame) => frame[4 * (9 * 32 + 16)] > 128);
  const flashes = bright.flatMap((is, i) => (is && !bright[i - 1] ? [i / FPS] : []));
  const heard = await heardIn(at('film.mov'));
  const music = [0.1, 0.6];
  for (const time of music) expect(heard.some((click) => Math.abs(click - time) < 0.001)).toBe(true);
  const videos = heard.filter((click) => !music.some((time) => Math.abs(click - time) < 0.001));
  expect(flashes).toHaveLength(5);
  expect(videos).toHaveLength(flashes.length);
  for (const [i, flash] of flashes.entries()) expect(Math.abs(videos[i] - flash)).toBeLessThan(0.75 / FPS);
});

test("a project's audio: where Motion Canvas's editor plays it, wherever it is", async () => {
  write('public.ts', project(`audio: '/music.wav', audioOffset: 9`));
  write('public.meta', JSON.stringify({ version: 1, shared: { audioOffset: -0.1, range: [0.1, 0.3] } }));
  expect((await clipsOf('public.ts')).clips).toEqual([{ path: 'public/music.wav', at: 0, from: 0.1 }]);
  write(
    'data.ts',
    project(`audio: 'data:audio/wav;base64,${clicks([0], 0.1).toString('base64')}', audioOffset: 2`),
  );
  const { clips } = await clipsOf('data.ts');
  expect(clips).toEqual([
    { path: expect.stringMatching(/untrained-sound-.*\/[0-9a-f]{64}\.wav$/), at: 2, from: 0 },
  ]);
  write('remote.ts', project(`audio: 'https://music.example.com/a.mp3'`));
  expect(await clipsOf('remote.ts')).toMatchObject({
    clips: undefined,
    warnings: [
      expect.stringMatching(
        /^The project's audio, https:\/\/music\.example\.com\/a\.mp3, is left out: .*--allow-host music\.example\.com/,
      ),
    ],
  });
  write('missing.ts', project(`audio: '/absent.mp3'`));
  await expect(open('missing.ts')).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /^The project's audio is "\/absent\.mp3", but there is no .*public.absent\.mp3: check/,
    ),
  });
});

test('other music has no effect on the keys of pictures, unless they may depend on it', async () => {
  const imports = `import audio from './changing.wav';`;
  write('drawn.tsx', scene('', `yield fetch(window.music).then(() => {}); yield* waitFor(0.1);`));
  write('heard.ts', project('audio', imports));
  write('read.ts', project('audio', `${imports}\nwindow.music = audio;`).replace('./plain', './drawn'));
  const elsewhere = new Workshop(); // bundles are kept
  try {
    write('changing.wav', clicks([0], 0.5));
    const before = [(await clipsOf('heard.ts')).keys, (await clipsOf('read.ts')).keys];
    write('changing.wav', clicks([0.2], 0.5));
    const keys = async (name: string) => {
      const target = { kind: 'project', path: at(name) } as const;
      const request = { kind: 'composed', target, size: [32, 18], fps: FPS, whole: true } as const;
      const source = await elsewhere.source({ ...request, size: [32, 18] }, undefined, { here: true }, [
        'rgba',
      ]);
      await source.close();
      return source.fingerprintsOf([0, 0]);
    };
    expect(await keys('heard.ts')).toEqual(before[0]);
    expect(await keys('read.ts')).not.toEqual(before[1]);
  } finally {
    await elsewhere.close();
  }
});

test('pictures follow a sound, which is also heard; later frames and other machines need no music', async () => {
  write('song/song.wav', clicks([0.25, 0.75], 1));
  write(
    'song/pulse.tsx',
    scene(
      `import { listen } from 'untrained/nodes';\nconst SONG = 'song.wav';`,
      `view.add(<Rect size={() => view.size()} fill="white" opacity={listen(SONG, { band: 'treble', smooth: 0 })} />);
  yield* waitFor(1);`,
    ),
  );
  const target = { kind: 'scene', path: at('song/pulse.tsx') } as const;
  const source = { kind: 'composed', target, size: [32, 18] as [number, number], fps: FPS } as const;
  await makeFilm({ source, outputs: [{ path: at('pulse.mov') }] }, workshop);
  const { frames } = await decode(at('pulse.mov'), { width: 32, height: 18 });
  const bright = frames.flatMap((frame, i) => (frame[4 * (9 * 32 + 16)] > 128 ? [i] : []));
  expect(bright).toEqual([5, 15]);
  const heard = await heardIn(at('pulse.mov'));
  expect(heard.map((time) => Number(time.toFixed(3)))).toEqual([0.25, 0.75]);

  const request = { source, outputs: [{ path: at('planned.mp4') }], recipe: { scene: 'pulse' } };
  const job = readJob(writeJob(await plan(request, workshop)));
  const { heard: numbers } = job.source as { heard?: object };
  expect(Object.keys(numbers!)).toHaveLength(1);
  expect(parseRecipe(job.note!).heard).toEqual(numbers);
  renameSync(at('song/song.wav'), at('song/elsewhere.wav'));
  const elsewhere = new Workshop();
  try {
    const again = await elsewhere.source(job.source, undefined, { here: true }, ['rgba']);
    const shown: number[] = [];
    for await (const frame of again.frames([[14, 16]])) shown.push(frame[4 * (9 * 32 + 16)]);
    expect(shown.map((level) => level > 128)).toEqual([false, true, false]);
    expect(again.bundle).toBe((job.source as { bundle?: string }).bundle);
    await again.close();
  } finally {
    await elsewhere.close();
  }
});

test.each([
  [
    'variable',
    `const song = ['a', 'wav'].join('.'); listen(song);`,
    /variable\.tsx:6:\d+: listen\("a\.wav"\): its arguments must be literals/,
  ],
  [
    'absent',
    `listen('absent.wav');`,
    /absent\.tsx:6:\d+: listen\("absent\.wav"\): there is no such file in the folder of absent\.tsx/,
  ],
  [
    'text',
    `listen('package.json');`,
    /text\.tsx:6:\d+: listen\("package\.json"\): .*package\.json is not a sound file/,
  ],
  [
    'band',
    `listen('music.wav', { band: 'base' });`,
    /band\.tsx:6:\d+: listen\.band is "base" .*Did you mean "bass"/,
  ],
])('a sound that cannot be followed is told of in one line: %s', async (name, call, complaint) => {
  const body = `  ${call}\n  yield* waitFor(0.1);`;
  write(`${name}.tsx`, scene(`import { listen } from 'untrained/nodes';\n`, body));
  await expect(open(`${name}.tsx`)).rejects.toThrow(complaint);
});
