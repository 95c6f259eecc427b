// dense, 32 units, each of relu and tanh

// Workgroups: x by tiles of 32 units, y by tiles of 128 samples, so that those of the same samples,
// which read the same values, run at about the same time. values and results are planes of activations.
// s0_0 are the sums of this invocation's first unit for its first four samples, s0_1 for its other four, and so on.
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
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> results: array<vec4f>;
var<workgroup> tile_weights: array<vec4f, 64>; // (8 inputs, 32 units)
var<workgroup> tile_values: array<vec4f, 256>; // (8 inputs, 128 samples)
fn activation_0_vec4f(x: vec4f) -> vec4f {
  return max(x, vec4f(0.0));
}
fn activation_1_vec4f(x: vec4f) -> vec4f {
  let e = exp2(min(2.885390043258667 * x, vec4f(126.0)));
  let far = fma(vec4f(-2.0), 1.0 / (e + 1.0), vec4f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec4f(-0.050366226583719254), u, vec4f(0.13314831256866455)), u, vec4f(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < vec4f(0.30000001192092896));
}
fn activation_by(kind: u32, x: vec4f) -> vec4f {
  switch (kind) {
    case 0u: {
      return activation_0_vec4f(x);
    }
    default: {
      return activation_1_vec4f(x);
    }
  }
}
fn activation_vec4f(x: vec4f, unit: vec4f) -> vec4f {
  let kinds = u32(unit.x);
  let from_value = activation_by(kinds % 64u, x);
  if (unit.y == 0.0) {
    return from_value;
  }
  let to_value = activation_by(kinds / 64u, x);
  return fma(vec4f(unit.y), to_value, (1.0 - unit.y) * from_value);
}

// The i-th block of a tile's weights, from input k on, of the units from block u on.
fn weight_block(i: u32, k: u32, u: u32) -> vec4f {
  let input = k + i / 8u;
  let block = u + i % 8u;
  if (input >= step.inputs || block >= step.stride) {
    return vec4f(0.0);
  }
  return weights[step.at + (input + 1u) * step.stride + block];
}

// The i-th block of a tile's values, from input k on, of the samples from block s on.
fn value_block(i: u32, k: u32, s: u32) -> vec4f {
  let input = k + i / 32u;
  if (input >= step.inputs) {
    return vec4f(0.0);
  }
  let value = values[input * (step.plane / 4u) + s + i % 32u];
  if (step.statsAt > 0u) {
    let at = s + i % 32u;
    return (value - values[step.statsAt * (step.plane / 4u) + at]) * values[(step.statsAt + 1u) * (step.plane / 4u) + at];
  }
  return value;
}

fn bias_block(block: u32) -> vec4f {
  if (block >= step.stride) {
    return vec4f(0.0);
  }
  return weights[step.at + block];
}

