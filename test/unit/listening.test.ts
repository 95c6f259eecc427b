/** What sweeps hear in sounds: levels, beats, and the tracks that these become. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecipe, writeRecipe } from '../../src/core/recipe/recipe.js';
import { cosine, log2, loudness, sine } from '../../src/core/sound/arithmetic.js';
import { findBeats } from '../../src/core/sound/beats.js';
import { Spectrum } from '../../src/core/sound/fourier.js';
import { Hearing } from '../../src/core/sound/hearing.js';
import { beats, listen } from '../../src/core/sound/listening.js';
import { RATE, Resampler } from '../../src/core/sound/resample.js';
import { followBeats, followLevels } from '../../src/core/sound/tracks.js';
import { parseSweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { closes, type Keyframes, valueAt, type Walk, walk } from '../../src/core/sweep/track.js';
import { tracksFor } from '../../src/sound/listen.js';
import { resolveSweep } from '../../src/sound/resolve.js';
import { WavReader } from '../../src/sound/wav.js';
import { type Music, music, randomFrom, wavOf } from './music.js';

/** The beats that are heard in samples. */
function heardIn(samples: Float32Array, seconds: number, loop = false, bpm?: number) {
  const hearing = new Hearing({ seconds, loop, ranges: [], onsets: true });
  hearing.push(samples);
  return findBeats(hearing.end(), bpm);
}

describe('arithmetic', () => {
  test('is precise', () => {
    for (let x = -2; x <= 2; x += 1 / 61) {
      expect(cosine(x)).toBeCloseTo(Math.cos(2 * Math.PI * x), 14);
      expect(sine(x)).toBeCloseTo(Math.sin(2 * Math.PI * x), 14);
      expect(log2(2.1 + x)).toBeCloseTo(Math.log2(2.1 + x), 13);
      expect(loudness(2.1 + x)).toBeCloseTo((2.1 + x) ** (5 / 16), 13);
    }
  });

  test('a spectrum is that of the definition', () => {
    const random = randomFrom(1);
    const samples = Float32Array.from({ length: 64 }, () => random() - 0.5);
    const spectrum = new Spectrum(64);
    spectrum.measure(samples, 0);
    for (let k = 0; k <= 32; k++) {
      let [re, im] = [0, 0];
      for (let i = 0; i < 64; i++) {
        const value = samples[i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / 64));
        re += value * Math.cos((2 * Math.PI * k * i) / 64);
        im -= value * Math.sin((2 * Math.PI * k * i) / 64);
      }
      expect(spectrum.power[k], `bin ${k}`).toBeCloseTo(((re * re + im * im) * 16) / 64 ** 2, 12);
    }
  });

  test.each([8000, 22_050, 48_000, 96_000])('a sine of %i Hz is resampled, in any pieces', (rate) => {
    const sineAt = (hertz: number, n: number) =>
      Float32Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / hertz));
    const given = sineAt(rate, rate / 4);
    const inPieces = (size: number) => {
      const resampler = new Resampler(rate);
      const out: number[] = [];
      for (let at = 0; at < given.length; at += size)
        out.push(...resampler.push(given.subarray(at, at + size)));
      return [...out, ...resampler.end()];
    };
    const whole = inPieces(given.length);
    expect(inPieces(777)).toEqual(whole);
    expect(Math.abs(whole.length - RATE / 4)).toBeLessThan(50);
    const expected = sineAt(RATE, whole.length);
    for (let i = 500; i < RATE / 4 - 500; i++) expect(Math.abs(whole[i] - expected[i])).toBeLessThan(1e-3);
  });
});

