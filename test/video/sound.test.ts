/** The sound of films: where it is heard, how long it is, and how it is mixed, repeated, limited and encoded. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import { type FilmRequest, plan } from '../../src/jobs/plan.js';
import { recipeOf, renderFilm } from '../../src/jobs/render.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { probe } from '../../src/outputs/index.js';
import { Limiter } from '../../src/sound/limiter.js';
import type { Clip, Soundtrack } from '../../src/sound/soundtrack.js';
import { testFfmpeg } from './decode.js';
import { testFolder } from './films.js';

const RATE = 48_000;
const NTSC = 30_000 / 1001;

const folder = testFolder();
const means = { backend: 'cpu', threads: 1 } as const;
let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(() => workshop.close());

/** The sample at which a frame appears. */
const sampleOf = (frame: number, fps: number) => Math.round((frame / fps) * RATE);

interface Film extends Partial<Pick<FilmRequest, 'encode' | 'sound'>> {
  fps?: number;
  /** Of the whole film. */
  count?: number;
  frames?: [number, number];
  every?: number;
}

const requestFor = (names: string[], { fps = 25, count = 40, frames, every, ...rest }: Film): FilmRequest => {
  const network = { seed: 1, layers: 2, width: 2, weightScale: tween(0.4, 0.9) };
  const film = sweep({ network, size: [16, 16], seconds: count / fps, fps });
  const source = { kind: 'sweep', sweep: film, frames, every } as const;
  return {
    source,
    outputs: names.map((name) => ({ path: folder.in(name) })),
    recipe: recipeOf(source),
    ...rest,
  };
};

const make = (names: string[], film: Film) => makeFilm(requestFor(names, film), workshop, means);

/** Stereo with a click, the left channel twice as loud as the right, at each of these samples. */
function clicks(at: readonly number[], length: number): Int16Array {
  const samples = new Int16Array(2 * length);
  for (const sample of at) samples.set([16_000, 8000], 2 * sample);
  return samples;
}

function wav(samples: Int16Array, channels = 2, rate = RATE): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

/** A clip of a new file. */
function clip(name: string, content: Buffer, settings: Partial<Clip> = {}): Clip {
  const path = folder.in(name);
  writeFileSync(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, sha256, at: 0, from: 0, ...settings };
}

const track = (...clips: Clip[]): Soundtrack => ({ clips });

const ffmpeg = async (...args: string[]): Promise<Buffer> => {
  const { path } = await testFfmpeg();
  const all = ['-nostdin', '-loglevel', 'error', ...args];
  return (await promisify(execFile)(path, all, { encoding: 'buffer', maxBuffer: 1 << 28 })).stdout;
};

interface Heard {
  /** The left channel. */
  left: Float32Array;
  /** The sample of the film's first frame that comes with the first decoded sample: 0 if they begin together. */
  first: number;
}

/** A film's sound, decoded, and when it begins. */
async function heard(name: string): Promise<Heard> {
  const path = folder.in(name);
  const pcm = await ffmpeg('-i', path, '-map', '0:a', '-f', 'f32le', 'pipe:1');
  const left = new Float32Array(pcm.length / 8);
  for (let i = 0; i < left.length; i++) left[i] = pcm.readFloatLE(8 * i);
  const begins = async (...args: string[]) => {
    const lines = (await ffmpeg('-copyts', '-i', path, ...args, '-f', 'framecrc', 'pipe:1')).toString();
    const [, ticks, second] = /#tb 0: (\d+)\/(\d+)/.exec(lines) ?? [];
    return (Number(/^0,[^,]*,\s*(-?\d+)/m.exec(lines)![1]) * Number(ticks)) / Number(second);
  };
  const sound = await begins('-map', '0:a', '-c:a', 'pcm_s16le', '-frames:a', '1');
  const picture = await begins('-map', '0:v', '-vsync', '0', '-frames:v', '1');
  return { left, first: Math.round(RATE * (sound - picture)) };
}

