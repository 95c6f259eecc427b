/** Puts frames on canvases of a page, straight from the buffer that the kernels write. */
import { RenderError } from '../../core/errors.js';
import type { WebGpuCanvas } from '../../core/frame/renderer.js';
import code from './kernels/present.wgsl.js';
import { struct } from './layout.js';

/** The frame's size, and its pixels per pixel of the canvas. */
const STRETCH = struct('Stretch', { width: 'u32', height: 'u32', across: 'f32', down: 'f32' });

/** The WGSL with which frames are put on canvases. */
export const presentSource = [STRETCH.wgsl, code].join('\n\n');

export class Presenter {
  readonly #gpu: GPUDevice;
  readonly #format: GPUTextureFormat;
  /** Weak, so that a page may discard its canvases. */
  readonly #contexts = new WeakMap<WebGpuCanvas, GPUCanvasContext>();
  #compiling: Promise<GPURenderPipeline> | undefined;
  #pipeline: GPURenderPipeline | undefined;
  #stretch: GPUBuffer | undefined;

  /** @param format - The pixel format that canvases show without conversion. */
  constructor(gpu: GPUDevice, format: GPUTextureFormat) {
    this.#gpu = gpu;
    this.#format = format;
  }

  /**
   * Connects a canvas to the device. Must have resolved before `draw`.
   * @throws RenderError if the canvas cannot show what WebGPU draws.
   */
  async prepare(canvas: WebGpuCanvas): Promise<void> {
    if (!this.#pipeline) {
      this.#compiling ??= this.#compile();
      try {
        this.#pipeline = await this.#compiling;
      } finally {
        this.#compiling = undefined; // a retry may succeed when there is more memory
      }
    }
    if (this.#contexts.has(canvas)) return;
    const context = canvas.getContext('webgpu') as GPUCanvasContext | null;
    if (!context) {
      throw new RenderError(
        'The canvas has no WebGPU context: use a new canvas, or draw with render() and put the bytes on it.',
      );
    }
    context.configure({ device: this.#gpu, format: this.#format, alphaMode: 'opaque' });
    this.#contexts.set(canvas, context);
  }

  /**
   * Encodes the pass that shows a frame. To be submitted in the same task: a canvas's texture lasts no longer.
   * @param rgba - The frame's pixels, a byte a channel.
   * @throws RangeError if the canvas has no pixels; the CPU could not draw on it either.
   */
  draw(
    encoder: GPUCommandEncoder,
    canvas: WebGpuCanvas,
    rgba: GPUBuffer,
    [width, height]: readonly [number, number],
  ): void {
    if (canvas.width === 0 || canvas.height === 0) {
      throw new RangeError(
        `The canvas has ${canvas.width}x${canvas.height} pixels but must have at least 1x1.`,
      );
    }
    const texture = this.#contexts.get(canvas)!.getCurrentTexture();
    const { UNIFORM, COPY_DST } = GPUBufferUsage;
    this.#stretch ??= this.#gpu.createBuffer({ size: STRETCH.bytes, usage: UNIFORM | COPY_DST });
    const numbers = new ArrayBuffer(STRETCH.bytes);
    const [across, down] = [width / texture.width, height / texture.height];
    STRETCH.write(new DataView(numbers), 0, { width, height, across, down });
    this.#gpu.queue.writeBuffer(this.#stretch, 0, numbers);
    const pipeline = this.#pipeline!;
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: texture.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      this.#gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [this.#stretch, rgba].map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.draw(3);
    pass.end();
  }

  #compile(): Promise<GPURenderPipeline> {
    const module = this.#gpu.createShaderModule({ label: 'present', code: presentSource });
    return this.#gpu.createRenderPipelineAsync({
      label: 'present',
      layout: 'auto',
      vertex: { module },
      fragment: { module, targets: [{ format: this.#format }] },
    });
  }
}
