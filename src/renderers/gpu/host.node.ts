/** The one place where the GPU renderer touches Node; host.browser.ts is the same for a page. */
import type { Way, WebGpu } from './host.js';
import { createWebGpu, vulkanSettings } from './webgpu.node.js';

export { detectGpu, driverAdvice } from './detect.node.js';

/** @param boundsChecks - Whether the GPU checks every index. */
export async function openWebGpu(way: Way, boundsChecks: boolean): Promise<WebGpu> {
  return { instance: await createWebGpu(boundsChecks), run: vulkanSettings(way) };
}
