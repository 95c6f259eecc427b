/** Computes a frame's weights from its network's draws, so a sweep of scales uploads only a few numbers per layer. */
import { struct } from '../layout.js';
import { constants, GROUP, type Kernel, source } from './kernel.js';
import code from './scale.wgsl.js';

/** How one matrix is computed from the draws; a mix of two seeds has two sets of draws, a and b. */
export const SCALE = struct('Scale', {
  at: 'u32', // in vec4f, as in Matrix
  rows: 'u32', // the row of biases and those of the inputs; trailing ones may be zero
  stride: 'u32',
  weightA: 'f32',
  weightB: 'f32',
  biasA: 'f32',
  biasB: 'f32',
  lastRow: 'u32', // the row of the last actual input
  lastInput: 'f32', // what that row is multiplied by
});

export const scaleKernel: Kernel = {
  label: 'scale',
  bindings: ['read', 'read', 'read', 'write'],
  code: () => source(SCALE.wgsl, constants({ GROUP: `${GROUP}u` }), code),
};
