// narrow, 1 units, 1 x 2 samples, 64 invocations, storage, each of relu and tanh, 1 unit, earlier none, held, residual

// An invocation computes 2 samples, 64 apart, in vectors of 2: px and py are their positions, s the sums of a
// layer's 1 units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
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
@group(0) @binding(1) var<storage, read> offsets: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> planes: array<f32>;

// The activations of the last layer: (1 units, 1 vectors, invocations). Each invocation has its own, so none waits.
var<workgroup> units: array<vec2f, 64>;
// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}

fn activation_0_vec2f(sums: vec2f, held: vec4f) -> vec2f {
  return max(sums, vec2f(0.0));
}
fn activation_1_vec2f(sums: vec2f, held: vec4f) -> vec2f {
  let x = held.x * clamp(sums, vec2f(-held.z), vec2f(held.z));
  let e = exp2(min(2.885390043258667 * x, vec2f(126.0)));
  let far = fma(vec2f(-2.0), 1.0 / (e + 1.0), vec2f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec2f(-0.050366226583719254), u, vec2f(0.13314831256866455)), u, vec2f(-0.33333060145378113)), x * u, x);
  return held.y * select(far, near, abs(x) < vec2f(0.30000001192092896));
}
fn activation_by(kind: u32, sums: vec2f, held: vec4f) -> vec2f {
  switch (kind) {
    case 0u: {
      return activation_0_vec2f(sums, held);
    }
    default: {
      return activation_1_vec2f(sums, held);
    }
  }
}
fn activation_vec2f(sums: vec2f, held: vec4f, unit: vec4f) -> vec2f {
  let kinds = u32(unit.x);
  let from_value = activation_by(kinds % 64u, sums, held);
  if (unit.y == 0.0) {
    return from_value;
  }
  let to_value = activation_by(kinds / 64u, sums, held);
  return fma(vec2f(unit.y), to_value, (1.0 - unit.y) * from_value);
}
fn output_0_f32(x: f32) -> f32 {
  return max(x, f32(0.0));
}
fn output_1_f32(x: f32) -> f32 {
  let e = exp2(min(2.885390043258667 * x, f32(126.0)));
  let far = fma(f32(-2.0), 1.0 / (e + 1.0), f32(1.0));
  let u = x * x;
  let near = fma(fma(fma(f32(-0.050366226583719254), u, f32(0.13314831256866455)), u, f32(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < f32(0.30000001192092896));
}
fn brightness_by(kind: u32, x: f32, added: f32) -> f32 {
  switch (kind) {
    case 0u: {
      let value = output_0_f32(x) + added;
      let shown = value;
      return min(f32(1.0), select(f32(0.0), shown, shown > f32(0.0)));
    }
    default: {
      let value = output_1_f32(x) + added;
      let shown = 0.5 * value + 0.5;
      return min(f32(1.0), select(f32(0.0), shown, shown > f32(0.0)));
    }
  }
}
fn unit_brightness(sum: f32, unit: vec4f, added: f32, held: vec4f) -> f32 {
  let x = held.x * clamp(sum, f32(-held.z), f32(held.z));
  let kinds = u32(unit.x);
  let from_value = brightness_by(kinds % 64u, x, added);
  if (unit.y == 0.0) {
    return from_value;
  }
  let to_value = brightness_by(kinds / 64u, x, added);
  return fma(f32(unit.y), to_value, (1.0 - unit.y) * from_value);
}

fn show(sample: u32, output: u32, sum: f32, added: f32) {
  if (sample < step.samples) {
    planes[output * step.plane + sample] = unit_brightness(sum, weights[step.unitsAt + step.hidden * 2u + 1u], added, weights[step.heldAt + step.hidden]);
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 128u + local;
  let at0 = position(min(first + 0u, step.samples - 1u));
  let at1 = position(min(first + 64u, step.samples - 1u));
  let px0 = vec2f(at0.x, at1.x);
  let py0 = vec2f(at0.y, at1.y);
  var s0_0: vec2f;
  var o0_0: vec2f;

  {
    let b0 = weights[step.firstAt + 0u];
    s0_0 = vec2f(b0.x);
    {
      let x0 = px0;
      let w0 = weights[step.firstAt + 1u];
      s0_0 = fma(vec2f(w0.x), x0, s0_0);
    }
    {
      let x0 = py0;
      let w0 = weights[step.firstAt + 2u];
      s0_0 = fma(vec2f(w0.x), x0, s0_0);
    }
  }
  let rows = step.unitsAt + (1u - 1u) * 2u;
  units[0u + local] = s0_0;
  for (var u = 0u; u < 1u; u++) {
    let row = weights[rows + 1u + u];
    units[(u * 1u + 0u) * 64u + local] = activation_vec2f(units[(u * 1u + 0u) * 64u + local], weights[step.heldAt + 1u - 1u], row);
  }

  for (var layer = 2u; layer <= step.hidden; layer++) {
    let i = layer - 2u;

    let at = step.at + (i / 2048u) * 4096u + (i % 2048u) * 2u;
    {
      let b0 = weights[at + 0u];
      s0_0 = vec2f(b0.x);
      for (var k = 0u; k < 1u; k++) {
        let row = at + (k + 1u) * 1u;
        let x0 = units[(k * 1u + 0u) * 64u + local];
        let w0 = weights[row + 0u];
        s0_0 = fma(vec2f(w0.x), x0, s0_0);
      }
    }
    let rows = step.unitsAt + (layer - 1u) * 2u;
    let kept0_0 = units[0u + local]; units[0u + local] = s0_0; s0_0 = kept0_0;
    for (var u = 0u; u < 1u; u++) {
      let row = weights[rows + 1u + u];
      units[(u * 1u + 0u) * 64u + local] = activation_vec2f(units[(u * 1u + 0u) * 64u + local], weights[step.heldAt + layer - 1u], row);
    }
    { let share = vec2f(weights[rows + 1u].z); units[0u + local] = fma(vec2f(weights[rows].x), units[0u + local], share * s0_0); }
  }
  {
    let b0 = weights[step.outputAt + 0u];
    o0_0 = vec2f(b0.x);
    for (var k = 0u; k < 1u; k++) {
      let row = step.outputAt + (k + 1u) * 1u;
      let x0 = units[(k * 1u + 0u) * 64u + local];
      let w0 = weights[row + 0u];
      o0_0 = fma(vec2f(w0.x), x0, o0_0);
    }
  }

  let kept = weights[step.unitsAt + step.hidden * 2u + 1u].z;
  let added0 = kept * units[(step.keptFrom * 1u + 0u) * 64u + local];
  show(first + 0u, 0u, o0_0.x, added0.x);
  show(first + 64u, 0u, o0_0.y, added0.y);
}
