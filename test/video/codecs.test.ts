/** Codecs and depths: AV1 in its containers, APNG, and ten bits. Films with AV1 are made where there is an encoder. */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRenderer, frameAt } from '../../src/checked.js';
import { RefusedError, UsageError } from '../../src/core/errors.js';
import { frameSchema } from '../../src/core/frame/description.js';
import { roundedTo8 } from '../../src/core/frame/pixels.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import { readJob, writeJob } from '../../src/jobs/job.js';
import { joinPlanned } from '../../src/jobs/join-plan.js';
import { type FilmRequest, plan } from '../../src/jobs/plan.js';
import { renderFilm } from '../../src/jobs/render.js';
import { segment } from '../../src/jobs/segment.js';
import { SharedStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { type EncodeOptions, findEncoder, parseOutput, probe } from '../../src/outputs/index.js';
import { FolderFiles } from '../../src/stores/folder.js';
import { decode, FROM_BT709, modernFfmpeg, readMp4, testFfmpeg } from './decode.js';
import { difference, fakeFfmpeg, HEIGHT, noise, picture, render, testFolder, WIDTH } from './films.js';

const folder = testFolder();
const size = { width: WIDTH, height: HEIGHT };
const shape = { ...size, fps: 25 };
const means = { backend: 'cpu', threads: 1 } as const;
const modern = await modernFfmpeg();
const pictures = (n: number) => Array.from({ length: n }, (_, i) => picture(i % 11));
let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workshop.close();
});

/** A sweep over a smooth gradient: one unit, whose brightness rises slowly from left to right. */
const gradient = makeSweep({
  seconds: 0.08,
  fps: 25,
  size: [512, 64],
  network: { seed: 3, layers: 1, width: 1, weightScale: 0.5 },
  view: { halfWidth: 1 },
});

const request = (names: string[], frames: number, encode: EncodeOptions): FilmRequest => {
  const network = { seed: 1, layers: 3, width: 4, weightScale: tween(0.4, 0.9) };
  const sweep = makeSweep({ seconds: frames / 25, fps: 25, size: [64, 48], network });
  return {
    source: { kind: 'sweep', sweep },
    outputs: names.map((name) => ({ path: folder.in(name) })),
    encode,
    recipe: { sweep },
  };
};

describe('--codec', () => {
  test('chooses the format of a file whose name leaves a choice', () => {
    const named = (path: string, codec?: EncodeOptions['codec']) => parseOutput(path, { codec }).format;
    expect(named('a.mp4')).toBe('mp4');
    expect(named('a.mp4', 'av1')).toBe('mp4-av1');
    expect(named('a.webm', 'av1')).toBe('webm-av1');
    expect(named('a.webm', 'vp9')).toBe('webm');
    expect(named('a.avif', 'av1')).toBe('avif');
    expect(named('a.mov', 'prores')).toBe('mov');
    expect(named('a.gif', 'av1')).toBe('gif'); // beside a film that has the choice
  });

  test.each([
    [
      'a.mp4',
      'vp9',
      '"a.mp4" cannot be VP9: a .mp4 has H.264 (--codec h264) or AV1 (--codec av1). For VP9, write .webm.',
    ],
    [
      'a.mov',
      'av1',
      '"a.mov" cannot be AV1: a .mov has ProRes 4444 (--codec prores). For AV1, write .mp4, .webm or .avif.',
    ],
    ['a.avif', 'h264', '"a.avif" cannot be H.264: a .avif has AV1 (--codec av1). For H.264, write .mp4.'],
  ] as const)('refuses %s with %s, and says what is possible', (path, codec, message) => {
    expect(() => parseOutput(path, { codec })).toThrow(new UsageError(message));
  });

  test('is refused if no file can have it', async () => {
    const made = renderFilm(gradient, { outputs: [folder.in('a.gif')], codec: 'av1', ...means });
    await expect(made).rejects.toThrow(/^--codec av1 applies only to \.mp4, \.webm or \.avif, and no output/);
  });
});