fn store(unit: u32, block: u32, sums: vec4f) {
  if (unit < step.units) {
    let row = weights[step.unitsAt + 1u + unit];
    var added = vec4f(0.0);
    if (row.z != 0.0) { added = row.z * values[(step.keptFrom + unit) * (step.plane / 4u) + block]; }
    results[unit * (step.plane / 4u) + block] = fma(vec4f(1.0), activation_vec4f(sums, row), added);
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let u = group.x * 8u; // the tile's first block of units
  let s = group.y * 32u; // and of samples
  let mine_u = local / 16u; // this invocation has the blocks mine_u and mine_u + 4 of units
  let mine_s = local % 16u; // and mine_s and mine_s + 16 of samples
  let bias0 = bias_block(u + mine_u);
  let bias1 = bias_block(u + mine_u + 4u);
  var s0_0 = vec4f(bias0.x); var s0_1 = vec4f(bias0.x);
  var s1_0 = vec4f(bias0.y); var s1_1 = vec4f(bias0.y);
  var s2_0 = vec4f(bias0.z); var s2_1 = vec4f(bias0.z);
  var s3_0 = vec4f(bias0.w); var s3_1 = vec4f(bias0.w);
  var s4_0 = vec4f(bias1.x); var s4_1 = vec4f(bias1.x);
  var s5_0 = vec4f(bias1.y); var s5_1 = vec4f(bias1.y);
  var s6_0 = vec4f(bias1.z); var s6_1 = vec4f(bias1.z);
  var s7_0 = vec4f(bias1.w); var s7_1 = vec4f(bias1.w);
  var next_w0 = vec4f(0.0);
  var next_v0 = vec4f(0.0);
  var next_v1 = vec4f(0.0);
  var next_v2 = vec4f(0.0);
  var next_v3 = vec4f(0.0);
  next_w0 = weight_block((local + 0u), 0u, u);
  next_v0 = value_block((local + 0u), 0u, s);
  next_v1 = value_block((local + 64u), 0u, s);
  next_v2 = value_block((local + 128u), 0u, s);
  next_v3 = value_block((local + 192u), 0u, s);
  for (var k = 0u; k < step.inputs; k += 8u) {
    workgroupBarrier(); // all have used the tile before
    tile_weights[(local + 0u)] = next_w0;
    tile_values[(local + 0u)] = next_v0;
    tile_values[(local + 64u)] = next_v1;
    tile_values[(local + 128u)] = next_v2;
    tile_values[(local + 192u)] = next_v3;
    workgroupBarrier(); // all of this one is there
    next_w0 = weight_block((local + 0u), k + 8u, u);
    next_v0 = value_block((local + 0u), k + 8u, s);
    next_v1 = value_block((local + 64u), k + 8u, s);
    next_v2 = value_block((local + 128u), k + 8u, s);
    next_v3 = value_block((local + 192u), k + 8u, s);
    {
      let w0 = tile_weights[0u + mine_u];
      let w1 = tile_weights[4u + mine_u];
      let v0 = tile_values[0u + mine_s];
      let v1 = tile_values[16u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[8u + mine_u];
      let w1 = tile_weights[12u + mine_u];
      let v0 = tile_values[32u + mine_s];
      let v1 = tile_values[48u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[16u + mine_u];
      let w1 = tile_weights[20u + mine_u];
      let v0 = tile_values[64u + mine_s];
      let v1 = tile_values[80u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[24u + mine_u];
      let w1 = tile_weights[28u + mine_u];
      let v0 = tile_values[96u + mine_s];
      let v1 = tile_values[112u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[32u + mine_u];
      let w1 = tile_weights[36u + mine_u];
      let v0 = tile_values[128u + mine_s];
      let v1 = tile_values[144u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[40u + mine_u];
      let w1 = tile_weights[44u + mine_u];
      let v0 = tile_values[160u + mine_s];
      let v1 = tile_values[176u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[48u + mine_u];
      let w1 = tile_weights[52u + mine_u];
      let v0 = tile_values[192u + mine_s];
      let v1 = tile_values[208u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
    {
      let w0 = tile_weights[56u + mine_u];
      let w1 = tile_weights[60u + mine_u];
      let v0 = tile_values[224u + mine_s];
      let v1 = tile_values[240u + mine_s];
      s0_0 = fma(vec4f(w0.x), v0, s0_0); s0_1 = fma(vec4f(w0.x), v1, s0_1);
      s1_0 = fma(vec4f(w0.y), v0, s1_0); s1_1 = fma(vec4f(w0.y), v1, s1_1);
      s2_0 = fma(vec4f(w0.z), v0, s2_0); s2_1 = fma(vec4f(w0.z), v1, s2_1);
      s3_0 = fma(vec4f(w0.w), v0, s3_0); s3_1 = fma(vec4f(w0.w), v1, s3_1);
      s4_0 = fma(vec4f(w1.x), v0, s4_0); s4_1 = fma(vec4f(w1.x), v1, s4_1);
      s5_0 = fma(vec4f(w1.y), v0, s5_0); s5_1 = fma(vec4f(w1.y), v1, s5_1);
      s6_0 = fma(vec4f(w1.z), v0, s6_0); s6_1 = fma(vec4f(w1.z), v1, s6_1);
      s7_0 = fma(vec4f(w1.w), v0, s7_0); s7_1 = fma(vec4f(w1.w), v1, s7_1);
    }
  }
  var all = array<vec4f, 16>(s0_0, s0_1, s1_0, s1_1, s2_0, s2_1, s3_0, s3_1, s4_0, s4_1, s5_0, s5_1, s6_0, s6_1, s7_0, s7_1);
  for (var i = 0u; i < 16u; i++) {
    store(4u * (u + mine_u + 4u * (i / 8u)) + (i / 2u) % 4u, s + mine_s + 16u * (i % 2u), all[i]);
  }
}
