/** Palettes match their colour spaces and libraries, in the reference and in the CPU renderer's pictures. */
import { clampChroma, converter, interpolate } from 'culori';
import * as d3 from 'd3-scale-chromatic';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { toByte } from '../../src/core/frame/colour.js';
import { type Colour, colourOf, colourPlanes, lightOfOutputs } from '../../src/core/frame/colouring.js';
import { type FrameInput, frameSchema } from '../../src/core/frame/description.js';
import { lightOf } from '../../src/core/frame/oklab.js';
import { colouringOf, type Palette } from '../../src/core/frame/palette.js';
import { mapNames, paletteNames } from '../../src/core/frame/palette-names.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import {
  expectReference,
  expectWithinOneStep,
  type Furthest,
  frameOf,
  furthest,
  gradient,
  largestDifference,
  meanColours,
} from './compare.js';
import { frames, inPalettes, real } from './specs.js';

const renderer = new CpuRenderer(2);
afterAll(() => renderer.close());

const inOklab = converter('oklab');
const inOklch = converter('oklch');
const inRgb = converter('rgb');
const spaces = ['oklab', 'oklch'] as const;
const value = real(0, 1);
const outputs = fc.tuple(value, value, value);

/** The colour by the formula of OK_SPAN, before gamut mapping to sRGB. */
function wanted(space: (typeof spaces)[number], [u, v, w]: Colour) {
  const l = 0.3 + 0.65 * u;
  return space === 'oklab'
    ? ({ mode: 'oklab', l, a: 0.2 * (2 * v - 1), b: 0.2 * (2 * w - 1) } as const)
    : ({ mode: 'oklch', l, c: 0.05 + 0.2 * v, h: 360 * w } as const);
}

describe.each(spaces)('%s', (space) => {
  test("is culori's conversion, with chroma reduced as culori's clampChroma does", () => {
    let furthest = 0;
    fc.assert(
      fc.property(outputs, (values) => {
        const theirs = inRgb(clampChroma(wanted(space, values), 'oklch'));
        const ours = colourOf(space, values);
        for (const [i, channel] of [theirs.r, theirs.g, theirs.b].entries()) {
          const steps = 255 * Math.abs(ours[i] - Math.max(0, channel));
          furthest = Math.max(furthest, steps);
          // culori stops 5e-5 of chroma short of the gamut's edge, which near black is half a step or more.
          expect(steps).toBeLessThan(0.75);
        }
      }),
      { seed: 2024, numRuns: 5000 },
    );
    console.info(`${space}: at most ${furthest.toFixed(3)} of a step from culori`);
  });

  test('stays within sRGB, and keeps lightness and hue', () => {
    let reduced = 0;
    fc.assert(
      fc.property(outputs, (values) => {
        const asked = inOklch(wanted(space, values));
        const [r, g, b] = lightOfOutputs(space, ...values);
        for (const light of [r, g, b]) expect(light >= 0 && light <= 1).toBe(true);
        const given = inOklch({ mode: 'lrgb', r, g, b });
        expect(given.l).toBeCloseTo(asked.l, 6);
        expect(given.c).toBeLessThan(asked.c + 1e-6);
        if (given.c < asked.c - 1e-4) reduced++;
        if (given.c < 1e-3) return; // grey has no hue
        const turn = Math.abs(given.h! - asked.h!);
        expect(Math.min(turn, 360 - turn) * given.c).toBeLessThan(1e-3);
      }),
      { seed: 2024, numRuns: 5000 },
    );
    console.info(`${space}: ${reduced} of 5000 colours had to lose chroma`);
    expect(reduced).toBeGreaterThan(500);
    expect(reduced).toBeLessThan(4000);
  });

  test("a step of any output is a small step of colour, also at the gamut's edge", () => {
    fc.assert(
      fc.property(outputs, fc.integer({ min: 0, max: 2 }), (values, i) => {
        const [from, to] = [0, 1e-5].map((step) =>
          colourOf(space, values.with(i, Math.min(1, values[i] + step)) as Colour),
        );
        for (const channel of [0, 1, 2]) expect(Math.abs(to[channel] - from[channel])).toBeLessThan(2e-3);
      }),
      { seed: 2024, numRuns: 5000 },
    );
  });
});

test('the hue of oklch wraps around', () => {
  const [begin, end] = [0, 1].map((w) => colourOf('oklch', [0.6, 0.9, w]));
  for (const channel of [0, 1, 2]) expect(begin[channel]).toBeCloseTo(end[channel], 12);
});

test('colours within sRGB are unchanged', () => {
  fc.assert(
    fc.property(outputs, (light) => {
      const [r, g, b] = light.map((value) => 0.001 + 0.998 * value);
      const point = inOklab({ mode: 'lrgb', r, g, b });
      const found = lightOf(point.l, point.a, point.b);
      for (const [i, expected] of [r, g, b].entries()) expect(found[i]).toBeCloseTo(expected, 6);
    }),
    { seed: 2024, numRuns: 2000 },
  );
});