describe('beats', () => {
  const played: [string, Music][] = [
    ['at 60 bpm', { seconds: 8, bpm: 60 }],
    ['at 174 bpm', { seconds: 8, bpm: 174 }],
    ['at 84 bpm', { seconds: 8, bpm: 84 }],
    ['at 100 bpm', { seconds: 8, bpm: 100, start: 0.25 }],
    ['at 126 bpm', { seconds: 8, bpm: 126, start: 0.1 }],
    ['at 150 bpm', { seconds: 8, bpm: 150 }],
    ['after silence', { seconds: 10, bpm: 120, start: 4.2 }],
    ['that swing', { seconds: 8, bpm: 110, swing: 1 }],
    ['in noise', { seconds: 8, bpm: 120, noise: 0.05 }],
    ['whose tempo varies', { seconds: 10, bpm: 116, rubato: 0.05 }],
  ];
  test.each(played)('%s are found within 20 ms', (_, given) => {
    const { samples, beats } = music(given);
    const found = heardIn(samples, given.seconds)!;
    expect(found).toBeDefined();
    if (!given.rubato) expect(found.bpm / given.bpm).toBeCloseTo(1, 2);
    // The last beat may be too near to the end.
    for (const beat of beats.filter((t) => t < given.seconds - 0.1)) {
      const nearest = found.times.reduce((a, b) => (Math.abs(b - beat) < Math.abs(a - beat) ? b : a));
      expect(Math.abs(nearest - beat), `${beat}`).toBeLessThan(0.02);
    }
    expect(found.times.length).toBeLessThanOrEqual(beats.length + 1);
  });

  test('are the same round a loop, wherever it begins', () => {
    const { samples } = music({ seconds: 8, bpm: 120 });
    for (const shift of [0, 0.2, 0.49]) {
      const turned = new Float32Array(samples.length);
      for (const [i, value] of samples.entries())
        turned[(i + Math.round(shift * RATE)) % samples.length] = value;
      const { times } = heardIn(turned, 8, true)!;
      expect(times).toHaveLength(16);
      for (const t of times) {
        const off = (((t - shift) % 0.5) + 0.5) % 0.5;
        expect(Math.min(off, 0.5 - off), `${t}`).toBeLessThan(0.02);
      }
    }
  });

  test('follow a tempo that is given', () => {
    const { samples } = music({ seconds: 8, bpm: 120 });
    expect(heardIn(samples, 8, false, 60)!.bpm).toBeCloseTo(60, 0);
    expect(heardIn(samples, 8, false, 240)!.times.length).toBeGreaterThan(28);
  });

  test('are not found where there are none', () => {
    const random = randomFrom(3);
    const sounds: Record<string, (i: number) => number> = {
      silence: () => 0,
      'a tone': (i) => 0.3 * Math.sin((2 * Math.PI * 220 * i) / RATE),
      'a tone that ends': (i) => (i < 4 * RATE ? 0.3 * Math.sin((2 * Math.PI * 220 * i) / RATE) : 0),
      noise: () => 0.3 * (2 * random() - 1),
    };
    for (const [name, wave] of Object.entries(sounds)) {
      const samples = Float32Array.from({ length: 8 * RATE }, (_, i) => wave(i));
      expect(heardIn(samples, 8), name).toBeUndefined();
      expect(heardIn(samples, 8, true), `${name}, in a loop`).toBeUndefined();
    }
  });
});

