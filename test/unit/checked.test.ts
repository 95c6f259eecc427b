/** Invalid arguments of public functions, and the errors they give. */
import { describe, expect, test } from 'vitest';
import * as api from '../../src/index.js';
import * as film from '../../src/render.js';

const sweep = api.sweep({ seconds: 1, size: [8, 8], network: { layers: 2, width: 3 } });
const network = api.buildNetwork({ layers: 2, width: 3 });
// biome-ignore lint/suspicious/noExplicitAny: that is the point
type Anything = any;
const odd: Anything[] = [null, Number.NaN, Number.POSITIVE_INFINITY, 'text', [], {}, true, () => 1, 10n];

const place = { layer: 1, unit: 1, input: 1 };

/** Each public function, one argument wrong at a time. */
const calls: [name: string, call: (wrong: Anything) => unknown, fine?: Anything[]][] = [
  ['sweep', (wrong) => api.sweep(wrong)],
  ['sweep, seconds', (wrong) => api.sweep({ seconds: wrong })],
  ['sweep, network', (wrong) => api.sweep({ seconds: 1, network: wrong }), [{}]],
  ['sweep, layers', (wrong) => api.sweep({ seconds: 1, network: { layers: wrong } })],
  ['tween', (wrong) => api.sweep({ seconds: 1, network: { layers: api.tween(1, wrong) } })],
  ['zoom', (wrong) => api.sweep({ seconds: 1, network: { layers: api.zoom(1, wrong) } })],
  ['keyframes', (wrong) => api.sweep({ seconds: 1, network: { layers: api.keyframes(wrong) } })],
  ['keyframe', (wrong) => api.sweep({ seconds: 1, network: { layers: api.keyframes([[0, 2], wrong]) } })],
  ['loop', (wrong) => api.sweep({ seconds: 1, network: { layers: api.loop(wrong) } })],
  ['walk', (wrong) => api.sweep({ seconds: 1, network: { seed: api.walk(wrong) } })],
  ['circle', (wrong) => api.sweep({ seconds: 1, view: { centre: api.circle(wrong) } })],
  ['circle, centre', (wrong) => api.sweep({ seconds: 1, view: { centre: api.circle(1, wrong) } }), [[]]],
  ['weights', (wrong) => api.sweep({ seconds: 1, network: { weights: wrong } })],
  ['a weight', (wrong) => api.sweep({ seconds: 1, network: { weights: [{ w: [[1, wrong]] }] } })],
  ['frameAt', (wrong) => api.frameAt(wrong, 0)],
  ['frameAt, t', (wrong) => api.frameAt(sweep, wrong)],
  ['frameCount', (wrong) => api.frameCount(wrong)],
  ['timeOfFrame', (wrong) => api.timeOfFrame(wrong, 0)],
  ['timeOfFrame, i', (wrong) => api.timeOfFrame(sweep, wrong)],
  ['frameSchema', (wrong) => api.frameSchema.parse(wrong)],
  ['frameSchema, size', (wrong) => api.frameSchema.parse({ network: {}, size: wrong })],
  ['networkSchema', (wrong) => api.networkSchema.parse(wrong), [{}]],
  ['buildNetwork', (wrong) => api.buildNetwork(wrong), [{}]],
  ['forward', (wrong) => api.forward(wrong, [0, 0])],
  ['forward, x', (wrong) => api.forward(network, wrong)],
  ['logits, x', (wrong) => api.logits(network, wrong)],
  ['forward, a number', (wrong) => api.forward(network, [0, wrong])],
  ['weightCount', (wrong) => api.weightCount(wrong)],
  ['withWeightTimes, network', (wrong) => api.withWeightTimes(wrong, place, 2)],
  ['withWeightTimes, place', (wrong) => api.withWeightTimes(network, wrong, 2)],
  ['withWeightTimes, unit', (wrong) => api.withWeightTimes(network, { ...place, unit: wrong }, 2)],
  ['withWeightTimes, factor', (wrong) => api.withWeightTimes(network, place, wrong)],
  ['differenceBetween, network', (wrong) => api.differenceBetween(network, wrong, [network], [[0, 0]])],
  ['differenceBetween, unrelated', (wrong) => api.differenceBetween(network, network, wrong, [[0, 0]])],
  ['differenceBetween, points', (wrong) => api.differenceBetween(network, network, [network], wrong)],
  ['drawUnit, seed', (wrong) => api.drawUnit(wrong, 1, 1, 2, 'uniform'), ['text']],
  ['drawUnit, layer', (wrong) => api.drawUnit(1, wrong, 1, 2, 'uniform')],
  ['drawUnit, inputs', (wrong) => api.drawUnit(1, 1, 1, wrong, 'uniform')],
  ['drawUnit, distribution', (wrong) => api.drawUnit(1, 1, 1, 2, wrong)],
  ['drawUnit, draws', (wrong) => api.drawUnit(1, 1, 1, 2, 'uniform', wrong)],
  ['readRecipe', (wrong) => api.readRecipe(wrong)],
  ['writeRecipe', (wrong) => api.writeRecipe(wrong)],
  ['createRenderer', (wrong) => closed(api.createRenderer(wrong)), [[], {}, true, 10n]],
  ['createRenderer, threads', (wrong) => closed(api.createRenderer({ threads: wrong }))],
  ['createRenderer, backend', (wrong) => closed(api.createRenderer({ backend: wrong }))],
  ['findFfmpeg', (wrong) => film.findFfmpeg(wrong)],
  ['renderFilm', (wrong) => film.renderFilm(wrong, { outputs: ['a.mp4'] })],
  ['renderFilm, options', (wrong) => film.renderFilm(sweep, wrong)],
  ['renderFilm, outputs', (wrong) => film.renderFilm(sweep, { outputs: wrong })],
  ['renderFilm, an output', (wrong) => film.renderFilm(sweep, { outputs: [wrong] })],
  ['renderFilm, a path', (wrong) => film.renderFilm(sweep, { outputs: [{ path: wrong }] })],
  ['renderFilm, frames', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], frames: wrong })],
  ['renderFilm, every', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], every: wrong })],
  ['renderFilm, crf', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], crf: wrong })],
  ['renderFilm, quality', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], quality: wrong })],
  ['renderFilm, maxSize', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], maxSize: wrong })],
  ['renderFilm, loops', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], loops: wrong })],
  ['renderFilm, poster', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], poster: wrong })],
  ['renderFilm, backend', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], backend: wrong })],
  ['renderFilm, signal', (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], signal: wrong })],
  [
    'renderFilm, onProgress',
    (wrong) => film.renderFilm(sweep, { outputs: ['a.mp4'], onProgress: wrong }),
    [odd[7]],
  ],
  ['renderStill', (wrong) => film.renderStill(wrong, 0, 'a.png')],
  ['renderStill, t', (wrong) => film.renderStill(sweep, wrong, 'a.png')],
  ['renderStill, output', (wrong) => film.renderStill(sweep, 0, wrong)],
  ['exportSweep', (wrong) => film.exportSweep(wrong, 'a.html')],
  ['exportSweep, output', (wrong) => film.exportSweep(sweep, wrong)],
  ['exportSweep, to', (wrong) => film.exportSweep(sweep, 'a.html', { to: wrong })],
  ['exportSweep, at', (wrong) => film.exportSweep(sweep, 'a.html', { at: wrong })],
];

