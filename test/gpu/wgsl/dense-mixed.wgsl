// dense, 48 units, sin to softplus

// Workgroups: x by tiles of 48 units, y by tiles of 128 samples, so that those of the same samples,
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
var<workgroup> tile_weights: array<vec4f, 96>; // (8 inputs, 48 units)
var<workgroup> tile_values: array<vec4f, 256>; // (8 inputs, 128 samples)
fn activation_from_vec4f(x: vec4f) -> vec4f {
  let n = round(0.31830987334251404 * x);
  let reduced = fma(n, vec4f(3.2584136988589307e-7), fma(n, vec4f(-0.0009679794311523438), fma(n, vec4f(-3.140625), x)));
  let t = clamp(reduced, vec4f(-1.6), vec4f(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(vec4f(-2.0), n - 2.0 * floor(0.5 * n), vec4f(1.0));
  return sign * fma(fma(fma(fma(fma(fma(vec4f(1.6059044372074283e-10), u, vec4f(-2.5052107943679403e-8)), u, vec4f(0.0000027557318844628753)), u, vec4f(-0.00019841270113829523)), u, vec4f(0.008333333767950535)), u, vec4f(-0.1666666716337204)) * u, t, t);
}
fn activation_to_vec4f(x: vec4f) -> vec4f {
  let e = exp2(-1.4426950216293335 * abs(x));
  let t = e / (2.0 + e);
  let u = t * t;
  return fma(2.0 * t, fma(fma(fma(fma(fma(fma(vec4f(0.07692307978868484), u, vec4f(0.09090909361839294)), u, vec4f(0.1111111119389534)), u, vec4f(0.1428571492433548)), u, vec4f(0.20000000298023224)), u, vec4f(0.3333333432674408)), u, vec4f(1.0)), max(x, vec4f(0.0)));
}
fn activation_vec4f(x: vec4f) -> vec4f {
  // Of two values that may be far apart the difference would keep nothing of the smaller one.
  return fma(vec4f(step.mix), activation_to_vec4f(x), step.rest * activation_from_vec4f(x));
}

// The i-th block of a tile's weights, from input k on, of the units from block u on.
fn weight_block(i: u32, k: u32, u: u32) -> vec4f {
  let input = k + i / 12u;
  let block = u + i % 12u;
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
    results[unit * (step.plane / 4u) + block] = activation_vec4f(sums);
  }
}

@compute @workgroup_size(96)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let u = group.x * 12u; // the tile's first block of units
  let s = group.y * 32u; // and of samples
  let mine_u = local / 16u; // this invocation has the blocks mine_u and mine_u + 6 of units
  let mine_s = local % 16u; // and mine_s and mine_s + 16 of samples
  let bias0 = bias_block(u + mine_u);
  let bias1 = bias_block(u + mine_u + 6u);
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
  next_w0 = weight_block((local + 0u), 0u, u);
  next_v0 = value_block((local + 0u), 0u, s);
  next_v1 = value_block((local + 96u), 0u, s);
  if ((local + 192u) < 256u) { next_v2 = value_block((local + 192u), 0u, s); }
  for (var k = 0u; k < step.inputs; k += 8u) {
    workgroupBarrier(); // all have used the tile before
    tile_weights[(local + 0u)] = next_w0;
    tile_values[(local + 0u)] = next_v0;
    tile_values[(local + 96u)] = next_v1;
    if ((local + 192u) < 256u) { tile_values[(local + 192u)] = next_v2; }
    workgroupBarrier(); // all of this one is there
    next_w0 = weight_block((local + 0u), k + 8u, u);
    next_v0 = value_block((local + 0u), k + 8u, s);
    next_v1 = value_block((local + 96u), k + 8u, s);
    if ((local + 192u) < 256u) { next_v2 = value_block((local + 192u), k + 8u, s); }
    {
      let w0 = tile_weights[0u + mine_u];
      let w1 = tile_weights[6u + mine_u];
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
      let w0 = tile_weights[12u + mine_u];
      let w1 = tile_weights[18u + mine_u];
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
      let w0 = tile_weights[24u + mine_u];
      let w1 = tile_weights[30u + mine_u];
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
      let w0 = tile_weights[36u + mine_u];
      let w1 = tile_weights[42u + mine_u];
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
      let w0 = tile_weights[48u + mine_u];
      let w1 = tile_weights[54u + mine_u];
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
      let w0 = tile_weights[60u + mine_u];
      let w1 = tile_weights[66u + mine_u];
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
      let w0 = tile_weights[72u + mine_u];
      let w1 = tile_weights[78u + mine_u];
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
      let w0 = tile_weights[84u + mine_u];
      let w1 = tile_weights[90u + mine_u];
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
  store(4u * (u + mine_u + 6u) + 0u, s + mine_s + 0u, s4_0); store(4u * (u + mine_u + 6u) + 0u, s + mine_s + 16u, s4_1);
  store(4u * (u + mine_u + 6u) + 1u, s + mine_s + 0u, s5_0); store(4u * (u + mine_u + 6u) + 1u, s + mine_s + 16u, s5_1);
  store(4u * (u + mine_u + 6u) + 2u, s + mine_s + 0u, s6_0); store(4u * (u + mine_u + 6u) + 2u, s + mine_s + 16u, s6_1);
  store(4u * (u + mine_u + 6u) + 3u, s + mine_s + 0u, s7_0); store(4u * (u + mine_u + 6u) + 3u, s + mine_s + 16u, s7_1);
}
