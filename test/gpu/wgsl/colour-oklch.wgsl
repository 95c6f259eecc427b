// colour, oklch
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

const GROUP = 64u;

const TO_LIGHT = mat3x3f(
  vec3f(4.076741695404053, -1.2684379816055298, -0.004196086432784796),
  vec3f(-3.307711601257324, 2.609757423400879, -0.7034186124801636),
  vec3f(0.23096993565559387, -0.34131938219070435, 1.7076146602630615),
);
const CONES_A = vec3f(0.3963377773761749, -0.10556134581565857, -0.08948417752981186);
const CONES_B = vec3f(0.21580375730991364, -0.0638541728258133, -1.2914855480194092);
const DARKEST = f32(0.30000001192092896);
const LIGHTEST = f32(0.949999988079071);
const GAMUT_STEPS = 20u;

// One invocation, one sample. planes are of brightness, and become red, green and blue: see src/core/frame/oklab.ts.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read_write> planes: array<f32>;

// A colour's way from grey, at 0, to where it lies in OKLab, at 1: light is a cubic in t.
struct Way {
  grey: f32,
  c1: vec3f,
  c2: vec3f,
  c3: vec3f,
}

fn way_to(lightness: f32, ab: vec2f) -> Way {
  let d = CONES_A * ab.x + CONES_B * ab.y;
  return Way(
    lightness * lightness * lightness,
    3.0 * lightness * lightness * (TO_LIGHT * d),
    3.0 * lightness * (TO_LIGHT * (d * d)),
    TO_LIGHT * (d * d * d),
  );
}

fn light_at(way: Way, t: f32) -> vec3f {
  return ((way.c3 * t + way.c2) * t + way.c1) * t + way.grey;
}

fn fits(light: vec3f) -> bool {
  return all(light >= vec3f(0.0)) && all(light <= vec3f(1.0));
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  let u = planes[sample];
  let v = planes[step.plane + sample];
  let w = planes[2u * step.plane + sample];
  let way = way_to(mix(DARKEST, LIGHTEST, u), around(v, w));
  var t = 1.0;
  if (!fits(light_at(way, 1.0))) {
    t = 0.0;
    var half = 0.5;
    for (var i = 0u; i < GAMUT_STEPS; i++) {
      if (fits(light_at(way, t + half))) {
        t += half;
      }
      half *= 0.5;
    }
  }
  let light = clamp(light_at(way, t), vec3f(0.0), vec3f(1.0));
  planes[sample] = from_linear(light.r);
  planes[step.plane + sample] = from_linear(light.g);
  planes[2u * step.plane + sample] = from_linear(light.b);
}

// Linear light to sRGB: IEC 61966-2-1.
fn from_linear(value: f32) -> f32 {
  return select(1.055 * pow(value, 1.0 / 2.4) - 0.055, 12.92 * value, value <= 0.0031308);
}

const LEAST_CHROMA = f32(0.05000000074505806);
const MOST_CHROMA = f32(0.25);
const TURN = f32(6.2831854820251465);

fn activation_vec2f(x: vec2f) -> vec2f {
  let n = round(0.31830987334251404 * x);
  let reduced = fma(n, vec2f(3.2584136988589307e-7), fma(n, vec2f(-0.0009679794311523438), fma(n, vec2f(-3.140625), x)));
  let t = clamp(reduced, vec2f(-1.6), vec2f(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(vec2f(-2.0), n - 2.0 * floor(0.5 * n), vec2f(1.0));
  return sign * fma(fma(fma(fma(fma(fma(vec2f(1.6059044372074283e-10), u, vec2f(-2.5052107943679403e-8)), u, vec2f(0.0000027557318844628753)), u, vec2f(-0.00019841270113829523)), u, vec2f(0.008333333767950535)), u, vec2f(-0.1666666716337204)) * u, t, t);
}

// Cosine and sine of a hue, by our own sine: WGSL's is too coarse.
fn direction(w: f32) -> vec2f {
  let hue = TURN * w;
  return activation_vec2f(vec2f(hue + 0.25 * TURN, hue));
}

// a and b of OKLab, of the outputs v and w.
fn around(v: f32, w: f32) -> vec2f {
  return mix(LEAST_CHROMA, MOST_CHROMA, v) * direction(w);
}