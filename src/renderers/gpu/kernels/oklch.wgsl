// Cosine and sine of a hue, by our own sine: WGSL's is too coarse.
fn direction(w: f32) -> vec2f {
  let hue = TURN * w;
  return activation_vec2f(vec2f(hue + 0.25 * TURN, hue));
}

// a and b of OKLab, of the outputs v and w.
fn around(v: f32, w: f32) -> vec2f {
  return mix(LEAST_CHROMA, MOST_CHROMA, v) * direction(w);
}
