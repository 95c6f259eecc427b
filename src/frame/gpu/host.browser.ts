/** WebGPU in a browser. */
import type { WebGpu } from './host.node.js';

export async function openWebGpu(): Promise<WebGpu> {
  if (navigator.gpu) return { gpu: navigator.gpu };
  const problem = isSecureContext
    ? 'This browser has no WebGPU. Take a newer one, or switch it on in its settings.'
    : 'WebGPU is only for pages of secure origins. Serve this one by https, or from localhost.';
  return { problem };
}

export const driverAdvice = "Look at the browser's page about its GPU (chrome://gpu) for what it lacks.";
