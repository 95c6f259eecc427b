/** The public API that runs anywhere: networks, frames and sweeps. Films are in `untrained/render`. */

export {
  buildNetwork,
  createRenderer,
  differenceBetween,
  drawUnit,
  forward,
  frameAt,
  frameCount,
  frameSchema,
  grainNote,
  interestOf,
  isGrainy,
  logits,
  meanField,
  networkSchema,
  readRecipe,
  type Schema,
  timeOfFrame,
  weightCount,
  withWeightTimes,
  writeRecipe,
} from './checked.js';
export { RenderError, UsageError } from './core/errors.js';
export type { FrameDescription, FrameInput, View } from './core/frame/description.js';
export type { Interest } from './core/frame/interest.js';
export type { Palette, PaletteInput } from './core/frame/palette.js';
export { paletteNames } from './core/frame/palette-names.js';
export type { Backend, FrameRenderer, WebGpuCanvas } from './core/frame/renderer.js';
export {
  type Activation,
  type ActivationName,
  activationNames,
  activations,
} from './core/network/activations.js';
export type { WeightPlace } from './core/network/difference.js';
export type { Layer, Network } from './core/network/layers.js';
export type { MeanField, NoMeanField, Regime } from './core/network/mean-field.js';
export type { ExplicitLayer, NetworkInput, NetworkSpec } from './core/network/spec.js';
export { type WeightsFile, weightsFrom } from './core/network/weights-file.js';
export {
  type Beats,
  type BeatsOptions,
  type Between,
  beats,
  type Listen,
  type ListenOptions,
  listen,
  type SeedBeats,
  type SeedsOptions,
  type SoundBand,
} from './core/sound/listening.js';
export { type EasingName, easings } from './core/sweep/easing.js';
export { type Sweep, type SweepInput, sweep } from './core/sweep/sweep.js';
export {
  circle,
  type Keyframe,
  type Keyframes,
  keyframes,
  loop,
  steps,
  type Track,
  tween,
  type Walk,
  walk,
  zoom,
} from './core/sweep/track.js';
export { readWeights } from './files/weights/read.js';
export type { RendererOptions } from './renderers/create-renderer.js';
