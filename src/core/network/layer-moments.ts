/** Moments of a layer's activations, whatever their kind, under a normal distribution: see moments.ts. */
import type { ActivationName, LayerActivation } from './activations.js';
import { type Distance, type MomentsAt, momentsOf } from './moments.js';
import type { NetworkSpec } from './spec.js';

/** Two activations whose product is part of the square of a layer's. */
export interface Pair {
  weight: number;
  at: MomentsAt;
}

/** The square of an activation, averaged over a layer's units, as a sum over pairs. */
export function pairsOf(activation: LayerActivation, seed: NetworkSpec['seed'], distance: Distance): Pair[] {
  if (typeof activation === 'string') return [{ weight: 1, at: momentsOf(activation, activation, distance) }];
  if ('from' in activation) {
    const { from, to, fraction } = activation;
    const sides: [ActivationName, number][] = [
      [from, 1 - fraction],
      [to, fraction],
    ];
    return sides.flatMap(([a, p]) =>
      sides.map(([b, q]) => ({ weight: p * q, at: momentsOf(a, b, distance) })),
    );
  }
  const shares = new Map<ActivationName, number>();
  for (const name of activation.perUnit) {
    shares.set(name, (shares.get(name) ?? 0) + 1 / activation.perUnit.length);
  }
  const named = [...shares];
  const apart =
    typeof seed === 'object' && seed.from !== seed.to ? 2 * seed.fraction * (1 - seed.fraction) : 0;
  const alone = named.map(([a, p]) => ({ weight: (1 - apart) * p, at: momentsOf(a, a, distance) }));
  if (apart === 0) return alone;
  // Between two seeds, a unit mixes two activations, drawn independently.
  const mixed = named.flatMap(([a, p]) =>
    named.map(([b, q]) => ({ weight: apart * p * q, at: momentsOf(a, b, distance) })),
  );
  return [...alone, ...mixed];
}

/** E a, E a² and E a'² of a layer's activations, for sums of variance q. */
export function averagesOf(pairs: Pair[], q: number): { mean: number; square: number; slope: number } {
  let [mean, square, slope] = [0, 0, 0];
  for (const { at, weight } of pairs) {
    const moments = at(q);
    mean += weight * moments.mean;
    square += weight * moments.product;
    slope += weight * moments.slopes;
  }
  return { mean, square, slope };
}
