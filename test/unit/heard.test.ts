/** What scenes hear: the parts of videos, and the calls that name sounds. */
import { followBeats } from '../../src/core/sound/tracks.js';
import { expect, test } from 'vitest';
import { heardAt, heardSchema } from '../../src/core/sound/heard.js';
import { callsIn } from '../../src/sources/composed/calls.js';
import { type Playing, soundsOf } from '../../src/sources/composed/page/video-sounds.js';

const FPS = 20;
/** What plays in consecutive frames: positions in seconds, or undefined where nothing does. */
function playing(first: number, times: (number | undefined)[], more: Partial<Playing> = {}): Playing[] {
  return times.flatMap((time, i) =>
    time === undefined
      ? []
      : [{ frame: first + i, src: 'a.webm', time, rate: 1, period: undefined, ...more }],
  );
}
/** Positions from `start` that advance at a rate. */
const steady = (start: number, count: number, rate = 1) =>
  Array.from({ length: count }, (_, i) => start + (i * rate) / FPS);
const rounded = (sounds: ReturnType<typeof soundsOf>) =>
  sounds.map(({ at, from, seconds, rate }) =>
    [at, from, seconds, rate].map((value) => Number(value.toFixed(6))),
  );

test('a video that plays is heard from its beginning until it is paused, and goes on where it was', () => {
  const moments = [...playing(10, steady(0.05, 8)), ...playing(30, steady(0.45, 4))];
  expect(rounded(soundsOf(moments, FPS))).toEqual([
    [0.475, 0, 0.45, 1], // the first position that is seen is a frame later
    [1.525, 0.45, 0.2, 1],
  ]);
});

test('small steps of the clock are not heard, and seeking is', () => {
  const jittery = steady(1, 20).map((time, i) => time + (i % 3) * 0.012);
  expect(rounded(soundsOf(playing(0, jittery), FPS))).toEqual([[0.025, 1, 1, 1]]);
  const sought = [...steady(1, 10), ...steady(3, 10)];
  expect(rounded(soundsOf(playing(0, sought), FPS))).toEqual([
    [0.025, 1, 0.5, 1],
    [0.525, 3, 0.5, 1],
  ]);
});

test('the rate is the one with which the position moves', () => {
  expect(rounded(soundsOf(playing(4, steady(2, 10, 1.5), { rate: 1.5 }), FPS))).toEqual([
    [0.225, 2, 0.5, 1.5],
  ]);
  // A scene at double speed, and one that has ended but is still shown.
  expect(rounded(soundsOf(playing(0, steady(2, 10, 2)), FPS))).toEqual([[0.025, 2, 0.5, 2]]);
  expect(rounded(soundsOf(playing(0, [...steady(2, 10), ...Array(5).fill(2.45)]), FPS))).toEqual([
    [0.025, 2, 0.5, 1],
  ]);
});

test('a video that repeats is cut where it does', () => {
  const times = steady(0.3, 40).map((time) => time % 0.88);
  const sounds = rounded(soundsOf(playing(0, times, { period: 0.88 }), FPS));
  expect(sounds).toEqual([
    [0.025, 0.3, 0.58, 1],
    [0.605, 0, 0.88, 1],
    [1.485, 0, 0.54, 1],
  ]);
});

const calls = (code: string) => callsIn(code, '/scenes/a.tsx');

test('calls with literals are found, as are imports and constants', async () => {
  const found = await calls(`
    import { listen, beats as onBeats } from 'untrained/nodes';
    import * as nodes from 'untrained/nodes';
    import song from './song.mp3';
    const FILE = 'other.wav' as const;
    export const OPTIONS = { band: 'bass', from: -0.5, to: 0.7 };
    const scene = (x: number) => <Rect x={listen(song, OPTIONS)} y={onBeats(FILE, { seeds: [1, 'two'], offset: 2 })} />;
    nodes.listen(\`third.ogg\`, { smooth: undefined });
    listen(x); listen('a.wav', { band: x }); listen('a.wav', { ...OPTIONS }); listen('a.wav', { band: 'none' });
    somethingElse('a.wav');`);
  expect(found).toEqual({
    placeholders: [
      { listen: './song.mp3', band: 'bass', from: -0.5, to: 0.7 },
      { beats: 'other.wav', seeds: [1, 'two'] },
      { listen: 'third.ogg' },
    ],
    imports: ['./song.mp3'],
  });
});

test('other modules are passed over', async () => {
  expect(await calls(`import { listen } from './mine';\nlisten('a.wav');`)).toBeUndefined();
  expect(await calls(`import { listen } from 'untrained/nodes';\nlisten('a.wav'`)).toBeUndefined();
});

test('before and after a sound there is silence, or the first and last value', () => {
  const heard = {
    track: {
      keyframes: [
        [0, 1],
        [2, 3],
      ] as [number, number][],
      easing: 'linear' as const,
    },
    seconds: 2,
  };
  const at = (placeholder: Parameters<typeof heardAt>[1]) =>
    [-1, 0, 1, 2, 3].map((t) => heardAt(heard, placeholder, t));
  expect(at({ listen: 'a.wav', from: 0.5 })).toEqual([0.5, 1, 2, 3, 0.5]);
  expect(at({ beats: 'a.wav' })).toEqual([0, 1, 2, 3, 0]);
  expect(at({ beats: 'a.wav', values: [1, 3] })).toEqual([1, 1, 2, 3, 3]);
});

test('what was heard is checked when it is read', () => {
  const sound = (track: unknown) => heardSchema.safeParse({ key: { track, seconds: 1 } }).success;
  expect(sound({ keyframes: [[0, 1]] })).toBe(true);
  expect(sound({ walk: [1, 2] })).toBe(true);
  expect(sound({ keyframes: [[0, Number.NaN]] })).toBe(false);
  expect(sound({ loop: { radius: 1 } })).toBe(false);
  expect(sound(1)).toBe(false);
});

test('the last pulse of an open sweep falls for as long as the one before it', () => {
  const track = followBeats([0.5, 1, 1.5], { seconds: 2, loop: false }, { beats: 'a.wav', from: 0, to: 1 });
  expect('keyframes' in track && track.keyframes.map(([t]) => t)).toEqual([0, 0.5, 1, 1, 1.5, 1.5, 2]);
});
