/** The software GPU for tests that draw, started once a file; where there is none, that is said aloud. */
import { afterAll } from 'vitest';
import { type Adapter, type Device, findAdapter } from '../../src/renderers/gpu/device.js';
import type { Limits } from '../../src/renderers/gpu/forms.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import type { SessionOptions } from '../../src/renderers/gpu/session.js';
import { useSoftware } from './software.js';

/**
 * An adapter, or undefined.
 * @param tested - What is not tested without one.
 */
export async function softwareAdapter(tested: string): Promise<Adapter | undefined> {
  const adapter = useSoftware()
    ? await findAdapter({ software: true })
    : { problem: 'SwiftShader is not built for it.' };
  if (!('problem' in adapter)) return adapter;
  console.warn(`NOT TESTED: ${tested}. There is no software GPU for this machine: ${adapter.problem}`);
}

/** Starts renderers that are closed after the file's tests. */
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

/** A device's limits as plans look at them, some of them changed. */
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
