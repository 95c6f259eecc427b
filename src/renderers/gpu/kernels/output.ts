/** The last step of the wide kernels: the output layer, the one a layer earlier where layers fade, and brightness. */
import type { ActivationName } from '../../../core/network/activations.js';
import { brightnessSource } from './activations.js';
import { GROUP, type Kernel, STEP } from './kernel.js';

/** @param held - Whether sums are parts of themselves: see ../../exponents.ts. */
export function outputKernel(output: ActivationName, held = false): Kernel {
  return {
    label: `output, ${output}${held ? ', held' : ''}`,
    bindings: ['step', 'read', 'read', 'read', 'write'],
    code: () => /* wgsl */ `
// One invocation, one sample. units and before are planes of activations, of the last hidden layer and of the one before.
${STEP.wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> units: array<f32>;
@group(0) @binding(3) var<storage, read> before: array<f32>;
@group(0) @binding(4) var<storage, read_write> planes: array<f32>;
${brightnessSource(output, held)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  var sums = weights[step.at];
  for (var k = 0u; k < step.inputs; k++) {
    sums = fma(vec4f(units[k * step.plane + sample]), weights[step.at + (k + 1u) * step.stride], sums);
  }
  if (step.share > 0.0) {
    var earlier = weights[step.earlierAt];
    for (var k = 0u; k < step.earlierInputs; k++) {
      earlier = fma(vec4f(before[k * step.plane + sample]), weights[step.earlierAt + (k + 1u) * step.earlierStride], earlier);
    }
    sums = fma(vec4f(step.share), earlier - sums, sums);
  }
  for (var c = 0u; c < step.outputs; c++) {
    planes[c * step.plane + sample] = brightness(sums[c]${held ? ', weights[step.heldAt]' : ''});
  }
}
`,
  };
}
