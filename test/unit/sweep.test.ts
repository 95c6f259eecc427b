import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { easingNames } from '../../src/core/sweep/easing.js';
import { withSeconds } from '../../src/core/sweep/sweep.js';
import {
  circle,
  frameAt,
  frameCount,
  keyframes,
  loop,
  paletteNames,
  readRecipe,
  type SweepInput,
  sweep,
  timeOfFrame,
  tween,
  walk,
  writeRecipe,
  zoom,
} from '../../src/index.js';

const scaleAt = (input: SweepInput, t: number) => frameAt(sweep(input), t).network.weightScale;

describe('tracks', () => {
  test('a tween starts and ends exactly at its numbers, with any easing', () => {
    for (const easing of easingNames) {
      const moving = { seconds: 3, network: { weightScale: tween(0.4, 0.8, { easing, during: [1, 2] }) } };
      for (const t of [0, 1]) expect(scaleAt(moving, t), easing).toBe(0.4);
      for (const t of [2, 3]) expect(scaleAt(moving, t), easing).toBe(0.8);
    }
  });

  test('a tween eases as Motion Canvas does by default: cubic, in and out', () => {
    const moving = { seconds: 1, network: { weightScale: tween(0, 1) } };
    expect(scaleAt(moving, 0.25)).toBeCloseTo(4 * 0.25 ** 3, 12);
    expect(scaleAt(moving, 0.5)).toBeCloseTo(0.5, 12);
  });

  test('a zoom changes by equal factors in equal times', () => {
    const zooming = sweep({ seconds: 4, view: { halfWidth: zoom(16, 1, { easing: 'linear' }) } });
    const halfWidths = [0, 1, 2, 3, 4].map((t) => frameAt(zooming, t).view.halfWidth);
    for (const [i, expected] of [16, 8, 4, 2, 1].entries()) expect(halfWidths[i]).toBeCloseTo(expected, 12);
  });

  test('keyframes pass through their numbers and hold their ends', () => {
    const moving = {
      seconds: 4,
      network: {
        weightScale: keyframes([
          [1, 0.2],
          [2, 0.6],
          [3, 0.4],
        ]),
      },
    };
    expect([0, 1, 2, 3, 4].map((t) => scaleAt(moving, t))).toEqual([0.2, 0.2, 0.6, 0.4, 0.4]);
    expect(scaleAt(moving, 1.5)).toBeCloseTo(0.4, 12);
  });

  test('a circle keeps its distance from the centre', () => {
    const round = sweep({ seconds: 5, loop: true, network: { inputs: 4 }, slice: circle(2, [1, -1]) });
    for (let t = 0; t < 5; t += 0.3) {
      const [a, b] = frameAt(round, t).slice;
      expect(Math.hypot(a - 1, b + 1)).toBeCloseTo(2, 12);
    }
  });

  test('a walk visits its seeds in turn and comes back', () => {
    const walking = sweep({ seconds: 3, loop: true, network: { seed: walk([1, 'two', 3]) } });
    expect(frameAt(walking, 1).network.seed).toEqual({ from: 'two', to: 3, fraction: 0 });
    expect(frameAt(walking, 2.5).network.seed).toMatchObject({ from: 3, to: 1 });
    expect(frameAt(walking, 3).network.seed).toEqual({ from: 1, to: 'two', fraction: 0 });
  });

  test('any number in network, view and slice can be a track, at any depth', () => {
    const moving = sweep({
      seconds: 2,
      network: {
        inputs: 3,
        layers: 3,
        width: [tween(5, 9), 7],
        activation: { from: 'tanh', to: 'sin', fraction: tween(0, 1) },
      },
      view: { centre: [loop(1), tween(2, 4)], halfWidth: zoom(1, 2) },
      slice: [tween(-1, 1)],
    });
    const { network, view, slice } = frameAt(moving, 1);
    expect(network.units).toEqual([7, 7]);
    expect(network.activation).toEqual({ from: 'tanh', to: 'sin', fraction: 0.5 });
    expect(view.centre).toEqual([-1, 3]);
    expect(slice).toEqual([0]);
  });
});

describe('frames', () => {
  test('an open sweep starts at its first frame and ends at its last', () => {
    const open = { seconds: 2, fps: 10, loop: false };
    expect(frameCount(open)).toBe(20);
    expect([timeOfFrame(open, 0), timeOfFrame(open, 19)]).toEqual([0, 2]);
  });

  test("a loop's last frame is one step before its first", () => {
    const closed = { seconds: 2, fps: 10, loop: true };
    expect(timeOfFrame(closed, 19)).toBeCloseTo(1.9, 12);
  });

  test('a sweep with another length shows the same at the same fraction of it', () => {
    const input: SweepInput = {
      seconds: 4,
      network: {
        weightScale: tween(0.4, 0.8, { during: [1, 3] }),
        biasScale: keyframes([
          [2, 0],
          [4, 1],
        ]),
      },
    };
    const longer = withSeconds(sweep(input), 40);
    for (const t of [0, 1, 1.7, 2.5, 4]) {
      const [a, b] = [frameAt(sweep(input), t).network, frameAt(longer, 10 * t).network];
      expect(b.weightScale).toBeCloseTo(a.weightScale!, 12);
      expect(b.biasScale).toBeCloseTo(a.biasScale!, 12);
    }
  });
});

