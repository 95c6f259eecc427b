/**
 * The random draws: one number per (seed, layer, unit, input), which is scaled to give a weight.
 *
 * Of `generator` draws, each unit of each layer has its own generator, keyed "seed/layer/unit" with layer and unit
 * counted from 1. It draws the unit's bias first, then its weights in input order. `hash` draws follow from their
 * position: see hash.ts. With both, a deeper or wider network only adds draws: all others stay bit-identical.
 *
 * Draws are rounded to float32, so that all backends start from the same numbers. Uniform ones of `hash` are exact.
 */
import seedrandom from 'seedrandom';
import { hash32, seedBits, uniformOf, unitBits } from './hash.js';
import type { Distribution, Draws, NetworkSpec, Seed } from './spec.js';

export type { Seed };

/**
 * The draws of one unit: its bias, then one number per input; (1 + inputs) long.
 * Uniform draws are in [-1, 1). Normal ones have standard deviation 1, and take the bits of two inputs if hashed.
 * @param layer - The weight matrix, counted from 1.
 * @param unit - The row of the matrix, counted from 1.
 */
export function drawUnit(
  seed: Seed,
  layer: number,
  unit: number,
  inputs: number,
  distribution: Distribution,
  draws: Draws = 'generator',
): Float32Array {
  const draw = drawer(seed, layer, unit, distribution, draws);
  const row = new Float32Array(1 + inputs);
  for (let input = 0; input <= inputs; input++) row[input] = draw(input);
  return row;
}

/** Draws a unit's numbers, by input. Each input must be asked for once, and in order. */
function drawer(
  seed: Seed,
  layer: number,
  unit: number,
  distribution: Distribution,
  draws: Draws,
): (input: number) => number {
  const isUniform = distribution === 'uniform';
  if (draws === 'generator') {
    const random = seedrandom(`${seed}/${layer}/${unit}`);
    return isUniform ? () => 2 * random() - 1 : () => normal(random(), random());
  }
  const own = unitBits(seedBits(seed), layer, unit);
  if (isUniform) return (input) => uniformOf(hash32(own + input));
  const uniform = (input: number) => hash32(own + input) / 2 ** 32;
  return (input) => normal(uniform(input), uniform(input + 2 ** 31));
}

/**
 * The Box-Muller transform ("A Note on the Generation of Random Normal Deviates", 1958): a normal draw of standard
 * deviation 1 from two uniform ones in [0, 1).
 */
function normal(u: number, v: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - u)); // 1 - u, since u may be 0 but never 1
  return radius * Math.cos(2 * Math.PI * v);
}

/** Caches the draws of the last few seeds, so that a film draws each of its weights only once. */
export class DrawCache {
  readonly #seeds = new Map<string, Float32Array[][]>();

  /** A unit's draws, at least (1 + inputs) long: see drawUnit. */
  unit(
    seed: Seed,
    layer: number,
    unit: number,
    inputs: number,
    { distribution, draws }: Pick<NetworkSpec, 'distribution' | 'draws'>,
  ): Float32Array {
    const layers = this.#layersOf(`${draws} ${distribution} ${seed}`);
    layers[layer] ??= [];
    const known = layers[layer][unit];
    if (known && known.length > inputs) return known;
    // Draw ahead: if the width grows frame by frame, rows would otherwise be redrawn for each frame.
    const ahead = known ? Math.max(inputs, 2 * known.length) : inputs;
    layers[layer][unit] = drawUnit(seed, layer, unit, ahead, distribution, draws);
    return layers[layer][unit];
  }

  #layersOf(key: string): Float32Array[][] {
    const layers = this.#seeds.get(key) ?? [];
    this.#seeds.delete(key); // reinserted at the end: a Map keeps insertion order
    this.#seeds.set(key, layers);
    if (this.#seeds.size > 4) this.#seeds.delete(this.#seeds.keys().next().value!);
    return layers;
  }
}
