/** The weights of a frame from the draws of its network: a sweep of scales uploads a few numbers a layer. */
import { struct } from '../layout.js';
import { GROUP, type Kernel } from './kernel.js';

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
  code: () => /* wgsl */ `
// weights = a * draws of one seed + b * draws of another, matrix by matrix (workgroups' y), by row: the first row of a
// matrix are its biases, each further one the weights of an input.
${SCALE.wgsl}
@group(0) @binding(0) var<storage, read> scales: array<Scale>;
@group(0) @binding(1) var<storage, read> drawsA: array<vec4f>;
@group(0) @binding(2) var<storage, read> drawsB: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4f>;

@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let scale = scales[id.y];
  for (var i = id.x; i < scale.rows * scale.stride; i += groups.x * ${GROUP}u) {
    let row = i / scale.stride;
    var a = select(scale.weightA, scale.biasA, row == 0u);
    var b = select(scale.weightB, scale.biasB, row == 0u);
    if (row == scale.lastRow) {
      a *= scale.lastInput;
      b *= scale.lastInput;
    }
    weights[scale.at + i] = a * drawsA[scale.at + i] + b * drawsB[scale.at + i];
  }
}
`,
};
