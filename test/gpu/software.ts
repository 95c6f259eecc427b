/**
 * A software Vulkan for machines without a GPU: SwiftShader, from the archive that @sparticuz/chromium carries for its
 * browser. It computes what a GPU would, slowly, so frames and networks are small here.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** What the dynamic linker and Vulkan's loader must be told for a process to have it. */
export interface Software {
  LD_LIBRARY_PATH: string;
  /** Instead of the drivers that the machine may have; older loaders know the second name. */
  VK_DRIVER_FILES: string;
  VK_ICD_FILENAMES: string;
  VK_ADD_DRIVER_FILES: string;
}

/** SwiftShader unpacked, once a machine; undefined where there is none for it. */
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
      renameSync(fresh, folder); // whole or not at all, also when two do it at once
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

/** Gives this process a software Vulkan, and says whether it has one. To be called before the first renderer starts. */
export function useSoftware(): boolean {
  const software = unpackSoftware();
  if (!software) return false;
  Object.assign(process.env, software); // for the child that looks for GPUs too
  try {
    // The linker reads LD_LIBRARY_PATH only when a process starts, but takes a library that is loaded already by its
    // name. Node finds that it is no module of its own; RTLD_NODELETE keeps it loaded nevertheless.
    const RTLD_NODELETE = 0x1000;
    const library = join(software.LD_LIBRARY_PATH, 'libvulkan.so.1');
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!/self-register/.test((error as Error).message)) throw error;
  }
  return true;
}

/** The files of a tar archive; those of this one have short names. */
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
