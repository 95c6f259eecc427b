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
