// narrow, 3 units, 2 x 2 samples, 64 invocations, storage, tanh, 3 sigmoid, earlier none

// An invocation computes 4 samples, 64 apart, in vectors of 2: px and py are their positions, s the sums of a
// layer's 3 units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
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

// The activations of the last layer: (3 units, 2 vectors, invocations). Each invocation has its own, so none waits.
var<workgroup> units: array<vec2f, 384>;
// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}

fn activation_vec2f(x: vec2f) -> vec2f {
  let e = exp2(min(2.885390043258667 * x, vec2f(126.0)));
  let far = fma(vec2f(-2.0), 1.0 / (e + 1.0), vec2f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec2f(-0.050366226583719254), u, vec2f(0.13314831256866455)), u, vec2f(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < vec2f(0.30000001192092896));
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

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 256u + local;
  let at0 = position(min(first + 0u, step.samples - 1u));
  let at1 = position(min(first + 64u, step.samples - 1u));
  let at2 = position(min(first + 128u, step.samples - 1u));
  let at3 = position(min(first + 192u, step.samples - 1u));
  let px0 = vec2f(at0.x, at1.x);
  let py0 = vec2f(at0.y, at1.y);
  let px1 = vec2f(at2.x, at3.x);
  let py1 = vec2f(at2.y, at3.y);
  var s0_0: vec2f; var s0_1: vec2f;
  var s1_0: vec2f; var s1_1: vec2f;
  var s2_0: vec2f; var s2_1: vec2f;
  var o0_0: vec2f; var o0_1: vec2f;
  var o1_0: vec2f; var o1_1: vec2f;
  var o2_0: vec2f; var o2_1: vec2f;

  {
    let b0 = weights[step.firstAt + 0u];
    s0_0 = vec2f(b0.x); s0_1 = vec2f(b0.x);
    s1_0 = vec2f(b0.y); s1_1 = vec2f(b0.y);
    s2_0 = vec2f(b0.z); s2_1 = vec2f(b0.z);
    {
      let x0 = px0; let x1 = px1;
      let w0 = weights[step.firstAt + 1u];
      s0_0 = fma(vec2f(w0.x), x0, s0_0); s0_1 = fma(vec2f(w0.x), x1, s0_1);
      s1_0 = fma(vec2f(w0.y), x0, s1_0); s1_1 = fma(vec2f(w0.y), x1, s1_1);
      s2_0 = fma(vec2f(w0.z), x0, s2_0); s2_1 = fma(vec2f(w0.z), x1, s2_1);
    }
    {
      let x0 = py0; let x1 = py1;
      let w0 = weights[step.firstAt + 2u];
      s0_0 = fma(vec2f(w0.x), x0, s0_0); s0_1 = fma(vec2f(w0.x), x1, s0_1);
      s1_0 = fma(vec2f(w0.y), x0, s1_0); s1_1 = fma(vec2f(w0.y), x1, s1_1);
      s2_0 = fma(vec2f(w0.z), x0, s2_0); s2_1 = fma(vec2f(w0.z), x1, s2_1);
    }
  }
  units[0u + local] = activation_vec2f(s0_0); units[64u + local] = activation_vec2f(s0_1);
  units[128u + local] = activation_vec2f(s1_0); units[192u + local] = activation_vec2f(s1_1);
  units[256u + local] = activation_vec2f(s2_0); units[320u + local] = activation_vec2f(s2_1);

  for (var layer = 2u; layer <= step.hidden; layer++) {
    let i = layer - 2u;

    let at = step.at + (i / 1024u) * 4096u + (i % 1024u) * 4u;
    {
      let b0 = weights[at + 0u];
      s0_0 = vec2f(b0.x); s0_1 = vec2f(b0.x);
      s1_0 = vec2f(b0.y); s1_1 = vec2f(b0.y);
      s2_0 = vec2f(b0.z); s2_1 = vec2f(b0.z);
      for (var k = 0u; k < 3u; k++) {
        let row = at + (k + 1u) * 1u;
        let x0 = units[(k * 2u + 0u) * 64u + local]; let x1 = units[(k * 2u + 1u) * 64u + local];
        let w0 = weights[row + 0u];
        s0_0 = fma(vec2f(w0.x), x0, s0_0); s0_1 = fma(vec2f(w0.x), x1, s0_1);
        s1_0 = fma(vec2f(w0.y), x0, s1_0); s1_1 = fma(vec2f(w0.y), x1, s1_1);
        s2_0 = fma(vec2f(w0.z), x0, s2_0); s2_1 = fma(vec2f(w0.z), x1, s2_1);
      }
    }
    units[0u + local] = activation_vec2f(s0_0); units[64u + local] = activation_vec2f(s0_1);
    units[128u + local] = activation_vec2f(s1_0); units[192u + local] = activation_vec2f(s1_1);
    units[256u + local] = activation_vec2f(s2_0); units[320u + local] = activation_vec2f(s2_1);
  }
  {
    let b0 = weights[step.outputAt + 0u];
    o0_0 = vec2f(b0.x); o0_1 = vec2f(b0.x);
    o1_0 = vec2f(b0.y); o1_1 = vec2f(b0.y);
    o2_0 = vec2f(b0.z); o2_1 = vec2f(b0.z);
    for (var k = 0u; k < 3u; k++) {
      let row = step.outputAt + (k + 1u) * 1u;
      let x0 = units[(k * 2u + 0u) * 64u + local]; let x1 = units[(k * 2u + 1u) * 64u + local];
      let w0 = weights[row + 0u];
      o0_0 = fma(vec2f(w0.x), x0, o0_0); o0_1 = fma(vec2f(w0.x), x1, o0_1);
      o1_0 = fma(vec2f(w0.y), x0, o1_0); o1_1 = fma(vec2f(w0.y), x1, o1_1);
      o2_0 = fma(vec2f(w0.z), x0, o2_0); o2_1 = fma(vec2f(w0.z), x1, o2_1);
    }
  }

  show(first + 0u, 0u, o0_0.x);
  show(first + 64u, 0u, o0_0.y);
  show(first + 128u, 0u, o0_1.x);
  show(first + 192u, 0u, o0_1.y);
  show(first + 0u, 1u, o1_0.x);
  show(first + 64u, 1u, o1_0.y);
  show(first + 128u, 1u, o1_1.x);
  show(first + 192u, 1u, o1_1.y);
  show(first + 0u, 2u, o2_0.x);
  show(first + 64u, 2u, o2_0.y);
  show(first + 128u, 2u, o2_1.x);
  show(first + 192u, 2u, o2_1.y);
}
