/**
 * One thread's network: manages the kernel's memory and calls its functions.
 *
 * Memory layout, from address 0: the module's constants; the weights; two tiles of activations that layers alternate
 * between; then planes with one entry per sample of the band: x, y, three of sums (later brightness), three more for
 * the output one layer earlier, the rounding, and the RGBA pixels.
 */
import type { Held } from '../exponents.js';
import {
  FREE_ADDRESS,
  HELD_ADDRESS,
  type KernelExports,
  type KernelShape,
  MIX_ADDRESS,
  SHARE_ADDRESS,
} from './kernel.js';
import type { PackedLayer, PackedNetwork } from './pack.js';

/** Approximate tile size, chosen to stay in the L1 cache; from 12 kB to 200 kB the speed hardly changes. */
const TILE_BYTES = 12 * 1024;
const PAGE = 65536;

export class Evaluator {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  readonly #step: number; // samples come in multiples of this
  #module: WebAssembly.Module | undefined;
  #kernel!: KernelExports;
  #network!: PackedNetwork;
  #capacity = 0; // samples per plane
  #address = { tiles: 0, x: 0, y: 0, sums: 0, earlier: 0, rounding: 0, rgba: 0 };

  constructor(shape: KernelShape) {
    this.#step = 4 * shape.vectors;
  }

  /** Loads a network and allocates memory for bands of up to `samples` samples. */
  load(module: WebAssembly.Module, network: PackedNetwork, samples: number): void {
    this.#network = network;
    this.#makeRoom(samples);
    if (this.#module !== module) {
      // Instantiating writes the module's constants to address 0, so the module in use must be the latest instantiated.
      const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
      this.#kernel = instance.exports as unknown as KernelExports;
      this.#module = module;
    }
    this.#floats(FREE_ADDRESS, network.weights.length).set(network.weights);
    this.#floats(MIX_ADDRESS - 4, 2).set([1 - network.mix, network.mix]);
    this.#floats(SHARE_ADDRESS, 1)[0] = network.earlier?.share ?? 0;
  }

  /** The plane for the samples' offsets from the view's centre in x, to be filled before `evaluate`. */
  get x(): Float32Array {
    return this.#floats(this.#address.x, this.#capacity);
  }
  get y(): Float32Array {
    return this.#floats(this.#address.y, this.#capacity);
  }
  /** The plane for each pixel's rounding term, to be filled before `pack`: see KernelExports.pack. */
  get rounding(): Float32Array {
    return this.#floats(this.#address.rounding, this.#capacity);
  }

  /** Evaluates the first `samples` samples. Returns one plane of brightness per output, valid until the next call. */
  evaluate(samples: number): Float32Array[] {
    const { tiles, x, sums, earlier } = this.#address;
    const { output, widest, held } = this.#network;
    const plane = 4 * this.#capacity;
    const total = this.#padded(samples);
    const tile = this.#tileSamples();
    const half = 4 * tile * widest;
    for (let first = 0; first < total; first += tile) {
      const count = Math.min(tile, total - first);
      let src = x + 4 * first;
      let stride = plane;
      let before = { src, stride };
      for (const [k, layer] of this.#network.hidden.entries()) {
        before = { src, stride };
        const dst = tiles + (k % 2) * half;
        if (held) this.#hold(held[k]);
        this.#run('hidden', layer, src, stride, dst, 4 * tile, count);
        src = dst;
        stride = 4 * tile;
      }
      this.#run('output', output, src, stride, sums + 4 * first, plane, count);
      const last = this.#network.earlier;
      if (last)
        this.#run('output', last.output, before.src, before.stride, earlier + 4 * first, plane, count);
    }
    if (held) this.#hold(held[held.length - 1]);
    return Array.from({ length: output.units }, (_, channel) => {
      const at = sums + channel * plane;
      if (this.#network.earlier) this.#kernel.blend(at, earlier + channel * plane, SHARE_ADDRESS, total);
      this.#kernel.brighten(at, total);
      return this.#floats(at, samples);
    });
  }

  /** Planes to write red, green and blue to. They overlap those that `evaluate` returned. */
  colours(samples: number): Float32Array[] {
    const { sums } = this.#address;
    return [0, 1, 2].map((channel) => this.#floats(sums + 4 * this.#capacity * channel, samples));
  }

  /**
   * The evaluated samples as RGBA8, one pixel per sample. Valid until the next call.
   * @param planes - The number of planes: 3 for colour, 1 for grey.
   */
  pack(samples: number, planes: number): Uint8Array {
    const { sums, rounding, rgba } = this.#address;
    const plane = planes === 3 ? 4 * this.#capacity : 0; // grey is one plane read three times
    this.#kernel.pack(sums, sums + plane, sums + 2 * plane, rounding, rgba, this.#padded(samples));
    return new Uint8Array(this.#memory.buffer, rgba, 4 * samples);
  }

  /** Sets the scaling of the sums to be computed next. */
  #hold({ into, out, limit }: Held): void {
    this.#floats(HELD_ADDRESS, 3).set([into, out, limit]);
  }

  #run(
    kind: 'hidden' | 'output',
    layer: PackedLayer,
    src: number,
    srcStride: number,
    dst: number,
    dstStride: number,
    samples: number,
  ): void {
    const weights = FREE_ADDRESS + 4 * layer.at;
    this.#kernel[kind](src, srcStride, dst, dstStride, weights, layer.inputs, layer.units, samples);
  }

  #tileSamples(): number {
    const fitting = TILE_BYTES / (4 * Math.max(1, this.#network.widest));
    return Math.max(1, Math.floor(fitting / this.#step)) * this.#step;
  }

  #padded(samples: number): number {
    return Math.ceil(samples / this.#step) * this.#step;
  }

  #makeRoom(samples: number): void {
    this.#capacity = Math.ceil(this.#padded(samples) / 4) * 4;
    let end = FREE_ADDRESS;
    const take = (floats: number) => {
      const start = end;
      end = Math.ceil((end + 4 * floats) / 64) * 64;
      return start;
    };
    take(this.#network.weights.length);
    this.#address = {
      tiles: take(2 * this.#tileSamples() * this.#network.widest),
      x: take(2 * this.#capacity),
      y: 0,
      sums: take(3 * this.#capacity),
      earlier: take(this.#network.earlier ? 3 * this.#capacity : 0),
      rounding: take(this.#capacity),
      rgba: take(this.#capacity),
    };
    this.#address.y = this.#address.x + 4 * this.#capacity; // the kernel reads x and y as one array, a plane apart
    const missing = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#memory.grow(missing);
  }

  #floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}
