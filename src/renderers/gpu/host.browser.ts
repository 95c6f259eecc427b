/** WebGPU in a browser. */
import { describeAdapter, requestAdapter } from './adapter.js';
import type { Detected, DetectOptions, Way, WebGpu } from './host.js';

export async function detectGpu(_options?: DetectOptions): Promise<Detected> {
  if (!navigator.gpu) {
    const problem = isSecureContext
      ? 'This browser has no WebGPU. Use a newer one, or enable WebGPU in its settings.'
      : 'WebGPU is only available to secure origins. Serve this page over https or from localhost.';
    return { problem, said: [] };
  }
  const adapter = await requestAdapter(navigator.gpu);
  if (adapter) return { ...describeAdapter(adapter), way: {}, said: [] };
  return { problem: `WebGPU found no GPU. ${driverAdvice()}`, said: [] };
}

export function driverAdvice(): string {
  return "See the browser's GPU page (chrome://gpu) for what is missing.";
}

/** Browsers always check bounds. */
export async function openWebGpu(_way: Way, _boundsChecks: boolean): Promise<WebGpu> {
  return { instance: navigator.gpu, run: (request) => request() };
}
