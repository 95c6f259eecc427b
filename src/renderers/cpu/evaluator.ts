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
  MIX_ADDRESS,
  type OneExports,
  type SeveralExports,
  SHARE_ADDRESS,
  TERMS_ADDRESS,
} from './kernel.js';
import type { PackedLayer, PackedNetwork } from './pack.js';
import type { LayerSteps, ShownUnit, Steps } from './steps.js';

/** The approximate size of a tile's values in one layer, chosen to stay in the L1 cache. */
const TILE_BYTES = 12 * 1024;
/** The same for all tiles of a group: two layers of them should stay in the L2 cache. */
const GROUP_BYTES = 256 * 1024;
/** If all weights have fewer bytes, they stay in the L2 cache: then each tile passes through the network by itself. */
const FEW_WEIGHTS = 256 * 1024;
const PAGE = 65536;

/** Consecutive samples that pass through the network together. */
interface Tile {
  first: number;
  samples: number;
  /** The address of its values: two layers that alternate, and with steps a third. */
  values: number;
}

export class Evaluator {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  #module: WebAssembly.Module | undefined;
  #kernel!: OneExports & SeveralExports;
  #network!: PackedNetwork;
  #step = 1; // samples come in multiples of this
  #tileSamples = 0;
  #tileBytes = 0;
  #tiles = 1; // in a group
  #capacity = 0; // samples per plane
  #isHalf = false; // whether the plane of rounding terms contains nothing but 0.5
  #address = { numbers: 0, tiles: 0, inputs: 0, sums: 0, colours: 0, earlier: 0, rounding: 0, rgba: 0 };

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

  /** The plane for each pixel's rounding term, to be filled before `pack`: see SharedExports.pack. */
  get rounding(): Float32Array {
    this.#isHalf = false;
    return this.#floats(this.#address.rounding, this.#capacity);
  }

  /** Fills that plane for rounding to the nearest byte, unless it still is. */
  roundToNearest(): void {
    if (!this.#isHalf) this.rounding.fill(0.5);
    this.#isHalf = true;
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
    const group = this.#tiles * this.#tileSamples;
    for (let first = 0; first < total; first += group) this.#group(first, Math.min(group, total - first));
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

  /**
   * Passes consecutive tiles through the network together, layer by layer: a layer's weights, which may not stay in a
   * near cache until the next layer is computed, are then fetched once for all of them.
   */
  #group(first: number, count: number): void {
    const { hidden, steps } = this.#network;
    const tiles: Tile[] = [];
    for (let at = 0; at < count; at += this.#tileSamples) {
      const values = this.#address.tiles + tiles.length * this.#tileBytes;
      tiles.push({ first: first + at, samples: Math.min(this.#tileSamples, count - at), values });
    }
    for (let k = 0; k < hidden.length; k++) {
      for (const tile of tiles) this.#hidden(k, tile);
    }
    for (const tile of tiles) {
      this.#output(this.#network.output, hidden.length, tile, this.#address.sums);
      if (steps) this.#showAll(steps, tile);
    }
  }

  /** The bytes of a unit's values in a tile. */
  get #row(): number {
    return 4 * this.#tileSamples;
  }

  /** The address of what the k-th hidden layer of a tile computes, counted from 0. */
  #values(k: number, { values }: Tile): number {
    return values + (k % 2) * this.#row * this.#network.widest;
  }

  /** The address of a third layer of values of a tile; only with steps. */
  #spare({ values }: Tile): number {
    return values + 2 * this.#row * this.#network.widest;
  }

  /** What the k-th layer of a tile receives: the network's inputs, or the values of the layer before. */
  #received(k: number, tile: Tile): { src: number; stride: number } {
    if (k === 0) return { src: this.#address.inputs + 4 * tile.first, stride: 4 * this.#capacity };
    const isNormalised = this.#network.steps?.layers[k - 1].normalise !== undefined;
    return { src: isNormalised ? this.#spare(tile) : this.#values(k - 1, tile), stride: this.#row };
  }

  /** Computes the k-th hidden layer of a tile. */
  #hidden(k: number, tile: Tile): void {
    const { hidden, held, steps, earlier } = this.#network;
    if (earlier && k === hidden.length - 1) this.#output(earlier.output, k, tile, this.#address.earlier);
    const { src, stride } = this.#received(k, tile);
    const dst = this.#values(k, tile);
    const { all } = steps?.layers[k] ?? {};
    if (held) this.#hold(held[k]);
    const kind = !steps ? 'hidden' : all ? (`hidden_${all}` as const) : 'output';
    this.#run(kind, hidden[k], src, stride, dst, this.#row, tile.samples);
    if (steps) this.#finish(steps.layers[k], k, tile);
  }

  /** Computes the sums of an output layer of a tile. @param sums - The address of their planes. */
  #output(layer: PackedLayer, k: number, tile: Tile, sums: number): void {
    const { src, stride } = this.#received(k, tile);
    this.#run('output', layer, src, stride, sums + 4 * tile.first, 4 * this.#capacity, tile.samples);
  }

