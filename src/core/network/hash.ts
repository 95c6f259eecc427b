/**
 * Draws by a hash of (seed, layer, unit, input), for `draws: 'hash'`: any weight follows from its position alone, so a
 * shader computes weights where it needs them, instead of being sent them. With 32-bit integers throughout, TypeScript
 * and GLSL agree to the bit; seeds become 32 bits here, before a shader receives them.
 *
 * Layers and units are counted from 1, and so are inputs: input 0 is the bias. A change here would change every network
 * that was made with `draws: 'hash'`, so tests pin the numbers.
 */
import type { Seed } from './spec.js';

/**
 * A hash of 32 bits that maps them one to one: "lowbias32", with TheIronBorn's constants, from
 * https://github.com/skeeto/hash-prospector (public domain).
 * @param x - Any number; taken modulo 2^32.
 * @returns A whole number from 0 to 2^32 - 1, like all bits here.
 */
export function hash32(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

const utf8 = new TextEncoder();

/**
 * A seed as 32 bits. A whole number from 0 to 2^32 - 1 is itself, also as text: "7" is 7. Words and other numbers are
 * hashed, by FNV-1a over the UTF-8 of their text (http://www.isthe.com/chongo/tech/comp/fnv/, public domain).
 */
export function seedBits(seed: Seed): number {
  const text = String(seed);
  if (/^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  let h = 0x811c9dc5;
  for (const byte of utf8.encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** What the draws of a unit share: their bits are hash32(unitBits(seed, layer, unit) + input). */
export function unitBits(seed: number, layer: number, unit: number): number {
  return hash32(hash32(hash32(seed) + layer) + unit);
}

/**
 * The bits of one draw.
 * @param seed - See seedBits.
 * @param input - 0 for the bias, otherwise the input, counted from 1. The second bits of a normal draw are those of
 *   input + 2^31, and a unit's activation is drawn by ACTIVATION_INPUT.
 */
export function bitsOf(seed: number, layer: number, unit: number, input: number): number {
  return hash32(unitBits(seed, layer, unit) + input);
}

/** In place of an input, for the bits that choose a unit's activation. */
export const ACTIVATION_INPUT = 0xffffffff;

/** A uniform draw in [-1, 1) from the upper 24 of 32 bits: exact in float32. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -23 - 1;
}

/**
 * A whole number from 0 to count - 1, from the upper 16 of 32 bits. All are equally likely to within 2^-16.
 * @param count - At most 2^16.
 */
export function choiceOf(bits: number, count: number): number {
  return ((bits >>> 16) * count) >>> 16;
}