describe('recipes', () => {
  const number = fc.double({ min: 0.1, max: 1, noNaN: true });
  const easing = fc.constantFrom(...easingNames.filter((name) => !/Back|Elastic|Bounce/.test(name)));
  const track = fc.oneof(
    number,
    fc.tuple(number, number, easing).map(([a, b, name]) => tween(a, b, { easing: name })),
    fc.tuple(number, number).map(([a, b]) => zoom(a, b)),
    fc.tuple(number, number).map(([a, b]) =>
      keyframes([
        [0, a],
        [1, b],
      ]),
    ),
    number.map((radius) => loop(radius, { centre: 1 })),
  );

  test('a sweep is unchanged after JSON, and makes the same frames', () => {
    fc.assert(
      fc.property(
        track,
        track,
        fc.oneof(fc.integer(), fc.string({ minLength: 1 })),
        fc.constantFrom(...paletteNames, { map: 'turbo', output: 3 } as const),
        (scale, halfWidth, seed, palette) => {
          const original = sweep({
            seconds: 2,
            network: { seed, weightScale: scale },
            view: { halfWidth },
            palette,
          });
          expect(frameAt(original, 0).palette).toEqual(palette);
          const copy = readRecipe(writeRecipe(original));
          expect(copy).toEqual(original);
          for (const t of [0, 0.3, 2]) expect(frameAt(copy, t)).toEqual(frameAt(original, t));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  const good = { untrained: 1, sweep: { seconds: 1 } };
  test.each([
    ['not JSON', '{"untrained": 1,'],
    ['another version', JSON.stringify({ ...good, untrained: 99 })],
    ['an unknown field', JSON.stringify({ ...good, sweep: { seconds: 1, colour: 1 } })],
    ['an unknown parameter', JSON.stringify({ ...good, sweep: { seconds: 1, network: { wieghtScale: 1 } } })],
    ['a word for a number', JSON.stringify({ ...good, sweep: { seconds: 1, network: { layers: 'many' } } })],
    ['a number out of range', JSON.stringify({ ...good, sweep: { seconds: 1, network: { layers: 0 } } })],
    ['a number too large for JSON', '{"untrained": 1, "sweep": {"seconds": 1e999}}'],
    [
      'a wrong easing',
      JSON.stringify({
        ...good,
        sweep: { seconds: 1, network: { weightScale: { tween: [0, 1], easing: 'easeInOutCubik' } } },
      }),
    ],
    [
      'a zoom through 0',
      JSON.stringify({ ...good, sweep: { seconds: 1, view: { halfWidth: { zoom: [1, 0] } } } }),
    ],
    [
      'keyframes out of order',
      JSON.stringify({
        ...good,
        sweep: {
          seconds: 1,
          view: {
            halfWidth: {
              keyframes: [
                [1, 1],
                [0, 1],
              ],
            },
          },
        },
      }),
    ],
    [
      'a tween that goes out of range',
      JSON.stringify({ ...good, sweep: { seconds: 1, network: { layers: { tween: [1, 5000] } } } }),
    ],
    [
      'a loop that does not close',
      JSON.stringify({ ...good, sweep: { seconds: 1, loop: true, network: { layers: { tween: [1, 5] } } } }),
    ],
    [
      'a slice for inputs that do not exist',
      JSON.stringify({ ...good, sweep: { seconds: 1, slice: [1, 2] } }),
    ],
    [
      'a network too large for memory',
      JSON.stringify({ ...good, sweep: { seconds: 1, network: { layers: 1000, width: 8000 } } }),
    ],
    ['an unknown palette', JSON.stringify({ ...good, sweep: { seconds: 1, palette: 'virdis' } })],
    [
      'a palette unlike any known one',
      JSON.stringify({ ...good, sweep: { seconds: 1, palette: 'of my own' } }),
    ],
    [
      'a palette that needs more outputs',
      JSON.stringify({ ...good, sweep: { seconds: 1, network: { outputs: 1 }, palette: 'oklch' } }),
    ],
    [
      'a map of an output that does not exist',
      JSON.stringify({ ...good, sweep: { seconds: 1, palette: { map: 'magma', output: 4 } } }),
    ],
    ['an array', '[]'],
    ['null', 'null'],
    [
      'depths',
      `{"untrained": 1, "sweep": {"seconds": 1, "network": {"seed": ${'['.repeat(100000)}${']'.repeat(100000)}}}}`,
    ],
  ])('%s is refused in one line', (_, text) => {
    let message = '';
    try {
      readRecipe(text);
    } catch (error) {
      expect((error as Error).name).toBe('UsageError');
      message = (error as Error).message;
    }
    expect(message.split('\n')).toHaveLength(1);
    expect(message).toMatchSnapshot();
  });

  test('a prototype in a recipe changes nothing', () => {
    const recipe = readRecipe(
      '{"untrained": 1, "sweep": {"seconds": 1, "network": {"__proto__": {"layers": 3}}}}',
    );
    expect(frameAt(recipe, 0).network.layers).toBe(27);
    expect(({} as { layers?: number }).layers).toBeUndefined();
  });

  test('any recipe gives a sweep or a one-line error', () => {
    const field = fc.constantFrom(
      'seed',
      'layers',
      'width',
      'weightScale',
      'activation',
      'weights',
      'inputs',
      '__proto__',
    );
    const hostile = fc.record({
      untrained: fc.constant(1),
      sweep: fc.record(
        {
          seconds: fc.oneof(fc.constant(1), fc.jsonValue()),
          network: fc.dictionary(field, fc.jsonValue()),
          view: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(hostile, (recipe) => {
        try {
          readRecipe(JSON.stringify(recipe));
        } catch (error) {
          expect((error as Error).name, (error as Error).stack).toBe('UsageError');
          expect((error as Error).message).not.toMatch(/\n|undefined|\[object/);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
