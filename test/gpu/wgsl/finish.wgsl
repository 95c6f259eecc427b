// finish
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

// One invocation, one pixel. brightness is a plane of samples per output, rgba the frame's pixels, a byte a channel.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> brightness: array<f32>;
@group(0) @binding(2) var<storage, read_write> rgba: array<u32>;

// sRGB to linear light: IEC 61966-2-1.
fn to_linear(value: f32) -> f32 {
  return select(pow((value + 0.055) / 1.055, 2.4), value / 12.92, value <= 0.04045);
}

// An 8 x 8 ordered dither's threshold in (0, 1): Bayer 1973.
fn bayer(column: u32, row: u32) -> f32 {
  var rank = 0u;
  for (var bit = 0u; bit < 3u; bit++) {
    let x = (column >> bit) & 1u;
    let y = (row >> bit) & 1u;
    rank = rank * 4u + 2u * (x ^ y) + y;
  }
  return (f32(rank) + 0.5) / 64.0;
}

fn mean(channel: u32, pixel: u32) -> f32 {
  let count = step.supersample * step.supersample;
  let first = min(channel, step.outputs - 1u) * step.plane + pixel * count;
  if (count == 1u) {
    return brightness[first];
  }
  var light = 0.0;
  for (var i = 0u; i < count; i++) {
    light += to_linear(brightness[first + i]);
  }
  return from_linear(light / f32(count));
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  if (pixel * step.supersample * step.supersample >= step.samples) {
    return;
  }
  let place = step.firstPixel + pixel;
  let threshold = select(0.5, bayer(place % step.width, place / step.width), step.dither == 1u);
  var colour = 0xff000000u;
  for (var channel = 0u; channel < 3u; channel++) {
    colour |= u32(fma(255.0, clamp(mean(channel, pixel), 0.0, 1.0), threshold)) << (8u * channel);
  }
  rgba[place] = colour;
}

// Linear light to sRGB: IEC 61966-2-1.
fn from_linear(value: f32) -> f32 {
  return select(1.055 * pow(value, 1.0 / 2.4) - 0.055, 12.92 * value, value <= 0.0031308);
}