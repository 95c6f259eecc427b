// One invocation, one pixel of one unit's picture. brightness is a plane of samples per unit; map has three numbers a
// colour; rgba is the frame's pixels, a byte a channel.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> map: array<f32>;
@group(0) @binding(2) var<storage, read> brightness: array<f32>;
@group(0) @binding(3) var<storage, read_write> rgba: array<u32>;

fn colour(value: f32) -> vec3f {
  let place = f32(step.lastColour) * value;
  let first = min(step.lastColour - 1u, u32(place));
  let at = 3u * first;
  let lower = vec3f(map[at], map[at + 1u], map[at + 2u]);
  let upper = vec3f(map[at + 3u], map[at + 4u], map[at + 5u]);
  return fma(vec3f(place - f32(first)), upper - lower, lower);
}

fn mean(first: u32, count: u32) -> vec3f {
  if (count == 1u) {
    return colour(brightness[first]);
  }
  var light = vec3f(0.0);
  for (var i = 0u; i < count; i++) {
    let sample = colour(brightness[first + i]);
    light += vec3f(to_linear(sample.r), to_linear(sample.g), to_linear(sample.b));
  }
  light = light / f32(count);
  return vec3f(from_linear(light.r), from_linear(light.g), from_linear(light.b));
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  let unit = id.y;
  let count = step.supersample * step.supersample;
  if (pixel * count >= step.samples) {
    return;
  }
  let place = step.firstPixel + pixel;
  let column = step.left + (unit % step.columns) * step.across + place % step.width;
  let row = step.top + (unit / step.columns) * step.down + place / step.width;
  let threshold = select(0.5, bayer(column, row), step.dither == 1u);
  let value = mean(unit * step.plane + pixel * count, count);
  let bytes = byte(value.r, threshold, 0u) | byte(value.g, threshold, 1u) | byte(value.b, threshold, 2u);
  rgba[row * step.frameWidth + column] = 0xff000000u | bytes;
}
