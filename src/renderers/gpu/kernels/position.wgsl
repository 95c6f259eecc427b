// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}
