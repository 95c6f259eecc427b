/**
 * Measures a device's peak rate of float32 multiply-adds: runs only chains of fma in registers, enough of them that
 * none waits for another. Drawing is compared with this rate. An fma counts as two operations.
 */
import type { Device } from '../src/renderers/gpu/device.js';
import { each } from '../src/renderers/gpu/kernels/kernel.js';

interface Peak {
  /** Operations a second. */
  rate: number;
  /** The kernel that reached it. */
  shape: string;
  /** Why the result may be wrong, as a clause. */
  doubt?: string;
}

interface Shape {
  type: 'f32' | 'vec4f';
  /** The number of independent chains per invocation. */
  chains: number;
  workgroup: number;
}

/** Multiply-adds in the loop's body, over all chains: enough that the loop itself costs less than 1%. */
const BODY = 512;
/**
 * Entries of the result buffer, which invocations share so that no work can be optimised away but few bytes are
 * moved.
 */
const RESULTS = 65_536;
/** Each step replaces x by A x + B, whose fixed point is 1, so slowly that x is not constant. Both are exact. */
const A = 1 - 2 ** -16;
const B = 2 ** -16;
/** The minimum duration of a dispatch, in milliseconds: long compared with its overhead and the clock's resolution. */
const MIN_MS = 10;
const MAX_LOOPS = 4096;
const RUNS = 5;

const shapes: Shape[] = (['f32', 'vec4f'] as const).flatMap((type) =>
  [8, 16, 32].flatMap((chains) => [64, 256].map((workgroup) => ({ type, chains, workgroup }))),
);

/** Tries a handful of kernels and keeps the best. */
export async function measurePeak(device: Device, invocations = 2 ** 24): Promise<Peak> {
  let best: { shape: Shape; rate: number; doubt?: string } | undefined;
  for (const shape of shapes) {
    const measured = await measureShape(device, shape, invocations);
    const isMoreReliable = best?.doubt && !measured.doubt;
    const isFaster = !best || (measured.rate > best.rate && (!measured.doubt || best.doubt));
    if (isMoreReliable || isFaster) best = { shape, ...measured };
  }
  const { shape, rate, doubt } = best!;
  const { type, chains, workgroup } = shape;
  const inWords = `${chains} chains${type === 'vec4f' ? ' in vec4f' : ''}, ${workgroup} invocations per workgroup`;
  return { rate, shape: inWords, ...(doubt && { doubt }) };
}

async function measureShape(
  { gpu, timed }: Device,
  shape: Shape,
  invocations: number,
): Promise<{ rate: number; doubt?: string }> {
  const { workgroup } = shape;
  const module = gpu.createShaderModule({ label: 'peak', code: codeOf(shape) });
  const pipeline = await gpu.createComputePipelineAsync({
    label: 'peak',
    layout: 'auto',
    compute: { module },
  });
  const { UNIFORM, STORAGE, COPY_DST, COPY_SRC, MAP_READ, QUERY_RESOLVE } = GPUBufferUsage;
  const settings = gpu.createBuffer({ size: 16, usage: UNIFORM | COPY_DST });
  const sums = gpu.createBuffer({ size: 4 * RESULTS, usage: STORAGE | COPY_SRC });
  const times = gpu.createBuffer({ size: 16, usage: QUERY_RESOLVE | COPY_SRC });
  const readback = gpu.createBuffer({ size: 32, usage: MAP_READ | COPY_DST });
  const querySet = timed ? gpu.createQuerySet({ type: 'timestamp', count: 2 }) : undefined;
  const bindings = gpu.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [settings, sums].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const groups = invocations / workgroup;
  const rows = Math.ceil(groups / 32_768); // at most 65535 workgroups per dimension are allowed

  /** The duration of one dispatch in milliseconds, and the first sum. */
  const run = async (loops: number): Promise<{ ms: number; sum: number }> => {
    gpu.queue.writeBuffer(settings, 0, new Float32Array([A, B]));
    gpu.queue.writeBuffer(settings, 8, new Uint32Array([loops]));
    const encoder = gpu.createCommandEncoder();
    const timestampWrites = querySet && {
      querySet,
      beginningOfPassWriteIndex: 0,
      endOfPassWriteIndex: 1,
    };
    const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(groups / rows, rows);
    pass.end();
    if (querySet) {
      encoder.resolveQuerySet(querySet, 0, 2, times, 0);
      encoder.copyBufferToBuffer(times, 0, readback, 0, 16);
    }
    encoder.copyBufferToBuffer(sums, 0, readback, 16, 4);
    const start = performance.now();
    gpu.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const wall = performance.now() - start;
    const mapped = readback.getMappedRange();
    const [begin, end] = new BigUint64Array(mapped, 0, 2);
    const [sum] = new Float32Array(mapped, 16, 1);
    const ms = timed ? Number(end - begin) / 1e6 : wall;
    readback.unmap();
    return { ms, sum };
  };
  const least = async (loops: number) => {
    const runs: { ms: number; sum: number }[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await run(loops));
    return runs.reduce((best, one) => (one.ms < best.ms ? one : best));
  };

  try {
    await run(1);
    let loops = 1;
    while ((await run(loops)).ms < MIN_MS && loops < MAX_LOOPS) loops *= 2;
    const { ms, sum } = await least(loops);
    const twice = await least(2 * loops);
    const doubt = doubtOf(shape, loops, sum, twice.ms / ms);
    const operations = 2 * BODY * 2 * loops * invocations;
    return { rate: operations / (twice.ms / 1000), ...(doubt && { doubt }) };
  } finally {
    for (const resource of [settings, sums, times, readback, querySet]) resource?.destroy();
  }
}

/** Detects work that was optimised away: the sum is wrong, or twice the work does not take twice the time. */
function doubtOf({ chains }: Shape, loops: number, sum: number, ratio: number): string | undefined {
  const left = A ** ((BODY / chains) * loops); // the remaining fraction of the distance to the fixed point
  let expected = 0;
  for (let chain = 0; chain < chains; chain++) expected += 1 + left * (startOf(chain) - 1);
  if (!(Math.abs(sum / expected - 1) < 0.01)) return `its sum is ${sum} but should be ${expected}`;
  if (!(ratio > 1.8 && ratio < 2.2)) return `twice the work takes ${ratio.toFixed(2)} times as long`;
}

const startOf = (chain: number) => chain / 16;

function codeOf({ type, chains, workgroup }: Shape): string {
  const size = type === 'vec4f' ? 4 : 1;
  const count = chains / size;
  const start = (x: number) =>
    type === 'f32' ? `${startOf(x)} * one` : `one * vec4f(${each(4, (i) => `${startOf(4 * x + i)}`, ', ')})`;
  const total = (x: number) => (type === 'f32' ? `x${x}` : `dot(x${x}, vec4f(1.0))`);
  return /* wgsl */ `
struct Settings { a: f32, b: f32, loops: u32 }
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> sums: array<f32, ${RESULTS}>;

@compute @workgroup_size(${workgroup})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * ${workgroup}u + local;
  let one = 1.0 + f32(i) * 1e-10; // so that no value is the same for all
  let a = ${type}(settings.a);
  let b = ${type}(settings.b);
${each(count, (x) => `  var x${x} = ${start(x)};`)}
  for (var turn = 0u; turn < settings.loops; turn++) {
${each(BODY / chains, () => each(count, (x) => `    x${x} = fma(x${x}, a, b);`))}
  }
  sums[i % ${RESULTS}u] = ${each(count, total, ' + ')};
}
`;
}
