/** WebGPU in a browser. */
import { describeAdapter, requestAdapter } from './adapter.js';
import type { Detected, WebGpu } from './host.node.js';

export async function detectGpu(): Promise<Detected> {
  if (!navigator.gpu) {
    const problem = isSecureContext
      ? 'This browser has no WebGPU. Take a newer one, or switch it on in its settings.'
      : 'WebGPU is only for pages of secure origins. Serve this one by https, or from localhost.';
    return { problem, said: [] };
  }
  const adapter = await requestAdapter(navigator.gpu);
  if (adapter) return { ...describeAdapter(adapter), way: {}, said: [] };
  return { problem: `WebGPU finds no GPU here. ${driverAdvice()}`, said: [] };
}

export function driverAdvice(): string {
  return "Look at the browser's page about its GPU (chrome://gpu) for what it lacks.";
}

/** A browser always checks. */
export async function openWebGpu(): Promise<WebGpu> {
  return { instance: navigator.gpu, run: (request) => request() };
}
