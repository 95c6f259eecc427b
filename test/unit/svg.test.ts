/** Curves: the paths follow the reference with few points, and the file is XML whatever the title is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { inputAt } from '../../src/core/frame/inputs.js';
import {
  activationFunction,
  activationNames,
  activations,
  activationTable,
  type LayerActivation,
} from '../../src/core/network/activations.js';
import { layerValues, logits } from '../../src/core/network/forward.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { parseSweep, type Sweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { activationSweep, svg } from '../../src/exporters/svg.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { frameOf } from '../frames/compare.js';
import { real } from '../frames/specs.js';
import { seed } from '../seed.js';

const refuse = () => Promise.reject(new Error('not needed'));
const tools = { evaluate, draw: refuse, deflate: refuse, player: refuse, version: '1.2.3' };

async function exported(of: Sweep | SweepInput): Promise<string> {
  const checked = parseSweep(JSON.parse(JSON.stringify('fps' in of ? of : sweep(of))));
  const [{ ending, content }, ...others] = await svg.write(
    { name: 'untitled', sweep: checked, at: 0 },
    tools,
  );
  expect([ending, others]).toEqual(['.svg', []]);
  return content as string;
}

describe('activations', () => {
  test.each(activationNames)('%s', async (name) => {
    const curves = read(await exported(activationSweep(name)));
    expect(curves).toHaveLength(1);
    const [{ at, commands }] = curves;
    const { jumps } = activationTable[name];
    for (let x = -5.99; x < 6; x += 0.0371) {
      const off = Math.abs(
        ((x - (jumps?.at ?? 0) + (jumps?.every ?? 0) / 2) % (jumps?.every ?? Number.MAX_VALUE)) -
          (jumps?.every ?? 0) / 2,
      );
      if (jumps && off < 0.01) continue;
      // A curve may be 0.02 of 400 units away, and its numbers are rounded.
      expect(at(x), `x = ${x}`).toBeCloseTo(activations[name](x), 2.5);
    }
    expect(commands).toBeLessThan(name === 'sin' ? 40 : 30);
  });

  test('a kink and a jump are where they should be', async () => {
    const [relu] = read(await exported(activationSweep('relu')));
    expect(relu.commands).toBe(2);
    const [step] = read(await exported(activationSweep('step')));
    expect([step.at(-0.004), step.at(0.004)]).toEqual([0, 1]);
  });
});

describe('networks', () => {
  const name = fc.constantFrom(...activationNames.filter((name) => !activationTable[name].jumps));
  const layer: fc.Arbitrary<LayerActivation> = fc.oneof(
    name,
    fc.record({ from: name, to: name, fraction: real(0, 1) }, { noNullPrototype: true }),
    fc.record({ perUnit: fc.array(name, { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
  );
  const random = fc.record({
    network: fc.record({
      seed: fc.integer(),
      features: fc.subarray(['x', 'cos(x)', 'abs(x)', 'gaussian(x)'], { minLength: 1 }),
      layers: real(1, 4),
      units: fc.integer({ min: 1, max: 8 }),
      activation: layer,
      residual: fc.constantFrom(0, 0.5),
      normalisation: fc.constantFrom('none', 'layer'),
      outputs: fc.constantFrom(1, 3),
      outputActivation: fc.constantFrom('sigmoid', 'tanh', 'identity', 'sin'),
      fold: fc.constantFrom('none', 'mirror', 'tile'),
      firstLayerBias: fc.boolean(),
      weightScale: real(0.2, 1),
    }),
    view: fc.record({ centre: fc.tuple(real(-2, 2), real(-2, 2)), halfWidth: real(0.1, 3) }),
    size: fc.constantFrom([480, 480], [64, 36], [20, 90]),
    hidden: fc.boolean(),
  });

  test(`follow the reference (${seed.hint})`, async () => {
    await fc.assert(
      fc.asyncProperty(random, async ({ hidden, ...input }) => {
        const shown = hidden && input.network.layers > 1 ? { layer: 1 } : undefined;
        const frame = frameOf({ ...input, shown } as Parameters<typeof frameOf>[0]);
        const text = await exported({
          seconds: 1,
          ...input,
          ...(shown && { shown }),
        } as unknown as SweepInput);
        const curves = read(text);
        const half = (frame.view.halfWidth * frame.size[0]) / Math.min(...frame.size);
        for (let k = 0; k <= 40; k++) {
          const offset = half * (k / 20.5 - 0.97);
          const [before, values, after] = [-1, 0, 1].map((side) =>
            valuesAt(frame, offset + (side * half) / 2000),
          );
          expect(curves).toHaveLength(values.length);
          for (const [i, { at, range }] of curves.entries()) {
            const difference = Math.abs(at(frame.view.centre[0] + offset) - values[i]);
            // Where a function is steep, a curve may be off horizontally by less than the narrowest piece.
            const steep = Math.abs(after[i] - before[i]);
            // Like pictures, curves are float32, whose rounding is visible if a function is almost constant. In four
            // layers, errors add up to a few steps of 2 ** -24; 16 leave room.
            const rounding = 16 * 2 ** -24 * Math.max(1, Math.abs(values[i]));
            expect(difference, `curve ${i} at ${offset}`).toBeLessThan(2e-3 * range + steep + rounding);
          }
        }
      }),
      { numRuns: 12, seed: seed.value },
    );
  });

  const tiny = { inputs: 1, seed: 3, layers: 3, units: 5, firstLayerBias: true } as const;

  test('show the output of a colour map, in its colours', async () => {
    const network = { ...tiny, outputs: 3 } as const;
    const palette = { colours: ['#102030', '#ff8000'], output: 2 };
    const text = await exported({ seconds: 1, network, palette });
    const [curve, ...others] = read(text);
    expect(others).toEqual([]);
    expect(curve.at(1)).toBeCloseTo(valuesAt(frameOf({ network, size: [9, 9] }), 0)[1], 3);
    expect(text).toContain('stop-color="rgb(16,32,48)"');
    expect(text).toContain('stop-color="rgb(255,128,0)"');
    expect(text).toMatch(/stroke="url\(#colours\)/);
  });

  test('are clipped to the levels', async () => {
    const network = { weights: [{ w: [[1]] }], outputActivation: 'tanh' } as const;
    const view = { centre: [0, 0] as [number, number], halfWidth: 2 };
    const [{ at }] = read(
      await exported({ seconds: 1, network: network as never, view, levels: [0.25, 0.75] }),
    );
    for (const x of [-1.9, -0.5, 0, 0.3, 1.9]) {
      expect(at(x)).toBeCloseTo(Math.min(0.5, Math.max(-0.5, Math.tanh(x))), 2);
    }
  });

  test('a constant and huge values have an axis', async () => {
    for (const weight of [0, 1e30]) {
      const network = { weights: [{ w: [[weight]] }], outputActivation: 'identity' };
      const text = await exported({ seconds: 1, network } as unknown as SweepInput);
      expect(text).not.toMatch(/NaN|Infinity/);
      expect(read(text)[0].at(1)).toBeCloseTo(weight, -27);
    }
  });

  test('are refused if they are not functions of x', async () => {
    const write = (network: object, view = {}) => exported({ seconds: 1, network, view } as SweepInput);
    await expect(write({})).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: network.features are x, y, but a curve shows a network of x alone: set features: ['x'], or export a height map (--to gltf).]`,
    );
    await expect(write({ ...tiny, fold: 'kaleidoscope' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: network.fold is a kaleidoscope, but a curve has only one coordinate to fold: set fold: 'none'.]`,
    );
    await expect(write(tiny, { rotation: 30 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: view.rotation is 30, but a curve cannot be rotated: set rotation: 0.]`,
    );
  });
});

test.each([
  '</title><script>alert(1)</script>',
  ']]>',
  '--> & "quoted"',
  '\u0000\u001b\ufffe',
  '\ud800',
  'λ 🌊',
])('a title is only a title: %j', async (title) => {
  const text = await exported({ ...activationSweep('tanh'), title });
  const [, shown] = /<title>([^<>]*)<\/title>/.exec(text)!;
  const plain = shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const isClean = !/[\p{Cc}\p{Cs}\ufffe]/u.test(title);
  expect(plain).toBe(isClean ? title : ' ');
  expect(text).not.toMatch(/<script|[^\P{Cc}\n]|\p{Cs}|\ufffe/u);
  const [, note] = /<metadata>(.*)<\/metadata>/.exec(text)!;
  expect(note).not.toMatch(/[<>&]/);
  expect(parseSweep(JSON.parse(note).sweep).title).toBe(title);
});

/** What a curve shows at an offset from the view's centre, by the reference. */
function valuesAt(frame: FrameDescription, offset: number): number[] {
  const network = buildNetwork(frame.network);
  const input = inputAt(frame, offset, 0);
  if (frame.shown) return layerValues(network, input)[0];
  return logits(network, input).map(activationFunction(network.outputActivation));
}

