/** The software adapter for tests that draw, started once per file; if there is none, a warning says so. */
import { afterAll } from 'vitest';
import { type Adapter, type Device, findAdapter } from '../../src/renderers/gpu/device.js';
import type { Limits } from '../../src/renderers/gpu/forms.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import type { SessionOptions } from '../../src/renderers/gpu/session.js';
import { useSoftware } from './software.js';

/**
 * An adapter, or undefined.
 * @param tested - What cannot be tested without one.
 */
export async function softwareAdapter(tested: string): Promise<Adapter | undefined> {
  const adapter = useSoftware()
    ? await findAdapter({ software: true })
    : { problem: 'SwiftShader is not built for it.' };
  if (!('problem' in adapter)) return adapter;
  console.warn(`NOT TESTED: ${tested}. There is no software adapter for this machine: ${adapter.problem}`);
}

/** Starts renderers, and closes them after the file's tests. */
export function rendererStarter(adapter: Adapter | undefined) {
  const started: GpuRenderer[] = [];
  afterAll(async () => {
    for (const renderer of started) await renderer.close();
  });
  return async (options?: SessionOptions, open?: () => Promise<Device>): Promise<GpuRenderer> => {
    const renderer = await GpuRenderer.start(open ?? (() => adapter!.open()), options);
    started.push(renderer);
    return renderer;
  };
}

/** A device's limits as used by plans, with changes. */
export function limitsOf({ gpu }: Device, changes: Partial<Limits>): Limits {
  const {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxComputeWorkgroupsPerDimension,
    maxComputeWorkgroupStorageSize,
  } = gpu.limits;
  return {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxComputeWorkgroupsPerDimension,
    maxComputeWorkgroupStorageSize,
    ...changes,
  };
}
