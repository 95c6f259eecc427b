// One invocation, one sample. planes are of brightness, and become red, green and blue; map has three numbers a colour.
// OUTPUT is the output that is coloured, LAST the number of the map's last colour.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> map: array<f32>;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  let place = f32(LAST) * planes[OUTPUT * step.plane + sample];
  let first = min(LAST - 1u, u32(place));
  let share = place - f32(first);
  for (var channel = 0u; channel < 3u; channel++) {
    let lower = map[3u * first + channel];
    planes[channel * step.plane + sample] = fma(share, map[3u * first + 3u + channel] - lower, lower);
  }
}