async function closed(starting: Promise<api.FrameRenderer>): Promise<void> {
  await (await starting).close();
}

test.each(calls)('%s refuses invalid arguments in one line', async (_, call, fine = []) => {
  for (const wrong of odd) {
    if (
      fine.some((value) => value === wrong || (typeof value === 'object' && String(value) === String(wrong)))
    )
      continue;
    const outcome = await Promise.resolve()
      .then(() => call(wrong))
      .then(
        () => 'nothing',
        (error) => error,
      );
    expect(outcome, typeof wrong === 'object' ? JSON.stringify(wrong) : String(wrong)).toBeInstanceOf(
      api.UsageError,
    );
    expect(outcome.message).toMatch(/^[^\n]+[.?]$/);
    expect(outcome.message).not.toMatch(/undefined|\[object|ZodError/);
  }
});

test('missing values are named', async () => {
  const plain: Anything = { seconds: 1, network: { layers: 2 } };
  await expect(film.renderFilm(plain, { outputs: ['a.mp4'] })).rejects.toThrow(
    /has no "fps": pass the result of sweep\(\{ \.\.\. \}\)/,
  );
  await expect(film.renderFilm(sweep, { outputs: [] })).rejects.toThrow(/outputs is \[\] but must be/);
  expect(() => api.frameSchema.parse({ network: {} })).toThrow('size is missing: it must be a list.');
  expect(() => api.frameAt(sweep, 1.5)).toThrow('The time is 1.5 s, but the sweep runs from 0 to 1 s');
  expect(() => api.forward(network, [1])).toThrow('must be a list of 2 numbers');
});

test('a sweep that went through JSON is still valid', () => {
  const again = JSON.parse(JSON.stringify(sweep));
  expect(api.frameAt(again, 0.5)).toEqual(api.frameAt(sweep, 0.5));
  expect(api.frameAt(sweep, api.timeOfFrame(sweep, 24)).size).toEqual([8, 8]);
  expect(() => api.frameAt({ ...sweep, fps: 0 }, 0)).toThrow(/fps is 0/);
});

describe('a renderer', () => {
  test('refuses an invalid frame, and continues', async () => {
    const renderer = await api.createRenderer({ backend: 'cpu', threads: 1 });
    const frame = api.frameSchema.parse({ network: { layers: 2, width: 3 }, size: [4, 4] });
    try {
      for (const wrong of odd) await expect(renderer.render(wrong)).rejects.toBeInstanceOf(api.UsageError);
      await expect(renderer.render(frame, new Uint8Array(3))).rejects.toThrow('has 3 bytes');
      await expect(renderer.render(frame, undefined, 'cmyk' as Anything)).rejects.toThrow('"cmyk"');
      expect(await renderer.render(frame)).toHaveLength(64);
    } finally {
      await renderer.close();
    }
    await expect(renderer.render(frame)).rejects.toThrow('The renderer was closed.');
  });
});

describe('an unknown field', () => {
  const complaint = (input: Anything) => {
    try {
      api.sweep({ seconds: 1, ...input });
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['depth', 'network.layers'],
    ['Depth', 'network.layers'],
    ['num_layers', 'network.layers'],
    ['layesr', 'network.layers'],
    ['neurons', 'network.units'],
    ['hidden', 'network.units'],
    ['scale', 'network.weightScale'],
    ['weight_scale', 'network.weightScale'],
    ['sigma', 'network.weightScale'],
    ['bias', 'network.biasScale'],
    ['activations', 'network.activation'],
    ['nonlinearity', 'network.activation'],
    ['init', 'network.initialisation'],
    ['initialization', 'network.initialisation'],
    ['zoom', 'view.halfWidth'],
    ['centre', 'view.centre'],
    ['center', 'view.centre'],
  ])('network.%s suggests %s', (name, meant) => {
    expect(complaint({ network: { [name]: 3 } })).toBe(
      `network.${name} is not a field. Did you mean "${meant}"?`,
    );
  });

  test.each([
    ['zoom', 'view.halfWidth'],
    ['scale', 'view.halfWidth'],
    ['half_width', 'view.halfWidth'],
    ['center', 'view.centre'],
    ['layers', 'network.layers'],
  ])('view.%s suggests %s', (name, meant) => {
    expect(complaint({ view: { [name]: 3 } })).toBe(`view.${name} is not a field. Did you mean "${meant}"?`);
  });

  test.each([
    ['duration', 'seconds'],
    ['frames', 'fps'],
    ['frameRate', 'fps'],
    ['colors', 'palette'],
    ['colours', 'palette'],
    ['resolution', 'size'],
    ['layers', 'network.layers'],
    ['depth', 'network.layers'],
    ['width', 'network.units'],
    ['zoom', 'view.halfWidth'],
    ['halfWidth', 'view.halfWidth'],
  ])('%s suggests %s', (name, meant) => {
    expect(complaint({ [name]: 3 })).toBe(`${name} is not a field. Did you mean "${meant}"?`);
  });

  const weightScale = (track: object) => ({ network: { weightScale: track } });
  test.each<[what: string, input: object, complaint: string]>([
    [
      'a field of the sweep',
      { network: { fps: 25 } },
      `network.fps is not a field. Did you mean the sweep's "fps"?`,
    ],
    [
      'a track',
      weightScale({ tween: [0, 1], ease: 'linear' }),
      'network.weightScale.ease is not a field. Did you mean "network.weightScale.easing"?',
    ],
    [
      'another track',
      weightScale({ keyframes: [[0, 1]], during: [0, 1] }),
      'network.weightScale.during is not a field. Available: keyframes, easing.',
    ],
    [
      'a track with another name',
      weightScale({ twen: [0, 1] }),
      'network.weightScale is {"twen":[0,1]} but must be a number, or a track. Did you mean "network.weightScale.tween"?',
    ],
    [
      'a track with no name',
      weightScale({}),
      'network.weightScale is {} but must be a number, or a track: tween, zoom, keyframes, loop, walk.',
    ],
    [
      'what is in a loop',
      weightScale({ loop: { r: 1 } }),
      'network.weightScale.loop.r is not a field. Did you mean "network.weightScale.loop.radius"?',
    ],
    [
      'a mix',
      { network: { activation: { from: 'tanh', to: 'sin', amount: 1 } } },
      'network.activation.amount is not a field. Did you mean "network.activation.fraction"?',
    ],
    [
      'another form of a mix',
      { network: { activation: { perUnits: ['sin'] } } },
      'network.activation.perUnits is not a field. Did you mean "network.activation.perUnit"?',
    ],
    [
      'a fold',
      { network: { fold: { n: 5 } } },
      'network.fold.n is not a field. Available: kaleidoscope, tile.',
    ],
    [
      'two forms',
      { network: { fold: { tile: 1, kaleidoscope: 5 } } },
      'network.fold.tile cannot be combined with kaleidoscope: give one or the other.',
    ],
    [
      'what is shown',
      { shown: { layer: 1, neuron: 2 } },
      'shown.neuron is not a field. Did you mean "shown.unit"?',
    ],
    [
      'a palette',
      { palette: { map: 'viridis', out: 2 } },
      'palette.out is not a field. Did you mean "palette.output"?',
    ],
    [
      'a layer',
      { network: { weights: [{ w: [[1, 1]], bias: [1] }] } },
      'network.weights.0.bias is not a field. Did you mean "network.weights.0.b"?',
    ],
    [
      'what is in a layer',
      { network: { weights: [{ w: [[1, 1]], seed: 1 }] } },
      'network.weights.0.seed is not a field. Did you mean "network.seed"?',
    ],
  ])('in %s, at any depth', (_, input, expected) => {
    expect(complaint(input)).toBe(expected);
  });

  test('unlike any known one lists those that there are', () => {
    expect(complaint({ view: { qqqqqqqq: 1 } })).toBe(
      'view.qqqqqqqq is not a field. Available: centre, halfWidth, rotation.',
    );
  });

  test('suggests only what the whole has', () => {
    const centre = { centre: [0, 0] };
    expect(() => api.frameSchema.parse({ network: centre, size: [2, 2] })).toThrow('"view.centre"?');
    expect(() => api.networkSchema.parse(centre)).toThrow(
      /network\.centre is not a field\. Available: seed, /,
    );
    expect(() => api.frameSchema.parse({ network: {}, size: [2, 2], seconds: 1 })).toThrow(
      /^seconds is not a field\. Available: network, /,
    );
    expect(() => api.readRecipe('{"untrained":1,"seconds":1}')).toThrow(
      'seconds is not a field. Did you mean "sweep.seconds"?',
    );
  });

  test('gives the same message in a recipe, and from a schema', () => {
    const text = JSON.stringify({ untrained: 1, sweep: { seconds: 1, network: { depth: 3 } } });
    expect(() => api.readRecipe(text)).toThrow(
      'network.depth is not a field. Did you mean "network.layers"?',
    );
    expect(() => api.networkSchema.parse({ depth: 3 })).toThrow('Did you mean "network.layers"?');
    expect(() => api.frameSchema.parse({ network: { neurons: 3 }, size: [2, 2] })).toThrow(
      'Did you mean "network.units"?',
    );
  });
});

describe('measures', () => {
  test('of a network and of a picture check their arguments', () => {
    expect(api.meanField({ layers: 20, units: 16, weightScale: 0.95 })).toEqual({
      chi: expect.closeTo(1.37, 2),
      regime: 'chaotic',
    });
    expect(() => api.meanField({ layers: 0 })).toThrow(/^network\.layers is 0 but must be /);
    expect(api.interestOf(new Uint8Array(4 * 6), 3, 2)).toMatchObject({ score: 0 });
    expect(() => api.interestOf(new Uint8Array(5), 3, 2)).toThrow(
      'The picture has 5 bytes but must be a Uint8Array of 24, RGBA.',
    );
    expect(() => api.interestOf([0] as never, 1, 1)).toThrow(
      'The picture is [0] but must be a Uint8Array of 4, RGBA.',
    );
    expect(() => api.interestOf(new Uint8Array(4), 1, 0.5)).toThrow(
      'The height is 0.5 but must be a whole number from 1.',
    );
  });
});
