/**
 * What a network with several activations, residuals or layer normalisation does besides computing sums: as data, so
 * that the kernel's module depends only on the set of activations.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { Levels } from '../../core/frame/levels-schema.js';
import { hiddenShown } from '../../core/frame/shown.js';
import {
  type Activation,
  type ActivationName,
  activationTable,
  namesOf,
  type UnitActivation,
} from '../../core/network/activations.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import { hiddenActivationNames, unitActivations } from '../../core/network/layer-activations.js';
import { lastUnitOf, layerRules } from '../../core/network/rules.js';
import { brightnessTerms } from '../brightness.js';
import type { Drawn } from '../drawn.js';
import { type Exponents, type Held, heldFrom } from '../exponents.js';

/** Plain data, so that it can be sent to a worker. Places are indices into `numbers`. */
export interface Steps {
  /** The activations of hidden units, and of what is drawn, sorted. */
  names: { hidden: ActivationName[]; output: ActivationName[] };
  /** One for each hidden layer. */
  layers: LayerSteps[];
  /** One for each unit that is drawn. */
  shown: ShownUnit[];
  /** What the kernel reads: factors, and the terms of a normalisation or of brightness. */
  numbers: Float32Array;
  /** If values are computed: the true ones are 2^scale times as large. */
  scale: number;
}

export interface LayerSteps {
  /** The activation of all units, if they have the same; the kernel then has a loop for it. */
  all?: ActivationName;
  /** Otherwise consecutive units with the same activation. */
  runs: Run[];
  /** What units add from the layer before. */
  kept: Kept[];
  /** The place of the terms with which the layer's values are normalised for the next matrix. */
  normalise?: number;
}

interface Run {
  /** Counted from 0. */
  first: number;
  units: number;
  activation: ActivationName;
  /** The second activation of a mix, and the place of both factors. */
  mix?: Mix;
}

interface Mix {
  to: ActivationName;
  factors: number;
}

interface Kept {
  first: number;
  units: number;
  factors: number;
}

/** A unit that is drawn: one activation, or the two ends of a mix, whose brightnesses are mixed. */
export interface ShownUnit {
  ends: ShownEnd[];
  /** The place of the two factors of a mix. */
  factors: number;
}

export interface ShownEnd {
  activation: ActivationName;
  /** What it adds from the layer before: the unit, counted from 0, and the place of the factors. */
  kept?: { unit: number; factors: number };
  /** The place of the four terms that turn its values into brightness. */
  terms: number;
  /** The scaling of the sums for the activation, and of the values for their brightness. */
  held?: { activate: Held; show: Held };
}

/** The one activation of all hidden units and the one of what is drawn; undefined if a frame needs steps. */
export function oneActivation({
  network,
  shown,
}: Pick<FrameDescription, 'network' | 'shown'>):
  | { hidden: UnitActivation; output: ActivationName }
  | undefined {
  if (network.residual !== 0 || network.normalisation !== 'none') return undefined;
  const hidden = common(network.activation);
  const output = hiddenShown(shown) ? hidden : network.outputActivation;
  return hidden !== undefined && typeof output === 'string' ? { hidden, output } : undefined;
}

/** The activation of all hidden units, whatever the seed and the number of layers. */
function common(activation: Activation): UnitActivation | undefined {
  const layers = [activation].flat().map((layer): UnitActivation | undefined => {
    if (typeof layer === 'string' || !('perUnit' in layer)) return layer;
    return new Set(layer.perUnit).size === 1 ? layer.perUnit[0] : undefined;
  });
  const [first] = layers;
  return first !== undefined && layers.every((layer) => layer && isSame(layer, first)) ? first : undefined;
}

function isSame(a: UnitActivation, b: UnitActivation): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.from === b.from && a.to === b.to && a.fraction === b.fraction;
}

/** What is computed of the outputs, or of the units that are drawn: brightness, or their values before it. */
export type Result = 'brightness' | 'values';

/** The terms of SeveralExports.show in kernel.ts. @param exponent - Values are scaled by 2^-exponent. */
export function clippedTerms(levels: Levels | undefined, signed: boolean, exponent: number): number[] {
  const { factor, offset } = brightnessTerms(levels, signed, exponent);
  return [factor, offset, 0, 1];
}

/** The same for values that are scaled by 2^-after then. */
export function valueTerms(signed: boolean, exponent: number, after: number): number[] {
  const { factor, offset } = brightnessTerms(undefined, signed, exponent - after);
  return [factor, offset * 2 ** -after, -MAX_FLOAT, MAX_FLOAT];
}

/** The greatest float32. */
const MAX_FLOAT = 2 ** 128 - 2 ** 104;
/** Of values that are scaled down, none is clamped. */
const UNHELD: Held = { into: 1, out: 1, limit: 2 ** 127 };

