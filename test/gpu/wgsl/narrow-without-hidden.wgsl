// narrow, 0 units, 2 x 2 samples, 64 invocations, storage, tanh, 3 sin, earlier none

// An invocation computes 4 samples, 64 apart, in vectors of 2: px and py are their positions, s the sums of a
// layer's 0 units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
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

// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}

fn output_f32(x: f32) -> f32 {
  let n = round(0.31830987334251404 * x);
  let reduced = fma(n, f32(3.2584136988589307e-7), fma(n, f32(-0.0009679794311523438), fma(n, f32(-3.140625), x)));
  let t = clamp(reduced, f32(-1.6), f32(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(f32(-2.0), n - 2.0 * floor(0.5 * n), f32(1.0));
  return sign * fma(fma(fma(fma(fma(fma(f32(1.6059044372074283e-10), u, f32(-2.5052107943679403e-8)), u, f32(0.0000027557318844628753)), u, f32(-0.00019841270113829523)), u, f32(0.008333333767950535)), u, f32(-0.1666666716337204)) * u, t, t);
}
fn brightness(sum: f32) -> f32 {
  let shown = 0.5 * output_f32(sum) + 0.5;
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

  var o0_0: vec2f; var o0_1: vec2f;
  var o1_0: vec2f; var o1_1: vec2f;
  var o2_0: vec2f; var o2_1: vec2f;

  {
    let b0 = weights[step.outputAt + 0u];
    o0_0 = vec2f(b0.x); o0_1 = vec2f(b0.x);
    o1_0 = vec2f(b0.y); o1_1 = vec2f(b0.y);
    o2_0 = vec2f(b0.z); o2_1 = vec2f(b0.z);
    {
      let x0 = px0; let x1 = px1;
      let w0 = weights[step.outputAt + 1u];
      o0_0 = fma(vec2f(w0.x), x0, o0_0); o0_1 = fma(vec2f(w0.x), x1, o0_1);
      o1_0 = fma(vec2f(w0.y), x0, o1_0); o1_1 = fma(vec2f(w0.y), x1, o1_1);
      o2_0 = fma(vec2f(w0.z), x0, o2_0); o2_1 = fma(vec2f(w0.z), x1, o2_1);
    }
    {
      let x0 = py0; let x1 = py1;
      let w0 = weights[step.outputAt + 2u];
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
