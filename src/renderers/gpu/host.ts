/** The interface that host.node.ts and host.browser.ts implement as "#gpu". */
import type { AdapterInfo } from './adapter.js';

/** How to restrict Vulkan's loader to what is needed, so that unused drivers neither load nor print. */
export interface Way {
  /** The manifest of the only driver to load; defaults to all drivers. */
  driver?: string;
  /** Disables Vulkan's implicit layers. */
  plain?: boolean;
}

/** The adapter and how to use it silently; or why there is none and what to do, in one or two sentences. */
export type Detected = { said: string[] } & ((AdapterInfo & { way: Way }) | { problem: string });

export interface DetectOptions {
  /** Whether a software adapter is acceptable. */
  software?: boolean;
  /** Ignores the cache. */
  fresh?: boolean;
  signal?: AbortSignal;
  /** The program that looks for GPUs; for tests. */
  probe?: string;
  /** Its time limit in milliseconds; for tests. */
  deadline?: number;
}

/** A WebGPU instance in this process, and how to request adapters from it: see requestAdapter. */
export interface WebGpu {
  instance: GPU;
  run: <T>(request: () => T) => T;
}
