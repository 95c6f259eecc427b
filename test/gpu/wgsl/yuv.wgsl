// yuv
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

const LUMA = Rule(5983, 20127, 2032, 540672, 15u);
const BLUE = Rule(-3298, -11094, 14392, 16842752, 17u);
const RED = Rule(14392, -13072, -1320, 16842752, 17u);

// One invocation, four bytes in a row: Y by pixel, then Cb and then Cr by 2 x 2 pixels. LUMA, BLUE and RED are BT709 of
// src/core/frame/pixels.ts.
struct Rule {
  r: i32,
  g: i32,
  b: i32,
  offset: i32,
  shift: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> rgba: array<u32>;
@group(0) @binding(2) var<storage, read_write> planes: array<u32>;

fn colour(pixel: u32) -> vec3i {
  let bytes = rgba[pixel];
  return vec3i(i32(bytes & 255u), i32((bytes >> 8u) & 255u), i32((bytes >> 16u) & 255u));
}

fn converted(sum: vec3i, rule: Rule) -> u32 {
  return u32((rule.r * sum.r + rule.g * sum.g + rule.b * sum.b + rule.offset) >> rule.shift);
}

fn value(byte: u32) -> u32 {
  if (byte < step.pixels) {
    return converted(colour(byte), LUMA);
  }
  let quarter = step.pixels / 4u;
  let block = (byte - step.pixels) % quarter;
  let corner = 2u * (block % (step.width / 2u)) + 2u * (block / (step.width / 2u)) * step.width;
  let sum = colour(corner) + colour(corner + 1u) + colour(corner + step.width) + colour(corner + step.width + 1u);
  if (byte < step.pixels + quarter) {
    return converted(sum, BLUE);
  }
  return converted(sum, RED);
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let bytes = step.pixels + step.pixels / 2u;
  for (var word = id.x; 4u * word < bytes; word += groups.x * GROUP) {
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