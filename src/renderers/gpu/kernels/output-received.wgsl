// One invocation, one sample. units and before are planes of values: of the last hidden layer, and the one before.
// `shown` gives the brightness of a sum.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> units: array<f32>;
@group(0) @binding(3) var<storage, read> before: array<f32>;
@group(0) @binding(4) var<storage, read_write> planes: array<f32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  var mean = 0.0;
  var scale = 1.0;
  if (step.statsAt > 0u) {
    mean = units[step.statsAt * step.plane + sample];
    scale = units[(step.statsAt + 1u) * step.plane + sample];
  }
  var sums = weights[step.at];
  for (var k = 0u; k < step.inputs; k++) {
    let value = (units[k * step.plane + sample] - mean) * scale;
    sums = fma(vec4f(value), weights[step.at + (k + 1u) * step.stride], sums);
  }
  if (step.share > 0.0) {
    mean = 0.0;
    scale = 1.0;
    if (step.earlierStatsAt > 0u) {
      mean = before[step.earlierStatsAt * step.plane + sample];
      scale = before[(step.earlierStatsAt + 1u) * step.plane + sample];
    }
    var earlier = weights[step.earlierAt];
    for (var k = 0u; k < step.earlierInputs; k++) {
      let value = (before[k * step.plane + sample] - mean) * scale;
      earlier = fma(vec4f(value), weights[step.earlierAt + (k + 1u) * step.earlierStride], earlier);
    }
    sums = fma(vec4f(step.share), earlier - sums, sums);
  }
  for (var c = 0u; c < step.outputs; c++) {
    planes[c * step.plane + sample] = shown(sums[c]);
  }
}
