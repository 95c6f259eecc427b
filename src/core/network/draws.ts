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

/** The number of draws that are kept of more than LEAST_SEEDS seeds: 4 MB. */
const MOST_NUMBERS = 2 ** 20;
/** What a unit's draws take besides their numbers, in numbers. */
const OVERHEAD = 32;
/** This many seeds are kept however large their networks are. */
const LEAST_SEEDS = 4;

/** The draws of a seed, by layer and unit, and how many numbers these are. */
interface SeedDraws {
  layers: Float32Array[][];
  numbers: number;
}

/** Caches the draws of the last seeds, so that a film draws each of its weights only once. */
export class DrawCache {
  readonly #seeds = new Map<string, SeedDraws>();
  #numbers = 0;

  /** A unit's draws, at least (1 + inputs) long: see drawUnit. */
  unit(
    seed: Seed,
    layer: number,
    unit: number,
    inputs: number,
    { distribution, draws }: Pick<NetworkSpec, 'distribution' | 'draws'>,
  ): Float32Array {
    const of = this.#drawsOf(`${draws} ${distribution} ${seed}`);
    of.layers[layer] ??= [];
    const known = of.layers[layer][unit];
    if (known && known.length > inputs) return known;
    // Draw ahead: if the width grows frame by frame, rows would otherwise be redrawn for each frame.
    const ahead = known ? Math.max(inputs, 2 * known.length) : inputs;
    const drawn = drawUnit(seed, layer, unit, ahead, distribution, draws);
    of.layers[layer][unit] = drawn;
    const more = drawn.length - (known?.length ?? -OVERHEAD);
    of.numbers += more;
    this.#numbers += more;
    return drawn;
  }

  #drawsOf(key: string): SeedDraws {
    const found = this.#seeds.get(key) ?? { layers: [], numbers: 0 };
    this.#seeds.delete(key); // reinserted at the end: a Map keeps insertion order
    this.#seeds.set(key, found);
    while (this.#seeds.size > LEAST_SEEDS && this.#numbers > MOST_NUMBERS) {
      const [oldest, { numbers }] = this.#seeds.entries().next().value!;
      this.#seeds.delete(oldest);
      this.#numbers -= numbers;
    }
    return found;
  }
}
