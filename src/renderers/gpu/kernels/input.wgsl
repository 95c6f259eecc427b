// The value of one of the network's inputs at a sample. inputs has, for each plane, where its values start and how far
// apart those of adjacent columns and rows of samples are: 0 for rows if it depends on the column alone.
fn input(plane: u32, sample: u32) -> f32 {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n - step.firstRow;
  let at = 4u * plane;
  return bitcast<f32>(inputs[inputs[at] + column * inputs[at + 1u] + row * inputs[at + 2u]]);
}
