/** A device's buffers by name, which grow as needed, and the kernels' bind groups on them. */
import { FULL_STEP, type Kernel } from './kernels/kernel.js';
import { PART_LENGTH } from './kernels/narrow.js';
import type { Pipelines } from './pipelines.js';

export class Memory {
  readonly #gpu: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  #made: GPUBuffer[] = []; // since track()

  constructor(gpu: GPUDevice, pipelines: Pipelines) {
    this.#gpu = gpu;
    this.#pipelines = pipelines;
  }

  /**
   * The buffer of that name, with at least `bytes` bytes. One that is too small is replaced by a new, zeroed one; work
   * submitted earlier keeps the old one until it completes.
   */
  make(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = this.#buffers.get(name);
    if (known && known.size >= bytes) return known;
    this.forget(name);
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const buffer = this.#gpu.createBuffer({ label: name, size, usage });
    this.#buffers.set(name, buffer);
    this.#made.push(buffer);
    return buffer;
  }

  /** Starts recording the buffers created from now on. Returns a function that returns them. */
  track(): () => GPUBuffer[] {
    const made: GPUBuffer[] = [];
    this.#made = made;
    return () => made;
  }

  /** Forgets buffers. One whose allocation failed is unusable, but would otherwise be reused as large enough. */
  drop(buffers: readonly GPUBuffer[]): void {
    for (const [name, buffer] of [...this.#buffers]) if (buffers.includes(buffer)) this.forget(name);
  }

  get(name: string): GPUBuffer {
    return this.#buffers.get(name)!;
  }

  forget(name: string): void {
    const buffer = this.#buffers.get(name);
    if (!buffer) return;
    buffer.destroy();
    this.#buffers.delete(name);
    this.#bindGroups.clear(); // some may refer to the old buffer
  }

  /**
   * A kernel's bind group on these buffers, cached from frame to frame.
   * @param partsAt - Where the kernel's parts of the weights start, in vec4f.
   */
  bind(kernel: Kernel, names: string[], partsAt = 0): GPUBindGroup {
    const key = `${kernel.label}: ${names.join(', ')}, parts at ${partsAt}`;
    let group = this.#bindGroups.get(key);
    if (!group) {
      const entries = kernel.bindings.map((kind, binding) => {
        const part = binding - names.length;
        if (kind !== 'part') {
          const size = kind === 'step' ? FULL_STEP.bytes : undefined;
          return { binding, resource: { buffer: this.get(names[binding]), size } };
        }
        const offset = 16 * (partsAt + part * PART_LENGTH);
        return { binding, resource: { buffer: this.get('weights'), offset, size: 16 * PART_LENGTH } };
      });
      group = this.#gpu.createBindGroup({ label: key, layout: this.#pipelines.layoutOf(kernel), entries });
      this.#bindGroups.set(key, group);
    }
    return group;
  }
}
