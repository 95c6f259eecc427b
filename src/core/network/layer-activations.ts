/** Which activation each hidden unit has. */
import seedrandom from 'seedrandom';
import {
  type Activation,
  type ActivationName,
  type LayerActivation,
  namesOf,
  type UnitActivation,
} from './activations.js';
import { ACTIVATION_INPUT, bitsOf, choiceOf, seedBits } from './hash.js';
import type { Draws, NetworkSpec, Seed } from './spec.js';

/** The activation of a hidden layer. @param k - The layer, counted from 1. */
export function layerActivation(activation: Activation, k: number): LayerActivation {
  return Array.isArray(activation) ? activation[Math.min(k, activation.length) - 1] : activation;
}

/**
 * The activations of a hidden layer's units: one for all, or a list with one for each. Between two seeds, a unit mixes
 * the activations that it has under each.
 * @param k - The layer, counted from 1.
 * @param units - How many it has.
 */
export function unitActivations(
  { activation, seed, draws }: Pick<NetworkSpec, 'activation' | 'seed' | 'draws'>,
  k: number,
  units: number,
): UnitActivation | UnitActivation[] {
  const layer = layerActivation(activation, k);
  if (typeof layer === 'string' || !('perUnit' in layer)) return layer;
  const { perUnit } = layer;
  return Array.from({ length: units }, (_, i) => {
    if (typeof seed !== 'object') return drawActivation(seed, k, i + 1, perUnit, draws);
    const from = drawActivation(seed.from, k, i + 1, perUnit, draws);
    const to = drawActivation(seed.to, k, i + 1, perUnit, draws);
    const { fraction } = seed;
    return from === to || fraction === 0 ? from : fraction === 1 ? to : { from, to, fraction };
  });
}

/** The names of all activations that the hidden units may have, sorted. The seed, depth and order do not matter. */
export function hiddenActivationNames(activation: Activation): ActivationName[] {
  const names = [activation].flat().flatMap((layer): ActivationName[] => {
    if (typeof layer === 'object' && 'perUnit' in layer) return layer.perUnit;
    const plain = namesOf(layer);
    return typeof plain === 'string' ? [plain] : [plain.from, plain.to];
  });
  return [...new Set(names)].sort();
}

/**
 * The activation of one unit. A separate generator draws it, or a hash of its own, so that the weights do not depend on
 * it.
 * @param layer - Counted from 1. @param unit - Counted from 1.
 */
function drawActivation(
  seed: Seed,
  layer: number,
  unit: number,
  names: readonly ActivationName[],
  draws: Draws,
): ActivationName {
  if (names.length === 1) return names[0];
  if (draws === 'hash') {
    return names[choiceOf(bitsOf(seedBits(seed), layer, unit, ACTIVATION_INPUT), names.length)];
  }
  const key = `${seed}/${layer}/${unit}/activation`;
  let draw = drawn.get(key);
  if (draw === undefined) {
    draw = seedrandom(key)();
    if (drawn.size >= MOST_DRAWN) drawn.clear();
    drawn.set(key, draw);
  }
  return names[Math.floor(draw * names.length)];
}

/** Uniform draws in [0, 1), kept because a film asks for the same ones in every frame. */
const drawn = new Map<string, number>();
const MOST_DRAWN = 2 ** 16;
