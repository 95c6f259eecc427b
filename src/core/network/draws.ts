/**
 * The random draws: one number for each (seed, layer, unit, input), from which every weight is scaled.
 *
 * Each unit of each layer has a generator of its own, keyed "seed/layer/unit" with both counted from 1, and takes its
 * bias from it first and then its weights in the order of its inputs. So a deeper network only adds generators, and
 * a wider one adds generators and goes on with those it has: what was drawn before stays the same, to the bit.
 *
 * Draws are rounded to float32, so that every backend starts from the same numbers.
 */
import seedrandom from 'seedrandom';

export type Seed = number | string;
export type Distribution = 'uniform' | 'normal';

/**
 * What one unit draws: its bias, then one number per input; (1 + inputs) long.
 * Uniform draws lie in [-1, 1), normal ones have standard deviation 1.
 * @param layer - Which weight matrix, from 1.
 * @param unit - Which of its rows, from 1.
 */
export function drawUnit(
  seed: Seed,
  layer: number,
  unit: number,
  inputs: number,
  distribution: Distribution,
): Float32Array {
  const random = seedrandom(`${seed}/${layer}/${unit}`);
  const draw = distribution === 'uniform' ? () => 2 * random() - 1 : () => normal(random);
  return Float32Array.from({ length: 1 + inputs }, draw);
}

/** Box and Muller's transform of two uniform draws ("A Note on the Generation of Random Normal Deviates", 1958). */
function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random())); // 1 - u, since u may be 0 but never 1
  return radius * Math.cos(2 * Math.PI * random());
}

/** Keeps the draws of the seeds last used, so that a film draws each of its weights once. */
export class DrawCache {
  readonly #seeds = new Map<string, Float32Array[][]>();

  /** A unit's draws, at least (1 + inputs) long: see drawUnit. */
  unit(seed: Seed, layer: number, unit: number, inputs: number, distribution: Distribution): Float32Array {
    const layers = this.#layersOf(`${distribution} ${seed}`);
    layers[layer] ??= [];
    const known = layers[layer][unit];
    if (known && known.length > inputs) return known;
    // A width that grows frame by frame would draw its rows anew each time: draw ahead.
    const ahead = known ? Math.max(inputs, 2 * known.length) : inputs;
    layers[layer][unit] = drawUnit(seed, layer, unit, ahead, distribution);
    return layers[layer][unit];
  }

  #layersOf(key: string): Float32Array[][] {
    const layers = this.#seeds.get(key) ?? [];
    this.#seeds.delete(key); // and put it last: a Map keeps its keys in order
    this.#seeds.set(key, layers);
    if (this.#seeds.size > 4) this.#seeds.delete(this.#seeds.keys().next().value!);
    return layers;
  }
}
