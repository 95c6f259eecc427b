// sRGB to linear light: IEC 61966-2-1.
fn to_linear(value: f32) -> f32 {
  return select(pow((value + 0.055) / 1.055, 2.4), value / 12.92, value <= 0.04045);
}
