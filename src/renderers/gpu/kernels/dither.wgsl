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

// A colour's channel as a byte at its place in a pixel.
fn byte(value: f32, threshold: f32, channel: u32) -> u32 {
  return u32(fma(255.0, clamp(value, 0.0, 1.0), threshold)) << (8u * channel);
}
