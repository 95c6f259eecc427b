/**
 * Draws by an integer hash of (seed, layer, unit, input) instead of a generator: a shader can compute them where it
 * needs them. Uniform draws are the same to the bit in TypeScript and in GLSL (renderers/glsl/pieces.ts).
 */
import type { Seed } from './spec.js';

/**
 * An integer hash with 32 bits: Christopher Wellons's "lowbias32" with TheIronBorn's constants,
 * https://github.com/skeeto/hash-prospector (public domain).
 */
export function hash32(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/**
 * A seed as 32 bits. A whole number from 0 to 2^32 - 1 is itself, also as text; any other number or text is hashed by
 * FNV-1a over its UTF-8 bytes (http://www.isthe.com/chongo/tech/comp/fnv/, public domain).
 */
export function seedBits(seed: Seed): number {
  const text = String(seed);
  if (/^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** The 32 bits for one weight. @param input - 0 for the bias, otherwise the input counted from 1. */
export function bitsOf(seed: number, layer: number, unit: number, input: number): number {
  return hash32((hash32((hash32((hash32(seed) + layer) >>> 0) + unit) >>> 0) + input) >>> 0);
}

/** A uniform draw in [-1, 1) from 24 of 32 bits: exact in float32. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -23 - 1;
}
