/** The rule for flashing films (src/core/frame/flashes.ts). */
import { describe, expect, test } from 'vitest';
import { FLASH_BYTES, flashPicture } from '../../src/core/frame/flash-picture.js';
import { FLASH_SIZE, FlashMeter, luminances, MOST_FLASHES } from '../../src/core/frame/flashes.js';
import { BT709 } from '../../src/core/frame/pixels.js';
import { FlashLimit } from '../../src/explorer/state/flash-limit.js';
import { flashesOf } from '../../src/jobs/flashes.js';

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

describe('the small picture of a frame', () => {
  /** A frame as RGBA, and as the planes of video. @param colourAt - At column x, row y. */
  function both(width: number, height: number, colourAt: (x: number, y: number) => number[]) {
    const colours = Array.from({ length: width * height }, (_, i) =>
      colourAt(i % width, Math.floor(i / width)),
    );
    const value = (
      [red, green, blue]: number[],
      { r, g, b, offset, shift }: (typeof BT709)['y' | 'cb' | 'cr'],
    ) => ((red * r + green * g + blue * b) * (shift > 15 ? 4 : 1) + offset) >> shift;
    const corners = colours.filter((_, i) => i % 2 === 0 && Math.floor(i / width) % 2 === 0);
    return {
      rgba: Uint8Array.from(colours.flatMap((colour) => [...colour, 0])),
      yuv420p: Uint8Array.from([
        ...colours.map((colour) => value(colour, BT709.y)),
        ...corners.map((colour) => value(colour, BT709.cb)),
        ...corners.map((colour) => value(colour, BT709.cr)),
      ]),
    };
  }

  test.each([
    ['large', 128, 90],
    ['small', 12, 8],
  ])('has the luminances of a %s one, in either format', (_, width, height) => {
    const size = [width, height] as const;
    const frame = both(width, height, (x, y) =>
      x < width / 2 ? [255, 0, 0] : y < height / 2 ? [20, 90, 200] : [255, 255, 255],
    );
    const [columns, rows] = FLASH_SIZE;
    const expected = [54, luminances([20, 90, 200, 255])[0] * 255, 255];
    for (const format of ['rgba', 'yuv420p'] as const) {
      const picture = flashPicture(frame[format], size, format);
      expect(picture).toHaveLength(FLASH_BYTES);
      const corners = [0, columns - 1, rows * columns - 1].map((i) => picture[i]);
      for (const [i, value] of corners.entries())
        expect(Math.abs(value - expected[i]), `${format}, corner ${i}`).toBeLessThanOrEqual(2);
    }
  });

  test('is even where fine noise is', () => {
    const noise = Array.from({ length: 4 * 640 * 360 }, (_, i) => ((i * 2654435761) >>> 16) & 255);
    const picture = flashPicture(Uint8Array.from(noise), [640, 360]);
    expect(Math.max(...picture) - Math.min(...picture)).toBeLessThan(0.1 * 255);
  });
});

describe('the flashes of a film', () => {
  const found = (luminance: (t: number) => number | undefined, { seconds = 4, fps = 25 } = {}) => {
    async function* pictures() {
      for (let frame = 0; frame < seconds * fps; frame++) {
        const value = luminance(frame / fps);
        yield value === undefined ? undefined : new Uint8Array(FLASH_BYTES).fill(255 * value);
      }
    }
    return flashesOf(pictures(), fps);
  };

  test('are counted where there are most in a second', async () => {
    const film = await found((t) => (t < 2 ? 0.2 : wave(5)(t - 2)));
    expect(film).toMatchObject({ count: 5 });
    expect(film!.at).toBeGreaterThan(2);
    expect(film!.at).toBeLessThan(2.5);
    expect(film!.shortest).toBeCloseTo(0.72, 1);
    expect(await found((t) => Math.round(25 * t) % 2)).toMatchObject({ count: 12 });
  });

  test('are safe up to three a second', async () => {
    expect(await found(wave(3))).toBeUndefined();
    expect(await found(wave(3), { fps: 30_000 / 1001 })).toBeUndefined();
  });

  test('are not counted across frames that are unknown', async () => {
    const twice = (known: boolean) => (t: number) =>
      t < 1.5 ? wave(5)(Math.min(t, 0.4)) : t < 1.6 && !known ? undefined : wave(5)(Math.min(t - 1.2, 0.8));
    expect(await found(twice(false))).toBeUndefined();
    expect(await found(() => undefined)).toBeUndefined();
  });
});
