/** Valid but heavy sweeps: validated without visiting every frame, and cancellable meanwhile. */
import { describe, expect, test, vi } from 'vitest';
import { breather } from '../../src/core/breather.js';
import * as description from '../../src/core/frame/description.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { frameAt, parseSweep, planFrames, timeOfFrame } from '../../src/core/sweep/sweep.js';
import { keyframes, loop, tween, walk, zoom } from '../../src/core/sweep/track.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';

/** The first frames of a sweep. */
const firstFrames = (count: number) => Array.from({ length: count }, (_, i) => i);
const numbers = (count: number, at: number) => Array.from({ length: count }, (_, i) => Math.sin(i + at) / 50);
const matrix = (rows: number, columns: number) => ({
  w: Array.from({ length: rows }, (_, i) => numbers(columns, i)),
});
const hour = {
  seconds: 3600,
  fps: 120,
  size: [16, 16],
  network: {
    layers: 3,
    width: 4,
    weightScale: {
      keyframes: Array.from({ length: 100_000 }, (_, i) => [(i * 3600) / 100_000, 0.4 + (i % 7) / 20]),
    },
  },
};

test('an hour of keyframes is not validated frame by frame', async () => {
  const parse = vi.spyOn(description.frameSchema, 'safeParse');
  const { sweep } = parseRecipe(JSON.stringify({ untrained: 1, sweep: hour }));
  const stages: string[] = [];
  const frames = await planFrames(sweep!, firstFrames(432_000), evaluate, {
    onStage: (doing) => stages.push(doing),
  });
  expect(parse.mock.calls.length).toBeLessThan(20);
  for (const i of [0, 1, 77_777, 431_999]) {
    const t = timeOfFrame(sweep!, i);
    expect(frames.describe(i)).toEqual(frameAt(sweep!, t, evaluate));
  }
  for (const stage of stages) expect(stage).toMatch(/^checking frame \d+ of 432000$/);
  parse.mockRestore();
});

test('large explicit weights are shared by all frames, not copied', async () => {
  const weights = [matrix(500, 2), matrix(500, 500), matrix(500, 500), matrix(3, 500)];
  const sweep = parseSweep({ seconds: 10, size: [4, 4], network: { weights } });
  const frames = await planFrames(sweep, firstFrames(250), evaluate);
  expect(frames.describe(3).network.weights).toBe(frames.describe(4).network.weights);
  expect(frames.describe(3)).toEqual(frameAt(sweep, timeOfFrame(sweep, 3), evaluate));
});

test.each([
  [{ w: [[1, 'a']] }, /weights\.0\.w\.0\.1 is "a" but must be a number/],
  [{ w: [[1, 1e31]] }, /weights\.0\.w\.0\.1 is 1e\+31 but must be at most 1e\+30/],
  [{ w: [[1, Number.NaN]] }, /weights\.0\.w\.0\.1 is NaN/],
  [{ w: [[]] }, /weights\.0\.w\.0 is \[\]/],
  [{ w: [[1, 1]], c: [1] }, /weights\.0\.c is not a field/],
  [{ w: [[1, 1]], b: 'x' }, /weights\.0\.b is "x" but must be a list/],
])('a wrong weight is still reported: %j', (layer, complaint) => {
  expect(() => parseSweep({ seconds: 1, network: { weights: [layer] } })).toThrow(complaint);
});

test('validation stops when its signal is aborted', async () => {
  const stop = new AbortController();
  const checking = planFrames(parseSweep(hour), firstFrames(432_000), evaluate, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')));
  await expect(checking).rejects.toThrow('enough');
});

test('timers run between slices of work', async () => {
  const breathe = breather({});
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (const start = performance.now(); ticks < 3 && performance.now() < start + 20_000; )
    await breathe(() => 'working');
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});

describe('a frame between validated ones', () => {
  const sweeps = {
    everything: {
      seconds: 2,
      network: { seed: walk([1, 'b', 3]), layers: tween(2, 5), width: [tween(2, 3), 4, 5, 6], inputs: 4 },
      view: { centre: [loop(1), 2], halfWidth: zoom(4, 1) },
      slice: [tween(0, 1), 3],
      palette: 'viridis',
    },
    even: { seconds: 1, pace: 'even', network: { layers: 2, width: 3, weightScale: tween(0.1, 2) } },
    mixed: { seconds: 1, network: { activation: { from: 'tanh', to: 'sin', fraction: tween(0, 1) } } },
    weights: { seconds: 1, network: { weights: [{ w: [[tween(0, 1), 2]] }] } },
    inputs: { seconds: 1, network: { inputs: tween(2, 2) } },
  };
  test.each(Object.entries(sweeps))('equals that of frameAt: %s', async (_, input) => {
    const sweep = parseSweep(input);
    const frames = await planFrames(sweep, firstFrames(25), evaluate);
    for (let i = 0; i < 25; i++) {
      const t = timeOfFrame(sweep, i);
      expect(JSON.stringify(frames.describe(i))).toBe(JSON.stringify(frameAt(sweep, t, evaluate)));
    }
  });

  test('is reported with its time if it is invalid', async () => {
    // 1200 frames, of which parsing visits 200 and misses the spike.
    const spike = keyframes(
      [
        [0, 1],
        [10.05, 1],
        [10.06, -1],
        [10.07, 1],
        [48, 1],
      ],
      { easing: 'linear' },
    );
    const sweep = parseSweep({ seconds: 48, network: { weightScale: spike, layers: 2, width: 2 } });
    const frames = parseSweep({ ...sweep, fps: 100 });
    await expect(planFrames(frames, firstFrames(4800), evaluate)).rejects.toThrow(
      /^At 10\.0\d+ s, network\.weightScale is -.* but must be at least 0/,
    );
  });

  test('may be invalid although each of its tracks is valid', async () => {
    // A layer that exists at the beginning only.
    const network = { layers: tween(4, 2) };
    const shown = { layer: 3, unit: 1 };
    expect(() => parseSweep({ seconds: 1, network, shown })).toThrow(/shown\.layer is 3 but the network has/);
    const whole = { inputs: tween(2, 4), layers: 2, width: 2 };
    expect(() => parseSweep({ seconds: 1, network: whole })).toThrow(/inputs is 2\.\d+ but must be/);
  });
});