describe('colour maps', () => {
  const library = new Map(Object.entries(d3).filter(([name]) => name.startsWith('interpolate'))) as Map<
    string,
    (t: number) => string
  >;
  const inLibrary = (name: string) =>
    library.get(`interpolate${name[0].toUpperCase()}${name.slice(1)}`.replace(/helix$/, 'helixDefault'))!;

  test('include all of the library', () => {
    expect(new Set(mapNames.map(inLibrary))).toEqual(new Set(library.values()));
  });

  test.each(mapNames)("%s has the library's colours, and those in between", (name) => {
    const colouring = colouringOf(name);
    const exact = (t: number) => {
      const { r, g, b } = inRgb(inLibrary(name)(t))!;
      return [r, g, b];
    };
    for (let i = 0; i < 256; i++) {
      for (const channel of [0, 1, 2]) {
        const [lower, upper] = [i, Math.min(255, i + 1)].map((k) => exact(k / 255)[channel]);
        expect(colourOf(colouring, [i / 255])[channel]).toBeCloseTo(lower, 6);
        const between = colourOf(colouring, [Math.min(1, (i + 0.5) / 255)])[channel];
        expect(between).toBeCloseTo(i < 255 ? (lower + upper) / 2 : upper, 6);
      }
    }
  });

  test.each(['rainbow', 'sinebow'] as const)('%s is cyclic', (name) => {
    expect(colourOf(colouringOf(name), [0])).toEqual(colourOf(colouringOf(name), [1]));
  });

  test('colour the first output, or the one specified', () => {
    const values = [0.1, 0.5, 0.9];
    for (const output of [1, 2, 3]) {
      const one = colourOf(colouringOf('turbo'), [values[output - 1]]);
      expect(colourOf(colouringOf({ map: 'turbo', output }), values)).toEqual(one);
      if (output === 1) expect(colourOf(colouringOf('turbo'), values)).toEqual(one);
    }
  });
});

describe('custom colour maps', () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);

  test("are culori's interpolation in OKLab at equal steps; outside sRGB, they keep its lightness", () => {
    let outside = 0;
    fc.assert(
      fc.property(
        fc.array(hex, { minLength: 2, maxLength: 64 }),
        fc.integer({ min: 0, max: 255 }),
        (colours, i) => {
          const asked = interpolate(colours, 'oklab')(i / 255);
          const { r, g, b } = inRgb(asked);
          const ours = colourOf(colouringOf({ colours }), [i / 255]);
          if ([r, g, b].every((channel) => channel > -1e-4 && channel < 1 + 1e-4)) {
            for (const [k, channel] of [r, g, b].entries())
              expect(Math.abs(ours[k] - channel)).toBeLessThan(5e-4);
          } else {
            outside++;
            for (const channel of ours) expect(channel >= 0 && channel <= 1).toBe(true);
            expect(inOklab({ mode: 'rgb', r: ours[0], g: ours[1], b: ours[2] }).l).toBeCloseTo(asked.l, 2);
          }
        },
      ),
      { seed: 2024, numRuns: 500 },
    );
    console.info(`${outside} of 500 colours between two of sRGB are outside it`);
    expect(outside).toBeGreaterThan(0);
  });

  test("begin and end with the colours given, those of the gamut's edge too", () => {
    for (const [from, to] of [
      ['#012', '#FA3'],
      ['#0000ff', '#ffffff'],
      ['#000', '#f0f'],
    ]) {
      const bytes = [0, 1].map((at) =>
        colourOf(colouringOf({ colours: [from, to] }), [at]).map((v) => toByte(v)),
      );
      const given = [from, to].map((colour) => {
        const { r, g, b } = inRgb(colour)!;
        return [r, g, b].map((v) => Math.round(255 * v));
      });
      expect(bytes).toEqual(given);
    }
  });

  test('have one table each, and colour the output that they name', () => {
    const palette = { colours: ['#012', '#fa3'], output: 2 };
    const [one, other] = [colouringOf(palette), colouringOf({ ...palette, colours: [...palette.colours] })];
    expect(one).toEqual(other);
    expect(typeof one === 'object' && typeof other === 'object' && one.table === other.table).toBe(true);
    expect(colourOf(one, [0.1, 0.5, 0.9])).toEqual(
      colourOf(colouringOf({ colours: palette.colours }), [0.5]),
    );
  });
});

test('planes are coloured in place, within 0.04 of a step of the reference', () => {
  const count = 4000;
  const random = fc.sample(outputs, { seed: 2024, numRuns: count });
  for (const palette of [
    'oklab',
    'oklch',
    'turbo',
    { map: 'RdBu', output: 3 },
    { colours: ['#00f', '#ff0'], output: 1 },
  ] as Palette[]) {
    const colouring = colouringOf(palette);
    const planes = [0, 1, 2].map((channel) => Float32Array.from(random, (values) => values[channel]));
    const values = Array.from({ length: count }, (_, i) => planes.map((plane) => plane[i]));
    colourPlanes(colouring as Exclude<typeof colouring, 'rgb'>, planes, planes);
    for (const [i, outputs] of values.entries()) {
      for (const [channel, exact] of colourOf(colouring, outputs).entries())
        expect(255 * Math.abs(planes[channel][i] - exact)).toBeLessThan(0.04);
    }
  }
});

