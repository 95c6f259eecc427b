/** Which GPU draws: the adapter there is, whether it is a real one, and the device made of it. */
import { driverAdvice, openWebGpu } from '#gpu';
import { RenderError } from '../../errors.js';

/** A GPU that could be used. */
export interface Adapter {
  /** As its driver calls it. */
  name: string;
  /** Whether it is a program on the CPU that plays a GPU, far slower than our CPU renderer. */
  software: boolean;
  open(): Promise<Device>;
}

/** A GPU in use. */
export interface Device {
  gpu: GPUDevice;
  name: string;
  software: boolean;
  /** Whether it can tell how long its work took. */
  timed: boolean;
  /** Lets it go. */
  close(): void;
}

/** The best adapter here, or why there is none and what to do about it. */
export async function findAdapter(): Promise<Adapter | { problem: string }> {
  const opened = await openWebGpu();
  if ('problem' in opened) return opened;
  const instance = opened.gpu;
  const adapter = await requestAdapter(instance);
  if (!adapter) return { problem: `WebGPU finds no GPU here. ${driverAdvice}` };
  const { info } = adapter;
  const name =
    info.description || info.device || [info.vendor, info.architecture].join(' ').trim() || 'a GPU';
  const software = info.isFallbackAdapter || isSoftware(`${name} ${info.architecture}`);
  return {
    name,
    software,
    open: () => openDevice(instance, name, software),
  };
}

/** Why an adapter that is a program is passed over, and what to do about it. */
export function softwareProblem({ name }: Adapter): string {
  return `Passed over: ${name}, a program that plays a GPU, slower than the CPU backend. ${driverAdvice}`;
}

/** Mesa's programs are called llvmpipe or lavapipe, Google's SwiftShader, Microsoft's Basic Render Driver. */
function isSoftware(name: string): boolean {
  return /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(name);
}

async function requestAdapter(instance: GPU): Promise<GPUAdapter | null> {
  return (
    (await instance.requestAdapter({ powerPreference: 'high-performance' })) ??
    (await instance.requestAdapter({ forceFallbackAdapter: true }))
  );
}

/** An adapter gives one device, so each device is of an adapter of its own. */
async function openDevice(instance: GPU, name: string, software: boolean): Promise<Device> {
  const adapter = await requestAdapter(instance);
  if (!adapter) throw new RenderError(`The GPU ${name} is gone: take --backend cpu.`);
  // What plan.ts looks at; all else is as WebGPU guarantees it.
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const timed = adapter.features.has('timestamp-query');
  let gpu: GPUDevice;
  try {
    gpu = await adapter.requestDevice({
      label: 'Untrained',
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
      requiredFeatures: timed ? ['timestamp-query'] : [],
    });
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw new RenderError(`The GPU ${name} gave no device (${reason}): take --backend cpu.`);
  }
  // The instance is held for as long as the device: were it collected first, the process would die in the driver.
  const held = { instance, gpu };
  return { gpu, name, software, timed, close: () => held.gpu.destroy() };
}
