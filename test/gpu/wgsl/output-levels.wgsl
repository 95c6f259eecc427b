// output, tanh to relu, held, general, levels
struct Step {
  width: u32,
  pixels: u32,
  supersample: u32,
  firstPixel: u32,
  samples: u32,
  plane: u32,
  dither: u32,
  outputs: u32,
  hidden: u32,
  at: u32,
  inputs: u32,
  units: u32,
  stride: u32,
  firstAt: u32,
  outputAt: u32,
  earlierAt: u32,
  earlierInputs: u32,
  earlierStride: u32,
  share: f32,
  mix: f32,
  rest: f32,
  heldAt: u32,
  outputMix: f32,
  inputPlanes: u32,
  firstRow: u32,
  unitsAt: u32,
  keptFrom: u32,
  statsAt: u32,
  earlierStatsAt: u32,
  frameWidth: u32,
  columns: u32,
  left: u32,
  top: u32,
  across: u32,
  down: u32,
  lastColour: u32,
  levelScale: f32,
  levelScaleUnbounded: f32,
  levelLimit: f32,
  levelOffset: f32,
  levelOffsetSigned: f32,
}

const GROUP = 64u;

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

fn shown(sum: f32) -> f32 {
  return brightness(sum, weights[step.heldAt]);
}

fn from_output_f32(x: f32) -> f32 {
  let e = exp2(min(2.885390043258667 * x, f32(126.0)));
  let far = fma(f32(-2.0), 1.0 / (e + 1.0), f32(1.0));
  let u = x * x;
  let near = fma(fma(fma(f32(-0.050366226583719254), u, f32(0.13314831256866455)), u, f32(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < f32(0.30000001192092896));
}
fn from_brightness(sum: f32, held: vec4f) -> f32 {
  let shown = fma(f32(0.5 * step.levelScale), from_output_f32(held.x * clamp(sum, f32(-held.z), f32(held.z))), f32(step.levelOffsetSigned));
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}
fn to_output_f32(sums: f32, held: vec4f) -> f32 {
  return max(sums, f32(0.0));
}
fn to_brightness(sum: f32, held: vec4f) -> f32 {
  let shown = fma(f32(step.levelScaleUnbounded), clamp(to_output_f32(sum, held), -f32(step.levelLimit), f32(step.levelLimit)), f32(step.levelOffset));
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}
fn brightness(sum: f32, held: vec4f) -> f32 {
  let from_value = from_brightness(sum, held);
  return fma(step.outputMix, to_brightness(sum, held) - from_value, from_value);
}