/** The samples of the film with the loudest values, in order, at least 1000 apart. */
function peaks({ left, first }: Heard, threshold = 0.15): number[] {
  const found: number[] = [];
  for (let i = 0; i < left.length; i++) {
    if (Math.abs(left[i]) < threshold) continue;
    let top = i;
    for (let k = i; k < Math.min(left.length, i + 1000); k++)
      if (Math.abs(left[k]) > Math.abs(left[top])) top = k;
    found.push(top + first);
    i = top + 1000;
  }
  return found;
}

const loudest = (samples: ArrayLike<number>) => {
  let most = 0;
  for (let i = 0; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i]));
  return most;
};

const ALL = ['film.mp4', 'film.webm', 'film.mov'];

describe('clicks are heard with their frames', () => {
  test.each<[what: string, film: Film, settings: Partial<Clip>, at: number[]]>([
    ['at 25 fps, cut', { fps: 25, count: 40 }, {}, [0, 7, 30, 39]],
    ['at 29.97 fps, padded, late by 9 frames', { fps: NTSC, count: 60 }, { at: 9 / NTSC }, [0, 5, 30]],
    ['at 60 fps, with its beginning skipped', { fps: 60, count: 90 }, { from: 20 / 60 }, [25, 60, 108]],
    ['in some frames of a film', { fps: NTSC, count: 90, frames: [31, 77] }, {}, [10, 31, 40, 77, 85]],
    ['with every third frame', { fps: 60, count: 90, frames: [12, 86], every: 3 }, {}, [12, 30, 60]],
  ])('%s', async (_, film, settings, at) => {
    const { fps = 25, count = 40, frames = [0, count - 1], every = 1 } = film;
    const length = Math.ceil((Math.floor((frames[1] - frames[0]) / every) + 1) * every);
    const source = clicks(
      at.map((frame) => sampleOf(frame, fps)),
      sampleOf(2 * count, fps) - (settings.at ? sampleOf(count, fps) : 0),
    );
    await make(ALL, { ...film, sound: track(clip('clicks.wav', wav(source), settings)) });
    const moved =
      sampleOf(frames[0], fps) +
      sampleOf((settings.from ?? 0) * fps, fps) -
      sampleOf((settings.at ?? 0) * fps, fps);
    const samples = sampleOf(length, fps);
    const expected = at
      .map((frame) => sampleOf(frame, fps) - moved)
      .filter((sample) => sample >= 0 && sample < samples);
    expect(expected.length).toBeGreaterThan(1);
    for (const name of ALL) {
      const found = await heard(name);
      expect(peaks(found), name).toEqual(expected);
      expect(found.left.length, name).toBeGreaterThanOrEqual(samples);
      expect(found.left.length, name).toBeLessThan(samples + (name === 'film.mp4' ? 1024 : 1));
      const { seconds, note } = probe(folder.in(name));
      expect(seconds).toBeCloseTo(length / fps, 3);
      expect(note).toContain('"sweep"');
    }
    const pcm = await ffmpeg('-i', folder.in('film.mov'), '-f', 's16le', 'pipe:1');
    const whole = Buffer.alloc(4 * samples);
    for (const sample of expected) {
      whole.writeInt16LE(16_000, 4 * sample);
      whole.writeInt16LE(8000, 4 * sample + 2);
    }
    expect(pcm.equals(whole)).toBe(true);
  });

  test.each(ALL)('if the sound comes from another film, %s', async (name) => {
    const at = [3, 7, 30].map((frame) => sampleOf(frame, 25));
    await make([name], { sound: track(clip('clicks.wav', wav(clicks(at, 2 * RATE)))) });
    const copy = clip(`copy-${name}`, readFileSync(folder.in(name)), { from: 2 / 25 });
    await make(['film.mov'], { sound: track(copy) });
    expect(peaks(await heard('film.mov'))).toEqual(at.map((sample) => sample - sampleOf(2, 25)));
  });

  test('without an edit list, in an MP4 whose frames appear in time', async () => {
    const at = [1, 7, 30, 39];
    const sound = track(
      clip(
        'clicks.wav',
        wav(
          clicks(
            at.map((frame) => sampleOf(frame, 25)),
            RATE * 2,
          ),
        ),
      ),
    );
    await make(['edited.mp4'], { sound });
    await make(['film.mp4'], { sound, encode: { editLists: false } });
    expect(readFileSync(folder.in('edited.mp4')).includes('elst')).toBe(true);
    expect(readFileSync(folder.in('film.mp4')).includes('elst')).toBe(false);
    const found = await heard('film.mp4');
    expect(peaks(found)).toEqual(at.map((frame) => sampleOf(frame, 25)));
    expect(found.first).toBe(0);
    const frames = (name: string) =>
      ffmpeg('-copyts', '-i', folder.in(name), '-map', '0:v', '-f', 'framecrc', 'pipe:1');
    expect(String(await frames('film.mp4'))).toBe(String(await frames('edited.mp4'))); // pictures and times
  });
});