describe('tracks', () => {
  const numberAt = (track: Keyframes | Walk, t: number, seconds: number) =>
    valueAt(track, t, seconds) as number;

  test('levels are followed to within 3/1000, and loops close', () => {
    const random = randomFrom(5);
    for (let round = 0; round < 20; round++) {
      const n = 5 + Math.floor(100 * random());
      const loop = round % 2 === 0;
      const levels = Float64Array.from({ length: n }, () => random());
      const seconds = (loop ? n : n - 1) / 100;
      const times = levels.map((_, i) => i / 100);
      const track = followLevels(times, levels, { seconds, loop }, { from: 10, to: 20 });
      for (let i = 0; i < n; i++)
        expect(Math.abs(numberAt(track, times[i], seconds) - 10 - 10 * levels[i])).toBeLessThan(0.036);
      if (loop) expect(closes(track)).toBe(true);
      expect(track.keyframes.at(-1)![0]).toBe(seconds);
    }
  });

  test.each([
    [0.5, 0.7, 1000],
    [40, -40, 1000],
    [0.05, 0.06, 10_000],
    [1e-6, 3e-6, 1e8],
  ])('levels from %d to %d become whole multiples of 1/%d', (from, to, scale) => {
    const levels = Float64Array.from({ length: 50 }, (_, i) => ((37 * i) % 50) / 50);
    const times = levels.map((_, i) => i / 10);
    const { keyframes } = followLevels(times, levels, { seconds: 4.9, loop: false }, { from, to });
    expect(keyframes.length).toBeGreaterThan(10);
    for (const [, value] of keyframes) expect(value).toBe(Math.round(value * scale) / scale);
  });

  test('pulses jump at each beat and fade until the next', () => {
    const track = followBeats(
      [0.5, 1, 1.5],
      { seconds: 2, loop: false },
      beats('x.wav', { from: 3, to: 1, decay: 0.25 }),
    );
    for (const [t, value] of [
      [0, 3],
      [0.49, 3],
      [0.5, 1],
      [0.75, 3],
      [1, 1],
      [1.3, 3],
      [1.5, 1],
      [2, 3],
    ])
      expect(numberAt(track, t, 2), `${t} s`).toBe(value);
  });

  test('what a beat begins goes on across the seam of a loop', () => {
    const random = randomFrom(9);
    for (let round = 0; round < 40; round++) {
      const seconds = 2;
      const times = Array.from({ length: 1 + (round % 6) }, () => Math.round(2000 * random()) / 1000)
        .filter((t) => t < seconds)
        .sort((a, b) => a - b);
      for (const options of [{ from: 1, to: 4 }, { values: [1, 2, 5], fade: 0.4 }, { values: [1, 2, 5] }]) {
        const track = followBeats(times, { seconds, loop: true }, beats('x.wav', options));
        expect(closes(track), JSON.stringify(track)).toBe(true);
        const parsed = () => parseSweep({ seconds, loop: true, view: { halfWidth: track } });
        expect(parsed).not.toThrow();
        const jumps = times.some((t) => t === 0 || t === seconds);
        if (!jumps && !('values' in options && !('fade' in options)))
          expect(numberAt(track, 0, seconds)).toBeCloseTo(numberAt(track, seconds - 1e-9, seconds), 2);
      }
    }
  });

  test('values are taken in turn, and every second beat', () => {
    const times = [0.5, 1, 1.5, 2, 2.5, 3];
    const span = { seconds: 4, loop: false };
    const valuesAt = (options: object) => {
      const track = followBeats(times, span, beats('x.wav', options));
      return [0, 0.6, 1.1, 1.6, 2.1, 2.6, 3.1].map((t) => numberAt(track, t, 4));
    };
    expect(valuesAt({ values: [1, 2, 3] })).toEqual([1, 2, 3, 1, 2, 3, 1]);
    expect(valuesAt({ values: [1, 2, 3], every: 2 })).toEqual([1, 2, 2, 3, 3, 1, 1]);
  });

  test('seeds become a walk, which in a loop returns to the first', () => {
    const given = { seeds: [1, 2, 3], fade: 0.2 };
    const loop = followBeats([0.4, 1, 1.6, 2.2], { seconds: 3, loop: true }, beats('x.wav', given)) as Walk;
    expect(loop).toEqual({ walk: [1, 2, 3, 2], times: [0.4, 1, 1.6, 2.2], fade: 0.2 });
    const open = followBeats([0, 1, 1.6], { seconds: 3, loop: false }, beats('x.wav', given));
    expect(open).toEqual({ walk: [1, 2, 3], times: [1, 1.6], fade: 0.2 });
    const seedAt = (t: number) => valueAt(open, t, 3);
    expect(seedAt(0.9)).toEqual({ from: 1, to: 2, fraction: 0 });
    expect(seedAt(1.1)).toMatchObject({ from: 1, to: 2, fraction: expect.closeTo(0.5) });
    expect(seedAt(1.3)).toEqual({ from: 1, to: 2, fraction: 1 });
    expect(seedAt(3)).toEqual({ from: 2, to: 3, fraction: 1 });
  });
});

test('a walk goes on at its times, across the seam, and is like one without times if these are even', () => {
  const even = walk([1, 2, 3, 4]);
  const timed = walk([1, 2, 3, 4], { times: [0, 1, 2, 3] });
  for (let t = 0; t < 4; t += 0.125) expect(valueAt(timed, t, 4)).toEqual(valueAt(even, t, 4));
  const late = walk(['a', 'b'], { times: [1, 1.9], fade: 0.2, easing: 'linear' });
  expect(valueAt(late, 0.05, 2)).toMatchObject({ from: 'b', to: 'a', fraction: expect.closeTo(0.75) });
  expect(closes(late)).toBe(true);
  expect(closes(walk([1, 2], { times: [1] }))).toBe(false);
  const wrong: [object, RegExp][] = [
    [{ times: [1, 0.5] }, /must have ascending times/],
    [{ times: [1, 2, 3] }, /has 3 times but must have 2/],
    [{ fade: 1 }, /has "fade", which needs "times"/],
    [{ times: [1], hold: 0.5 }, /cannot have both "hold" and "times"/],
    [{ times: [5] }, /moves until 5 s but the sweep ends at 4 s/],
  ];
  for (const [movement, message] of wrong)
    expect(() => sweep({ seconds: 4, network: { seed: walk([1, 2], movement) } })).toThrow(message);
});

