/** Fades between layers, activations and seeds keep their contrast; recipes of version 1 keep their frames. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { frameSchema } from '../../src/core/frame/description.js';
import { pixelOffsets } from '../../src/core/frame/geometry.js';
import { meanField } from '../../src/core/network/mean-field.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { type NetworkInput, networkSchema } from '../../src/core/network/spec.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { frameAt, planFrames, type Sweep, sweep, timeOfFrame } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';

/** Planes of brightness by the plain kernel, which gives the same bits on every machine. */
function pictureOf(network: NetworkInput): Float32Array[] {
  const frame = frameSchema.parse({ network, view: { centre: [1, 0], halfWidth: 3 }, size: [32, 32] });
  const { x, y } = pixelOffsets(frame);
  return evaluate(frame, x, y);
}

/** The standard deviation of a picture's luminance. */
function contrastOf(network: NetworkInput): number {
  const [red, green = red, blue = red] = pictureOf(network);
  const light = Array.from(red, (r, i) => 0.2126 * r + 0.7152 * green[i] + 0.0722 * blue[i]);
  const mean = light.reduce((sum, value) => sum + value, 0) / light.length;
  return Math.sqrt(light.reduce((sum, value) => sum + (value - mean) ** 2, 0) / light.length);
}

/** The least contrast on the way, as a multiple of that of the paler end. */
function leastContrast(at: (fraction: number) => NetworkInput): number {
  const [first, ...rest] = [0, 0.2, 0.4, 0.6, 0.8, 1].map((fraction) => contrastOf(at(fraction)));
  const last = rest.pop()!;
  return Math.min(...rest) / Math.min(first, last);
}

/** The mean difference of two pictures, per output and point. */
function apart(a: Float32Array[], b: Float32Array[]): number {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return (
    sum(a.map((plane, c) => sum(Array.from(plane, (v, i) => Math.abs(v - b[c][i]))) / plane.length)) /
    a.length
  );
}

const article: NetworkInput = { seed: 16, units: 30, weightScale: 0.62 };

describe('contrast lasts', () => {
  test.each([10, 11, 12, 13])('while layer %d becomes the next', (layers) => {
    const at = (fade: 'contrast' | 'outputs') =>
      leastContrast((f) => ({ ...article, layers: layers + f, fade }));
    expect(at('contrast')).toBeGreaterThan(0.95);
    expect(at('contrast')).toBeGreaterThan(at('outputs'));
  });

  test.each([
    ['tanh', 'gaussian'],
    ['tanh', 'relu'],
    ['tanh', 'step'],
    ['sin', 'gaussian'],
  ] as const)('while %s becomes %s', (from, to) => {
    const at = (fade: 'contrast' | 'outputs') =>
      leastContrast((fraction) => ({ ...article, layers: 10, activation: { from, to, fraction }, fade }));
    expect(at('contrast')).toBeGreaterThan(0.9);
    expect(at('contrast')).toBeGreaterThan(at('outputs'));
  });

  test('between seeds', () => {
    const at = (fade: 'contrast' | 'outputs') =>
      leastContrast((fraction) => ({ ...article, layers: 14, seed: { from: 16, to: 65, fraction }, fade }));
    expect(at('contrast')).toBeGreaterThan(0.85);
    expect(at('contrast')).toBeGreaterThan(at('outputs'));
  });

  test('χ is between those of the two activations', () => {
    const chi = (fraction: number) => {
      const activation = { from: 'tanh', to: 'gaussian', fraction } as const;
      const measure = meanField(networkSchema.parse({ ...article, activation }));
      return 'chi' in measure ? measure.chi : Number.NaN;
    };
    const [tanh, half, gaussian] = [chi(0), chi(0.5), chi(1)];
    expect(half).toBeGreaterThan(0.9 * Math.min(tanh, gaussian));
    expect(half).toBeLessThan(1.1 * Math.max(tanh, gaussian));
  });
});

describe('nothing jumps', () => {
  const cases: [string, (f: number) => NetworkInput][] = [
    ['layers', (f) => ({ ...article, layers: 12 + f })],
    [
      'activations',
      (f) => ({ ...article, layers: 6, activation: { from: 'tanh', to: 'gaussian', fraction: f } }),
    ],
    ['seeds', (f) => ({ ...article, layers: 6, seed: { from: 1, to: 2, fraction: f } })],
    [
      'all of them',
      (f) => ({
        ...article,
        layers: 4 + f,
        seed: { from: 1, to: 2, fraction: f },
        activation: [{ from: 'sin', to: 'tanh', fraction: f }, 'tanh'],
      }),
    ],
  ];
  test.each(cases)('as %s change', (_, at) => {
    const near = 1e-4;
    for (const end of [0, 1])
      expect(apart(pictureOf(at(end)), pictureOf(at(Math.abs(end - near))))).toBeLessThan(1e-3);
    const steps = Array.from({ length: 21 }, (_, i) => pictureOf(at(i / 20)));
    const speeds = steps.slice(1).map((picture, i) => apart(picture, steps[i]));
    const mean = speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length;
    expect(Math.max(...speeds)).toBeLessThan(3 * mean);
  });

  test('the speed is about the same before and after a whole number of layers', () => {
    for (const layers of [11, 12, 13]) {
      const speed = (from: number) =>
        apart(pictureOf({ ...article, layers: from }), pictureOf({ ...article, layers: from + 0.05 }));
      expect(speed(layers - 0.05) / speed(layers)).toBeGreaterThan(0.4);
      expect(speed(layers - 0.05) / speed(layers)).toBeLessThan(2.5);
    }
  });
});

