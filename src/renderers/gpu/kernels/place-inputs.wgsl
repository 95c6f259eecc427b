// One invocation, one sample. The planes' padding repeats the last.
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < step.plane) {
    let sample = min(id.x, step.samples - 1u);
    for (var k = 0u; k < step.inputPlanes; k++) {
      planes[k * step.plane + id.x] = input(k, sample);
    }
  }
}