/** One curve of a file. */
interface Curve {
  /** The number of lines and Béziers. */
  commands: number;
  /** The height of the vertical axis. */
  range: number;
  /** Its value at x. */
  at(x: number): number;
}

/** Reads the curves, in the units of the axes, from the paths and the labels of the ticks. */
function read(text: string): Curve[] {
  const labels = [
    ...text.matchAll(/<text x="([^"]+)" y="([^"]+)" text-anchor="(middle|end)">([^<x]+)<\/text>/g),
  ];
  const axis = (anchor: string, place: number, shift: number) => {
    const ticks = labels.filter(([, , , kind]) => kind === anchor);
    const [first, last] = [ticks[0], ticks[ticks.length - 1]].map((tick) => ({
      at: Number(tick[place]) + shift,
      value: Number(tick[4].replace('−', '-')),
    }));
    const scale = (last.value - first.value) / (last.at - first.at);
    return { scale: Math.abs(scale), of: (at: number) => first.value + (at - first.at) * scale };
  };
  const [x, y] = [axis('middle', 1, 0), axis('end', 2, -5)];
  const [, curves] = /<g id="curves"[^>]*>([\s\S]*)<\/g>/.exec(text)!;
  return [...curves.matchAll(/<path d="([^"]+)"/g)].map(([, path]): Curve => {
    const commands = [...path.matchAll(/([MLC])([^MLC]+)/g)].map(([, kind, numbers]) => ({
      kind,
      points: numbers.split(' ').map((point) => point.split(',').map(Number)),
    }));
    expect(commands[0].kind).toBe('M');
    const at = (value: number) => {
      for (let i = 1; i < commands.length; i++) {
        const from = commands[i - 1].points.at(-1)!;
        const { points } = commands[i];
        const to = points.at(-1)!;
        if (x.of(to[0]) < value) continue;
        const t = (value - x.of(from[0])) / (x.of(to[0]) - x.of(from[0]));
        const u = 1 - t;
        if (commands[i].kind === 'L') return y.of(u * from[1] + t * to[1]);
        const [[, a], [, b]] = points;
        return y.of(u ** 3 * from[1] + 3 * u * u * t * a + 3 * u * t * t * b + t ** 3 * to[1]);
      }
      return Number.NaN;
    };
    return { commands: commands.length - 1, range: 400 * y.scale, at };
  });
}
