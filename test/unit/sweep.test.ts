import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { easingNames } from '../../src/core/sweep/easing.js';
import { sweepOver } from '../../src/core/sweep/over.js';
import { namedFields, readChanged, withSeconds } from '../../src/core/sweep/sweep.js';
import * as api from '../../src/index.js';
import {
  circle,
  easings,
  frameAt,
  frameCount,
  keyframes,
  loop,
  paletteNames,
  readRecipe,
  type SweepInput,
  steps,
  sweep,
  timeOfFrame,
  tween,
  walk,
  weightsFrom,
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

  test('two keyframes at the same time are a jump, and the later one holds', () => {
    const jumping = (points: Parameters<typeof keyframes>[0]) => ({
      seconds: 2,
      network: { weightScale: keyframes(points, { easing: 'linear' }) },
    });
    const once = jumping([
      [0, 0],
      [1, 1],
      [1, 5],
      [2, 6],
    ]);
    expect([0.5, 1, 1.5, 2].map((t) => scaleAt(once, t))).toEqual([0.5, 5, 5.5, 6]);
    expect(scaleAt(once, 1 - 1e-12)).toBeCloseTo(1, 9);
    const atEnds = jumping([
      [0, 1],
      [0, 2],
      [2, 2],
      [2, 3],
    ]);
    expect([0, 1, 2].map((t) => scaleAt(atEnds, t))).toEqual([2, 2, 3]);
  });

  test('a keyframe may have the easing of the segment that ends there, at any length of the sweep', () => {
    const input: SweepInput = {
      seconds: 4,
      network: {
        weightScale: keyframes(
          [
            [0, 0],
            [1, 1, 'easeOutBounce'],
            [2, 2],
          ],
          { easing: 'linear' },
        ),
      },
    };
    expect(scaleAt(input, 0.3)).toBe(easings.easeOutBounce(0.3));
    expect(scaleAt(input, 1.3)).toBe(1.3);
    const longer = withSeconds(sweep(input), 40);
    expect(frameAt(longer, 3).network.weightScale).toBeCloseTo(easings.easeOutBounce(0.3), 12);
  });

  test('keyframes close a loop by their values, whatever their easing, and none is written as none', () => {
    for (const easing of easingNames) {
      const round: Parameters<typeof keyframes>[0] = [
        [0, 0.1],
        [1, 0.7, undefined],
        [2, 0.1],
      ];
      const closed = sweep({ seconds: 2, loop: true, view: { centre: [keyframes(round, { easing }), 0] } });
      expect(readRecipe(writeRecipe(closed))).toEqual(closed);
    }
    expect(() =>
      sweep({ seconds: 1, view: { halfWidth: keyframes([[0, 1, ['linear'] as never]]) } }),
    ).toThrow('keyframes.0.2');
  });

  test('steps hold each value for the same time, and jump', () => {
    const stepping = { seconds: 1.5, network: { layers: steps([2, 5, 3], { each: 0.5 }) } };
    const layers = [0, 0.49, 0.5, 0.99, 1, 1.5].map((t) => frameAt(sweep(stepping), t).network.layers);
    expect(layers).toEqual([2, 2, 5, 5, 3, 3]);
    expect(() => sweep({ ...stepping, loop: true })).not.toThrow(); // back to the first by a jump, too
    expect(() => steps([], { each: 1 })).toThrow('must be a list of one or more');
    expect(() => steps([1], { each: 0 })).toThrow('each is 0 but must be above 0');
  });

  test('a loop may ease each of its turns, and returns to its beginning', () => {
    const easing = 'easeInOutCubic';
    for (const turns of [2, -2]) {
      const round = {
        seconds: 4,
        loop: true,
        network: { weightScale: loop(1, { middle: 3, turns, easing }) },
      };
      for (const t of [0, 2, 4]) expect(scaleAt(round, t)).toBeCloseTo(4, 12);
      const expected = 3 + Math.cos(2 * Math.PI * easings[easing](0.2));
      for (const t of [0.4, 2.4]) expect(scaleAt(round, t)).toBeCloseTo(expected, 12);
    }
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

  test('a walk may hold each seed for a part of its step', () => {
    const seed = walk([1, 2, 3, 4], { hold: 0.25, easing: 'linear' });
    const walking = sweep({ seconds: 16, loop: true, network: { seed } });
    for (const t of [4, 4.5, 5])
      expect(frameAt(walking, t).network.seed).toEqual({ from: 2, to: 3, fraction: 0 });
    expect(frameAt(walking, 6.5).network.seed).toEqual({ from: 2, to: 3, fraction: 0.5 });
    expect(() => sweep({ seconds: 1, network: { seed: walk([1, 2], { hold: 1 }) } })).toThrow(/hold/);
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

describe('what nobody means', () => {
  const late: [string, SweepInput['network']][] = [
    ['a movement', { weightScale: tween(0.4, 0.8, { during: [0.5, 3] }) }],
    [
      'a keyframe',
      {
        weightScale: keyframes([
          [0, 1],
          [3, 2],
        ]),
      },
    ],
    ['steps', { layers: steps([1, 2, 3], { each: 0.5 }) }],
    ['seed', { seed: tween(1, 3) as never }],
    ['seed', { seed: { from: keyframes([[0, 5]]) as never, to: loop(1) as never, fraction: 0.5 } }],
  ];
  test.each(late)('%s: refused in a scene, drawn from a recipe', (_, network) => {
    const input = { seconds: 1, network } as SweepInput;
    let message = 'none';
    try {
      sweep(input);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatchSnapshot();
    const recipe = readRecipe(JSON.stringify({ untrained: 1, sweep: input }));
    expect(frameAt(recipe, 1)).toBeDefined();
    expect(() => sweep(recipe as SweepInput)).not.toThrow();
    expect(frameAt(withSeconds(recipe, 2), 2)).toBeDefined();
  });

  test('a change from the command line may not introduce it', () => {
    const input = { seconds: 4, network: { layers: tween(2, 9, { during: [1, 3] }) } };
    const before = sweep(input);
    expect(() => readChanged({ ...before, seconds: 2 }, before)).toThrow(
      'moves until 3 s but the sweep ends at 2 s',
    );
    const recipe = readRecipe(JSON.stringify({ untrained: 1, sweep: { ...input, seconds: 2 } }));
    expect(readChanged({ ...recipe, fps: 10 }, recipe).fps).toBe(10);
  });

  test('times that only rounding puts beyond the end are accepted', () => {
    expect(() => sweep({ seconds: 0.3, network: { layers: steps([1, 2, 3], { each: 0.1 }) } })).not.toThrow();
  });

  test('what must be whole may jump', () => {
    const shown = { layer: 1, unit: steps([4, 7], { each: 1 }) };
    const jumping = sweep({ seconds: 2, network: { layers: 3 }, shown });
    expect([0, 0.9, 1, 2].map((t) => frameAt(jumping, t).shown)).toMatchObject(
      [4, 4, 7, 7].map((unit) => ({ unit })),
    );
    expect(() => sweep({ seconds: 2, network: { layers: 3 }, shown: { layer: tween(1, 2) } })).toThrow(
      'whole',
    );
  });

  test('a seed may jump', () => {
    const jumping = sweep({ seconds: 2, network: { seed: steps([4, 7], { each: 1 }) } });
    expect([0, 0.9, 1, 2].map((t) => frameAt(jumping, t).network.seed)).toEqual([4, 4, 7, 7]);
  });
});

describe('the examples of docs/sweeps.md and docs/loops.md', () => {
  const pages = ['docs/sweeps.md', 'docs/loops.md'].map((path) => readFileSync(path, 'utf8'));
  const examples = [...pages.join('\n').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);

  test.each(examples)('%#: a scene', (code) => {
    const body = code.replace(/^import .*/m, '').replace('export default', 'return');
    const { seconds, ...rest } = new Function(...Object.keys(api), body)(...Object.values(api));
    const longer = withSeconds(sweep({ seconds, ...rest }), 2 * seconds);
    for (const t of [0, seconds, 2 * seconds])
      expect(frameAt({ ...longer, pace: 'tracks' }, t)).toBeDefined();
  });
});

describe('over existing values', () => {
  const base = {
    network: { seed: 3, layers: 9, units: 5, inputs: 3 },
    view: { centre: [5, 6] as [number, number], halfWidth: 2, rotation: 30 },
    slice: [7],
    palette: 'viridis' as const,
  };

  test.each([
    ['written', (input: SweepInput) => input],
    ['checked', sweep],
    ['copied', (input: SweepInput) => ({ ...sweep(input) })],
  ])('a sweep, %s, changes only what it names', (_, as) => {
    const input = as({ seconds: 1, network: { weightScale: tween(0.4, 0.9) }, view: { halfWidth: 1 } });
    const { sweep: whole, named } = sweepOver(input, base);
    const { network, view, slice, palette } = frameAt(whole, 1);
    expect(network).toMatchObject({ seed: 3, layers: 9, weightScale: 0.9 });
    expect({ view, slice, palette }).toEqual({
      view: { centre: [5, 6], halfWidth: 1, rotation: 30 },
      slice: [7],
      palette: 'viridis',
    });
    expect([...named.network, ...named.view]).toEqual(['weightScale', 'halfWidth']);
    expect(['slice', 'palette', 'supersample', 'dither'].filter((name) => named.fields.has(name))).toEqual(
      [],
    );
  });

  test('the former name of a parameter replaces its value', () => {
    const { sweep: whole, named } = sweepOver({ seconds: 1, network: { width: 7 } }, base);
    expect(frameAt(whole, 1).network.units).toBe(7);
    expect([...named.network]).toEqual(['units']);
  });

  test('a default that is named counts', () => {
    for (const input of [{ seconds: 1, palette: 'rgb' } as const, sweep({ seconds: 1, palette: 'rgb' })])
      expect(sweepOver(input, base).sweep.palette).toBe('rgb');
  });

  test('both together must be valid', () => {
    expect(() => sweepOver({ seconds: 1, network: { inputs: 2 } }, base)).toThrow('slice has 1 values');
    expect(() => sweepOver({ seconds: 1, slice: [tween(0, 1)] }, base)).not.toThrow();
    expect(() =>
      sweepOver({ seconds: 1, view: { halfWidth: tween(1, 2, { during: [0, 3] }) } }, base),
    ).toThrow('moves until 3 s');
    expect(() => sweepOver({}, base)).toThrow('seconds is missing');
    expect(() => sweepOver(5, base)).toThrow('The sweep is 5 but must be an object');
  });

  test('explicit weights replace what they stand for', () => {
    const weights = [{ w: [[1, 2]], b: [0] }];
    const { sweep: whole } = sweepOver(
      { seconds: 1, network: { weights } },
      { network: { seed: 3, layers: 9 } },
    );
    expect(whole.network).toEqual({ weights });
  });
});

test('a sweep remembers what was named, apart from its defaults', () => {
  const named = (value: unknown) => [...namedFields(sweep(value as SweepInput))].sort();
  const whole = sweep({ seconds: 1, palette: 'rgb', view: { halfWidth: 2 } });
  expect([...namedFields(whole)].sort()).toEqual(['palette', 'seconds', 'view']);
  expect(named(whole)).toEqual(['palette', 'seconds', 'view']);
  // In a copy, what has its default counts as not named.
  expect(named({ ...whole, dither: true })).toEqual(['dither', 'network', 'seconds', 'view']);
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
    number.map((radius) => loop(radius, { middle: 1, easing: 'easeInOutSine' })),
    fc.tuple(number, number).map(([a, b]) => steps([a, b], { each: 0.7 })),
    fc.tuple(number, easing).map(([a, name]) =>
      keyframes([
        [0.5, a],
        [1, 1, name],
        [1, a],
      ]),
    ),
  );

  test("a loop's middle has one spelling, and recipes with its former name draw the same", () => {
    const written = JSON.stringify({
      untrained: 1,
      sweep: { seconds: 2, view: { centre: [{ loop: { radius: 0.3, centre: 1.5, turns: 2 } }, 0] } },
    });
    const recipe = readRecipe(written);
    expect(recipe.view.centre).toEqual([{ loop: { radius: 0.3, middle: 1.5, turns: 2 } }, 0]);
    expect(loop(0.3, { centre: 1.5 })).toEqual(loop(0.3, { middle: 1.5 }));
    expect(frameAt(recipe, 0.3).view.centre[0]).toBe(1.5 + 0.3 * Math.cos(2 * Math.PI * 0.3));
  });

  test('a sweep is unchanged after JSON, and makes the same frames', () => {
    fc.assert(
      fc.property(
        track,
        track,
        fc.oneof(fc.integer(), fc.string({ minLength: 1 })),
        fc.constantFrom(...paletteNames, { map: 'turbo', output: 3 } as const, {
          colours: ['#012', '#fa3'],
          output: 2,
        }),
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
      'an unknown easing of a keyframe',
      JSON.stringify({
        ...good,
        sweep: { seconds: 1, view: { halfWidth: { keyframes: [[0, 1, 'bounce']] } } },
      }),
    ],
    [
      'a loop with two middles',
      JSON.stringify({
        ...good,
        sweep: { seconds: 1, slice: [{ loop: { radius: 1, middle: 1, centre: 1 } }] },
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
    ...[
      { colors: ['#012', '#fa3'] },
      { colours: ['#012'] },
      { colours: Array.from({ length: 65 }, () => '#012') },
      { colours: ['#012', 'orange'] },
      { colours: ['#012', '#ffaa3380'] },
      { colours: ['#012', '#fa3'], output: 4 },
      { colours: ['#012', '#fa3'], map: 'magma' },
      ['#012', '#fa3'],
      '#012',
      {},
    ].map((palette): [string, string] => [
      `the palette ${JSON.stringify(palette).slice(0, 60)}`,
      JSON.stringify({ ...good, sweep: { seconds: 1, palette } }),
    ]),
    [
      'a file of weights',
      JSON.stringify({ ...good, sweep: { seconds: 1, network: { weights: weightsFrom('mlp.npz') } } }),
    ],
    [
      'a file of weights on a side',
      JSON.stringify({
        ...good,
        sweep: {
          seconds: 1,
          network: { weights: { from: weightsFrom('mlp.npz'), to: 'drawn', fraction: 0 } },
        },
      }),
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
