/**
 * WebGPU in this process: Dawn, from the package `webgpu`, which is optional since it is large and not built for every
 * system.
 */

import type { Way } from './host.js';

/** The result of a search for GPUs: an adapter, none, or no WebGPU at all. */
export interface Seen {
  name?: string;
  software?: boolean;
  /** Why the adapter cannot be used. */
  broken?: string;
  /** Why the package `webgpu` cannot be loaded. */
  missing?: string;
}

/** Written to stderr by the child when WebGPU is loaded: drivers' output follows. */
export const BEGIN = '--- looking for a GPU ---\n';

/** Times need not be rounded to 65 microseconds, as web pages have them. */
const EXACT_TIMES = 'disable-dawn-features=timestamp_quantization';
/**
 * Our kernels keep to their buffers and write workgroup memory before they read it, so no index need be clamped and no
 * memory cleared first. That holds for every description that passes our checks; where it may be a stranger's, we do
 * not rely on it.
 */
const UNCHECKED = 'enable-dawn-features=disable_robustness,disable_workgroup_init';

/**
 * @returns A new instance; it is destroyed, and lets Node exit, once it and everything created from it are released.
 * @throws Error if the package cannot be loaded.
 */
export async function createWebGpu(boundsChecks: boolean): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals); // GPUBufferUsage and its like, as in a browser
  return create(boundsChecks ? [EXACT_TIMES] : [UNCHECKED, EXACT_TIMES]);
}

/**
 * Sets what Vulkan's loader is to be told while adapters are requested: Dawn loads drivers in that very call. The
 * environment belongs to the whole process, so it is as before when the call returns.
 */
export function vulkanSettings({ driver, plain }: Way): <T>(request: () => T) => T {
  const settings = {
    ...(driver && { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, VK_ADD_DRIVER_FILES: undefined }),
    ...(plain && { VK_LOADER_LAYERS_DISABLE: '~implicit~', NODEVICE_SELECT: '1' }), // Mesa's, for older loaders
  };
  return (request) => {
    const before = Object.keys(settings).map((name): [string, string | undefined] => [
      name,
      process.env[name],
    ]);
    try {
      for (const [name, value] of Object.entries(settings)) setVariable(name, value);
      return request();
    } finally {
      for (const [name, value] of before) setVariable(name, value);
    }
  };
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
