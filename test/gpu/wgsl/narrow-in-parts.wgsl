// narrow, 2 units, 1 x 4 samples, 32 invocations, 2 uniform parts, tanh to relu, 1 sigmoid, earlier units

// An invocation computes 4 samples, 32 apart, in vectors of 4: px and py are their positions, s the sums of a
// layer's 2 units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
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
@group(0) @binding(1) var<storage, read> offsets: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> planes: array<f32>;
@group(0) @binding(4) var<uniform> part0: array<vec4f, 4096>;
@group(0) @binding(5) var<uniform> part1: array<vec4f, 4096>;
// The activations of the last layer: (2 units, 1 vectors, invocations). Each invocation has its own, so none waits.
var<workgroup> units: array<vec4f, 64>;
// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}

fn activation_from_vec4f(x: vec4f) -> vec4f {
  let e = exp2(min(2.885390043258667 * x, vec4f(126.0)));
  let far = fma(vec4f(-2.0), 1.0 / (e + 1.0), vec4f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec4f(-0.050366226583719254), u, vec4f(0.13314831256866455)), u, vec4f(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < vec4f(0.30000001192092896));
}
fn activation_to_vec4f(x: vec4f) -> vec4f {
  return max(x, vec4f(0.0));
}
fn activation_vec4f(x: vec4f) -> vec4f {
  // Of two values that may be far apart the difference would keep nothing of the smaller one.
  return fma(vec4f(step.mix), activation_to_vec4f(x), step.rest * activation_from_vec4f(x));
}
fn output_f32(x: f32) -> f32 {
  return 1.0 / (1.0 + exp2(min(-1.4426950216293335 * x, f32(126.0))));
}
fn brightness(sum: f32) -> f32 {
  let shown = output_f32(sum);
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}

fn show(sample: u32, output: u32, sum: f32) {
  if (sample < step.samples) {
    planes[output * step.plane + sample] = brightness(sum);
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 128u + local;
  let at0 = position(min(first + 0u, step.samples - 1u));
  let at1 = position(min(first + 32u, step.samples - 1u));
  let at2 = position(min(first + 64u, step.samples - 1u));
  let at3 = position(min(first + 96u, step.samples - 1u));
  let px0 = vec4f(at0.x, at1.x, at2.x, at3.x);
  let py0 = vec4f(at0.y, at1.y, at2.y, at3.y);
  var s0_0: vec4f;
  var s1_0: vec4f;
  var o0_0: vec4f;
  var e0_0: vec4f;

  {
    let b0 = weights[step.firstAt + 0u];
    s0_0 = vec4f(b0.x);
    s1_0 = vec4f(b0.y);
    {
      let x0 = px0;
      let w0 = weights[step.firstAt + 1u];
      s0_0 = fma(vec4f(w0.x), x0, s0_0);
      s1_0 = fma(vec4f(w0.y), x0, s1_0);
    }
    {
      let x0 = py0;
      let w0 = weights[step.firstAt + 2u];
      s0_0 = fma(vec4f(w0.x), x0, s0_0);
      s1_0 = fma(vec4f(w0.y), x0, s1_0);
    }
  }
  units[0u + local] = activation_vec4f(s0_0);
  units[32u + local] = activation_vec4f(s1_0);

  var layer = 2u;
  for (; layer <= min(step.hidden, 1366u); layer++) {
    if (layer == step.hidden) {
      {
        let b0 = weights[step.earlierAt + 0u];
        e0_0 = vec4f(b0.x);
        for (var k = 0u; k < 2u; k++) {
          let row = step.earlierAt + (k + 1u) * 1u;
          let x0 = units[(k * 1u + 0u) * 32u + local];
          let w0 = weights[row + 0u];
          e0_0 = fma(vec4f(w0.x), x0, e0_0);
        }
      }
    }
    let at = (layer - 2u) * 3u;
    {
      let b0 = part0[at + 0u];
      s0_0 = vec4f(b0.x);
      s1_0 = vec4f(b0.y);
      for (var k = 0u; k < 2u; k++) {
        let row = at + (k + 1u) * 1u;
        let x0 = units[(k * 1u + 0u) * 32u + local];
        let w0 = part0[row + 0u];
        s0_0 = fma(vec4f(w0.x), x0, s0_0);
        s1_0 = fma(vec4f(w0.y), x0, s1_0);
      }
    }
    units[0u + local] = activation_vec4f(s0_0);
    units[32u + local] = activation_vec4f(s1_0);
  }
  for (; layer <= min(step.hidden, 2731u); layer++) {
    if (layer == step.hidden) {
      {
        let b0 = weights[step.earlierAt + 0u];
        e0_0 = vec4f(b0.x);
        for (var k = 0u; k < 2u; k++) {
          let row = step.earlierAt + (k + 1u) * 1u;
          let x0 = units[(k * 1u + 0u) * 32u + local];
          let w0 = weights[row + 0u];
          e0_0 = fma(vec4f(w0.x), x0, e0_0);
        }
      }
    }
    let at = (layer - 1367u) * 3u;
    {
      let b0 = part1[at + 0u];
      s0_0 = vec4f(b0.x);
      s1_0 = vec4f(b0.y);
      for (var k = 0u; k < 2u; k++) {
        let row = at + (k + 1u) * 1u;
        let x0 = units[(k * 1u + 0u) * 32u + local];
        let w0 = part1[row + 0u];
        s0_0 = fma(vec4f(w0.x), x0, s0_0);
        s1_0 = fma(vec4f(w0.y), x0, s1_0);
      }
    }
    units[0u + local] = activation_vec4f(s0_0);
    units[32u + local] = activation_vec4f(s1_0);
  }
  {
    let b0 = weights[step.outputAt + 0u];
    o0_0 = vec4f(b0.x);
    for (var k = 0u; k < 2u; k++) {
      let row = step.outputAt + (k + 1u) * 1u;
      let x0 = units[(k * 1u + 0u) * 32u + local];
      let w0 = weights[row + 0u];
      o0_0 = fma(vec4f(w0.x), x0, o0_0);
    }
  }
  o0_0 = fma(vec4f(step.share), e0_0 - o0_0, o0_0);
  show(first + 0u, 0u, o0_0.x);
  show(first + 32u, 0u, o0_0.y);
  show(first + 64u, 0u, o0_0.z);
  show(first + 96u, 0u, o0_0.w);
}
