// Opaque black.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read_write> rgba: array<u32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var pixel = id.x; pixel < step.pixels; pixel += groups.x * GROUP) {
    rgba[pixel] = 0xff000000u;
  }
}
