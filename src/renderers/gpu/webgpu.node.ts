/**
 * WebGPU in this process: Dawn, from the package `webgpu`, which is optional because it is large and not available for
 * every system.
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

/** The child writes this to stderr once WebGPU is loaded; drivers' output follows. */
export const BEGIN = '--- looking for a GPU ---\n';

/** Disables the rounding of timestamps to 65 microseconds that web pages need. */
const EXACT_TIMES = 'disable-dawn-features=timestamp_quantization';
/**
 * Our kernels stay within their buffers and write workgroup memory before reading it, so clamping indices and zeroing
 * memory are unnecessary. This holds for every description that passes our checks, but we do not rely on it for
 * descriptions from others.
 */
const UNCHECKED = 'enable-dawn-features=disable_robustness,disable_workgroup_init';

/**
 * @returns A new instance; it is destroyed, and lets Node exit, once it and everything created from it are released.
 * @throws Error if the package cannot be loaded.
 */
export async function createWebGpu(boundsChecks: boolean): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals); // GPUBufferUsage and the like, as in a browser
  return create(boundsChecks ? [EXACT_TIMES] : [UNCHECKED, EXACT_TIMES]);
}

/**
 * Sets environment variables for Vulkan's loader while adapters are requested: Dawn loads drivers during that call. The
 * environment is process-wide, so it is restored when the call returns.
 */
export function vulkanSettings({ driver, plain }: Way): <T>(request: () => T) => T {
  const settings = {
    ...(driver && { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, VK_ADD_DRIVER_FILES: undefined }),
    ...(plain && { VK_LOADER_LAYERS_DISABLE: '~implicit~', NODEVICE_SELECT: '1' }), // Mesa's layer, for older loaders
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