describe('pictures', () => {
  test('random networks of one and two layers: every pixel within one step', async () => {
    const layers = fc.oneof(fc.constantFrom(1, 2), real(1, 2));
    const range = { layers, weightScale: 3, zoom: [-7, 1] as [number, number], centre: 30 };
    let worst: Furthest = { steps: 0, share: 0, text: '' };
    await fc.assert(
      fc.asyncProperty(inPalettes(frames(range)), async (frame) => {
        const found = expectWithinOneStep(await renderer.render(frame), frame);
        if (found.steps > worst.steps) worst = found;
      }),
      { seed: 2024, numRuns: 60 },
    );
    console.info(`one and two layers: ${worst.text}`);
    expect(worst.steps, 'bytes are rounded, so the furthest is about half a step off').toBeGreaterThan(0.45);
  });

  const network = { layers: 9, width: 20, weightScale: 0.8 };

  test.each<Palette>(['oklab', 'oklch', 'viridis', 'sinebow', { map: 'RdBu', output: 2 }])(
    'a deeper network in %j',
    async (palette) => {
      const frame = frameOf({ network, palette, size: [64, 40] });
      expectReference(await renderer.render(frame), frame);
    },
  );

  test.each<Palette>(['oklab', 'oklch', 'turbo'])(
    '3 x 3 samples in %s are averaged in linear light',
    async (palette) => {
      const input: FrameInput = { network, palette, view: { halfWidth: 8 }, size: [37, 23] };
      const frame = frameOf({ ...input, supersample: 3 });
      const worst = furthest(await renderer.render(frame), frame, meanColours(input, 3));
      expect(worst.steps, worst.text).toBeLessThanOrEqual(1);
    },
  );

  test('dither applies to the colours of a map, per pixel', async () => {
    const palette = 'plasma';
    const frame = frameOf({ network: gradient(0, 0, 0.3), palette, size: [16, 16], dither: true });
    const rgba = await renderer.render(frame);
    const exact = colourOf(colouringOf(palette), [Math.fround(0.3)]);
    for (const channel of [0, 1, 2]) {
      let sum = 0;
      for (let i = channel; i < rgba.length; i += 4) sum += rgba[i];
      expect(sum / 256).toBeCloseTo(255 * exact[channel], 1);
    }
  });

  test('rgb is the default, and only a map colours a grey network', async () => {
    const grey = { network: { layers: 3, outputs: 1 as const }, size: [20, 20] as [number, number] };
    const plain = await renderer.render(frameOf(grey));
    expect(largestDifference(await renderer.render(frameOf({ ...grey, palette: 'rgb' })), plain)).toBe(0);
    expect(plain.every((byte, i) => i % 4 === 3 || byte === plain[i - (i % 4)])).toBe(true);
    const frame = frameOf({ ...grey, palette: 'inferno' });
    expectReference(await renderer.render(frame), frame);
  });

  test('NaN has the colour of 0', async () => {
    const infinite = {
      w: [
        [1e30, 0],
        [1e30, 0],
      ],
    };
    const weights = [
      infinite,
      {
        w: [
          [1e30, 1e30],
          [1e30, 1e30],
        ],
      },
      { w: [[1e30, -1e30]] },
    ];
    const network = { activation: 'relu', outputActivation: 'identity', weights } as const;
    const view = { centre: [5, 0] as [number, number], halfWidth: 1 };
    const rgba = await renderer.render(frameOf({ network, view, palette: 'magma', size: [3, 3] }));
    const black = colourOf(colouringOf('magma'), [0]).map((channel) => toByte(channel));
    expect([...rgba]).toEqual(Array.from({ length: 9 }, () => [...black, 255]).flat());
  });
});

describe('invalid palettes', () => {
  const problem = (input: unknown) => {
    const result = frameSchema.safeParse({ size: [4, 4], network: {}, ...(input as object) });
    return result.success ? '' : result.error.issues[0].message;
  };

  test.each(spaces)('%s needs three outputs', (palette) => {
    expect(problem({ palette, network: { outputs: 1 } })).toMatch(/needs three outputs.* use a colour map/);
    expect(problem({ palette })).toBe('');
  });

  test('a map needs an output that exists', () => {
    const palette = { map: 'turbo', output: 2 };
    expect(problem({ palette, network: { outputs: 1 } })).toMatch(
      /for output 2 but the network has only one/,
    );
    expect(problem({ palette })).toBe('');
    expect(problem({ palette: { map: 'turbo', output: 4 } })).not.toBe('');
    expect(problem({ palette: 'turbid' })).not.toBe('');
  });

  test('every name is a valid palette', () => {
    for (const palette of paletteNames) expect(problem({ palette })).toBe('');
  });
});