  /**
   * Applies the steps of a hidden layer. They apply to whole rows, also in the last tile, whose rows end in values that
   * nothing reads.
   */
  #finish(layer: LayerSteps, k: number, tile: Tile): void {
    const [dst, spare, row] = [this.#values(k, tile), this.#spare(tile), this.#row];
    if (!layer.all) this.#activate(layer, dst, spare, row);
    for (const { first, units, factors } of layer.kept) {
      const at = first * row;
      this.#kernel.combine(dst + at, this.#before(k, tile) + at, this.#number(factors), (units * row) / 4);
    }
    if (layer.normalise !== undefined) {
      const { units } = this.#network.hidden[k];
      this.#kernel.normalise(dst, spare, row, units, this.#number(layer.normalise), tile.samples);
    }
  }

  /** The address of the values of the layer before the k-th, not normalised. */
  #before(k: number, tile: Tile): number {
    return k === 0 ? this.#address.inputs + 4 * tile.first : this.#values(k - 1, tile);
  }

  /** Turns a tile's outputs into brightness. */
  #showAll({ shown }: Steps, tile: Tile): void {
    const plane = 4 * this.#capacity;
    const { sums, earlier } = this.#address;
    const values = this.#before(this.#network.hidden.length, tile);
    for (const [channel, unit] of shown.entries()) {
      const at = channel * plane + 4 * tile.first;
      if (this.#network.earlier) this.#kernel.blend(sums + at, earlier + at, SHARE_ADDRESS, tile.samples);
      this.#show(unit, sums + at, this.#spare(tile), values, this.#row, tile.samples);
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

  #padded(samples: number): number {
    return Math.ceil(samples / this.#step) * this.#step;
  }

  #makeRoom(samples: number): void {
    const { weights, widest, output, hidden, steps, earlier, shape } = this.#network;
    this.#isHalf = false; // it moves
    this.#step = 4 * shape.vectors;
    this.#capacity = this.#padded(samples);
    const width = Math.max(1, widest);
    this.#tileSamples = Math.max(1, Math.floor(TILE_BYTES / (4 * width) / this.#step)) * this.#step;
    this.#tileBytes = 4 * this.#tileSamples * (steps ? 3 : 2) * width;
    const fitting = Math.max(1, Math.floor(GROUP_BYTES / (4 * this.#tileSamples * width)));
    this.#tiles = weights.byteLength > FEW_WEIGHTS ? fitting : 1;
    let end = FREE_ADDRESS;
    const take = (floats: number) => {
      const start = end;
      end = Math.ceil((end + 4 * floats) / 64) * 64;
      return start;
    };
    const planes = (hidden[0] ?? output).inputs;
    take(weights.length);
    const numbers = take(steps ? steps.numbers.length : 0);
    const tiles = take((this.#tiles * this.#tileBytes) / 4);
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