describe('repeated films', () => {
  test('repeat a sound that ends with the film unchanged, each time at its sample', async () => {
    const [count, loops] = [31, 3];
    const length = sampleOf(count, NTSC);
    const at = [0, 1000 + sampleOf(5, NTSC), length - 1];
    const sound = track(clip('clicks.wav', wav(clicks(at.slice(0, 2), length))));
    await make(['film.mp4'], { fps: NTSC, count, sound, encode: { loops } });
    const starts = [0, 1, 2].map((i) => sampleOf(i * count, NTSC));
    const found = await heard('film.mp4');
    expect(peaks(found)).toEqual(starts.flatMap((start) => [start, start + at[1]]));
    expect(found.left.length - sampleOf(loops * count, NTSC)).toBeLessThan(1024);
    expect(probe(folder.in('film.mp4')).frames).toBe(count * loops);
  });

  test('have no click where a sound goes on after the end of the film', async () => {
    const [count, loops] = [33, 3];
    const samples = new Int16Array(2 * sampleOf(2 * count, 25));
    for (let i = 0; i < samples.length; i++)
      samples[i] = 16_000 * Math.sin((2 * Math.PI * 443.7 * Math.floor(i / 2)) / RATE);
    const slope = (2 * Math.PI * 443.7) / RATE / 2; // of the sine
    await make(['film.mp4'], { count, sound: track(clip('sine.wav', wav(samples))), encode: { loops } });
    const { left } = await heard('film.mp4');
    let steepest = 0;
    const end = sampleOf(loops * count, 25) - 2000; // it is cut there
    for (let i = 1; i < end; i++) steepest = Math.max(steepest, Math.abs(left[i] - left[i - 1]));
    expect(steepest).toBeLessThan(1.4 * slope);
    for (const seam of [1, 2].map((i) => sampleOf(i * count, 25))) {
      // After the seam the sound is again that of the beginning.
      const later = [...left.subarray(seam + 1000, seam + 5000)];
      expect(Math.max(...later.map((value, i) => Math.abs(value - left[1000 + i])))).toBeLessThan(0.02);
    }
  });

  test('count a sound towards a size, and encode it once', async () => {
    const noise = new Int16Array(2 * sampleOf(40, 25));
    let state = 1;
    for (let i = 0; i < noise.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      noise[i] = (state >>> 20) - 2048;
    }
    const sound = track(clip('noise.wav', wav(noise)));
    const stages: string[] = [];
    const request = (name: string, encode: FilmRequest['encode']) =>
      makeFilm(requestFor([name], { sound, encode }), workshop, {
        ...means,
        onStage: (text) => stages.push(text),
      });
    const {
      files: [whole],
    } = await request('whole.mp4', { crf: 1 });
    const maxSize = whole.bytes - 600;
    const {
      files: [small],
    } = await request('small.mp4', { crf: 1, maxSize });
    expect(small.chose).toMatch(/crf/);
    expect(small.bytes).toBeLessThanOrEqual(maxSize);
    expect(small.bytes).toBe(readFileSync(small.path).length);
    expect(stages.filter((text) => /encoding the sound/.test(text))).toHaveLength(2); // one for each film
    const packets = (path: string) => ffmpeg('-i', path, '-map', '0:a', '-c', 'copy', '-f', 'md5', 'pipe:1');
    expect(String(await packets(small.path))).toBe(String(await packets(whole.path)));
  });
});

