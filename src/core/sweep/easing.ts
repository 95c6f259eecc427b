/**
 * Easings, with the names that Motion Canvas uses. test/unit/easing.test.ts compares each with Motion Canvas's, which
 * cannot be imported here: its modules import one another without file extensions, which Node does not support.
 * The curves are those of https://easings.net.
 */

/** From 0 at 0 to 1 at 1; back and elastic ones overshoot in between. */
type Easing = (u: number) => number;

const inCurves = {
  Sine: (u) => 1 - Math.cos((u * Math.PI) / 2),
  Quad: (u) => u ** 2,
  Cubic: (u) => u ** 3,
  Quart: (u) => u ** 4,
  Quint: (u) => u ** 5,
  Expo: (u) => (u === 0 ? 0 : 2 ** (10 * u - 10)),
  Circ: (u) => 1 - Math.sqrt(1 - u ** 2),
  Back: back(1.70158),
  Bounce: (u) => 1 - bounce(1 - u),
  Elastic: elastic((2 * Math.PI) / 3),
} satisfies Record<string, Easing>;

/** The first halves of in-out easings that are not the in-curve at double speed. */
const inOutCurves: Partial<Record<keyof typeof inCurves, Easing>> = {
  Back: back(1.70158 * 1.525),
  Elastic: elastic((2 * Math.PI) / 4.5, 1.1125),
};

type Curve = keyof typeof inCurves;
/** The name of an easing: `linear`, or one of CSS's and Robert Penner's curves. */
export type EasingName = 'linear' | `ease${'In' | 'Out' | 'InOut'}${Curve}`;

/** Every easing by name. */
export const easings = makeEasings();
export const easingNames = Object.keys(easings) as [EasingName, ...EasingName[]];

function makeEasings(): Record<EasingName, Easing> {
  const all: Partial<Record<EasingName, Easing>> = { linear: (u) => u };
  for (const [name, curve] of Object.entries(inCurves) as [Curve, Easing][]) {
    const half = inOutCurves[name] ?? curve;
    all[`easeIn${name}`] = curve;
    all[`easeOut${name}`] = (u) => 1 - curve(1 - u);
    all[`easeInOut${name}`] = (u) => (u < 0.5 ? half(2 * u) / 2 : 1 - half(2 - 2 * u) / 2);
  }
  return all as Record<EasingName, Easing>;
}

function back(overshoot: number): Easing {
  return (u) => (overshoot + 1) * u ** 3 - overshoot * u ** 2;
}

/** Uses 1.505 like Motion Canvas, where easings.net has 1.5. */
function bounce(u: number): number {
  if (u < 1 / 2.75) return 7.5625 * u ** 2;
  if (u < 2 / 2.75) return 7.5625 * (u - 1.505 / 2.75) ** 2 + 0.75;
  if (u < 2.5 / 2.75) return 7.5625 * (u - 2.25 / 2.75) ** 2 + 0.9375;
  return 7.5625 * (u - 2.625 / 2.75) ** 2 + 0.984375;
}

/** @param shift - The u at which the sine is 0. */
function elastic(frequency: number, shift = 1.075): Easing {
  return (u) =>
    u === 0 || u === 1 ? u : -(2 ** (10 * u - 10)) * Math.sin((10 * u - 10 * shift) * frequency);
}
