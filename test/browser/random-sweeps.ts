/** Random sweeps over all parameters, still or moving: the same for the same number. */
import { UsageError } from '../../src/core/errors.js';
import { mapNames } from '../../src/core/frame/palette-names.js';
import { type ActivationName, activationNames } from '../../src/core/network/activations.js';
import { featureNames } from '../../src/core/network/features.js';
import { bitsOf, uniformOf } from '../../src/core/network/hash.js';
import { easingNames } from '../../src/core/sweep/easing.js';
import { type Sweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { keyframes, loop, steps, type Track, tween, walk, zoom } from '../../src/core/sweep/track.js';

const SECONDS = 4;

/** A valid sweep: combinations that are not valid are passed over. */
export function randomSweep(number: number): Sweep {
  for (let attempt = 0; ; attempt++) {
    try {
      return sweep(inputOf(number, attempt));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
}

function inputOf(number: number, attempt: number): SweepInput {
  let drawn = 0;
  const unit = () => uniformOf(bitsOf(number, attempt + 1, 1, drawn++)) / 2 + 0.5;
  const whole = (least: number, most: number) => least + Math.floor(unit() * (most - least + 1));
  const real = (least: number, most: number) => Number((least + (most - least) * unit()).toPrecision(6));
  const among = <T>(list: readonly T[]): T => list[whole(0, list.length - 1)];
  const often = (share: number) => unit() < share;
  const easing = () => among(easingNames);

  /** A number that moves in one of eight sweeps. */
  const moving = (make: () => number, share = 0.12): Track => {
    const value = make();
    if (!often(share)) return value;
    const other = make();
    return among([
      () => tween(value, other, { easing: easing() }),
      () => tween(value, other, { during: [0.5, 3], easing: easing() }),
      () =>
        loop(Math.abs(value - other) / 2, {
          middle: (value + other) / 2,
          turns: whole(1, 3),
          phase: real(0, 1),
        }),
      () =>
        keyframes([
          [0, value],
          [1.3, other, easing()],
          [1.3, value],
          [3, other],
        ]),
      () => steps([value, other, value], { each: 1 }),
      () => (value > 0 && other > 0 ? zoom(value, other, { easing: 'linear' }) : tween(value, other)),
    ])();
  };
  const word = () => among([whole(1, 1e6), 'glass', 'a "b" */ c', 3.25, -7, '12']);
  const seed = () =>
    often(0.7)
      ? word()
      : among([
          () => ({ from: word(), to: word(), fraction: real(0, 1) }),
          () => ({ from: 1, to: 'b', fraction: tween(0, 1) }),
          () => walk([3, 'c', 3, 4], { hold: often(0.5) ? 0.25 : 0 }),
          () => steps([1, 2, 1], { each: 1 }),
        ])();
  const name = (): ActivationName =>
    often(0.5) ? among(['tanh', 'sin', 'sigmoid'] as const) : among(activationNames);
  const mix = () => ({ from: name(), to: name(), fraction: moving(() => real(0, 1), 0.3) });
  const perUnit = () => ({ perUnit: Array.from({ length: whole(1, 5) }, name) });
  const layer = () => (often(0.6) ? name() : among([mix, perUnit])());
  const layers = whole(1, 8);
  const units = () => (often(0.7) ? whole(1, 14) : real(1, 12));
  const features = often(0.6) ? ['x', 'y'] : Array.from({ length: whole(1, 5) }, () => among(featureNames));
  const extra = often(0.2) ? whole(1, 2) : 0;
  const outputs = often(0.25) ? (1 as const) : (3 as const);
  const isExplicit = often(0.12);
  const matrix = (rows: number, columns: number) => ({
    w: Array.from({ length: rows }, () => Array.from({ length: columns }, () => real(-1.5, 1.5))),
    b: Array.from({ length: rows }, () => real(-1, 1)),
  });
  const width = whole(1, 9);
  const explicit = () => [
    matrix(width, features.length + extra),
    matrix(width + 1, width),
    matrix(outputs, width + 1),
  ];
  const weights = often(0.5)
    ? explicit()
    : {
        from: explicit(),
        to: often(0.5) ? explicit() : ('drawn' as const),
        fraction: moving(() => real(0, 1), 0.5),
      };
  const common = {
    features,
    activation: often(0.8) ? layer() : Array.from({ length: whole(1, 4) }, layer),
    outputActivation: often(0.7) ? ('sigmoid' as const) : often(0.7) ? name() : mix(),
    residual: often(0.7) ? 0 : moving(() => real(-1, 1)),
    normalisation: often(0.8) ? ('none' as const) : ('layer' as const),
    fold: often(0.7)
      ? ('none' as const)
      : among([
          () => among(['mirror', 'tile', 'kaleidoscope'] as const),
          () => ({ kaleidoscope: whole(2, 9) }),
          () => ({ tile: moving(() => real(0.5, 4), 0.4) }),
        ])(),
    fade: often(0.6) ? ('outputs' as const) : ('contrast' as const),
  };
  const drawnFields = {
    ...common,
    seed: seed(),
    inputs: features.length + extra,
    layers: often(0.75) ? layers : moving(() => real(1, 6), 0.5),
    units: often(0.8) ? moving(units) : Array.from({ length: whole(1, 5) }, () => moving(units, 0.1)),
    outputs,
    distribution: often(0.85) ? ('uniform' as const) : ('normal' as const),
    draws: often(0.7) ? ('generator' as const) : ('hash' as const),
    ...(often(0.25) && { initialisation: among(['he', 'glorot', 'lecun'] as const) }),
    weightScale: moving(() => real(0.4, 1.4)),
    ...(often(0.3) && { biasScale: moving(() => real(0, 1.5)) }),
    firstLayerBias: often(0.4),
  };
  const output = whole(1, outputs);
  const palette = among([
    'rgb' as const,
    'rgb' as const,
    'oklab' as const,
    'oklch' as const,
    { map: among(mapNames), output },
    { colours: ['#102030', '#f80', '#fff'], output },
  ]);
  const shown = often(0.8) ? undefined : often(0.5) ? { output } : { layer: whole(1, 2), unit: whole(1, 3) };
  const isSteady = often(0.04);
  const levels: [Track, Track] = [moving(() => real(-0.5, 0.3)), moving(() => real(0.6, 1.5))];
  return {
    title: `Sweep ${number}`,
    seconds: SECONDS,
    size: among([
      [24, 16],
      [16, 24],
      [19, 19],
    ] as [number, number][]),
    network: isExplicit ? { ...common, weights } : drawnFields,
    view: {
      centre: [moving(() => real(-2, 2)), moving(() => real(-2, 2))],
      halfWidth: moving(() => real(0.1, 4), 0.2),
      rotation: often(0.6) ? 0 : moving(() => real(-400, 400)),
    },
    ...(extra > 0 && { slice: Array.from({ length: extra }, () => moving(() => real(-2, 2), 0.4)) }),
    palette,
    ...(shown && { shown }),
    ...(isSteady ? { brightness: 'steady' as const } : often(0.25) && { levels }),
    ...(often(0.1) && { pace: 'even' as const }),
    ...(often(0.15) && { supersample: among([2, 3] as const) }),
    dither: often(0.1),
  } as SweepInput;
}
