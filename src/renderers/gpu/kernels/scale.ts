/** The weights of a frame from the draws of its network: a sweep of scales uploads a few numbers a layer. */
import { struct } from '../layout.js';
import { constants, GROUP, type Kernel, source } from './kernel.js';
import code from './scale.wgsl.js';

/** How one matrix comes from the draws; a network between two seeds has two of them, a and b. */
export const SCALE = struct('Scale', {
  at: 'u32', // in vec4f, as in Matrix
  rows: 'u32', // the row of biases, and those of inputs, of which the last may be zeros
  stride: 'u32',
  weightA: 'f32',
  weightB: 'f32',
  biasA: 'f32',
  biasB: 'f32',
  lastRow: 'u32', // of the last input there is
  lastInput: 'f32', // what that row is multiplied by
});

export const scaleKernel: Kernel = {
  label: 'scale',
  bindings: ['read', 'read', 'read', 'write'],
  code: () => source(SCALE.wgsl, constants({ GROUP: `${GROUP}u` }), code),
};
