// yuv

// One invocation, four bytes in a row: Y by pixel, then Cb and then Cr by 2 x 2 pixels, as in ../../pixels.ts.
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
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> rgba: array<u32>;
@group(0) @binding(2) var<storage, read_write> planes: array<u32>;

fn colour(pixel: u32) -> vec3i {
  let bytes = rgba[pixel];
  return vec3i(i32(bytes & 255u), i32((bytes >> 8u) & 255u), i32((bytes >> 16u) & 255u));
}

fn value(byte: u32) -> u32 {
  if (byte < step.pixels) {
    let sum = colour(byte);
    return u32((5983 * sum.r + 20127 * sum.g + 2032 * sum.b + 540672) >> 15u);
  }
  let quarter = step.pixels / 4u;
  let block = (byte - step.pixels) % quarter;
  let corner = 2u * (block % (step.width / 2u)) + 2u * (block / (step.width / 2u)) * step.width;
  let sum = colour(corner) + colour(corner + 1u) + colour(corner + step.width) + colour(corner + step.width + 1u);
  if (byte < step.pixels + quarter) {
    return u32((-3298 * sum.r + -11094 * sum.g + 14392 * sum.b + 16842752) >> 17u);
  }
  return u32((14392 * sum.r + -13072 * sum.g + -1320 * sum.b + 16842752) >> 17u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let bytes = step.pixels + step.pixels / 2u;
  for (var word = id.x; 4u * word < bytes; word += groups.x * 64u) {
    var four = 0u;
    for (var i = 0u; i < 4u; i++) {
      let byte = 4u * word + i;
      if (byte < bytes) {
        four |= value(byte) << (8u * i);
      }
    }
    planes[word] = four;
  }
}
