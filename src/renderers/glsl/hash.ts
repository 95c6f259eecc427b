/** Hashed draws in GLSL: see core/network/hash.ts. */

/**
 * `uint bitsOf(uint seed, uint layer, uint unit, uint number)` and `float uniformOf(uint bits)`, to the bit. Layer and
 * unit are counted from 1; number 0 is the bias, and inputs are counted from 1. Also what bitsOf calls: `uint
 * unitBits(uint seed, uint layer, uint unit)`, to which the number is added, and `uint hash32(uint h)`. The shader must
 * say `precision highp float` and `precision highp int`.
 */
export function hashFunctions(): string {
  return `// An integer hash by Christopher Wellons and TheIronBorn: https://github.com/skeeto/hash-prospector
uint hash32(uint h) {
  h = (h ^ (h >> 16)) * 0x21f0aaadu;
  h = (h ^ (h >> 15)) * 0xd35a2d97u;
  return h ^ (h >> 15);
}

uint unitBits(uint seed, uint layer, uint unit) {
  return hash32(hash32(hash32(seed) + layer) + unit);
}

uint bitsOf(uint seed, uint layer, uint unit, uint number) {
  return hash32(unitBits(seed, layer, unit) + number);
}

// Uniform in [-1, 1): exact in float32.
float uniformOf(uint bits) {
  return float(bits >> 8) * ${2 ** -23} - 1.0;
}`;
}
