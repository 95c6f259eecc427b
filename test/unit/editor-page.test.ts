/** The parts of the editor's pages that need no browser: playback's clock, the preview's resolution, the inspector. */
import { describe, expect, test } from 'vitest';
import { positionOn, valueOn } from '../../src/core/parameters/slider.js';
import { asCode, controls, seedFrom } from '../../src/editor/page/controls.js';
import { keepToClock, type Playing } from '../../src/editor/page/real-time.js';
import { DrawingSpeed } from '../../src/renderers/drawing-speed.js';

/** A player of `length` frames at 25 frames per second whose frames take `cost` milliseconds to draw. */
function fakePlayer({ length = 1000, cost = 100, sound = false }) {
  let time = 0;
  let isWaiting = false;
  const listeners: (() => void)[] = [];
  const playback = {
    frame: 0,
    speed: 1,
    fps: 25,
    currentScene: { slides: { isWaiting: () => isWaiting } },
    async progress() {
      playback.frame += playback.speed;
      return playback.frame >= length;
    },
  };
  const player = {
    playback,
    status: { time: 0 },
    audio: { isReady: () => sound, isInRange: () => true },
    isInUserRange: (frame: number) => frame <= length,
    onStateChanged: { subscribe: (listener: () => void) => listeners.push(listener) },
  };
  const notes: (Playing | undefined)[] = [];
  keepToClock(
    player as unknown as Parameters<typeof keepToClock>[0],
    (playing) => notes.push(playing),
    () => time,
  );
  /** Plays so many drawn frames, and returns their numbers. */
  const play = async (count: number) => {
    const frames: number[] = [];
    for (let i = 0; i < count; i++) {
      await playback.progress();
      frames.push(playback.frame);
      time += cost;
    }
    return frames;
  };
  return {
    play,
    playback,
    notes,
    wait() {
      isWaiting = true;
    },
    change() {
      for (const tell of listeners) tell();
    },
  };
}

describe('playback', () => {
  test('leaves out frames to keep to the clock, and says how many it shows', async () => {
    const { play, notes } = fakePlayer({ cost: 100 }); // 2.5 frames of the film
    expect(await play(8)).toEqual([1, 2, 5, 7, 10, 12, 15, 17]);
    await play(12);
    expect(notes.at(-1)).toEqual({ shown: 10, fps: 25 });
  });

  test('shows every frame if there is time, and says nothing', async () => {
    const { play, notes } = fakePlayer({ cost: 40 });
    expect(await play(20)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(notes.filter(Boolean)).toEqual([]);
  });

  test('begins anew where somebody seeks, pauses or loops', async () => {
    const { play, playback, change, notes } = fakePlayer({ cost: 1000 });
    await play(3);
    playback.frame = 10;
    expect(await play(2)).toEqual([11, 35]);
    expect(notes.at(-1)).toBeDefined();
    change();
    expect(notes.at(-1)).toBeUndefined();
    const before = playback.frame;
    expect((await play(1))[0]).toBe(before + 1);
  });

  test('does not run past the end, past a slide, or ahead of sound', async () => {
    const ending = fakePlayer({ length: 5, cost: 1000 });
    expect(await ending.play(2)).toEqual([1, 5]);
    const slides = fakePlayer({ cost: 1000 });
    await slides.play(1);
    slides.wait();
    expect(await slides.play(1)).toEqual([2]);
    expect(await fakePlayer({ cost: 1000, sound: true }).play(3)).toEqual([1, 2, 3]);
  });
});

describe('the resolution of a preview', () => {
  /** A machine that draws 10 million multiply-adds per millisecond. */
  const trained = () => {
    const speed = new DrawingSpeed();
    for (let i = 0; i < 50; i++) speed.note(5e8, 53);
    return speed;
  };

  test('uses most of its time budget, for all amounts of work', () => {
    const speed = trained();
    for (let work = 6e8; work < 1e11; work *= 1.17) {
      const scale = speed.scaleFor(work, 60);
      const time = speed.timeFor(work * scale ** 2);
      expect(time).toBeLessThanOrEqual(60.1);
      expect(time).toBeGreaterThan(0.7 * 57);
    }
  });

  test('is full when there is time, and never none', () => {
    expect(trained().scaleFor(4e8, 60)).toBe(1);
    expect(trained().scaleFor(1e20, 60)).toBe(1 / 64);
  });
});

describe('the inspector', () => {
  test('has the parameters that are asked for, with their ranges', () => {
    expect(controls.map(({ signal, kind }) => `${signal} ${kind}`)).toEqual([
      'seed seed',
      'weightScale slider',
      'layers slider',
      'units slider',
      'activation menu',
      'palette menu',
    ]);
  });

  test.each(controls.filter(({ kind }) => kind === 'slider'))(
    'the slider of $signal reaches both ends',
    ({ slider: control }) => {
      if (!control) throw new Error('it has no slider');
      expect([valueOn(control, 0), valueOn(control, 1)]).toEqual([control.min, control.max]);
      for (const position of [0.123, 0.5, 0.9]) {
        const value = valueOn(control, position);
        expect(positionOn(control, value)).toBeCloseTo(position, 1);
        expect(`${value}`.length).toBeLessThan(7);
      }
    },
  );

  test('code can be pasted, whatever the values are', () => {
    expect(asCode({ seed: 7, weightScale: 0.9, activation: 'sin' }, 'node')).toBe(
      'seed={7} weightScale={0.9} activation="sin"',
    );
    expect(asCode({ seed: 7, palette: 'viridis', layers: 3 }, 'sweep')).toBe(
      "network: { seed: 7, layers: 3 }, palette: 'viridis'",
    );
    for (const text of ['a "b" \\ {c} &amp; <d>', "it's", 'line\nbreak']) {
      const [, literal] = /^seed=\{(.*)\}$/.exec(asCode({ seed: text }, 'node')) ?? [];
      if (literal) expect(JSON.parse(literal.replace(/^'(.*)'$/, '"$1"'))).toBe(text);
      else expect(asCode({ seed: text }, 'node')).toBe(`seed="${text}"`);
      const [, field] = /^network: \{ seed: (.*) \}$/.exec(asCode({ seed: text }, 'sweep'))!;
      expect(JSON.parse(field)).toBe(text);
    }
  });

  test('a seed is a number if it looks like one', () => {
    expect([seedFrom(' 7 '), seedFrom('a word'), seedFrom('')]).toEqual([7, 'a word', '']);
  });
});
