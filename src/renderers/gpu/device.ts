/** Which GPU draws: the adapter there is, whether it is a real one, and the device made of it. */
import { detectGpu, driverAdvice, openWebGpu } from '#gpu';
import { RenderError } from '../../core/errors.js';
import { type AdapterInfo, requestAdapter } from './adapter.js';
import type { DetectOptions, Way } from './host.js';

export interface DeviceOptions {
  /**
   * Whether the GPU checks every index, true by default. Without, a mistake of ours in what a description makes of the
   * kernels could reach other memory, so only the user's own code is drawn without. The pixels are the same.
   */
  boundsChecks?: boolean;
}

/** A GPU that could be used. */
export interface Adapter extends AdapterInfo {
  /** What drivers printed during the search, line by line. */
  said: string[];
  open(options?: DeviceOptions): Promise<Device>;
}

/** Why there is none, and what to do about it. */
export interface NoAdapter {
  problem: string;
  said: string[];
}

/** A GPU in use. */
export interface Device extends AdapterInfo {
  gpu: GPUDevice;
  /** Whether it can tell how long its work took. */
  timed: boolean;
  /** Lets it go. */
  close(): void;
}

/** The best adapter here, or why there is none. */
export async function findAdapter(options?: DetectOptions): Promise<Adapter | NoAdapter> {
  const detected = await detectGpu(options);
  if ('problem' in detected) return detected;
  const { way, ...adapter } = detected;
  return { ...adapter, open: ({ boundsChecks = true } = {}) => openDevice(adapter, way, boundsChecks) };
}

/** Why an adapter that is a program is passed over, and what to do about it. */
export function softwareProblem({ name }: AdapterInfo): string {
  return `Skipped ${name}: it is a software adapter, slower than the CPU backend. ${driverAdvice()}`;
}

/** An adapter gives one device, so each device is of an adapter of its own. */
async function openDevice({ name, software }: AdapterInfo, way: Way, boundsChecks: boolean): Promise<Device> {
  const { instance, run } = await openWebGpu(way, boundsChecks);
  const adapter = await requestAdapter(instance, run);
  if (!adapter) throw new RenderError(`The GPU ${name} is gone: use --backend cpu.`);
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
    throw new RenderError(`The GPU ${name} provided no device (${reason}): use --backend cpu.`);
  }
  // The instance is held for as long as the device: were it collected first, the process would die in the driver.
  const held = { instance, gpu };
  return { gpu, name, software, timed, close: () => held.gpu.destroy() };
}
