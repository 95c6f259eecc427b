/**
 * One thread's network: manages the kernel's memory and calls its functions.
 *
 * Memory layout, from address 0: the module's constants; the weights; two tiles of activations that layers alternate
 * between, and with several activations a third; then planes with one entry per sample of the band: the first layer's
 * inputs, the sums (later brightness) of every output, three more for the output one layer earlier, the rounding, and
 * the RGBA pixels.
 */
import type { Held } from '../exponents.js';
import {
  FREE_ADDRESS,
  HELD_ADDRESS,
  type KernelShape,
  MIX_ADDRESS,
  type OneExports,
  type SeveralExports,
  SHARE_ADDRESS,
  TERMS_ADDRESS,
} from './kernel.js';
import type { PackedLayer, PackedNetwork } from './pack.js';
import type { LayerSteps, ShownUnit, Steps } from './steps.js';

/** Approximate tile size, chosen to stay in the L1 cache; from 12 kB to 200 kB the speed hardly changes. */
const TILE_BYTES = 12 * 1024;
const PAGE = 65536;

export class Evaluator {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  readonly #step: number; // samples come in multiples of this
  #module: WebAssembly.Module | undefined;
  #kernel!: OneExports & SeveralExports;
  #network!: PackedNetwork;
  #capacity = 0; // samples per plane
  #address = { numbers: 0, tiles: 0, inputs: 0, sums: 0, colours: 0, earlier: 0, rounding: 0, rgba: 0 };

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
      this.#kernel = instance.exports as unknown as OneExports & SeveralExports;
      this.#module = module;
    }
    this.#floats(FREE_ADDRESS, network.weights.length).set(network.weights);
    this.#floats(MIX_ADDRESS - 4, 2).set([1 - network.mix, network.mix]);
    this.#floats(SHARE_ADDRESS, 1)[0] = network.earlier?.share ?? 0;
    if (network.terms) this.#floats(TERMS_ADDRESS, 4).set(network.terms);
    if (network.steps)
      this.#floats(this.#address.numbers, network.steps.numbers.length).set(network.steps.numbers);
  }

  /**
   * The first `samples` values of one of the first layer's inputs, to be filled before `evaluate`: see
   * core/frame/inputs.ts.
   */
  input(plane: number, samples: number): Float32Array {
    return this.#floats(this.#address.inputs + 4 * this.#capacity * plane, samples);
  }

  /** The maximum number of samples that are evaluated at once. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The plane for each pixel's rounding term, to be filled before `pack`: see KernelExports.pack. */
  get rounding(): Float32Array {
    return this.#floats(this.#address.rounding, this.#capacity);
  }

  /**
   * Evaluates the first `samples` samples. Returns one plane of brightness, or of values, per output, valid until the
   * next call.
   */
  evaluate(samples: number): Float32Array[] {
    const { sums, earlier } = this.#address;
    const { output, held, steps } = this.#network;
    const plane = 4 * this.#capacity;
    const total = this.#padded(samples);
    const tile = this.#tileSamples();
    for (let first = 0; first < total; first += tile) {
      const count = Math.min(tile, total - first);
      if (steps) this.#tileInSteps(steps, first, count, 4 * tile);
      else this.#tile(first, count, 4 * tile);
    }
    if (held && !steps) this.#hold(held[held.length - 1]);
    return Array.from({ length: output.units }, (_, channel) => {
      const at = sums + channel * plane;
      if (!steps) {
        if (this.#network.earlier) this.#kernel.blend(at, earlier + channel * plane, SHARE_ADDRESS, total);
        this.#kernel.brighten(at, total);
      }
      return this.#floats(at, samples);
    });
  }

  /** Computes the sums of a tile. @param row - The bytes of a unit's values. */
  #tile(first: number, count: number, row: number): void {
    const { tiles, inputs, sums, earlier } = this.#address;
    const { output, widest, held } = this.#network;
    const plane = 4 * this.#capacity;
    let src = inputs + 4 * first;
    let stride = plane;
    let before = { src, stride };
    for (const [k, layer] of this.#network.hidden.entries()) {
      before = { src, stride };
      const dst = tiles + (k % 2) * row * widest;
      if (held) this.#hold(held[k]);
      this.#run('hidden', layer, src, stride, dst, row, count);
      src = dst;
      stride = row;
    }
    this.#run('output', output, src, stride, sums + 4 * first, plane, count);
    const last = this.#network.earlier;
    if (last) this.#run('output', last.output, before.src, before.stride, earlier + 4 * first, plane, count);
  }

  /**
   * Computes the brightness of a tile. Steps are applied to whole rows, also in the last tile, whose rows end in values
   * that nothing reads.
   */
  #tileInSteps(steps: Steps, first: number, count: number, row: number): void {
    const { tiles, inputs, sums, earlier } = this.#address;
    const { hidden, output, widest, held } = this.#network;
    const last = this.#network.earlier;
    const plane = 4 * this.#capacity;
    const spare = tiles + 2 * row * widest;
    let values = inputs + 4 * first; // of the last layer
    let received = { src: values, stride: plane }; // by the next one
    for (const [k, layer] of hidden.entries()) {
      if (last && k === hidden.length - 1) {
        this.#run('output', last.output, received.src, received.stride, earlier + 4 * first, plane, count);
      }
      const dst = tiles + (k % 2) * row * widest;
      const { all, kept, normalise } = steps.layers[k];
      if (held) this.#hold(held[k]);
      this.#run(all ? `hidden_${all}` : 'output', layer, received.src, received.stride, dst, row, count);
      if (!all) this.#activate(steps.layers[k], dst, spare, row);
      for (const { first, units, factors } of kept) {
        const at = first * row;
        this.#kernel.combine(dst + at, values + at, this.#number(factors), (units * row) / 4);
      }
      values = dst;
      received = { src: dst, stride: row };
      if (normalise !== undefined) {
        this.#kernel.normalise(dst, spare, row, layer.units, this.#number(normalise), count);
        received.src = spare;
      }
    }
    this.#run('output', output, received.src, received.stride, sums + 4 * first, plane, count);
    for (const [channel, unit] of steps.shown.entries()) {
      const at = sums + channel * plane + 4 * first;
      if (last) this.#kernel.blend(at, earlier + channel * plane + 4 * first, SHARE_ADDRESS, count);
      this.#show(unit, at, spare, values, row, count);
    }
  }

  /** Turns a layer's sums into its activations, in place. */
  #activate({ runs }: LayerSteps, dst: number, spare: number, row: number): void {
    for (const { first, units, activation, mix } of runs) {
      const at = dst + first * row;
      const samples = (units * row) / 4;
      if (mix) this.#kernel[`activate_${mix.to}`](at, spare, samples);
      this.#kernel[`activate_${activation}`](at, at, samples);
      if (mix) this.#kernel.combine(at, spare, this.#number(mix.factors), samples);
    }
  }

  /** Turns a unit's sums into brightness, in place. @param values - Those of the layer before. */
  #show(
    { ends, factors }: ShownUnit,
    at: number,
    spare: number,
    values: number,
    row: number,
    count: number,
  ): void {
    // The second end of a mix first, because the other one overwrites the sums.
    for (let end = ends.length - 1; end >= 0; end--) {
      const { activation, kept, terms, held } = ends[end];
      const dst = end === 0 ? at : spare;
      if (held) this.#hold(held.activate);
      this.#kernel[`activate_${activation}`](at, dst, count);
      if (kept) this.#kernel.combine(dst, values + kept.unit * row, this.#number(kept.factors), count);
      if (held) this.#hold(held.show);
      this.#kernel.show(dst, this.#number(terms), count);
    }
    if (ends.length > 1) this.#kernel.combine(at, spare, this.#number(factors), count);
  }

  /** The address of a step's numbers. */
  #number(place: number): number {
    return this.#address.numbers + 4 * place;
  }

  /** Planes to write red, green and blue to. */
  colours(samples: number): Float32Array[] {
    const { colours } = this.#address;
    return [0, 1, 2].map((channel) => this.#floats(colours + 4 * this.#capacity * channel, samples));
  }

  /**
   * The evaluated samples as RGBA8, one pixel per sample. Valid until the next call.
   * @param planes - Three for colour, or one for grey: from `evaluate` or `colours`.
   */
  pack(samples: number, planes: Float32Array[]): Uint8Array {
    const { rounding, rgba } = this.#address;
    const [red, green, blue] = [0, 1, 2].map((channel) => planes[channel % planes.length].byteOffset);
    this.#kernel.pack(red, green, blue, rounding, rgba, this.#padded(samples));
    return new Uint8Array(this.#memory.buffer, rgba, 4 * samples);
  }

  /** Sets the scaling of the sums to be computed next. */
  #hold({ into, out, limit }: Held): void {
    this.#floats(HELD_ADDRESS, 3).set([into, out, limit]);
  }

  #run(
    kind: 'hidden' | 'output' | `hidden_${string}`,
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
    const { weights, widest, output, hidden, steps, earlier } = this.#network;
    const planes = (hidden[0] ?? output).inputs;
    const tile = this.#tileSamples();
    take(weights.length);
    const numbers = take(steps ? steps.numbers.length : 0);
    const tiles = take(2 * tile * widest + (steps ? tile * Math.max(1, widest) : 0));
    const inputs = take(planes * this.#capacity);
    const sums = take(Math.max(3, output.units) * this.#capacity);
    this.#address = {
      numbers,
      tiles,
      inputs,
      sums,
      colours: take(3 * this.#capacity),
      earlier: take(earlier ? 3 * this.#capacity : 0),
      rounding: take(this.#capacity),
      rgba: take(this.#capacity),
    };
    const missing = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#memory.grow(missing);
  }

  #floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}
