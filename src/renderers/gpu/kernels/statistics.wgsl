// One invocation, one sample: the mean of a layer's units, and the factor that gives their differences from it a
// variance of 1. Units' rows have their share of the mean; the layer's row has the term added to the variance.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> units: array<f32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  var mean = 0.0;
  for (var k = 0u; k < step.units; k++) {
    mean = fma(weights[step.unitsAt + 1u + k].w, units[k * step.plane + sample], mean);
  }
  var variance = weights[step.unitsAt].y;
  for (var k = 0u; k < step.units; k++) {
    let difference = units[k * step.plane + sample] - mean;
    variance = fma(weights[step.unitsAt + 1u + k].w * difference, difference, variance);
  }
  units[step.statsAt * step.plane + sample] = mean;
  units[(step.statsAt + 1u) * step.plane + sample] = select(0.0, 1.0 / sqrt(variance), variance > 0.0);
}