// Windows runs no shell scripts as programs.
describe.skipIf(process.platform === 'win32')('an ffmpeg without AV1', () => {
  const listing = (encoders: string, muxers: string) =>
    fakeFfmpeg(
      folder.in('ffmpeg'),
      `case "$*" in *-encoders*) echo "${encoders}";; *) echo "${muxers}";; esac`,
    );

  test('is refused before anything is drawn, with what to install', async () => {
    const none = listing(' V..X.. libaom-av1 experimental', '  E  avif AVIF');
    const refused = findEncoder(none, parseOutput('a.mp4', { codec: 'av1' }), shape);
    await expect(refused).rejects.toBeInstanceOf(RefusedError);
    await expect(refused).rejects.toThrow(
      /no AV1 encoder for 64x48 at 25 fps \(libaom-av1, librav1e\): install ffmpeg .* or FFMPEG_PATH, or leave out --codec av1\. /,
    );
    await expect(findEncoder(none, parseOutput('a.avif'), shape)).rejects.toThrow(
      /or write \.gif, \.webp or \.apng\. /,
    );
    expect(await findEncoder(none, parseOutput('a.mp4'), shape)).toBeUndefined(); // H.264 needs nothing
  });

  test('may have the encoder, but not the container', async () => {
    const old = listing(' V....D libaom-av1 AV1', '  E  mp4 MP4');
    expect(await findEncoder(old, parseOutput('a.mp4', { codec: 'av1' }), shape)).toBe('libaom-av1');
    await expect(findEncoder(old, parseOutput('a.avif'), shape)).rejects.toThrow(
      'has no way to write .avif: install',
    );
  });

  test('has the best encoder chosen if there are several', async () => {
    const all = listing(
      ' V....D librav1e AV1\n V....D libaom-av1 AV1\n V..... libsvtav1 AV1',
      '  E  avif AVIF',
    );
    expect(await findEncoder(all, parseOutput('a.avif'), { ...shape, height: 64 })).toBe('libsvtav1');
    expect(await findEncoder(all, parseOutput('a.avif'), shape)).toBe('libaom-av1');
    expect(await findEncoder(all, parseOutput('a.avif'), { ...shape, fps: 0.5 })).toBe('librav1e');
  });
});

