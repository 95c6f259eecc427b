/** The one place where the GPU renderer touches Node; host.browser.ts is the same for a page. */
import { createWebGpu, vulkanSettings, type Way } from './webgpu.node.js';

export { type Detected, type DetectOptions, detectGpu, driverAdvice } from './detect.node.js';
export type { Way } from './webgpu.node.js';

/** An instance of WebGPU in this process, and how to ask it for adapters: see requestAdapter. */
export interface WebGpu {
  instance: GPU;
  run: <T>(request: () => T) => T;
}

/** @param boundsChecks - Whether the GPU checks every index. */
export async function openWebGpu(way: Way, boundsChecks: boolean): Promise<WebGpu> {
  return { instance: await createWebGpu(boundsChecks), run: vulkanSettings(way) };
}
