// narrow, 3 units, 2 x 2 samples, 64 invocations, storage, each of relu and tanh, 1 sigmoid to sin, earlier units, planes, residual, normalised

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
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> planes: array<f32>;

// The activations of the last layer: (3 units, 2 vectors, invocations). Each invocation has its own, so none waits.
var<workgroup> units: array<vec2f, 384>;
// The value of one of the network's inputs at a sample. inputs has, for each plane, where its values start and how far
// apart those of adjacent columns and rows of samples are: 0 for rows if it depends on the column alone.
fn input(plane: u32, sample: u32) -> f32 {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n - step.firstRow;
  let at = 4u * plane;
  return bitcast<f32>(inputs[inputs[at] + column * inputs[at + 1u] + row * inputs[at + 2u]]);
}

fn activation_0_vec2f(x: vec2f) -> vec2f {
  return max(x, vec2f(0.0));
}
fn activation_1_vec2f(x: vec2f) -> vec2f {
  let e = exp2(min(2.885390043258667 * x, vec2f(126.0)));
  let far = fma(vec2f(-2.0), 1.0 / (e + 1.0), vec2f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec2f(-0.050366226583719254), u, vec2f(0.13314831256866455)), u, vec2f(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < vec2f(0.30000001192092896));
}
fn activation_by(kind: u32, x: vec2f) -> vec2f {
  switch (kind) {
    case 0u: {
      return activation_0_vec2f(x);
    }
    default: {
      return activation_1_vec2f(x);
    }
  }
}
fn activation_vec2f(x: vec2f, unit: vec4f) -> vec2f {
  let kinds = u32(unit.x);
  let from_value = activation_by(kinds % 64u, x);
  if (unit.y == 0.0) {
    return from_value;
  }
  let to_value = activation_by(kinds / 64u, x);
  return fma(vec2f(unit.y), to_value, (1.0 - unit.y) * from_value);
}
fn from_output_f32(x: f32) -> f32 {
  return 1.0 / (1.0 + exp2(min(-1.4426950216293335 * x, f32(126.0))));
}
fn from_brightness(sum: f32) -> f32 {
  let shown = from_output_f32(sum);
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}
fn to_output_f32(x: f32) -> f32 {
  let n = round(0.31830987334251404 * x);
  let reduced = fma(n, f32(3.2584136988589307e-7), fma(n, f32(-0.0009679794311523438), fma(n, f32(-3.140625), x)));
  let t = clamp(reduced, f32(-1.6), f32(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(f32(-2.0), n - 2.0 * floor(0.5 * n), f32(1.0));
  return sign * fma(fma(fma(fma(fma(fma(f32(1.6059044372074283e-10), u, f32(-2.5052107943679403e-8)), u, f32(0.0000027557318844628753)), u, f32(-0.00019841270113829523)), u, f32(0.008333333767950535)), u, f32(-0.1666666716337204)) * u, t, t);
}
fn to_brightness(sum: f32) -> f32 {
  let shown = 0.5 * to_output_f32(sum) + 0.5;
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}
fn brightness(sum: f32) -> f32 {
  let from_value = from_brightness(sum);
  return fma(step.outputMix, to_brightness(sum) - from_value, from_value);
}

fn show(sample: u32, output: u32, sum: f32) {
  if (sample < step.samples) {
    planes[output * step.plane + sample] = brightness(sum);
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 256u + local;
  let at0 = min(first + 0u, step.samples - 1u);
  let at1 = min(first + 64u, step.samples - 1u);
  let at2 = min(first + 128u, step.samples - 1u);
  let at3 = min(first + 192u, step.samples - 1u);
  var mean0: vec2f;
  var scale0: vec2f;
  var mean1: vec2f;
  var scale1: vec2f;
  var s0_0: vec2f; var s0_1: vec2f;
  var s1_0: vec2f; var s1_1: vec2f;
  var s2_0: vec2f; var s2_1: vec2f;
  var o0_0: vec2f; var o0_1: vec2f;
  var e0_0: vec2f; var e0_1: vec2f;

  {
    let b0 = weights[step.firstAt + 0u];
    s0_0 = vec2f(b0.x); s0_1 = vec2f(b0.x);
    s1_0 = vec2f(b0.y); s1_1 = vec2f(b0.y);
    s2_0 = vec2f(b0.z); s2_1 = vec2f(b0.z);
    for (var k = 0u; k < step.inputPlanes; k++) {
      let row = step.firstAt + (k + 1u) * 1u;
      let x0 = vec2f(input(k, at0), input(k, at1)); let x1 = vec2f(input(k, at2), input(k, at3));
      let w0 = weights[row + 0u];
      s0_0 = fma(vec2f(w0.x), x0, s0_0); s0_1 = fma(vec2f(w0.x), x1, s0_1);
      s1_0 = fma(vec2f(w0.y), x0, s1_0); s1_1 = fma(vec2f(w0.y), x1, s1_1);
      s2_0 = fma(vec2f(w0.z), x0, s2_0); s2_1 = fma(vec2f(w0.z), x1, s2_1);
    }
  }
  let rows = step.unitsAt + (1u - 1u) * 4u;
  units[0u + local] = s0_0; units[64u + local] = s0_1;
  units[128u + local] = s1_0; units[192u + local] = s1_1;
  units[256u + local] = s2_0; units[320u + local] = s2_1;
  for (var u = 0u; u < 3u; u++) {
    let row = weights[rows + 1u + u];
    units[(u * 2u + 0u) * 64u + local] = activation_vec2f(units[(u * 2u + 0u) * 64u + local], row); units[(u * 2u + 1u) * 64u + local] = activation_vec2f(units[(u * 2u + 1u) * 64u + local], row);
  }

  mean0 = vec2f(0.0); mean1 = vec2f(0.0);
  for (var u = 0u; u < 3u; u++) {
    let row = weights[rows + 1u + u];
    mean0 = fma(vec2f(row.w), units[(u * 2u + 0u) * 64u + local], mean0); mean1 = fma(vec2f(row.w), units[(u * 2u + 1u) * 64u + local], mean1);
  }
  scale0 = vec2f(weights[rows].y); scale1 = vec2f(weights[rows].y);
  for (var u = 0u; u < 3u; u++) {
    let row = weights[rows + 1u + u];
    { let d = units[(u * 2u + 0u) * 64u + local] - mean0; scale0 = fma(row.w * d, d, scale0); } { let d = units[(u * 2u + 1u) * 64u + local] - mean1; scale1 = fma(row.w * d, d, scale1); }
  }
  scale0 = select(vec2f(0.0), 1.0 / sqrt(scale0), scale0 > vec2f(0.0)); scale1 = select(vec2f(0.0), 1.0 / sqrt(scale1), scale1 > vec2f(0.0));

  for (var layer = 2u; layer <= step.hidden; layer++) {
    let i = layer - 2u;
    if (layer == step.hidden) {
      {
        let b0 = weights[step.earlierAt + 0u];
        e0_0 = vec2f(b0.x); e0_1 = vec2f(b0.x);
        for (var k = 0u; k < 3u; k++) {
          let row = step.earlierAt + (k + 1u) * 1u;
          let x0 = (units[(k * 2u + 0u) * 64u + local] - mean0) * scale0; let x1 = (units[(k * 2u + 1u) * 64u + local] - mean1) * scale1;
          let w0 = weights[row + 0u];
          e0_0 = fma(vec2f(w0.x), x0, e0_0); e0_1 = fma(vec2f(w0.x), x1, e0_1);
        }
      }
    }
    let at = step.at + (i / 1024u) * 4096u + (i % 1024u) * 4u;
    {
      let b0 = weights[at + 0u];
      s0_0 = vec2f(b0.x); s0_1 = vec2f(b0.x);
      s1_0 = vec2f(b0.y); s1_1 = vec2f(b0.y);
      s2_0 = vec2f(b0.z); s2_1 = vec2f(b0.z);
      for (var k = 0u; k < 3u; k++) {
        let row = at + (k + 1u) * 1u;
        let x0 = (units[(k * 2u + 0u) * 64u + local] - mean0) * scale0; let x1 = (units[(k * 2u + 1u) * 64u + local] - mean1) * scale1;
        let w0 = weights[row + 0u];
        s0_0 = fma(vec2f(w0.x), x0, s0_0); s0_1 = fma(vec2f(w0.x), x1, s0_1);
        s1_0 = fma(vec2f(w0.y), x0, s1_0); s1_1 = fma(vec2f(w0.y), x1, s1_1);
        s2_0 = fma(vec2f(w0.z), x0, s2_0); s2_1 = fma(vec2f(w0.z), x1, s2_1);
      }
    }
    let rows = step.unitsAt + (layer - 1u) * 4u;
    let kept0_0 = units[0u + local]; units[0u + local] = s0_0; s0_0 = kept0_0; let kept0_1 = units[64u + local]; units[64u + local] = s0_1; s0_1 = kept0_1;
    let kept1_0 = units[128u + local]; units[128u + local] = s1_0; s1_0 = kept1_0; let kept1_1 = units[192u + local]; units[192u + local] = s1_1; s1_1 = kept1_1;
    let kept2_0 = units[256u + local]; units[256u + local] = s2_0; s2_0 = kept2_0; let kept2_1 = units[320u + local]; units[320u + local] = s2_1; s2_1 = kept2_1;
    for (var u = 0u; u < 3u; u++) {
      let row = weights[rows + 1u + u];
      units[(u * 2u + 0u) * 64u + local] = activation_vec2f(units[(u * 2u + 0u) * 64u + local], row); units[(u * 2u + 1u) * 64u + local] = activation_vec2f(units[(u * 2u + 1u) * 64u + local], row);
    }
    { let share = vec2f(weights[rows + 1u].z); units[0u + local] = fma(vec2f(1.0), units[0u + local], share * s0_0); units[64u + local] = fma(vec2f(1.0), units[64u + local], share * s0_1); }
    { let share = vec2f(weights[rows + 2u].z); units[128u + local] = fma(vec2f(1.0), units[128u + local], share * s1_0); units[192u + local] = fma(vec2f(1.0), units[192u + local], share * s1_1); }
    { let share = vec2f(weights[rows + 3u].z); units[256u + local] = fma(vec2f(1.0), units[256u + local], share * s2_0); units[320u + local] = fma(vec2f(1.0), units[320u + local], share * s2_1); }
    mean0 = vec2f(0.0); mean1 = vec2f(0.0);
    for (var u = 0u; u < 3u; u++) {
      let row = weights[rows + 1u + u];
      mean0 = fma(vec2f(row.w), units[(u * 2u + 0u) * 64u + local], mean0); mean1 = fma(vec2f(row.w), units[(u * 2u + 1u) * 64u + local], mean1);
    }
    scale0 = vec2f(weights[rows].y); scale1 = vec2f(weights[rows].y);
    for (var u = 0u; u < 3u; u++) {
      let row = weights[rows + 1u + u];
      { let d = units[(u * 2u + 0u) * 64u + local] - mean0; scale0 = fma(row.w * d, d, scale0); } { let d = units[(u * 2u + 1u) * 64u + local] - mean1; scale1 = fma(row.w * d, d, scale1); }
    }
    scale0 = select(vec2f(0.0), 1.0 / sqrt(scale0), scale0 > vec2f(0.0)); scale1 = select(vec2f(0.0), 1.0 / sqrt(scale1), scale1 > vec2f(0.0));
  }
  {
    let b0 = weights[step.outputAt + 0u];
    o0_0 = vec2f(b0.x); o0_1 = vec2f(b0.x);
    for (var k = 0u; k < 3u; k++) {
      let row = step.outputAt + (k + 1u) * 1u;
      let x0 = (units[(k * 2u + 0u) * 64u + local] - mean0) * scale0; let x1 = (units[(k * 2u + 1u) * 64u + local] - mean1) * scale1;
      let w0 = weights[row + 0u];
      o0_0 = fma(vec2f(w0.x), x0, o0_0); o0_1 = fma(vec2f(w0.x), x1, o0_1);
    }
  }
  o0_0 = fma(vec2f(step.share), e0_0 - o0_0, o0_0); o0_1 = fma(vec2f(step.share), e0_1 - o0_1, o0_1);
  show(first + 0u, 0u, o0_0.x);
  show(first + 64u, 0u, o0_0.y);
  show(first + 128u, 0u, o0_1.x);
  show(first + 192u, 0u, o0_1.y);
}
