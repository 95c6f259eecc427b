/** Even pace: how much a picture changes from frame to frame, with and without it. */
import { expect, test, vi } from 'vitest';
import { planFrames, preparePace, withSeconds } from '../../src/core/sweep/sweep.js';
import {
  circle,
  frameAt,
  frameCount,
  keyframes,
  type Sweep,
  type SweepInput,
  steps,
  sweep,
  timeOfFrame,
  tween,
  walk,
} from '../../src/index.js';
import { brightnessPlanes, evaluate } from '../../src/renderers/cpu/planes.js';

/** The change from each frame to the next, including the seam of a loop: RMS of 64 x 64 points. */
function changes(sweep: Sweep): number[] {
  const frames = frameCount(sweep);
  const pictures = Array.from({ length: frames }, (_, i) =>
    brightnessPlanes({ ...frameAt(sweep, timeOfFrame(sweep, i)), size: [64, 64] }),
  );
  const pairs = pictures.slice(1).map((picture, i) => [pictures[i], picture]);
  if (sweep.loop) pairs.push([pictures[frames - 1], pictures[0]]);
  return pairs.map(([a, b]) => {
    const squares = a.map((plane, channel) => plane.reduce((all, v, i) => all + (v - b[channel][i]) ** 2, 0));
    return Math.sqrt(squares.reduce((all, one) => all + one) / (a.length * 64 * 64));
  });
}

function variation(numbers: number[]): number {
  const mean = numbers.reduce((all, one) => all + one) / numbers.length;
  return Math.sqrt(numbers.reduce((all, one) => all + (one - mean) ** 2, 0) / numbers.length) / mean;
}

const moving = (numbers: number[]) => numbers.filter((change) => change > 0);

test("figure 20's uneven change becomes even, except for 0.2 s at the start and at the end", () => {
  const scale = tween(0.4, 0.8, { easing: 'easeInOutSine', during: [0, 5.4] });
  const network = { seed: 18, layers: 27, units: 30, weightScale: scale };
  const weightScale = sweep({ seconds: 6, network, view: { centre: [1, 0], halfWidth: 2.6 } });
  const as = (pace: Sweep['pace']) => moving(changes({ ...weightScale, pace }));
  const [before, after] = [as('tracks'), as('even')];
  expect(variation(before)).toBeGreaterThan(0.8);
  expect(variation(after)).toBeLessThan(0.2);
  expect(variation(after.slice(6, -6))).toBeLessThan(0.1);
});

test('a loop has one speed throughout, including its seam', () => {
  const input: SweepInput = {
    seconds: 4,
    loop: true,
    network: { seed: 8, inputs: 4, layers: 8, width: 16, weightScale: 0.8 },
    slice: circle(1, [0.7, 0]),
  };
  expect(variation(changes(sweep(input)))).toBeGreaterThan(0.15);
  expect(variation(changes(sweep({ ...input, pace: 'even' })))).toBeLessThan(0.05);
});

const small: SweepInput = {
  seconds: 4,
  fps: 10,
  pace: 'even',
  network: { seed: 5, layers: 6, width: 12, weightScale: tween(0.2, 1.4, { easing: 'linear' }) },
};
const scales = (sweep: Sweep) =>
  Array.from(
    { length: frameCount(sweep) },
    (_, i) => frameAt(sweep, timeOfFrame(sweep, i)).network.weightScale!,
  );

test('the ends are exact, and time is monotonic', () => {
  const all = scales(sweep(small));
  expect([all[0], all.at(-1)]).toEqual([0.2, 1.4]);
  for (const [i, scale] of all.slice(1).entries()) expect(scale).toBeGreaterThan(all[i]);
});

test('the pace is bit-identical on every machine, at every size, rate and length', () => {
  const known = frameAt(sweep(small), 1).network.weightScale;
  expect(known).toMatchInlineSnapshot(`0.4865725101023931`);
  const wide = sweep({ ...small, size: [640, 240], fps: 50, supersample: 2, dither: true });
  expect(frameAt(wide, 1).network.weightScale).toBe(known);
  expect(frameAt(withSeconds(sweep(small), 8), 2).network.weightScale).toBeCloseTo(known!, 12);
});

