/** Chooses what draws: WebGPU, or else WebGL2 on a real GPU, or else WebAssembly in workers. */
import type { FrameRenderer } from '../core/frame/renderer.js';
import { CpuRenderer } from '../renderers/cpu/renderer.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { FallbackRenderer } from '../renderers/fallback.js';
import { findAdapter } from '../renderers/gpu/device.js';
import { WebGlRenderer } from './webgl/renderer.js';

/** A renderer, and the canvas that it can show frames on. */
export interface Drawing {
  renderer: FrameRenderer;
  canvas: HTMLCanvasElement;
}

/** Starts the fastest renderer of this browser. */
export async function startDrawing(): Promise<Drawing> {
  const adapter = await findAdapter().catch(() => undefined);
  if (adapter && !('problem' in adapter) && !adapter.software)
    return { renderer: await createRenderer(), canvas: newCanvas() };
  return (await startWebGl()) ?? { renderer: new CpuRenderer(), canvas: newCanvas() };
}

/** WebGL2, if there is a real GPU that draws trial frames well and quickly. */
async function startWebGl(): Promise<Drawing | undefined> {
  const canvas = newCanvas();
  let renderer: WebGlRenderer;
  try {
    renderer = WebGlRenderer.start(canvas);
  } catch {
    return undefined;
  }
  const problem = await Promise.race([renderer.trial(), late()]);
  if (problem === undefined)
    return { renderer: new FallbackRenderer(renderer, () => new CpuRenderer()), canvas };
  console.info(`Untrained: ${problem}`);
  renderer.close().catch(() => {}); // what it is still drawing may take long
  return undefined;
}

/** A GPU that takes longer for its trial than this is none, whatever it says. In milliseconds. */
const LONGEST_TRIAL = 2500;

const late = () =>
  new Promise<string>((done) => setTimeout(() => done('WebGL2 is slow here.'), LONGEST_TRIAL));

const newCanvas = () => document.createElement('canvas');
