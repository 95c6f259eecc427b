/** The public face of Untrained that runs anywhere: networks, frames and sweeps. Films are in `untrained/render`. */

export {
  buildNetwork,
  createRenderer,
  drawUnit,
  forward,
  frameAt,
  frameCount,
  frameSchema,
  grainNote,
  isGrainy,
  logits,
  networkSchema,
  readRecipe,
  type Schema,
  timeOfFrame,
  writeRecipe,
} from './checked.js';
export { RenderError, UsageError } from './errors.js';
export type { RendererOptions } from './frame/create-renderer.js';
export type { FrameDescription, FrameInput, View } from './frame/description.js';
export { type Palette, type PaletteInput, paletteNames } from './frame/palette.js';
export type { Backend, FrameRenderer } from './frame/renderer.js';
export { type Activation, type ActivationName, activationNames, activations } from './network/activations.js';
export type { Layer, Network } from './network/network.js';
export type { ExplicitLayer, NetworkInput, NetworkSpec } from './network/spec.js';
export { type EasingName, easings } from './sweep/easing.js';
export { type Sweep, type SweepInput, sweep } from './sweep/sweep.js';
export { circle, keyframes, loop, type Track, tween, type Walk, walk, zoom } from './sweep/track.js';