test('pauses keep their length, and the rest has one rate', () => {
  const scale = keyframes(
    [
      [1, 0.2],
      [2, 1.2],
      [3, 1.2],
      [4, 1.25],
    ],
    { easing: 'linear' },
  );
  const resting = sweep({ ...small, fps: 25, seconds: 5, network: { ...small.network, weightScale: scale } });
  const all = scales(resting);
  const resting3s = all.filter((value, i) => value === all[i - 1]).length;
  expect(resting3s).toBeGreaterThanOrEqual(70);
  expect(resting3s).toBeLessThanOrEqual(75);
  // Nearly all of the change is in the first movement, which now takes nearly all of the two seconds.
  expect(all.filter((value) => value > 0.2 && value < 1.2).length).toBeGreaterThan(40);
  expect(frameAt(resting, 0.99).network.weightScale).toBe(0.2);
  expect(frameAt(resting, 5).network.weightScale).toBe(1.25);
});

test('between pauses, pauses also keep their times, and each movement has its own rate', () => {
  const scale = keyframes(
    [
      [0, 0.2],
      [2, 1.2],
      [3, 1.2],
      [4, 1.25],
    ],
    { easing: 'linear' },
  );
  const network = { ...small.network, weightScale: scale };
  const resting = sweep({ ...small, fps: 25, network, pace: 'between-pauses' });
  const scaleAt = (t: number) => frameAt(resting, t).network.weightScale!;
  for (const t of [2, 2.5, 3]) expect(scaleAt(t)).toBe(1.2);
  for (const t of [1.96, 3.04]) expect(scaleAt(t)).not.toBe(1.2);
  expect([scaleAt(0), scaleAt(4)]).toEqual([0.2, 1.25]);
  const seen = changes(resting);
  const [first, second] = [seen.slice(6, 44), seen.slice(81, -6)];
  expect(variation(first)).toBeLessThan(0.1);
  expect(variation(second)).toBeLessThan(0.1);
  expect(first[0]).toBeGreaterThan(5 * second[0]);
});

test('a walk that holds its seeds rests there', () => {
  const seed = walk([1, 2], { hold: 0.5 });
  const network = { ...small.network, weightScale: 1, seed };
  const resting = sweep({ ...small, loop: true, network, pace: 'between-pauses' });
  const fractionAt = (t: number) => (frameAt(resting, t).network.seed as { fraction: number }).fraction;
  for (const t of [0.5, 1, 2.5, 3]) expect(fractionAt(t)).toBe(0);
  for (const t of [1.2, 1.8, 3.2, 3.8]) expect(fractionAt(t)).toBeGreaterThan(0);
});

test('a sweep whose picture does not change, or that has no tracks, is not retimed', () => {
  const unseen = sweep({
    ...small,
    network: { ...small.network, weightScale: 0 },
    view: { halfWidth: tween(1, 3, { easing: 'linear' }) },
  });
  expect(frameAt(unseen, 1).view.halfWidth).toBeCloseTo(1.5, 12);
  const still = sweep({ ...small, network: { layers: 3 } });
  expect(frameAt(still, 1)).toEqual(frameAt({ ...still, pace: 'tracks' }, 1));
});

test('measuring ahead, in slices, gives the same pace', async () => {
  const input = { ...small, network: { ...small.network, seed: 6 } };
  const pauses = vi.spyOn(globalThis, 'setTimeout');
  const ahead = sweep(input);
  await preparePace(ahead, evaluate);
  expect(pauses).toHaveBeenCalled();
  pauses.mockRestore();
  const copy = sweep({ ...input, title: 'another object, and the same film' });
  expect(scales(copy)).toEqual(scales(ahead));
});

