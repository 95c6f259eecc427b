// One invocation, one pixel. brightness is a plane of samples per output, rgba the frame's pixels, a byte a channel.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> brightness: array<f32>;
@group(0) @binding(2) var<storage, read_write> rgba: array<u32>;

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
    colour |= byte(mean(channel, pixel), threshold, channel);
  }
  rgba[place] = colour;
}
