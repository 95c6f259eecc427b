/** Interpolation functions for signals that cannot be interpolated linearly. Each returns its ends exactly. */
import { deepLerp, map } from '@motion-canvas/core';
import type { PaletteInput } from '../core/frame/palette.js';
import type { Activation, ActivationName, LayerActivation } from '../core/network/activations.js';
import type { Seed } from '../core/network/draws.js';
import type { NetworkSpec } from '../core/network/spec.js';

/**
 * Blends one network into another: see `seed` in src/core/network/spec.ts. A seed that is itself a blend counts as its
 * `to`.
 * @param u - Progress from 0 to 1.
 */
export function seedBetween(
  from: NetworkSpec['seed'],
  to: NetworkSpec['seed'],
  u: number,
): NetworkSpec['seed'] {
  if (u <= 0) return from;
  if (u >= 1) return to;
  return { from: reached<Seed>(from), to: reached<Seed>(to), fraction: u };
}

/**
 * Blends one activation into another, layer by layer. An activation that is itself a blend counts as its `to`. Those
 * drawn per unit cannot be blended: they switch half-way.
 * @param u - Progress from 0 to 1.
 */
export function activationBetween(from: Activation, to: Activation, u: number): Activation {
  if (u <= 0) return from;
  if (u >= 1) return to;
  if (!Array.isArray(from) && !Array.isArray(to)) return layerBetween(from, to, u);
  const [first, second] = [[from].flat(), [to].flat()];
  return Array.from({ length: Math.max(first.length, second.length) }, (_, k) =>
    layerBetween(first[Math.min(k, first.length - 1)], second[Math.min(k, second.length - 1)], u),
  );
}

function layerBetween(from: LayerActivation, to: LayerActivation, u: number): LayerActivation {
  const [first, second] = [from, to].map((layer) =>
    typeof layer === 'object' && 'perUnit' in layer ? undefined : reached<ActivationName>(layer),
  );
  if (first === undefined || second === undefined) return u < 0.5 ? from : to;
  return first === second ? first : { from: first, to: second, fraction: u };
}

/**
 * Blends numbers, lists of the same length, and the sides of tiles; any other value switches half-way.
 * @param u - Progress from 0 to 1.
 */
export function valueBetween<T>(from: T, to: T, u: number): T {
  if (u <= 0) return from;
  if (u >= 1) return to;
  const blended = canBlend(from) && canBlend(to) && sameShape(from, to);
  return blended ? (deepLerp(from, to, u) as T) : u < 0.5 ? from : to;
}

/** Whether a value is a number, a list, or a field with numbers that may be fractions. */
function canBlend(value: unknown): boolean {
  if (typeof value === 'number') return true;
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'object' || typeof item === 'number');
  return typeof value === 'object' && value !== null && 'tile' in value;
}

function sameShape(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b || Array.isArray(a) !== Array.isArray(b)) return false;
  return !Array.isArray(a) || a.length === (b as unknown[]).length;
}

/** Palettes cannot be blended: switches from one to the other half-way. */
export function paletteBetween(from: PaletteInput, to: PaletteInput, u: number): PaletteInput {
  return u < 0.5 ? from : to;
}

/**
 * Interpolates geometrically (equal factors in equal times), so that a zoom looks steady. Both ends must be positive;
 * otherwise it interpolates linearly.
 * @param from - The value at the start. @param to - The value at the end. @param u - Progress from 0 to 1.
 * @example `yield* field().halfWidth(0.1, 6, easeInOutSine, zoomBetween);`
 */
export function zoomBetween(from: number, to: number, u: number): number {
  if (u === 0 || u === 1 || from <= 0 || to <= 0) return map(from, to, u);
  return from * (to / from) ** u;
}

function reached<T extends string | number>(value: T | { to: T }): T {
  return typeof value === 'object' ? value.to : value;
}