describe.skipIf(!modern)('AV1', () => {
  test.each(['film.mp4', 'film.webm'])('%s has every frame, its times and its colours', async (name) => {
    const sent = pictures(60); // two segments
    const { path } = await render(folder.in(name), sent, { codec: 'av1', ffmpeg: modern });
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709, ffmpeg: modern });
    expect(frames).toHaveLength(60);
    for (const [i, frame] of frames.entries())
      expect(difference(frame, sent[i]), `frame ${i}`).toBeLessThan(4);
    expect(duration).toBeCloseTo(60 / 25, 2);
    if (name.endsWith('.mp4'))
      expect(readMp4(path).colour).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
  });

  test('is better at crf 0 than at crf 1, or the same', async () => {
    const film = { width: 64, height: 64, ffmpeg: modern, codec: 'av1' } as const;
    const sent = Array.from({ length: 3 }, (_, i) => noise(i, 64, 64));
    const at = async (crf: number) => (await render(folder.in(`${crf}.mp4`), sent, { ...film, crf })).bytes;
    expect(await at(0)).toBeGreaterThanOrEqual(await at(1));
  });

  test('an AVIF has every frame, repeats, and is tagged sRGB', async () => {
    const sent = pictures(60);
    const { path } = await render(folder.in('film.avif'), sent, { ffmpeg: modern });
    expect(probe(path)).toMatchObject({ ...size, frames: 60, seconds: 2.4, codec: 'av01' });
    expect(readMp4(path).colour.codes).toEqual([1, 13, 1]);
    const args = ['-nostdin', '-loglevel', 'error', '-i', path, '-map', '0:v', '-f', 'framemd5', '-'];
    const { stdout } = await promisify(execFile)(modern!.path, args);
    // Some versions of ffmpeg list the first frame, which is also a still, as a stream of its own.
    const film = /^\d+, *1,/m.exec(stdout)![0].split(',')[0];
    const sums = stdout.split('\n').filter((line) => line.startsWith(`${film},`));
    expect(sums).toHaveLength(60);
    expect(new Set(sums.slice(0, 11).map((line) => line.split(',').at(-1))).size).toBe(11);
  });

  test('is repeated without being encoded again, and has no edit lists if a platform refuses them', async () => {
    const options = { codec: 'av1', ffmpeg: modern, editLists: false } as const;
    const { path } = await render(folder.in('film.mp4'), pictures(5), { ...options, loops: 3 });
    const { frames } = await decode(path, { ...size, ffmpeg: modern });
    expect(frames).toHaveLength(15);
    for (const [i, frame] of frames.entries()) expect(Buffer.compare(frame, frames[i % 5])).toBe(0);
    expect(readFileSync(path).includes('elst')).toBe(false);
  });

  test('has sound that begins with the pictures, with and without edit lists', async () => {
    vi.stubEnv('FFMPEG_PATH', modern!.path);
    const wav = folder.in('tone.wav');
    const header = Buffer.alloc(44);
    header.write('RIFF\0\0\0\0WAVEfmt ', 0, 'latin1');
    header.writeUInt32LE(16, 16);
    [1, 1].forEach((value, i) => void header.writeUInt16LE(value, 20 + 2 * i));
    header.writeUInt32LE(48_000, 24);
    header.writeUInt32LE(96_000, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36);
    header.writeUInt32LE(96_000, 40);
    const samples = Buffer.alloc(96_000);
    for (let i = 0; i < 48_000; i++) samples.writeInt16LE(Math.round(9000 * Math.sin(i / 20)), 2 * i);
    header.writeUInt32LE(36 + samples.length, 4);
    writeFileSync(wav, Buffer.concat([header, samples]));
    const { source } = request([], 20, {});
    for (const editLists of [true, false]) {
      const outputs = [folder.in('a.mp4'), folder.in('a.webm')];
      await renderFilm((source as { sweep: typeof gradient }).sweep, {
        ...{ ...means, outputs, codec: 'av1', audio: wav, editLists },
      });
      const [mp4, webm] = outputs.map(probe);
      expect(mp4).toMatchObject({ format: 'mp4-av1', frames: 20, audio: { codec: 'AAC' } });
      expect(mp4.editLists).toBe(editLists);
      expect(webm).toMatchObject({ format: 'webm-av1', frames: 20, audio: { codec: 'Opus' } });
      for (const path of outputs) {
        const first = async (stream: string) => {
          const args = ['-loglevel', 'error', '-copyts', '-i', path, '-map', stream, '-frames', '1'];
          const { stdout } = await promisify(execFile)(modern!.path, [...args, '-f', 'framemd5', '-']);
          const [, numerator, denominator] = /#tb 0: (\d+)\/(\d+)/.exec(stdout)!;
          const [, , pts] = stdout
            .split('\n')
            .find((line) => line.startsWith('0,'))!
            .split(',');
          return (Number(pts) * Number(numerator)) / Number(denominator);
        };
        const late = (await first('0:a')) - (await first('0:v'));
        expect(Math.abs(late), path).toBeLessThan(1024 / 48_000); // a frame of AAC
      }
    }
  });

  test('and APNG: segments that are made apart are checked, and join to the same files', async () => {
    vi.stubEnv('FFMPEG_PATH', modern!.path);
    const names = ['a.mp4', 'b.webm', 'c.avif', 'd.apng'];
    const film = request(names, 60, { codec: 'av1' });
    await makeFilm(film, workshop, means);
    const alone = names.map((name) => readFileSync(folder.in(name)));
    const job = readJob(writeJob(await plan(film, workshop, means)));
    const store = new FolderFiles(folder.in('store'));
    const shared = new SharedStore(job, store, means, await workshop.ffmpeg({}));
    for (const i of job.segments.keys()) await segment(job, i, shared, workshop, means);
    await joinPlanned([job], store, workshop);
    for (const [i, name] of names.entries())
      expect(readFileSync(folder.in(name)).equals(alone[i]), name).toBe(true);
  });
});

