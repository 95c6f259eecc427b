/** The public face of Untrained that runs anywhere: networks, frames and sweeps. Films are in `untrained/render`. */
export { RenderError, UsageError } from './errors.js';
export { createRenderer, type RendererOptions } from './frame/create-renderer.js';
export { type FrameDescription, type FrameInput, frameSchema, type View } from './frame/description.js';
export { isGrainy } from './frame/digits.js';
export { type Palette, type PaletteInput, paletteNames } from './frame/palette.js';
export type { Backend, FrameRenderer } from './frame/renderer.js';
export { type Activation, type ActivationName, activationNames, activations } from './network/activations.js';
export { drawUnit } from './network/draws.js';
export { forward, logits } from './network/forward.js';
export { buildNetwork, type Layer, type Network } from './network/network.js';
export { type NetworkInput, type NetworkSpec, networkSchema } from './network/spec.js';
export { type EasingName, easings } from './sweep/easing.js';
export { grainNote } from './sweep/grain.js';
export { readRecipe, writeRecipe } from './sweep/recipe.js';
export { frameAt, frameCount, type Sweep, type SweepInput, sweep, timeOfFrame } from './sweep/sweep.js';
export { circle, keyframes, loop, type Track, tween, type Walk, walk, zoom } from './sweep/track.js';
