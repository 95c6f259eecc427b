/**
 * Requests the best adapter from WebGPU and describes it. Shared by pages, Node and the child process that detects
 * GPUs.
 */

/** An adapter's name and kind. */
export interface AdapterInfo {
  /** The driver's name for it. */
  name: string;
  /** Whether it is a software adapter that runs on the CPU, far slower than our CPU renderer. */
  software: boolean;
}

/** @param run - Calls its argument, with any settings needed while WebGPU looks for adapters. */
export async function requestAdapter(
  instance: GPU,
  run: <T>(request: () => T) => T = (request) => request(),
): Promise<GPUAdapter | null> {
  return (
    (await run(() => instance.requestAdapter({ powerPreference: 'high-performance' }))) ??
    (await run(() => instance.requestAdapter({ forceFallbackAdapter: true })))
  );
}

export function describeAdapter({ info }: GPUAdapter): AdapterInfo {
  const name =
    info.description || info.device || [info.vendor, info.architecture].join(' ').trim() || 'a GPU';
  return { name, software: info.isFallbackAdapter || isSoftware(`${name} ${info.architecture}`) };
}

/** Mesa's software adapters are called llvmpipe or lavapipe, Google's SwiftShader, Microsoft's Basic Render Driver. */
function isSoftware(name: string): boolean {
  return /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(name);
}
