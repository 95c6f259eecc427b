/**
 * Software Vulkan for machines without a GPU: SwiftShader, from the archive that @sparticuz/chromium ships for its
 * browser. It is slow, so these tests use small frames and networks.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The environment variables with which a process finds it. */
export interface Software {
  LD_LIBRARY_PATH: string;
  /** Replaces any installed drivers; older loaders use the second name. */
  VK_DRIVER_FILES: string;
  VK_ICD_FILENAMES: string;
  VK_ADD_DRIVER_FILES: string;
}

/** SwiftShader, unpacked once per machine; undefined if there is no build for this machine. */
export function unpackSoftware(): Software | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(dirname(require.resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(tmpdir(), `untrained-swiftshader-${version}-${process.getuid!()}`);
  if (!existsSync(folder)) {
    const fresh = mkdtempSync(`${folder}-`);
    const archive = brotliDecompressSync(readFileSync(join(root, 'bin', 'swiftshader.tar.br')));
    for (const { name, bytes } of filesOf(archive)) writeFileSync(join(fresh, name), bytes);
    try {
      renameSync(fresh, folder); // atomic, even if two processes do it at once
    } catch {
      rmSync(fresh, { recursive: true });
    }
  }
  const driver = join(folder, 'vk_swiftshader_icd.json');
  return {
    LD_LIBRARY_PATH: folder,
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    VK_ADD_DRIVER_FILES: '',
  };
}

/** Sets up software Vulkan for this process; returns whether it succeeded. Call it before starting any renderer. */
export function useSoftware(): boolean {
  const software = unpackSoftware();
  if (!software) return false;
  Object.assign(process.env, software); // inherited by the child that detects GPUs
  // While the software adapter compiles, the webgpu package asks with setImmediate whether it has finished, again and
  // again: that would occupy a core which the compiler needs.
  const later = (call: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(call, 1, ...args);
  globalThis.setImmediate = later as unknown as typeof setImmediate;
  try {
    // The linker reads LD_LIBRARY_PATH only when a process starts, but finds libraries that are already loaded by name.
    // Node rejects the library because it is not an addon; RTLD_NODELETE keeps it loaded nevertheless.
    const RTLD_NODELETE = 0x1000;
    const library = join(software.LD_LIBRARY_PATH, 'libvulkan.so.1');
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!/self-register/.test((error as Error).message)) throw error;
  }
  return true;
}

/** The files of a tar archive, whose names must be short. */
function* filesOf(tar: Buffer): Generator<{ name: string; bytes: Buffer }> {
  const text = (at: number, length: number) =>
    tar
      .subarray(at, at + length)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    if (text(at + 156, 1) === '0')
      yield { name: text(at, 100), bytes: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
