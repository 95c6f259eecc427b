/** How a node's signals move where plain interpolation would be wrong. Each gives its ends exactly. */
import { map } from '@motion-canvas/core';
import type { PaletteInput } from '../core/frame/palette.js';
import type { Activation, ActivationName } from '../core/network/activations.js';
import type { Seed } from '../core/network/draws.js';
import type { NetworkSpec } from '../core/network/spec.js';

/** From one network to another: see `seed` in src/core/network/spec.ts. A pair on its way counts as what it leads to. */
export function seedBetween(
  from: NetworkSpec['seed'],
  to: NetworkSpec['seed'],
  u: number,
): NetworkSpec['seed'] {
  if (u <= 0) return from;
  if (u >= 1) return to;
  return { from: reached<Seed>(from), to: reached<Seed>(to), fraction: u };
}

/** From one activation to another, mixed. */
export function activationBetween(from: Activation, to: Activation, u: number): Activation {
  if (u <= 0) return from;
  if (u >= 1) return to;
  return { from: reached<ActivationName>(from), to: reached<ActivationName>(to), fraction: u };
}

/** Two palettes have nothing in between: half-way, one takes the other's place. */
export function paletteBetween(from: PaletteInput, to: PaletteInput, u: number): PaletteInput {
  return u < 0.5 ? from : to;
}

/**
 * By equal factors in equal times, which is what a zoom needs to look steady; both ends positive.
 * @example `yield* field().halfWidth(0.1, 6, easeInOutSine, zoomBetween);`
 */
export function zoomBetween(from: number, to: number, u: number): number {
  if (u === 0 || u === 1 || from <= 0 || to <= 0) return map(from, to, u);
  return from * (to / from) ** u;
}

function reached<T extends string | number>(value: T | { to: T }): T {
  return typeof value === 'object' ? value.to : value;
}
