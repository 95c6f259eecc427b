/** Hashed draws in GLSL: see core/network/hash.ts. */

/**
 * `float drawn(uint seed, uint layer, uint unit, uint number)`: uniformOf(bitsOf(..)), to the bit. Layer and unit are
 * counted from 1; number 0 is the bias, and inputs are counted from 1. Also `uint bitsOf(..)`, with the same arguments,
 * and `uint hash32(uint h)`. The shader must say `precision highp float` and `precision highp int`.
 */
export function hashFunctions(): string {
  return `// An integer hash by Christopher Wellons and TheIronBorn: https://github.com/skeeto/hash-prospector
uint hash32(uint h) {
  h = (h ^ (h >> 16)) * 0x21f0aaadu;
  h = (h ^ (h >> 15)) * 0xd35a2d97u;
  return h ^ (h >> 15);
}

uint bitsOf(uint seed, uint layer, uint unit, uint number) {
  return hash32(hash32(hash32(hash32(seed) + layer) + unit) + number);
}

// Uniform in [-1, 1): exact in float32.
float drawn(uint seed, uint layer, uint unit, uint number) {
  return float(bitsOf(seed, layer, unit, number) >> 8) * ${2 ** -23} - 1.0;
}`;
}