describe('sounds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'untrained-sounds-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    const { samples } = music({ seconds: 6, bpm: 120 });
    writeFileSync(join(folder, 'song.wav'), wavOf(samples));
    writeFileSync(join(folder, 'stereo.wav'), wavOf(samples, { channels: 2 }));
    writeFileSync(
      join(folder, 'tone.wav'),
      wavOf(Float32Array.from({ length: RATE }, (_, i) => Math.sin(i / 40))),
    );
  });
  const input = (network: SweepInput['network'], more: Partial<SweepInput> = {}): SweepInput => ({
    seconds: 4,
    loop: true,
    network: { layers: 3, width: 4, ...network },
    ...more,
  });

  test('placeholders may stand for any number, and the recipe holds tracks', async () => {
    const bass = listen('song.wav', { band: 'bass', from: 0.5, to: 0.7 });
    const given = sweep(
      input(
        {
          weightScale: bass,
          seed: beats('song.wav', { seeds: [1, 2], fade: 0.2 }),
          fold: { tile: bass },
        },
        {
          view: {
            centre: [listen('stereo.wav', { band: [200, 800] }), 0],
            halfWidth: beats('song.wav', { from: 2, to: 1.8 }),
          },
        },
      ),
    );
    expect(JSON.parse(JSON.stringify(given.network.weightScale))).toEqual({ ...bass });
    const { sweep: resolved, sounds } = await resolveSweep(given, folder);
    expect(sounds).toEqual([join(folder, 'song.wav'), join(folder, 'stereo.wav')]);
    expect(readRecipe(writeRecipe(resolved))).toEqual(resolved);
    const text = JSON.stringify(resolved);
    expect(text).not.toMatch(/song|listen|beats/);
    expect(resolved.network.seed).toMatchObject({ walk: expect.any(Array), fade: 0.2 });
    const again = await resolveSweep(given, folder);
    expect(JSON.stringify(again.sweep)).toBe(text);
  });

  test('at another length, only tracks that follow no sound are stretched', async () => {
    const given = (seconds: number, end: number): SweepInput => ({
      seconds,
      network: { layers: 3, width: 4, weightScale: beats('song.wav') },
      view: {
        halfWidth: {
          keyframes: [
            [0, 1],
            [end, 2],
          ],
        },
      },
    });
    const { sweep: longer } = await resolveSweep(given(4, 2), folder, {}, 5);
    expect(longer).toEqual((await resolveSweep(given(5, 2.5), folder)).sweep);
  });

  test('a mono sound and the same in two channels give equal numbers', async () => {
    const [mono, stereo] = await Promise.all(
      ['song.wav', 'stereo.wav'].map((file) =>
        tracksFor([listen(file), beats(file)], { seconds: 5, loop: false }, folder),
      ),
    );
    expect(stereo.tracks).toEqual(mono.tracks);
  });

  test('after the end of a sound there is silence', async () => {
    const { tracks } = await tracksFor(
      [listen('tone.wav', { smooth: 0.05 })],
      { seconds: 4, loop: false },
      folder,
    );
    const at = (t: number) => valueAt(tracks[0], t, 4) as number;
    expect(at(0.5)).toBeGreaterThan(0.9);
    expect(at(1.5)).toBeLessThan(0.01);
    expect(at(4)).toBe(0);
  });

  test('what cannot be heard is refused in one line', async () => {
    const wrong: [SweepInput, RegExp][] = [
      [
        input({ weightScale: beats('tone.wav') }),
        /tone\.wav has no clear beats in its first 4 s: use listen\(\)/,
      ],
      [input({ weightScale: listen('none.wav') }), /none\.wav does not exist/],
      [input({ weightScale: listen('.') }), /is a folder/],
      [
        input({ weightScale: listen('song.wav') }, { pace: 'even' }),
        /pace "even" changes the times of all tracks/,
      ],
      [input({ weightScale: { listen: 'song.wav', band: 'drums' } as never }), /band is "drums" but must be/],
      [input({ seed: listen('song.wav') as never }), /seed moves from number to number/],
    ];
    for (const [given, message] of wrong) {
      const failure = await resolveSweep(given, folder).catch((error: Error) => error.message);
      expect(failure, `${message}`).toMatch(message);
      expect(failure).not.toContain('\n');
    }
  });

  test('data of any origin may not contain placeholders', () => {
    for (const placeholder of [listen('song.wav'), beats('song.wav', { seeds: [1, 2] })]) {
      const data = { untrained: 2, sweep: { seconds: 1, network: { seed: placeholder } } };
      expect(() => readRecipe(JSON.stringify(data))).toThrow(
        /network\.seed follows the sound "song\.wav", which only/,
      );
    }
  });
});

