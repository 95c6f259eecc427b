/** Levels: which are valid, how they are measured, and that those of a film do not depend on anything but its sweep. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withLevels } from '../../src/cli/levels.js';
import type { DrawOptions } from '../../src/cli/options.js';
import { changed, type Subject } from '../../src/cli/plan.js';
import type { FrameInput } from '../../src/core/frame/description.js';
import { pixelOffsets } from '../../src/core/frame/geometry.js';
import { inputAt } from '../../src/core/frame/inputs.js';
import { levelsFor, levelsOf } from '../../src/core/frame/levels.js';
import { levelsSchema } from '../../src/core/frame/levels-schema.js';
import { forward, logits } from '../../src/core/network/forward.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { measureLevels, picturesOf } from '../../src/core/sweep/levels.js';
import {
  frameAt,
  frameSchema,
  readRecipe,
  type SweepInput,
  sweep,
  tween,
  writeRecipe,
} from '../../src/index.js';
import { brightnessPlanes, evaluateValues } from '../../src/renderers/cpu/planes.js';
import { frameOf } from '../frames/compare.js';
import { activationKinds, shownKinds } from '../frames/kinds.js';

const relu: FrameInput['network'] = {
  layers: 12,
  units: 16,
  activation: 'relu',
  outputActivation: 'identity',
};

describe('valid levels', () => {
  const messageOf = (levels: unknown) => {
    const { error } = frameSchema.safeParse({ network: {}, size: [2, 2], levels }) as { error?: Error };
    return error?.message ?? 'valid';
  };

  test.each<[unknown, string]>([
    [[0.2, 0.8], 'valid'],
    [[-1e100, 1e100], 'valid'],
    [[0, 1e-30], 'valid'],
    [[0.8, 0.2], 'levels are [0.8, 0.2] but the first must be less than the second.'],
    [[1, 1], 'levels are [1, 1] but the first must be less than the second.'],
    [
      [1000, 1000.5],
      'levels are [1000, 1000.5] but must differ by at least a thousandth of the larger one: move them apart.',
    ],
    [[0, Number.POSITIVE_INFINITY], 'levels.1 is Infinity but must be a number.'],
    [[0, 2e100], 'levels.1 is 2e+100 but must be at most 1e+100.'],
    [[1], 'levels is [1] but must be a list of at least 2.'],
  ])('%j: %s', (levels, message) => {
    expect(messageOf(levels)).toBe(message);
  });

  test('move in a sweep, and are checked between its ends', () => {
    const moving = sweep({ seconds: 2, levels: [tween(0, -1, { easing: 'linear' }), 1] });
    expect(frameAt(moving, 1).levels).toEqual([-0.5, 1]);
    expect(readRecipe(writeRecipe(moving))).toEqual(moving);
    const crossing: SweepInput = {
      seconds: 2,
      levels: [tween(0, 1), tween(0.5, 2, { easing: 'easeInBack' })],
    };
    expect(() => sweep(crossing)).toThrow(/^At 0\.\d+ s, levels are \[.*\] but the first must be less/);
  });
});

describe('levels in a picture', () => {
  test('[0, 1] changes no bit', () => {
    for (const [, input] of [...activationKinds, ...shownKinds]) {
      const frame = frameOf({ size: [9, 7], ...input });
      expect(brightnessPlanes({ ...frame, levels: [0, 1] })).toEqual(brightnessPlanes(frame));
    }
  });

  test('the reference maps values linearly', () => {
    const network = buildNetwork(frameOf({ network: relu, size: [1, 1] }).network);
    const [z] = logits(network, [1, 2]);
    expect(forward(network, [1, 2], [z - 1, z + 3])[0]).toBeCloseTo(0.25, 12);
  });
});

describe('measuring', () => {
  test('any values have valid levels, which clip a hundredth at each end', () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 300 }), (values) => {
        const [low, high] = levelsFor([values]);
        expect(levelsSchema.safeParse([low, high]).success, `${low}, ${high}`).toBe(true);
      }),
    );
    const values = Array.from({ length: 1001 }, (_, i) => i / 1000);
    expect(levelsFor([values, [1e9, -1e9, Number.NaN]])).toEqual([0.009, 0.991]);
  });

  test.each<[number, [number, number]]>([
    [0.25, [-0.25, 0.75]],
    [0, [-0.5, 0.5]],
    [1e6, [999000, 1001000]],
  ])('the value %d alone is the middle', (value, levels) => {
    expect(levelsFor([[value, value]])).toEqual(levels);
  });

  test('values are those of the reference, also beyond float32, and not clipped', () => {
    const deep = { ...relu, layers: 60, weightScale: 20, activation: 'leakyRelu' as const };
    for (const network of [relu, deep, { ...deep, outputActivation: 'softplus' as const }]) {
      const frame = frameOf({ network, size: [4, 4], levels: [0, 0.1] });
      const { x, y } = pixelOffsets(frame);
      const planes = evaluateValues(frame, x, y);
      const built = buildNetwork(frame.network);
      for (let i = 0; i < 16; i++) {
        const sums = logits(built, inputAt(frame, x[i], y[i]));
        const exact = network.outputActivation === 'identity' ? sums : sums.map((z) => Math.max(0, z));
        const largest = Math.max(...sums.map(Math.abs));
        for (const [c, value] of exact.entries()) {
          expect(Math.abs(planes[c][i] - value)).toBeLessThan(1e-3 * largest);
        }
      }
    }
  });

  test('does not depend on a picture’s size or levels, and looks only at the output of a colour map', () => {
    const weights = [
      {
        w: [
          [1, 0],
          [0, 100],
          [0, 0],
        ],
        b: [0, 0, 0],
      },
    ];
    const network = { outputActivation: 'identity' as const, weights };
    const frame = frameOf({ network, view: { centre: [0, 0], halfWidth: 1 }, size: [64, 64] });
    const levels = levelsOf(frame, evaluateValues);
    expect(levelsOf({ ...frame, size: [300, 20], levels: [5, 6] }, evaluateValues)).toEqual(levels);
    expect(levels[1]).toBeGreaterThan(90);
    expect(levelsOf({ ...frame, palette: 'viridis' }, evaluateValues)[1]).toBeCloseTo(0.97, 1);
  });

  test('a film is measured as a whole, whatever its frame rate and pace', async () => {
    const input: SweepInput = { seconds: 2, network: { ...relu, weightScale: tween(0.3, 0.6) } };
    const of = (input: SweepInput) => measureLevels(picturesOf(sweep(input)), evaluateValues);
    const levels = await of(input);
    expect(await of({ ...input, fps: 50, pace: 'even', size: [100, 50], levels: [0, 2] })).toEqual(levels);
    const first = levelsOf(frameAt(sweep(input), 0), evaluateValues);
    const last = levelsOf(frameAt(sweep(input), 2), evaluateValues);
    expect(levels[1]).toBeGreaterThan(first[1]);
    expect(levels[1]).toBeLessThan(last[1] * 1.1);
  });

  test('--levels auto becomes numbers, of a film or of one moment', async () => {
    const whole = sweep({ seconds: 2, network: { ...relu, weightScale: tween(0.3, 0.6) } });
    const subject: Subject = { kind: 'sweep', name: 'a', path: 'a.ts', sweep: whole, trusted: true };
    const options = { set: [], levels: 'auto' } as unknown as DrawOptions;
    const film = await withLevels(subject, options, {});
    expect(film.levels).toEqual(await measureLevels(picturesOf(whole), evaluateValues));
    expect(changed(subject, film).levels).toEqual(film.levels);
    const still = await withLevels(subject, options, {}, 0);
    expect(still.levels).toEqual(await measureLevels([frameAt(whole, 0)], evaluateValues));
    expect(await withLevels(subject, { ...options, levels: [0, 2] }, {})).toMatchObject({ levels: [0, 2] });
  });
});