describe('APNG', () => {
  test.each([
    [1, false],
    [7, false],
    [60, true],
  ])('%i frames in, as many out, unchanged', async (n, alpha) => {
    const sent = Array.from({ length: n }, (_, i) => (i % 4 === 3 ? noise(i - 1) : noise(i))); // some stay the same
    if (alpha) for (const [i, frame] of sent.entries()) frame[3] = i;
    const { path } = await render(folder.in('film.apng'), sent, { alpha });
    const { frames } = await decode(path, { ...size, input: ['-f', 'apng'] });
    expect(frames).toHaveLength(n);
    for (const [i, frame] of frames.entries()) expect(Buffer.compare(frame, sent[i]), `frame ${i}`).toBe(0);
    expect(probe(path)).toMatchObject({ format: 'apng', ...size, frames: n, seconds: n === 1 ? 0 : n / 25 });
  });

  test.each([120_000 / 1001, 23.9761])('has durations of 16 bits at %f fps', async (fps) => {
    const sent = Array.from({ length: 24 }, (_, i) => noise(i));
    const { path } = await render(folder.in('film.apng'), sent, { fps });
    expect(probe(path).seconds).toBeCloseTo(24 / fps, 5);
  });

  test('has only what changes, and every frame its duration', async () => {
    const frame = (i: number) => {
      const pixels = noise(1);
      pixels.fill(10 * i, 4 * (64 * 20 + 5), 4 * (64 * 20 + 15));
      return pixels;
    };
    const one = await render(folder.in('one.apng'), [frame(0)]);
    const all = await render(
      folder.in('all.apng'),
      Array.from({ length: 10 }, (_, i) => frame(i)),
      {
        fps: 30_000 / 1001,
      },
    );
    expect(all.bytes - one.bytes).toBeLessThan(10 * 150);
    expect(probe(all.path).fps).toBeCloseTo(30_000 / 1001, 6);
  });
});