test('options are checked where they are written', () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => listen('' as string), /listen: the file is "" but must be a path/],
    [() => listen('a.wav', { smooth: -1 }), /listen\.smooth is -1/],
    [() => listen('a.wav', { band: [200, 100] }), /band must be \[low, high\] in Hz/],
    [() => beats('a.wav', { values: [1], from: 2 }), /cannot have both "from", of a pulse, and "values"/],
    [() => beats('a.wav', { fade: 1 }), /has "fade", which is for "values" and "seeds"/],
    [() => beats('a.wav', { seeds: [1] }), /seeds/],
  ];
  for (const [call, message] of wrong) expect(call).toThrow(message);
});

describe('WAV files', () => {
  const wav = (code: number, bits: number, data: Buffer) => {
    const head = wavOf(new Float32Array(0));
    head.writeUInt16LE(code, 20);
    head.writeUInt16LE(bits / 8, 32);
    head.writeUInt16LE(bits, 34);
    head.writeUInt32LE(data.length, 40);
    return Buffer.concat([head, data]);
  };
  const read = (file: Buffer, size: number) => {
    const samples: number[] = [];
    const reader = new WavReader((some) => samples.push(...some));
    for (let at = 0; at < file.length; at += size) if (!reader.push(file.subarray(at, at + size))) break;
    return samples;
  };

  test('of all kinds of numbers are read in any pieces', () => {
    const values = [0, 0.5, -0.5, -1];
    const bytes = (write: (file: Buffer, value: number, i: number) => void) => {
      const file = Buffer.alloc(8 * values.length);
      for (const [i, value] of values.entries()) write(file, value, i);
      return file;
    };
    const kinds: Buffer[] = [
      wav(1, 8, bytes((b, v, i) => b.writeUInt8(128 + 128 * v, i)).subarray(0, 4)),
      wav(1, 16, bytes((b, v, i) => b.writeInt16LE(v * 2 ** 15, 2 * i)).subarray(0, 8)),
      wav(1, 24, bytes((b, v, i) => b.writeIntLE(v * 2 ** 23, 3 * i, 3)).subarray(0, 12)),
      wav(1, 32, bytes((b, v, i) => b.writeInt32LE(v * 2 ** 31, 4 * i)).subarray(0, 16)),
      wav(3, 32, bytes((b, v, i) => b.writeFloatLE(v, 4 * i)).subarray(0, 16)),
      wav(
        3,
        64,
        bytes((b, v, i) => b.writeDoubleLE(v, 8 * i)),
      ),
    ];
    for (const file of kinds) for (const size of [1, 5, 1000]) expect(read(file, size)).toEqual(values);
  });

  test('with damage never fail in another way', () => {
    const random = randomFrom(11);
    const whole = wavOf(Float32Array.from({ length: 200 }, () => random() - 0.5));
    for (let round = 0; round < 300; round++) {
      const damaged = Buffer.from(whole.subarray(0, Math.floor(random() * whole.length)));
      for (let k = 0; k < 3 && damaged.length > 0; k++)
        damaged[Math.floor(random() * Math.min(48, damaged.length))] = Math.floor(256 * random());
      try {
        for (const sample of read(damaged, 64)) expect(Number.isFinite(sample)).toBe(true);
      } catch (error) {
        expect((error as Error).constructor.name).toMatch(/^(UsageError|Compressed)$/);
      }
    }
  });
});
