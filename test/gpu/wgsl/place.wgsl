// place
struct Step {
  width: u32,
  pixels: u32,
  supersample: u32,
  firstPixel: u32,
  samples: u32,
  plane: u32,
  dither: u32,
  outputs: u32,
  hidden: u32,
  at: u32,
  inputs: u32,
  units: u32,
  stride: u32,
  firstAt: u32,
  outputAt: u32,
  earlierAt: u32,
  earlierInputs: u32,
  earlierStride: u32,
  share: f32,
  mix: f32,
  rest: f32,
  heldAt: u32,
}

const GROUP = 64u;

// One invocation, one sample. The plane's padding repeats the last.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> offsets: array<f32>;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < step.plane) {
    let at = position(min(id.x, step.samples - 1u));
    planes[id.x] = at.x;
    planes[step.plane + id.x] = at.y;
  }
}

// Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row.
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}