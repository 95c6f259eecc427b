// weights = a * draws of one seed + b * draws of another, matrix by matrix (workgroups' y), by row: the first row of a
// matrix is its biases, each further one the weights of an input.
@group(0) @binding(0) var<storage, read> scales: array<Scale>;
@group(0) @binding(1) var<storage, read> drawsA: array<vec4f>;
@group(0) @binding(2) var<storage, read> drawsB: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4f>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let scale = scales[id.y];
  for (var i = id.x; i < scale.rows * scale.stride; i += groups.x * GROUP) {
    let row = i / scale.stride;
    var a = select(scale.weightA, scale.biasA, row == 0u);
    var b = select(scale.weightB, scale.biasB, row == 0u);
    if (row == scale.lastRow) {
      a *= scale.lastInput;
      b *= scale.lastInput;
    }
    weights[scale.at + i] = a * drawsA[scale.at + i] + b * drawsB[scale.at + i];
  }
}