describe('a mix', () => {
  const constant = (level: number, length: number, channels = 2) =>
    new Int16Array(channels * length).fill(level * 32_768);
  /** The film's exact samples at some times, from a MOV: left and right. */
  const levels = async (film: Film, ...seconds: number[]) => {
    await make(['film.mov'], film);
    const pcm = await ffmpeg('-i', folder.in('film.mov'), '-f', 'f32le', 'pipe:1');
    return seconds.map((time) => [0, 4].map((at) => pcm.readFloatLE(8 * Math.round(time * RATE) + at)));
  };

  test('adds clips, each with its own time, length and gain, and keeps the level of mono', async () => {
    const sound = track(
      clip('a.wav', wav(constant(0.25, RATE))),
      clip('b.wav', wav(constant(0.5, RATE, 1), 1), { at: 0.4, seconds: 0.4, gain: -20 * Math.log10(4) }),
      clip('c.wav', wav(clicks([24_000], RATE)), { at: 0.1, from: 0.25 }),
    );
    const found = await levels({ sound }, 0.2, 0.3999, 0.4, 0.7999, 0.8, 0.35, 1.1);
    const [quarter, both, silence] = [
      [0.25, 0.25],
      [0.375, 0.375],
      [0, 0],
    ];
    const click = [0.25 + 16_000 / 32_768, 0.25 + 8000 / 32_768];
    for (const [i, expected] of [quarter, quarter, both, both, quarter, click, silence].entries())
      for (const channel of [0, 1]) expect(found[i][channel], `${i}`).toBeCloseTo(expected[channel], 6);
  });

  test('fades the file that is made, linearly', async () => {
    const sound = { ...track(clip('a.wav', wav(constant(0.5, 2 * RATE)))), fadeIn: 0.5, fadeOut: 0.4 };
    const found = await levels({ sound, frames: [10, 34] }, 0, 0.25, 0.5, 0.59, 0.8, 1 - 1 / RATE);
    for (const [i, level] of [0, 0.25, 0.5, 0.5, 0.25, 0].entries())
      expect(found[i][0]).toBeCloseTo(level, 4);
  });

  test('plays faster at the same pitch', async () => {
    const samples = new Int16Array(2 * RATE);
    for (let i = 0; i < samples.length; i++)
      samples[i] = 16_000 * Math.sin((2 * Math.PI * 441 * Math.floor(i / 2)) / RATE);
    await make(['film.mov'], { sound: track(clip('sine.wav', wav(samples), { rate: 2.5 })) });
    const { left } = await heard('film.mov');
    const [one, other] = [0.1, 0.3].map((time) => Math.round(time * RATE));
    const crossings = left
      .subarray(one, other)
      .filter((value, i, all) => i > 0 && all[i - 1] < 0 && value >= 0).length;
    expect(crossings / 0.2).toBeCloseTo(441, -1);
    expect(loudest(left.subarray(Math.round(0.42 * RATE), RATE))).toBeLessThan(0.01); // the file lasts 0.4 s now
  });

  test('of more channels becomes stereo', async () => {
    const samples = new Int16Array(6 * RATE);
    for (let i = 0; i < RATE; i++) samples[6 * i + 2] = 16_000; // the centre
    const [[left, right]] = await levels({ sound: track(clip('six.wav', wav(samples, 6))) }, 0.5);
    expect(left).toBeCloseTo(right, 6);
    expect(left).toBeGreaterThan(0.1);
  });

  test('of floats that are no numbers, or absurd ones, is silent there or limited', async () => {
    const samples = new Float32Array(2 * RATE).fill(0.25);
    for (const [i, value] of [Number.NaN, Number.POSITIVE_INFINITY, -1e38].entries())
      samples.fill(value, RATE / 2 + 100 * i, RATE / 2 + 100 * i + 50);
    const content = wav(new Int16Array(samples.buffer));
    content.writeUInt16LE(3, 20);
    content.writeUInt32LE(RATE * 8, 28);
    content.writeUInt16LE(8, 32);
    content.writeUInt16LE(32, 34);
    const warnings: string[] = [];
    const tell = { ...means, onWarning: (text: string) => warnings.push(text) };
    const sound = track(clip('absurd.wav', content, { gain: 60 }), clip('b.wav', wav(constant(0.5, RATE))));
    await makeFilm(requestFor(['film.mp4', 'film.mov'], { sound }), workshop, tell);
    expect(warnings.map((text) => /up to ([\d.]+) dB/.exec(text)?.[1])).toEqual(['80.0']);
    const { left } = await heard('film.mov');
    expect(left.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  test('louder than full scale is limited, and the user is told', async () => {
    const warnings: string[] = [];
    const tell = { ...means, onWarning: (text: string) => warnings.push(text) };
    const half = clip('a.wav', wav(constant(0.5, RATE / 10)), { at: 0.5, gain: 12 });
    const request = requestFor(['film.mov'], { sound: track(half, { ...half, at: 1, gain: 0 }) });
    await makeFilm(request, workshop, tell);
    expect(warnings).toEqual([
      'The sound is up to 6.0 dB louder than a file can hold, so its peaks are limited: lower its gain by 6.0 dB to keep them.',
    ]);
    const { left } = await heard('film.mov');
    expect(loudest(left)).toBeLessThanOrEqual(1);
    expect(left[Math.round(0.55 * RATE)]).toBeGreaterThan(0.99);
    expect(left[Math.round(1.05 * RATE)]).toBe(0.5);
  });

  test('within full scale passes the limiter unchanged; peaks are turned down smoothly', async () => {
    async function* pieces() {
      for (let at = 0; at < input.length; at += 2 * 997) yield input.slice(at, at + 2 * 997);
    }
    const input = Float32Array.from(
      { length: 4 * RATE },
      (_, i) => Math.sin(i / 40) * (i > RATE && i < 1.2 * RATE ? 1.9 : 0.99),
    );
    const out: number[] = [];
    for await (const piece of new Limiter().limit(pieces())) for (const value of piece) out.push(value);
    expect(out).toHaveLength(input.length);
    expect(loudest(out)).toBeLessThanOrEqual(1);
    expect(Float32Array.from(out.slice(0, RATE - 1000))).toEqual(input.slice(0, RATE - 1000));
    expect(Float32Array.from(out.slice(-0.5 * RATE))).toEqual(input.slice(-0.5 * RATE));
    const gains = out.map((value, i) => (Math.abs(input[i]) > 0.1 ? value / input[i] : 1));
    const near = gains.flatMap((gain, i) =>
      i >= 2 && Math.abs(input[i]) > 0.1 && Math.abs(input[i - 2]) > 0.1
        ? [Math.abs(gain - gains[i - 2])]
        : [],
    );
    expect(loudest(near)).toBeLessThan(0.01);
  });
});

describe('sounds and jobs', () => {
  test('segments have the same keys whatever is heard, and the job has no path', async () => {
    const sound = track(clip('clicks.wav', wav(clicks([5], RATE))));
    const jobs = [];
    for (const one of [undefined, sound, { clips: [] }])
      jobs.push(await plan(requestFor(ALL, { sound: one }), workshop, means));
    const [silent, loud, none] = jobs;
    expect(loud.segments).toEqual(silent.segments);
    expect(none.sound).toBeUndefined();
    expect(loud.sound?.clips).toHaveLength(1);
    expect(JSON.stringify(loud.sound)).not.toContain('clicks.wav');
  });

  test('renderFilm takes a sound file, and notes which one in the recipe', async () => {
    const { path, sha256 } = clip('clicks.wav', wav(clicks([9600, 24_000], RATE)));
    const { source } = requestFor([], {});
    if (source.kind !== 'sweep') expect.unreachable();
    const outputs = [folder.in('film.mp4')];
    await renderFilm(source.sweep, { ...means, outputs, audio: { path, offset: -0.1, fadeOut: 0.1 } });
    expect(peaks(await heard('film.mp4'))).toEqual([4800, 19_200]);
    const { audio } = parseRecipe(probe(outputs[0]).note!);
    expect(audio).toEqual({ sha256, offset: -0.1, fadeOut: 0.1 });
    await renderFilm(source.sweep, { ...means, outputs, audio: false });
    expect(probe(outputs[0]).audio).toBeUndefined();
    const wrong = { ...means, outputs, audio: { path, gain: Number.NaN } };
    await expect(renderFilm(source.sweep, wrong)).rejects.toThrow(UsageError);
  });

  const failing = async (film: Film, more: Parameters<typeof makeFilm>[2] = {}) => {
    const before = readdirSync(folder.in()).sort();
    let drawn = 0;
    const options = { ...means, onProgress: () => drawn++, ...more };
    const error = await makeFilm(requestFor(['film.mp4'], film), workshop, options).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(readdirSync(folder.in()).sort()).toEqual(before); // not even a hidden folder
    expect(drawn).toBe(0);
    expect(error?.message).not.toContain('\n');
    return error!;
  };

  test('a file that cannot be used costs nothing, and leaves nothing', async () => {
    const text = clip('text.mp3', Buffer.from('#EXTM3U\nhttp://example.com/a.mp3\n'));
    expect((await failing({ sound: track(text) })).message).toContain('text.mp3');
    const damaged = clip('damaged.flac', Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(3000, 7)]));
    const error = await failing({ sound: track(damaged) });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('damaged.flac');
    const changed = clip('changed.wav', wav(clicks([5], RATE)));
    writeFileSync(changed.path, wav(clicks([6], RATE)));
    expect((await failing({ sound: track(changed) })).message).toMatch(/changed\.wav.*has changed/);
    const gone = { ...changed, path: folder.in('gone.wav') };
    expect((await failing({ sound: track(gone) })).message).toContain('gone.wav');
  });

  test('a film that is cancelled, or whose encoder stalls or fails, leaves nothing', async () => {
    const sound = track(clip('clicks.wav', wav(clicks([5], 10 * RATE))));
    const controller = new AbortController();
    const onStage = (text: string) => /sound/.test(text) && controller.abort(new Error('cancelled'));
    expect((await failing({ sound }, { signal: controller.signal, onStage })).message).toBe('cancelled');
    const { path } = await testFfmpeg();
    const program = (name: string, ...lines: string[]) => {
      const file = folder.in(name);
      const text = ['#!/bin/sh', 'case "$*" in *pipe:0*)', ...lines, ';; esac', `exec "${path}" "$@"`];
      writeFileSync(file, `${text.join('\n')}\n`, { mode: 0o755 });
      return file;
    };
    if (process.platform === 'win32') return;
    const sleeping = program('sleeping', 'exec sleep 100');
    expect((await failing({ sound }, { ffmpeg: sleeping, timeout: 1 })).message).toMatch(
      /no progress for 1 s/,
    );
    const full = program('full', 'cat >/dev/null; echo "x: No space left on device" >&2; exit 1');
    expect((await failing({ sound }, { ffmpeg: full })).message).toMatch(/The disk is full/);
    expect(existsSync(join(folder.in(), 'film.mp4'))).toBe(false);
  });
});
