/**
 * Vulkan on a Linux machine: its loader, drivers and layers, the GPUs visible to the kernel, and what is missing.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join } from 'node:path';
import { homeFolder } from '../../system/folders.js';

/** Where GPUs appear. NVIDIA's driver has its own device nodes, and so does WSL. */
const GPU_NODES: [folder: string, name: RegExp][] = [
  ['/dev/dri', /^renderD\d+$/],
  ['/dev', /^(nvidia\d+|dxg)$/],
];

/** GPU vendors by PCI vendor ID, the names of their driver files, and where to get them. */
const MAKERS: Record<string, { maker: string; driver: RegExp; from: string }> = {
  '0x10de': { maker: 'NVIDIA', driver: /nvidia|nouveau/, from: "NVIDIA's own" },
  '0x1002': { maker: 'AMD', driver: /radeon|amd/, from: 'mesa-vulkan-drivers' },
  '0x8086': { maker: 'Intel', driver: /intel/, from: 'mesa-vulkan-drivers' },
};

/** The environment variables that determine which drivers and layers Vulkan's loader loads, and how they behave. */
const DECIDING =
  /^(VK_|LD_|MESA_|DRI_|RADV_|ANV_|NVK_|LVP_|LP_|GALLIUM_|__NV|__GL|__VK|NV_|NVIDIA_|CUDA_VISIBLE|DISABLE_|ENABLE_|NODEVICE_SELECT|XDG_(CONFIG|DATA)_|XDG_RUNTIME_DIR|DISPLAY$|WAYLAND_DISPLAY$|CONDA_PREFIX$|HOME$)/;

/** Why Vulkan cannot work here, if that is visible without starting it. */
export function vulkanProblem(): string | undefined {
  if (!loads('libvulkan.so.1')) {
    const packages = 'libvulkan1 on Debian and Ubuntu, vulkan-loader on Fedora, Arch and Alpine';
    return `The Vulkan loader libvulkan.so.1 is not installed. Install it (${packages}) and your GPU driver.`;
  }
  if (vulkanDrivers().length === 0) {
    return 'No Vulkan driver is installed. Install one for your GPU (NVIDIA: its own driver; others: mesa-vulkan-drivers).';
  }
}

/** The manifests that register drivers with Vulkan's loader. */
export function vulkanDrivers(): string[] {
  const { env } = process;
  const only = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES; // instead of all others
  const added = paths(env.VK_ADD_DRIVER_FILES);
  const named = only ? paths(only) : [...added, ...roots().map((root) => join(root, 'icd.d'))];
  const files = named.flatMap((path) =>
    /\.json$/i.test(path)
      ? [path]
      : listed(path)
          .filter((name) => /\.json$/i.test(name))
          .map((name) => join(path, name)),
  );
  return [...new Set(files)].filter(existsSync);
}

/**
 * Everything that determines which GPU Vulkan offers, for comparison with an earlier state: files with their times,
 * devices that this user may open, and environment variables.
 */
export function vulkanState(): unknown {
  const manifests = [
    ...vulkanDrivers(),
    ...roots().flatMap((root) =>
      listed(join(root, 'implicit_layer.d')).map((name) => join(root, 'implicit_layer.d', name)),
    ),
  ];
  const libraries = manifests.map(libraryOf).filter((path) => path !== undefined);
  const loaders = [
    ...paths(process.env.LD_LIBRARY_PATH),
    ...['/usr/local/lib', '/usr/lib', '/lib', '/usr/lib64', '/lib64'],
    ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'],
  ].map((folder) => join(folder, 'libvulkan.so.1'));
  const nodes = gpuNodes().map((path) => [path, opens(path)]);
  const kernel = ['/proc/driver/nvidia/version', '/sys/module/nvidia/version'].map(textOf);
  const env = Object.entries(process.env)
    .filter(([name]) => DECIDING.test(name))
    .sort();
  const files = [...manifests, ...libraries, ...loaders, '/etc/ld.so.cache'].map(stampOf);
  return { files, nodes, kernel, env, user: process.getuid?.() };
}

