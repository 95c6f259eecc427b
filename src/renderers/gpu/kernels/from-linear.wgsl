// Linear light to sRGB: IEC 61966-2-1.
fn from_linear(value: f32) -> f32 {
  return select(1.055 * pow(value, 1.0 / 2.4) - 0.055, 12.92 * value, value <= 0.0031308);
}
