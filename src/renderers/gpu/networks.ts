/** The networks on a device: their draws, cached for later frames, and the current network's weights. */

import type { FrameDescription } from '../../core/frame/description.js';
import { DrawCache } from '../../core/network/draws.js';
import { sidesOf } from '../../core/network/layers.js';
import type { NetworkSpec } from '../../core/network/spec.js';
import { type Exponents, exponentsOf } from '../exponents.js';
import {
  type Arrangement,
  drawsKey,
  fillDraws,
  finishedMatrices,
  heldNumbers,
  scalesOf,
  unitRows,
} from './arrange.js';
import { GROUP } from './kernels/kernel.js';
import { scaleKernel } from './kernels/scale.js';
import type { Memory } from './memory.js';
import type { Pipelines } from './pipelines.js';

/** Limits beyond which networks are evicted, least recently used first. */
const MOST_KEPT = 8;
const MOST_BYTES = 2 ** 28;

/** A network whose draws are on the device. */
interface Kept {
  key: string;
  /** The buffers of its draws: one, or two for a mix of seeds. */
  names: string[];
  bytes: number;
}

export class Networks {
  readonly #gpu: GPUDevice;
  readonly #memory: Memory;
  readonly #pipelines: Pipelines;
  readonly #draws = new DrawCache();
  #kept: Kept[] = []; // most recently used last

  constructor(gpu: GPUDevice, memory: Memory, pipelines: Pipelines) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#pipelines = pipelines;
  }

  /** By how much the layers of a frame's network are scaled down, if at all. */
  exponentsOf(frame: FrameDescription): Exponents | undefined {
    return exponentsOf(frame, this.#draws);
  }

  /** Fills the buffer `weights` for a frame. The scale kernel must be compiled. */
  send(frame: FrameDescription, arrangement: Arrangement, exponents: Exponents | undefined): void {
    const { queue } = this.#gpu;
    for (const { at, numbers } of finishedMatrices(frame, arrangement, this.#draws, exponents)) {
      queue.writeBuffer(this.#memory.get('weights'), 16 * at, numbers);
    }
    if (exponents) {
      queue.writeBuffer(
        this.#memory.get('weights'),
        16 * arrangement.heldAt,
        heldNumbers(exponents, frame.levels),
      );
    }
    const rows = unitRows(frame, arrangement, exponents);
    if (rows.length > 0) queue.writeBuffer(this.#memory.get('weights'), 16 * arrangement.unitsAt, rows);
    const { records, count, longest } = scalesOf(frame.network, arrangement, exponents);
    if (count === 0) return;
    const [a, b = a] = this.#sendDraws(frame, arrangement);
    queue.writeBuffer(this.#make('scales', records.byteLength), 0, records);
    const encoder = this.#gpu.createCommandEncoder();
    const pass = encoder.beginComputePass({ label: 'scale' });
    pass.setPipeline(this.#pipelines.get(scaleKernel));
    pass.setBindGroup(0, this.#memory.bind(scaleKernel, ['scales', a, b, 'weights']));
    pass.dispatchWorkgroups(Math.min(1024, Math.ceil(longest / GROUP)), count);
    pass.end();
    queue.submit([encoder.finish()]);
  }

  /** Forgets all uploaded draws. */
  forget(): void {
    for (const { names } of this.#kept) for (const name of names) this.#memory.forget(name);
    this.#kept = [];
  }

  /** Uploads a network's draws unless they are cached. Returns the names of their buffers. */
  #sendDraws({ network: spec, shown }: FrameDescription, arrangement: Arrangement): string[] {
    const key = `${arrangement.narrow ?? 'wide'} ${drawsKey(spec, shown)}`;
    const known = this.#kept.find((kept) => kept.key === key);
    const network = known ?? this.#sendNew(key, spec, arrangement);
    this.#kept = [...this.#kept.filter((kept) => kept !== network), network];
    const bytes = () => this.#kept.reduce((sum, kept) => sum + kept.bytes, 0);
    while (this.#kept.length > 1 && (this.#kept.length > MOST_KEPT || bytes() > MOST_BYTES)) {
      for (const name of this.#kept.shift()!.names) this.#memory.forget(name);
    }
    return network.names;
  }

  #sendNew(key: string, spec: NetworkSpec, arrangement: Arrangement): Kept {
    const numbers = new Float32Array(4 * arrangement.length);
    const names = sidesOf(spec).map(({ side }, i) => {
      fillDraws(spec, arrangement, side, this.#draws, numbers);
      const name = `draws ${i} of ${key}`;
      this.#gpu.queue.writeBuffer(this.#make(name, numbers.byteLength), 0, numbers);
      return name;
    });
    return { key, names, bytes: names.length * numbers.byteLength };
  }

  #make(name: string, bytes: number): GPUBuffer {
    return this.#memory.make(name, bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  }
}
