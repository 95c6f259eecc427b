/**
 * GLSL ES 3.00 that shaders with a network in them share: activations, features, folds, palettes and hashed draws. Each
 * function returns readable code that defines the functions that its docblock names. The code relies neither on what
 * drivers do with overflow nor on the precision of their sine, cosine, tanh and logarithm.
 *
 * Shaders must begin with `precision highp float; precision highp int;`.
 */
import {
  type ActivationName,
  type ActivationNames,
  activationTable,
} from '../../core/network/activations.js';

export { colourFunction } from './colour.js';
export { featureFunctions } from './features.js';
export { foldFunction } from './fold.js';
export { hashFunctions } from './hash.js';

/** For each name, `float NAME_(float x)`: the activation, for any finite x. */
export function activationFunctions(names: readonly ActivationName[]): string {
  return [...new Set(names)]
    .map((name) => `float ${name}_(float x) {\n${activationTable[name].glsl}\n}`)
    .join('\n\n');
}

/**
 * The brightness in [0, 1] of an output or a shown unit: `brightness` in core/network/activations.ts. For one
 * activation it is `float shown(float sum, float added, float low, float high)`; for a mix it has a fifth argument, the
 * fraction. It calls activationFunctions.
 */
export function brightnessFunction(names: ActivationNames): string {
  const share = (name: ActivationName) => {
    const value = `${name}_(sum) + added`;
    const all = activationTable[name].signed ? `0.5 * (${value} + 1.0)` : value;
    return `clamp((${all} - low) / (high - low), 0.0, 1.0)`;
  };
  const start = 'float shown(float sum, float added, float low, float high';
  return typeof names === 'string'
    ? `${start}) {\n  return ${share(names)};\n}`
    : `${start}, float fraction) {\n  return mix(${share(names.from)}, ${share(names.to)}, fraction);\n}`;
}
