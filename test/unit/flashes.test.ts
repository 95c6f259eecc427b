/** The rule for flashing films (src/core/frame/flashes.ts). */
import { describe, expect, test } from 'vitest';
import { FlashMeter, luminances, MOST_FLASHES } from '../../src/core/frame/flashes.js';
import { FlashLimit } from '../../src/explorer/state/flash-limit.js';

const PIXELS = 100;
const FPS = 60;

/** How long ago the latest flashes began, after each picture of a film whose lit part has the given luminance. */
function measured(luminance: (t: number) => number, { flashes = MOST_FLASHES, seconds = 3, lit = 1 } = {}) {
  const meter = new FlashMeter();
  return Array.from({ length: seconds * FPS }, (_, frame) => {
    const time = frame / FPS;
    const value = luminance(time);
    meter.add(
      time,
      Float32Array.from({ length: PIXELS }, (_, i) => (i < lit * PIXELS ? value : 0)),
    );
    return meter.since(flashes);
  });
}

const shortest = (...args: Parameters<typeof measured>) => Math.min(...measured(...args));
/** A wave of so many periods a second between two luminances. */
const wave =
  (hertz: number, low = 0.2, high = 0.6) =>
  (t: number) =>
    low + ((high - low) * (1 - Math.cos(2 * Math.PI * hertz * t))) / 2;

describe('relative luminance', () => {
  test('is that of WCAG 2', () => {
    const [white, black, red, grey] = luminances([
      ...[255, 255, 255, 255, 0, 0, 0, 255],
      ...[255, 0, 0, 255, 119, 119, 119, 255],
    ]);
    expect([white, black, red]).toEqual([1, 0, Math.fround(0.2126)]);
    expect(grey).toBeCloseTo(0.184, 3);
  });
});

describe('flashes', () => {
  test('are pairs of opposing changes', () => {
    // Four flashes of 2 Hz take the time between eight turns: 3.5 periods of half a second each, and a bit.
    expect(shortest(wave(2), { flashes: 4 })).toBeGreaterThan(1);
    expect(shortest(wave(5), { flashes: 4 })).toBeLessThan(1);
    expect(shortest(wave(5), { flashes: 1 })).toBeCloseTo(0.1, 1);
  });

  test('need 10% of relative luminance', () => {
    expect(shortest(wave(10, 0.3, 0.39))).toBe(Infinity);
    expect(shortest(wave(10, 0.3, 0.42))).toBeLessThan(0.5);
  });

  test('need a dark side', () => {
    expect(shortest(wave(10, 0.82, 1))).toBe(Infinity);
    expect(shortest(wave(10, 0.7, 1))).toBeLessThan(0.5);
  });

  test('need a quarter of the frame', () => {
    expect(shortest(wave(10), { lit: 0.24 })).toBe(Infinity);
    expect(shortest(wave(10), { lit: 0.25 })).toBeLessThan(0.5);
  });

  test('are not found in what only becomes lighter', () => {
    expect(shortest((t) => t / 3)).toBe(Infinity);
  });

  test('are forgotten with time', () => {
    const calm = measured((t) => (t < 1 ? wave(10)(t) : 0.2));
    expect(calm[FPS - 1]).toBeLessThan(0.5);
    expect(calm.at(-1)).toBeGreaterThan(1.9);
  });
});

describe('playback', () => {
  /** Plays a film for some seconds. Returns how far it came, and the least time that four flashes took. */
  function play(luminance: (t: number) => number, seconds = 20) {
    const limit = new FlashLimit();
    const meter = new FlashMeter();
    let film = 0;
    let least = Infinity;
    for (let frame = 0; frame < seconds * FPS; frame++) {
      const time = frame / FPS;
      const shown = new Float32Array(PIXELS).fill(luminance(film));
      meter.add(time, shown);
      limit.add(time, shown);
      least = Math.min(least, meter.since(MOST_FLASHES + 1));
      film += limit.speedAt(time) / FPS;
    }
    return { film, least };
  }

  test.each([4, 7, 15])('of a film with %i flashes a second has at most three', (hertz) => {
    const { film, least } = play(wave(hertz));
    expect(least).toBeGreaterThanOrEqual(1);
    expect(film).toBeGreaterThan(1); // it does go on
  });

  test('of other films has their speed', () => {
    expect(play(wave(2.4)).film).toBeCloseTo(20);
  });
});
