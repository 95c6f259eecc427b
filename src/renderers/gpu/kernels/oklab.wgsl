// a and b of OKLab, of the outputs v and w.
fn around(v: f32, w: f32) -> vec2f {
  return AROUND * (2.0 * vec2f(v, w) - 1.0);
}
