/** Compiles each kernel once per device. */
import { RenderError } from '../../core/errors.js';
import type { Binding, Kernel } from './kernels/kernel.js';

const bufferLayouts: Record<Binding, GPUBufferBindingLayout> = {
  step: { type: 'uniform', hasDynamicOffset: true },
  read: { type: 'read-only-storage' },
  write: { type: 'storage' },
  part: { type: 'uniform' },
};

export class Pipelines {
  readonly #gpu: GPUDevice;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #compiling = new Map<string, Promise<GPUComputePipeline>>();
  readonly #compiled = new Map<string, GPUComputePipeline>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** Compiles these kernels, so that `get` can return them. */
  async prepare(kernels: Iterable<Kernel>): Promise<void> {
    await Promise.all(Array.from(kernels, (kernel) => this.#prepareOne(kernel)));
  }

  /** Whether these kernels are compiled; if not, starts compiling them in the background. */
  ready(kernels: Kernel[]): boolean {
    const missing = kernels.filter(({ label }) => !this.#compiled.has(label));
    this.prepare(missing).catch(() => {}); // reported when they are needed
    return missing.length === 0;
  }

  get(kernel: Kernel): GPUComputePipeline {
    return this.#compiled.get(kernel.label)!;
  }

  layoutOf(kernel: Kernel): GPUBindGroupLayout {
    const key = kernel.bindings.join(' ');
    let layout = this.#layouts.get(key);
    if (!layout) {
      const entries = kernel.bindings.map((kind, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: bufferLayouts[kind],
      }));
      layout = this.#gpu.createBindGroupLayout({ label: key, entries });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  async #prepareOne(kernel: Kernel): Promise<void> {
    const { label } = kernel;
    if (this.#compiled.has(label)) return;
    let compiling = this.#compiling.get(label);
    if (!compiling) {
      compiling = this.#compile(kernel);
      this.#compiling.set(label, compiling);
      // Failures are not cached: a retry may succeed when there is more memory.
      compiling.catch(() => this.#compiling.delete(label));
    }
    this.#compiled.set(label, await compiling);
  }

  async #compile(kernel: Kernel): Promise<GPUComputePipeline> {
    const { label } = kernel;
    const code = kernel.code();
    const module = this.#gpu.createShaderModule({ label, code });
    const layout = this.#gpu.createPipelineLayout({ label, bindGroupLayouts: [this.layoutOf(kernel)] });
    try {
      return await this.#gpu.createComputePipelineAsync({ label, layout, compute: { module } });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const [wrong] = messages.filter(({ type }) => type === 'error');
      if (!wrong) throw error;
      const line = code.split('\n')[wrong.lineNum - 1]?.trim();
      throw new RenderError(
        `The GPU's compiler refuses the kernel "${label}", line ${wrong.lineNum} (${wrong.message}): ${line}`,
      );
    }
  }
}
