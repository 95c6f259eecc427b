// dense, 32 units, gelu, held

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
}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> results: array<vec4f>;
var<workgroup> tile_weights: array<vec4f, 64>; // (8 inputs, 32 units)
var<workgroup> tile_values: array<vec4f, 256>; // (8 inputs, 128 samples)
fn activation_vec4f(sums: vec4f, held: vec4f) -> vec4f {
  let x = held.x * clamp(sums, vec4f(-held.z), vec4f(held.z));
  let t = clamp(x, vec4f(-5.4), vec4f(5.4));
  let u = t * t;
  let p = fma(fma(fma(fma(fma(vec4f(0.03844641521573067), u, vec4f(10.455449104309082)), u, vec4f(270.132568359375)), u, vec4f(7645.6953125)), u, vec4f(54861.6640625)), u, vec4f(655836.0));
  let q = fma(fma(fma(fma(fma(vec4f(1.0), u, vec4f(59.51033401489258)), u, vec4f(1528.0189208984375)), u, vec4f(23326.3359375)), u, vec4f(205753.1875)), u, vec4f(821968.5625));
  return max(sums, vec4f(held.y * -5.4)) * fma(0.5 * t * p, 1.0 / q, vec4f(0.5));
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
  return values[input * (step.plane / 4u) + s + i % 32u];
}

fn bias_block(block: u32) -> vec4f {
  if (block >= step.stride) {
    return vec4f(0.0);
  }
  return weights[step.at + block];
}

fn store(unit: u32, block: u32, sums: vec4f) {
  if (unit < step.units) {
    results[unit * (step.plane / 4u) + block] = activation_vec4f(sums, weights[step.heldAt]);
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
  store(4u * (u + mine_u + 0u) + 0u, s + mine_s + 0u, s0_0); store(4u * (u + mine_u + 0u) + 0u, s + mine_s + 16u, s0_1);
  store(4u * (u + mine_u + 0u) + 1u, s + mine_s + 0u, s1_0); store(4u * (u + mine_u + 0u) + 1u, s + mine_s + 16u, s1_1);
  store(4u * (u + mine_u + 0u) + 2u, s + mine_s + 0u, s2_0); store(4u * (u + mine_u + 0u) + 2u, s + mine_s + 16u, s2_1);
  store(4u * (u + mine_u + 0u) + 3u, s + mine_s + 0u, s3_0); store(4u * (u + mine_u + 0u) + 3u, s + mine_s + 16u, s3_1);
  store(4u * (u + mine_u + 4u) + 0u, s + mine_s + 0u, s4_0); store(4u * (u + mine_u + 4u) + 0u, s + mine_s + 16u, s4_1);
  store(4u * (u + mine_u + 4u) + 1u, s + mine_s + 0u, s5_0); store(4u * (u + mine_u + 4u) + 1u, s + mine_s + 16u, s5_1);
  store(4u * (u + mine_u + 4u) + 2u, s + mine_s + 0u, s6_0); store(4u * (u + mine_u + 4u) + 2u, s + mine_s + 16u, s6_1);
  store(4u * (u + mine_u + 4u) + 3u, s + mine_s + 0u, s7_0); store(4u * (u + mine_u + 4u) + 3u, s + mine_s + 16u, s7_1);
}
