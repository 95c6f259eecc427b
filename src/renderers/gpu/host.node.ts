/** The GPU renderer's only dependency on Node; host.browser.ts is its browser counterpart. */
import type { Way, WebGpu } from './host.js';
import { createWebGpu, vulkanSettings } from './webgpu.node.js';

export { detectGpu, driverAdvice } from './detect.node.js';

/** @param boundsChecks - Whether the GPU checks every index. */
export async function openWebGpu(way: Way, boundsChecks: boolean): Promise<WebGpu> {
  return { instance: await createWebGpu(boundsChecks), run: vulkanSettings(way) };
}
