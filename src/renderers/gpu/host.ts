/** What both hosts of the GPU renderer, host.node.ts and host.browser.ts, provide as "#gpu". */
import type { AdapterInfo } from './adapter.js';

/** How to make Vulkan's loader load only what is needed, so that unused drivers neither load nor print. */
export interface Way {
  /** The manifest of the only driver to load; all drivers by default. */
  driver?: string;
  /** Disables the layers that the system puts in front of every driver. */
  plain?: boolean;
}

/** The adapter and how to use it silently; or why there is none and what to do, in one or two sentences. */
export type Detected = { said: string[] } & ((AdapterInfo & { way: Way }) | { problem: string });

export interface DetectOptions {
  /** Whether a software adapter is acceptable. */
  software?: boolean;
  /** Looks again, ignoring the cache. */
  fresh?: boolean;
  signal?: AbortSignal;
  /** The program that looks; for tests. */
  probe?: string;
  /** How long it may take, in milliseconds; for tests. */
  deadline?: number;
}

/** An instance of WebGPU in this process, and how to ask it for adapters: see requestAdapter. */
export interface WebGpu {
  instance: GPU;
  run: <T>(request: () => T) => T;
}
