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
