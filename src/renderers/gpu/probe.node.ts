/**
 * Looks for a GPU in its own process, and prints the result as a line of JSON. Drivers may write to stderr, hang or
 * crash; the parent (detect.node.ts) reads the output, waits for a limited time, and carries on.
 */
import { writeSync } from 'node:fs';
import { describeAdapter, requestAdapter } from './adapter.js';
import type { Way } from './host.js';
import { BEGIN, createWebGpu, type Seen, vulkanSettings } from './webgpu.node.js';

async function look(way: Way): Promise<Seen> {
  let instance: GPU;
  try {
    instance = await createWebGpu(true);
  } catch (error) {
    return { missing: firstLine(error) };
  }
  writeSync(2, BEGIN);
  const adapter = await requestAdapter(instance, vulkanSettings(way));
  if (!adapter) return {};
  const info = describeAdapter(adapter);
  try {
    await use(adapter);
    return info;
  } catch (error) {
    return { ...info, broken: firstLine(error) };
  }
}

/** Does a little of everything that drawing does, so that drivers print now what they would print then. */
async function use(adapter: GPUAdapter): Promise<void> {
  const device = await adapter.requestDevice();
  const code =
    '@group(0) @binding(0) var<storage, read_write> b: array<u32>; @compute @workgroup_size(1) fn main() { b[0] = 7u; }';
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC });
  const readback = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
  const layout = pipeline.getBindGroupLayout(0);
  const bindGroup = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readback, 0, 4);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const [seven] = new Uint32Array(readback.getMappedRange());
  readback.unmap();
  device.destroy();
  if (seven !== 7) throw new Error('it computes wrongly');
}

const firstLine = (error: unknown) => String((error as Error).message ?? error).split('\n')[0];

const seen = await look(JSON.parse(process.argv[2]));
writeSync(1, `${JSON.stringify(seen)}\n`);
process.exit();
