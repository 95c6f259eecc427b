/**
 * GLSL ES 3.00 that shaders with a network in them share: activations, features, folds, palettes and hashed draws. Each
 * function here returns readable code that defines functions; names are those of the docblocks.
 */
import type { Colouring } from '../../core/frame/colouring.js';
import { type ActivationName, activationTable } from '../../core/network/activations.js';
import type { Fold } from '../../core/network/fold.js';

/** For each name, `float NAME_(float x)`: the activation, for any finite x. */
export function activationFunctions(names: readonly ActivationName[]): string {
  return names.map((name) => `float ${name}_(float x) {\n${activationTable[name].glsl}\n}`).join('\n\n');
}

/** For each feature, `float feature0(vec2 p)`, `float feature1(vec2 p)` and so on. */
export function featureFunctions(_features: readonly string[]): string {
  throw new Error('Not written yet.');
}

/** `vec2 folded(vec2 p)`. A tile's size is the expression `size`. */
export function foldFunction(_fold: Fold, _size?: string): string {
  throw new Error('Not written yet.');
}

/** `vec3 colour(float outputs[N])`: sRGB in [0, 1] of brightnesses in [0, 1]; N is `outputs`. */
export function colourFunction(_colouring: Colouring, _outputs: number): string {
  throw new Error('Not written yet.');
}

/** `float drawn(uint seed, uint layer, uint unit, uint input)`: see hashedDraw in core/network/hash.ts. */
export function hashFunctions(): string {
  throw new Error('Not written yet.');
}