/** The steps of a frame's network. */
export function packSteps(
  frame: FrameDescription,
  drawn: Drawn,
  exponents: Exponents | undefined,
  result: Result,
): Steps {
  const { network: spec } = frame;
  const rules = layerRules(spec);
  const numbers: number[] = [];
  const put = (...values: number[]) => numbers.push(...values) - values.length;
  const valuesOf = (k: number) => exponents?.values[k - 1] ?? 0;
  const adds = drawn.kind === 'hidden' && spec.residual !== 0;
  const scale = Math.max(exponents?.output ?? 0, adds ? valuesOf(drawn.number - 1) : 0);

  /** The factors of a layer's activations and of the values that they add, for layer k after layer k - 1. */
  const factors = (k: number, own: number, after: number, share: number) =>
    put(2 ** (own - after), spec.residual * share * 2 ** (valuesOf(k - 1) - after));

  const layer = (k: number): LayerSteps => {
    const { units } = rules.hidden(k);
    const runs = runsOf(unitActivations(spec, k, units), units, put);
    const [first] = runs;
    const all = runs.length === 1 && !first.mix ? { all: first.activation } : {};
    const kept: Kept[] = [];
    if (k > 1 && spec.residual !== 0) {
      // The layer before may end in a fraction of a unit, which adds that fraction.
      const before = rules.hidden(k - 1).units;
      const lastUnit = lastUnitOf(spec, k - 1);
      const whole = lastUnit < 1 ? before - 1 : before;
      const add = (first: number, end: number, share: number) => {
        const [own, after] = [exponents?.units[k - 1] ?? 0, valuesOf(k)];
        if (end > first) kept.push({ first, units: end - first, factors: factors(k, own, after, share) });
      };
      add(0, Math.min(whole, units), 1);
      add(whole, Math.min(before, units), lastUnit);
      // The other units have nothing to add, but must be scaled alike.
      if (exponents && units > before) add(before, units, 0);
    }
    const normalise = spec.normalisation === 'layer' ? { normalise: put(...termsOf(k)) } : {};
    return { ...all, runs: 'all' in all ? [] : runs, kept, ...normalise };
  };

  const termsOf = (k: number) => {
    const lastUnit = lastUnitOf(spec, k);
    const epsilon = NORMALISATION_EPSILON * 2 ** (-2 * valuesOf(k));
    // Never 0, because the variance may be 0.
    return [1 / (rules.hidden(k).units - 1 + lastUnit), lastUnit, Math.max(epsilon, 1e-37)];
  };

  const shownEnd = (activation: ActivationName, unit: number): ShownEnd => {
    const { bounded, signed } = activationTable[activation];
    const k = drawn.number;
    const sums = exponents?.output ?? 0;
    const own = bounded ? 0 : sums;
    const share =
      drawn.kind === 'output' || k === 1 || spec.residual === 0 || unit >= rules.hidden(k - 1).units
        ? 0
        : unit === rules.hidden(k - 1).units - 1
          ? lastUnitOf(spec, k - 1)
          : 1;
    const after = share > 0 ? Math.max(own, valuesOf(k - 1)) : own;
    const isTrue = result === 'brightness' && !frame.levels; // `show` then receives true values
    const terms =
      result === 'values'
        ? valueTerms(signed, after, scale)
        : clippedTerms(frame.levels, signed, isTrue ? 0 : after);
    return {
      activation,
      terms: put(...terms),
      ...(share > 0 && { kept: { unit, factors: factors(k, own, after, share) } }),
      ...(exponents && {
        held: { activate: heldFrom(sums, own), show: isTrue ? heldFrom(after, 0) : UNHELD },
      }),
    };
  };
  const shown = Array.from({ length: drawn.units.count }, (_, i): ShownUnit => {
    const activation = Array.isArray(drawn.activation) ? drawn.activation[i] : drawn.activation;
    const unit = drawn.units.first + i;
    if (typeof activation === 'string') return { ends: [shownEnd(activation, unit)], factors: 0 };
    const { from, to, fraction } = activation;
    return { ends: [shownEnd(from, unit), shownEnd(to, unit)], factors: put(1 - fraction, fraction) };
  });

  const layers = Array.from({ length: drawn.hidden }, (_, i) => layer(i + 1));
  const hidden = hiddenActivationNames(spec.activation);
  const output = hiddenShown(frame.shown) ? hidden : namesIn(spec.outputActivation);
  return { names: { hidden, output }, layers, shown, numbers: Float32Array.from(numbers), scale };
}

function namesIn(activation: UnitActivation): ActivationName[] {
  const names = namesOf(activation);
  return typeof names === 'string' ? [names] : [...new Set([names.from, names.to])].sort();
}

/** Consecutive units with the same activation. */
function runsOf(
  activations: UnitActivation | UnitActivation[],
  units: number,
  put: (...values: number[]) => number,
): Run[] {
  const list = Array.isArray(activations) ? activations : [activations];
  const runs: Run[] = [];
  for (const [first, activation] of list.entries()) {
    if (first > 0 && isSame(list[first - 1], activation)) {
      runs[runs.length - 1].units++;
    } else if (typeof activation === 'string') {
      runs.push({ first, units: 1, activation });
    } else {
      const { from, to, fraction } = activation;
      const mix = { to, factors: put(1 - fraction, fraction) };
      runs.push({ first, units: 1, activation: from, mix });
    }
  }
  if (!Array.isArray(activations)) runs[0].units = units;
  return runs;
}