/** What to do if Vulkan works but offers no real GPU, in one or two sentences. */
export function linuxAdvice(): string {
  const nodes = gpuNodes();
  if (nodes.length === 0) {
    return 'No GPU is visible here (there is no /dev/dri/renderD*); a container needs access to it (docker: --device /dev/dri, or --gpus all).';
  }
  const closed = nodes.find((path) => !opens(path));
  if (closed)
    return `You do not have permission to open ${closed}: join the group that does (usually "render" or "video").`;
  const drivers = vulkanDrivers().map((path) => basename(path).toLowerCase());
  for (const node of nodes) {
    const vendor = textOf(`/sys/class/drm/${basename(node)}/device/vendor`);
    const known = node.startsWith('/dev/nvidia') ? MAKERS['0x10de'] : MAKERS[vendor ?? ''];
    if (!known) continue;
    const { maker, driver, from } = known;
    if (drivers.some((name) => driver.test(name))) {
      return `The Vulkan driver for the ${maker} GPU is installed: update it, unless the GPU is too old for WebGPU.`;
    }
    return `Install the Vulkan driver for the ${maker} GPU (${from}).`;
  }
  return `Update your GPU driver; installed: ${drivers.join(', ')}.`;
}

/** Drivers, with those that match an adapter's name first. */
export function likeliestFirst(adapter: string): string[] {
  const sounds = Object.values(MAKERS).find(
    ({ maker, driver }) => adapter.includes(maker) || driver.test(adapter.toLowerCase()),
  );
  const played = /llvmpipe|lavapipe/i.test(adapter) ? /lvp|lavapipe/ : /swiftshader/;
  const pattern = sounds?.driver ?? played;
  const likely = (path: string) => Number(pattern.test(basename(path).toLowerCase()));
  return vulkanDrivers().sort((a, b) => likely(b) - likely(a));
}

/** The folders that contain drivers in icd.d and layers in implicit_layer.d. */
function roots(): string[] {
  const { env } = process;
  const home = homeFolder();
  const configHome = env.XDG_CONFIG_HOME || (home && join(home, '.config'));
  const dataHome = env.XDG_DATA_HOME || (home && join(home, '.local', 'share'));
  const all = [
    configHome,
    ...paths(env.XDG_CONFIG_DIRS || '/etc/xdg'),
    '/etc',
    '/usr/local/etc',
    dataHome,
    ...paths(env.XDG_DATA_DIRS || '/usr/local/share:/usr/share'),
    '/usr/share', // some loaders look here regardless of XDG_DATA_DIRS
    '/run/opengl-driver/share', // NixOS
    env.CONDA_PREFIX && join(env.CONDA_PREFIX, 'share'),
  ];
  return [...new Set(all)]
    .filter((root) => root !== undefined && root !== '')
    .map((root) => join(root!, 'vulkan'));
}

/** Whether the dynamic linker finds a library: Node's error is then only that it is not a Node addon. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return !/cannot open shared object|no such file/i.test((error as Error).message);
  }
}

/** The library that a manifest names, if by an absolute path. */
function libraryOf(manifest: string): string | undefined {
  const path = /"library_path"\s*:\s*"([^"]+)"/.exec(textOf(manifest) ?? '')?.[1];
  return path && isAbsolute(path) ? path : undefined;
}

function gpuNodes(): string[] {
  return GPU_NODES.flatMap(([folder, name]) =>
    listed(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => join(folder, entry)),
  );
}

function opens(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A file's modification time and size. */
export function stampOf(path: string): unknown {
  try {
    const { mtimeMs, size } = statSync(path);
    return [path, mtimeMs, size];
  } catch {
    return [path];
  }
}

function paths(list: string | undefined): string[] {
  return list?.split(delimiter).filter(Boolean) ?? [];
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