test('whole numbers of layers and ends of mixes have no fade', () => {
  const networks: NetworkInput[] = [
    { ...article, layers: 12 },
    {
      layers: 3,
      seed: { from: 1, to: 2, fraction: 1 },
      activation: { from: 'tanh', to: 'relu', fraction: 0 },
    },
  ];
  for (const network of networks) {
    const [own, before] = (['contrast', 'outputs'] as const).map((fade) =>
      buildNetwork(networkSchema.parse({ ...network, fade })),
    );
    expect(own).toEqual(before);
  }
});

test.each<NetworkInput>([
  { layers: 10.5, weightScale: 1e6 },
  { layers: 5.5, weightScale: 0 },
  { layers: 3.5, units: 1 },
  { layers: 2.2, units: 1, activation: 'step' },
  { layers: 1.3, weightScale: 1e6, outputActivation: 'relu' },
  { layers: 300.5, units: 4, weightScale: 3, activation: 'relu' },
  { layers: 9.5, weightScale: 5, activation: { from: 'relu', to: 'gaussian', fraction: 0.99 } },
  {
    layers: 4,
    outputs: 1,
    seed: { from: 1, to: 2, fraction: 0.5 },
    outputActivation: { from: 'step', to: 'sin', fraction: 0.5 },
  },
])('extreme networks have numbers: %j', (network) => {
  const { output, earlier } = buildNetwork(networkSchema.parse(network));
  for (const layer of earlier ? [output, earlier.output] : [output]) {
    for (const number of [...layer.weights, ...layer.biases]) expect(number).not.toBeNaN();
  }
  for (const plane of pictureOf(network)) {
    for (const value of plane) expect(value >= 0 && value <= 1).toBe(true);
  }
});

describe('recipes of version 1', () => {
  const layersSeedsAndActivations = {
    seconds: 2,
    fps: 4,
    size: [24, 24],
    network: {
      seed: { walk: [16, 'moss'] },
      layers: { tween: [2, 5] },
      width: 12,
      activation: { from: 'tanh', to: 'gaussian', fraction: { tween: [0, 1] } },
    },
    view: { centre: [1, 0], halfWidth: 2 },
  };
  const normalisedUnits = {
    seconds: 2,
    fps: 4,
    size: [24, 24],
    network: {
      layers: { tween: [1, 6.5] },
      units: 9,
      activation: { perUnit: ['sin', 'relu'] },
      residual: 0.5,
      normalisation: 'layer',
    },
  };
  /** Of all bytes of a film. */
  function hashOf(sweep: Sweep): string {
    const hash = createHash('sha256');
    for (let i = 0; i < 8; i++) {
      const frame = frameAt(sweep, timeOfFrame(sweep, i), evaluate);
      const { x, y } = pixelOffsets(frame);
      for (const plane of evaluate(frame, x, y))
        hash.update(Uint8Array.from(plane, (v) => Math.round(255 * v)));
    }
    return hash.digest('hex');
  }
  const filmOf = (untrained: number, sweep: object) =>
    parseRecipe(JSON.stringify({ untrained, sweep })).sweep!;

  // The hashes are of films that were drawn before version 2.
  test.each([
    [layersSeedsAndActivations, 'bff21ada691016c89a655711c400754d614404a903e6145e041e0c67b746736a'],
    [normalisedUnits, '768aed8b2ba8929e4ae64b3be8379080bbf44f5351b279e95b4159e88357181a'],
  ])('keep their frames, byte for byte: %j', (sweep, hash) => {
    const first = filmOf(1, sweep);
    expect(first.network.fade).toBe('outputs');
    expect(hashOf(first)).toBe(hash);
    expect(hashOf(filmOf(2, sweep))).not.toBe(hash);
  });

  test('that are about composed scenes are read', () => {
    const recipe = { scene: 'star', variables: { seed: 3 } };
    expect(parseRecipe(JSON.stringify({ untrained: 1, ...recipe }))).toEqual(recipe);
  });
});

describe('steady brightness', () => {
  const input = {
    seconds: 2,
    fps: 12,
    size: [32, 18] as [number, number],
    network: { ...article, layers: tween(6, 12) },
  };
  const means = (film: Sweep) =>
    Array.from({ length: 24 }, (_, i) => {
      const frame = frameAt(film, timeOfFrame(film, i), evaluate);
      const { x, y } = pixelOffsets(frame);
      const [red, green, blue] = evaluate(frame, x, y);
      return (
        red.reduce((sum, r, j) => sum + 0.2126 * r + 0.7152 * green[j] + 0.0722 * blue[j], 0) / red.length
      );
    });

  test('stays near a half', async () => {
    const film = sweep({ ...input, brightness: 'steady' });
    for (const mean of means(film)) expect(mean).toBeCloseTo(0.5, 1);
    const furthest = (film: Sweep) => Math.max(...means(film).map((mean) => Math.abs(mean - 0.5)));
    expect(furthest(film)).toBeLessThan(furthest(sweep(input)) / 3);
    const frames = await planFrames(film, [0, 7], evaluate);
    expect(frames.describe(1)).toEqual(frameAt(film, timeOfFrame(film, 7), evaluate));
  });

  test('excludes levels', () => {
    expect(() => sweep({ ...input, brightness: 'steady', levels: [0, 1] })).toThrow(/keep one of the two/);
  });
});
