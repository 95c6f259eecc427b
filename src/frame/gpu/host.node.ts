/** WebGPU in Node: Dawn, from the package `webgpu`, which is optional since it is large and not built for every system. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { homeFolder } from '../../folders.js';

/** WebGPU's entry, or why there is none and what to do about it, as one or two sentences. */
export type WebGpu = { gpu: GPU } | { problem: string };

/**
 * What Dawn does for web pages and we need not have. Our kernels keep to their buffers and write workgroup memory before
 * they read it, so no index need be clamped and no memory cleared first; and times need not be rounded to 65 microseconds.
 */
const DAWN_OPTIONS = [
  'enable-dawn-features=disable_robustness,disable_workgroup_init',
  'disable-dawn-features=timestamp_quantization',
];

/** @returns A new instance; it ends, and lets Node end, once it and all that came from it are let go. */
export async function openWebGpu(): Promise<WebGpu> {
  const problem = process.platform === 'linux' ? vulkanProblem() : undefined;
  if (problem) return { problem };
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals); // GPUBufferUsage and its like, as in a browser
    return { gpu: create(DAWN_OPTIONS) };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    return { problem: `The package webgpu does not load (${reason}). ${installAdvice}` };
  }
}

/** What to do where WebGPU is there and finds no GPU. */
export const driverAdvice: string =
  {
    linux:
      'Install the driver of your GPU with its Vulkan part (NVIDIA: its own; others: mesa-vulkan-drivers).',
    darwin: 'It needs Metal: a Mac of 2015 or later, and a session that may use its GPU.',
    win32: 'It needs Direct3D 12: update the driver of your GPU.',
  }[process.platform as string] ?? 'Install a Vulkan driver for your GPU.';

const installAdvice = 'Run `npm install webgpu`.';

/**
 * Why Vulkan cannot work here. Dawn would find out as well, and would tell by two lines on stderr in words of its own,
 * on every machine without a GPU.
 */
function vulkanProblem(): string | undefined {
  if (!loads('libvulkan.so.1')) {
    const packages = 'libvulkan1 on Debian and Ubuntu, vulkan-loader on Fedora, Arch and Alpine';
    return `The Vulkan loader libvulkan.so.1 is not installed. Install it (${packages}) and the driver of your GPU.`;
  }
  if (!hasVulkanDriver()) return `No Vulkan driver is installed. ${driverAdvice}`;
}

/** Whether the dynamic linker finds a library: Node then only complains that it is none of its own. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return !/cannot open shared object|no such file/i.test((error as Error).message);
  }
}

/** Whether there is any of the files by which drivers make themselves known to Vulkan's loader. */
function hasVulkanDriver(): boolean {
  const { env } = process;
  const only = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES; // instead of all others
  if (only) return paths(only).some((file) => existsSync(file));
  const home = homeFolder() ?? '/';
  const roots = [
    env.XDG_CONFIG_HOME ?? join(home, '.config'),
    ...paths(env.XDG_CONFIG_DIRS ?? '/etc/xdg'),
    '/etc',
    '/usr/local/etc',
    env.XDG_DATA_HOME ?? join(home, '.local', 'share'),
    ...paths(env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share'),
    '/usr/share', // some loaders look here whatever XDG_DATA_DIRS says
    '/run/opengl-driver/share', // NixOS
    ...(env.CONDA_PREFIX ? [join(env.CONDA_PREFIX, 'share')] : []),
  ];
  const folders = roots.map((root) => join(root, 'vulkan', 'icd.d'));
  return paths(env.VK_ADD_DRIVER_FILES).length > 0 || folders.some((folder) => listed(folder).length > 0);
}

function paths(list: string | undefined): string[] {
  return list?.split(delimiter).filter(Boolean) ?? [];
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
