// Shows a frame on a canvas: rgba has a byte a channel. Where the sizes differ, pixels are interpolated; where they are
// equal, `place` is a whole number, so that colours reach the canvas unchanged.
@group(0) @binding(0) var<uniform> stretch: Stretch;
@group(0) @binding(1) var<storage, read> rgba: array<u32>;

// The corners of a triangle that covers the canvas.
@vertex
fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(select(-1.0, 3.0, i == 1u), select(-1.0, 3.0, i == 2u), 0.0, 1.0);
}

fn pixel(column: u32, row: u32) -> vec4f {
  return unpack4x8unorm(rgba[row * stretch.width + column]);
}

@fragment
fn colour(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let last = vec2u(stretch.width, stretch.height) - 1u;
  let scale = vec2f(stretch.across, stretch.down);
  let place = clamp(at.xy * scale - 0.5, vec2f(0.0), vec2f(last));
  let a = vec2u(place);
  let b = min(a + 1u, last);
  let share = fract(place);
  let upper = mix(pixel(a.x, a.y), pixel(b.x, a.y), share.x);
  let lower = mix(pixel(a.x, b.y), pixel(b.x, b.y), share.x);
  return mix(upper, lower, share.y);
}