describe('ten bits', () => {
  /** How many levels a decoded frame of a gradient has. */
  async function levelsIn(name: string): Promise<number> {
    const { path } = modern ?? (await testFfmpeg());
    const args = ['-nostdin', '-loglevel', 'error', '-i', folder.in(name), '-frames:v', '1'];
    const decoded = ['-pix_fmt', 'gray16le', '-f', 'rawvideo', 'pipe:1'];
    const output = { encoding: 'buffer' as const, maxBuffer: 1 << 26 };
    const { stdout } = await promisify(execFile)(path, [...args, ...decoded], output);
    const values = new Uint16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
    return new Set(values).size;
  }

  test.each([
    ['film.mp4', {}],
    ['film.webm', {}],
    ...(modern
      ? ([
          ['av1.mp4', { codec: 'av1' }],
          ['av1.webm', { codec: 'av1' }],
        ] as const)
      : []),
  ] as [string, EncodeOptions][])('%s has more than 256 levels, and otherwise not', async (name, options) => {
    if (options.codec === 'av1') vi.stubEnv('FFMPEG_PATH', modern!.path);
    const make = (depth: 8 | 10) =>
      renderFilm(gradient, { ...means, ...options, quality: 'high', depth, outputs: [folder.in(name)] });
    const film = await make(10);
    expect(film.frames).toBe(2);
    expect(await levelsIn(name)).toBeGreaterThan(300);
    await make(8);
    expect(await levelsIn(name)).toBeLessThanOrEqual(256);
  });

  test('reach a MOV, which has ten bits anyway', async () => {
    const renderer = await createRenderer({ backend: 'cpu', threads: 1 });
    const exact = await renderer.render(frameAt(gradient, 0), undefined, 'rgba64');
    await renderer.close();
    const values = new Uint16Array(exact.buffer);
    const ideal = Array.from({ length: values.length / 4 }, (_, i) => {
      const [r, g, b] = values.subarray(4 * i, 4 * i + 3);
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 65_280; // BT.709
    });
    const errors: number[] = [];
    for (const depth of [8, 10] as const) {
      await renderFilm(gradient, { ...means, depth, outputs: [folder.in('film.mov')] });
      const { path } = await testFfmpeg();
      const args = ['-nostdin', '-loglevel', 'error', '-i', folder.in('film.mov'), '-frames:v', '1'];
      const raw = ['-pix_fmt', 'yuv444p10le', '-f', 'rawvideo', 'pipe:1'];
      const output = { encoding: 'buffer' as const, maxBuffer: 1 << 26 };
      const { stdout } = await promisify(execFile)(path, [...args, ...raw], output);
      let sum = 0;
      for (const [i, value] of ideal.entries())
        sum += Math.abs(stdout.readUInt16LE(2 * i) - (64 + 876 * value));
      errors.push(sum / ideal.length);
    }
    expect(errors[1]).toBeLessThan(0.8 * errors[0]);
  });

  test('frames with 16 bits are those with 8 bits, before rounding', async () => {
    const renderer = await createRenderer({ backend: 'cpu', threads: 2 });
    try {
      for (const palette of ['rgb', 'viridis', 'oklch'] as const) {
        for (const supersample of [1, 2]) {
          const network = { seed: 5, layers: 3, width: 6, weightScale: 0.7 };
          const frame = frameSchema.parse({ network, size: [40, 30], palette, supersample });
          const [plain, deep] = [
            await renderer.render(frame),
            await renderer.render(frame, undefined, 'rgba64'),
          ];
          expect(deep).toHaveLength(2 * plain.length);
          const rounded = roundedTo8(deep);
          const off = plain.reduce((worst, value, i) => Math.max(worst, Math.abs(value - rounded[i])), 0);
          expect(off, `${palette}, ${supersample}`).toBeLessThanOrEqual(1);
          const low = new Set(deep.filter((_, i) => i % 8 === 0)); // low bytes of red
          expect(low.size).toBeGreaterThan(100);
        }
      }
    } finally {
      await renderer.close();
    }
  });

  test('are refused where there are only eight', async () => {
    const refused = (outputs: string[], options: object = {}) =>
      renderFilm(gradient, {
        ...means,
        depth: 10,
        outputs: outputs.map((name) => folder.in(name)),
        ...options,
      });
    await expect(refused(['a.mp4', 'a.gif'])).rejects.toThrow(
      /a\.gif" cannot have --depth 10, since \.gif files have/,
    );
    await expect(refused(['a.mp4'], { backend: 'gpu', threads: undefined })).rejects.toThrow(
      '--depth 10 is drawn on the CPU: leave out --backend gpu, or --depth.',
    );
    await expect(refused(['a.mp4'], { encoder: 'nvenc' })).rejects.toThrow('makes 8-bit films');
    const composed = renderFilm(
      { scene: 'scenes/scaling.tsx' },
      { depth: 10, outputs: [folder.in('a.mp4')], frames: [0, 0] },
    );
    await expect(composed).rejects.toThrow(
      '--depth 10 applies only to sweeps: a composed scene is drawn on a canvas',
    );
  });

  test('have keys of their own, and a poster of eight', async () => {
    const film = (depth: 8 | 10): FilmRequest => ({
      source: { kind: 'sweep', sweep: gradient },
      outputs: [{ path: folder.in('a.mov') }],
      poster: { path: folder.in('a.png'), frame: 'first' },
      encode: { depth },
    });
    const jobs = [await plan(film(8), workshop, means), await plan(film(10), workshop, means)];
    const keys = jobs.map((job) => job.segments.flatMap(({ parts }) => parts.flatMap((part) => part.keys)));
    expect(new Set(keys.flat()).size).toBe(4);
    expect(() => readJob(writeJob(jobs[1]))).not.toThrow();
    await makeFilm(film(10), workshop, means);
    const shape = { width: 512, height: 64 };
    const deep = (await decode(folder.in('a.png'), shape)).frames[0];
    await makeFilm(film(8), workshop, means);
    const [plain] = (await decode(folder.in('a.png'), shape)).frames;
    expect(plain.every((value, i) => Math.abs(value - deep[i]) <= 1)).toBe(true);
  });
});