test('the pace is measured on the displayed colours', () => {
  const even = (palette: SweepInput['palette']) => scales(sweep({ ...small, palette }));
  expect(even('oklch')).not.toEqual(even('rgb'));
  expect(even({ map: 'viridis', output: 2 })).not.toEqual(even('viridis'));
});

test('jumps stay jumps, and take no time', () => {
  const jump = sweep({
    ...small,
    network: { ...small.network, weightScale: tween(0.2, 1.4, { during: [2, 2] }) },
  });
  expect(new Set(scales(jump))).toEqual(new Set([0.2, 1.4]));
  const stepping = { ...small.network, weightScale: steps([0.2, 1.4, 0.3, 1], { each: 1 }) };
  expect(scales(sweep({ ...small, network: stepping }))).toEqual(
    scales(sweep({ ...small, network: stepping, pace: 'tracks' })),
  );
});

test('between movements with a jump, the rate is the same and nothing lingers', () => {
  const scale = keyframes(
    [
      [0, 0.6],
      [2, 0.9],
      [2, 1.1],
      [4, 1.4],
    ],
    { easing: 'linear' },
  );
  const jumping = sweep({ ...small, fps: 25, network: { ...small.network, weightScale: scale } });
  const all = scales(jumping);
  expect(all.filter((value) => value > 0.9 && value < 1.1)).toEqual([]);
  const at = all.findIndex((value) => value >= 1.1);
  const seen = changes(jumping);
  expect(seen[at - 1]).toBeGreaterThan(10 * seen[at]);
  const others = seen.filter((_, i) => i !== at - 1).slice(6, -6);
  expect(variation(others)).toBeLessThan(0.1);
});

test('the pace is measured with the evaluator that the caller passes', async () => {
  const linear = sweep({ ...small, network: { ...small.network, seed: 'measured otherwise' } });
  const points: number[] = [];
  // Brightness is the square of the weight scale at every point.
  await preparePace(linear, ({ network }, x, y) => {
    points.push(x.length, y.length);
    return [x.map(() => (network.weightScale! / 2) ** 2)];
  });
  expect(points.length).toBeGreaterThan(2 * 32);
  expect(new Set(points)).toEqual(new Set([32 * 32]));
  // Half of the change has happened half-way, without another measurement.
  expect(frameAt(linear, 2).network.weightScale! ** 2).toBeCloseTo((0.2 ** 2 + 1.4 ** 2) / 2, 2);
});

test('a pace that was kept gives the same frames without being measured again; a damaged one is measured', async () => {
  const kept = new Map<string, string>();
  const memory = {
    recall: async (contents: string) => kept.get(contents),
    keep: async (contents: string, text: string) => void kept.set(contents, text),
  };
  let measured = 0;
  const counting: typeof evaluate = (...args) => {
    measured++;
    return evaluate(...args);
  };
  /** A sweep of these contents that no other test has measured: paces are also known by their contents. */
  const timesOf = async (seconds: number, text?: string) => {
    const film = sweep({
      seconds,
      fps: 2,
      size: [8, 8],
      network: { layers: 3, width: 4, weightScale: tween(0.31, 0.93) },
      pace: 'even',
    });
    if (text !== undefined) kept.set([...kept.keys()][0].replace(/^\[[\d.]+/, `[${seconds}`), text);
    measured = 0;
    const frames = await planFrames(film, [0, 1, 2, 3], counting, {}, memory);
    return [0, 1, 2, 3].map((i) => frames.describe(i).network.weightScale);
  };
  const first = await timesOf(2.125);
  expect(measured).toBeGreaterThan(30);
  const [text] = [...kept.values()];
  // The same changes, in a film of almost the same length, so that this process does not know its pace.
  const again = await timesOf(2.1250001, text);
  expect(measured).toBe(0);
  for (const [i, scale] of again.entries()) expect(scale).toBeCloseTo(first[i] as number, 5);
  for (const [i, damage] of ['', '[[0,1]]', '[[0,0,1,-1]]', '{'].entries()) {
    await timesOf(2.1260001 + i / 1e6, damage);
    expect(measured).toBeGreaterThan(30);
  }
});
