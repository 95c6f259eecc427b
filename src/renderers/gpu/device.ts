/** Finds the adapter, tells whether it is a real GPU, and opens a device on it. */
import { detectGpu, driverAdvice, openWebGpu } from '#gpu';
import { TransientError } from '../../core/errors.js';
import { type AdapterInfo, requestAdapter } from './adapter.js';
import type { DetectOptions, Way } from './host.js';

export interface DeviceOptions {
  /**
   * Whether the GPU checks every index, true by default. Without these checks, a bug in our kernels could access other
   * memory, so they are only disabled for the user's own code. The pixels are the same.
   */
  boundsChecks?: boolean;
}

/** A usable GPU. */
export interface Adapter extends AdapterInfo {
  /** What drivers printed during the search, line by line. */
  said: string[];
  open(options?: DeviceOptions): Promise<Device>;
}

/** Why there is no adapter, and what to do about it. */
export interface NoAdapter {
  problem: string;
  said: string[];
}

/** An open GPU. */
export interface Device extends AdapterInfo {
  gpu: GPUDevice;
  /** Whether it supports timestamp queries. */
  timed: boolean;
  /** The pixel format that a canvas shows without conversion. */
  canvasFormat: GPUTextureFormat;
  /** Releases it. */
  close(): void;
}

/** The best adapter on this machine, or why there is none. */
export async function findAdapter(options?: DetectOptions): Promise<Adapter | NoAdapter> {
  const detected = await detectGpu(options);
  if ('problem' in detected) return detected;
  const { way, ...adapter } = detected;
  return { ...adapter, open: ({ boundsChecks = true } = {}) => openDevice(adapter, way, boundsChecks) };
}

/** Why a software adapter is skipped, and what to do about it. */
export function softwareProblem({ name }: AdapterInfo): string {
  return `Skipped ${name}: it is a software adapter, slower than the CPU backend. ${driverAdvice()}`;
}

/** An adapter yields only one device, so each device requests its own adapter. */
async function openDevice({ name, software }: AdapterInfo, way: Way, boundsChecks: boolean): Promise<Device> {
  const { instance, run } = await openWebGpu(way, boundsChecks);
  const adapter = await requestAdapter(instance, run);
  if (!adapter) throw new TransientError(`The GPU ${name} is gone: use --backend cpu.`);
  // The limits that plan.ts uses; all others stay at WebGPU's defaults.
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
    throw new TransientError(`The GPU ${name} provided no device (${reason}): use --backend cpu.`);
  }
  // Keeps the instance alive as long as the device: if it were collected first, the driver would crash the process.
  const held = { instance, gpu };
  const canvasFormat = instance.getPreferredCanvasFormat();
  return { gpu, name, software, timed, canvasFormat, close: () => held.gpu.destroy() };
}
