/**
 * A network as an ONNX model: from points to brightness, in float32. A plain network becomes Gemm, Tanh, Gemm, Tanh,
 * ..., Gemm, Sigmoid. All else is composed of standard operators. src/core/network/forward.ts is the reference for it.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import { isSpace } from '../../core/frame/palette.js';
import { colouringShown, hiddenShown } from '../../core/frame/shown.js';
import { type ActivationName, activationTable, type UnitActivation } from '../../core/network/activations.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import type { HiddenLayer, Layer, Network } from '../../core/network/layers.js';
import { brightnessTerms } from '../../renderers/brightness.js';
import { unitsOf } from '../../renderers/drawn.js';
import { type Exponents, factorsOf, heldFrom, scaledLayer } from '../../renderers/exponents.js';
import { Graph, type Value } from './graph.js';
import { addColours } from './onnx-colours.js';
import { inputsOf } from './onnx-inputs.js';

/** What a model computes. */
export interface Modelled {
  network: Network;
  features: readonly string[];
  fold: FrameDescription['network']['fold'];
  levels?: FrameDescription['levels'];
  shown?: FrameDescription['shown'];
  palette?: FrameDescription['palette'];
  /** By which layers are scaled so that they do not overflow float32. */
  exponents?: Exponents | undefined;
}

/**
 * A model with the input `points`, (N, 2 + S): x, y and the values of the slice. Its output `brightness` has one column
 * per output, or per unit that is shown, in [0, 1]. With a palette other than `rgb`, the output `colour` is red, green
 * and blue: (N, 3), or (N, units, 3).
 * @param about - What the model does, for people.
 * @param notes - Texts by name, for programs.
 */
export function onnxModel(
  modelled: Modelled,
  about = '',
  version = '',
  notes: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const { network, features, palette = 'rgb', shown } = modelled;
  const slices = network.inputs - features.length;
  const points = graph.input('points', ['N', 2 + slices], 'x, y, and the values of the slice');
  const brightness = new NetworkGraph(graph, modelled).brightness(inputsOf(graph, points, modelled, slices));
  graph.output(
    'brightness',
    ['N', brightness.units],
    'brightness in [0, 1] of each output or unit that is shown',
  );
  const colouring = colouringShown({ palette, shown });
  const isGrey = shown !== undefined && 'output' in shown && isSpace(palette);
  if (colouring !== 'rgb' && !isGrey) {
    const all = hiddenShown(shown) !== undefined && hiddenShown(shown)?.unit === undefined;
    addColours(graph, colouring, all ? 'all' : shown ? 0 : 'own');
    const lengths = all ? ['N', brightness.units, 3] : ['N', 3];
    graph.output('colour', lengths, 'red, green and blue in sRGB, from 0 to 1, in the palette');
  }
  return graph.file(about, version, notes);
}

/** Values of one layer's units, (N, units), and the exponent by which they are scaled down. */
interface Columns {
  value: Value;
  units: number;
  exponent: number;
}

/** The layers of a network. */
class NetworkGraph {
  constructor(
    private readonly graph: Graph,
    private readonly modelled: Modelled,
  ) {}

  /** The brightness of what is shown. @param inputs - (N, network.inputs). */
  brightness(inputs: Value): { value: Value; units: number } {
    const { network, shown, exponents } = this.modelled;
    const part = hiddenShown(shown);
    const count = part ? part.layer - 1 : network.hidden.length;
    const values: Columns[] = [{ value: inputs, units: network.inputs, exponent: 0 }];
    const received: Value[] = [inputs];
    for (let k = 1; k <= count; k++) {
      values.push(this.#hidden(k, received[k - 1], values[k - 1]));
      received.push(network.normalisation === 'layer' ? this.#normalised(k, values[k]) : values[k].value);
    }
    const scale = exponents?.output ?? 0;
    if (part) {
      const layer = network.hidden[part.layer - 1];
      const units =
        part.unit === undefined ? { first: 0, count: layer.units } : { first: part.unit - 1, count: 1 };
      const drawn = unitsOf(layer, units);
      const value = this.#sums(`${count + 1}`, drawn, count + 1, 'output', received[count]);
      const all = Array.isArray(layer.activation)
        ? layer.activation
        : Array.from({ length: layer.units }, () => layer.activation as UnitActivation);
      const added = count > 0 ? this.#kept(values[count], network.hidden[count - 1], units) : undefined;
      const activations = all.slice(units.first, units.first + units.count);
      return this.#shown({ value, units: units.count, exponent: scale }, activations, added);
    }
    const output = shown && 'output' in shown ? { first: shown.output - 1, count: 1 } : undefined;
    const of = (layer: Layer) => (output ? unitsOf(layer, output) : layer);
    const { earlier } = network;
    const last = shared(of(network.output), earlier ? 1 - earlier.share : 1);
    let value = this.#sums(`${count + 1}`, last, count + 1, 'output', received[count]);
    if (earlier) {
      const layer = shared(of(earlier.output), earlier.share);
      const before = this.#sums('_earlier', layer, count, 'output', received[count - 1]);
      value = this.graph.add('Add', value, before);
    }
    const activations = Array.from({ length: last.units }, () => network.outputActivation);
    return this.#shown({ value, units: last.units, exponent: scale }, activations);
  }

  /** A layer's weighted sums, scaled down. @param name - What follows w, b and z. */
  #sums(name: string, layer: Layer, number: number, kind: 'hidden' | 'output', from: Value): Value {
    const { weights, biases, units, inputs } = scaledLayer(
      layer,
      factorsOf(this.modelled.exponents, number, kind),
    );
    const w = this.graph.constant(`w${name}`, [units, inputs], weights);
    const b = this.graph.constant(`b${name}`, [units], biases);
    return this.graph.node('Gemm', [from, w, b], { transB: 1 }, `z${name}`); // z = y W^T + b
  }

  /** The values of the k-th hidden layer. */
  #hidden(k: number, from: Value, before: Columns): Columns {
    const { network, exponents } = this.modelled;
    const layer = network.hidden[k - 1];
    const z = this.#sums(`${k}`, layer, k, 'hidden', from);
    const [sums, units] = [exponents?.sums[k - 1] ?? 0, exponents?.units[k - 1] ?? 0];
    const isOne = !Array.isArray(layer.activation);
    const name = isOne && typeof layer.activation === 'string' ? `y${k}` : undefined;
    const activations = isOne ? [layer.activation as UnitActivation] : (layer.activation as UnitActivation[]);
    const own = this.#byActivation(activations, z, (activation, value) =>
      this.#activated(activation, value, sums, units, name),
    );
    if (k === 1 || network.residual === 0) return { value: own, units: layer.units, exponent: units };
    const exponent = exponents?.values[k - 1] ?? 0;
    const kept = this.#kept(before, network.hidden[k - 2], { first: 0, count: layer.units });
    const value = this.#sumOf({ value: own, units: layer.units, exponent: units }, kept, exponent);
    return { value, units: layer.units, exponent };
  }

  /** The sum of two layers' values, as far as there is a second, at another exponent. */
  #sumOf(own: Columns, kept: Columns | undefined, exponent: number): Value {
    const { add } = this.graph;
    const scaled = ({ value, exponent: before }: Columns) =>
      before === exponent ? value : add('Mul', value, 2 ** (before - exponent));
    return kept ? add('Add', scaled(own), scaled(kept)) : scaled(own);
  }

  /** What units of a layer add from the layer before: a multiple of the same units, as far as these exist. */
  #kept(
    values: Columns,
    before: HiddenLayer,
    { first, count }: { first: number; count: number },
  ): Columns | undefined {
    const { graph } = this;
    const { residual } = this.modelled.network;
    const present = Math.min(count, before.units - first);
    if (residual === 0 || present <= 0) return undefined;
    const indices = Array.from({ length: present }, (_, i) => first + i);
    const some =
      present === before.units
        ? values.value
        : graph.node('Gather', [values.value, graph.integers(indices)], { axis: 1 });
    const hasLast = before.lastUnit < 1 && first + present === before.units;
    const factors = indices.map((unit) => residual * (unit === before.units - 1 ? before.lastUnit : 1));
    const share = hasLast ? graph.constant(`shares_${some}`, [present], factors) : residual;
    const product = residual === 1 && !hasLast ? some : graph.add('Mul', some, share);
    const value =
      present === count ? product : graph.add('Pad', product, graph.integers([0, 0, 0, count - present]), 0);
    return { value, units: count, exponent: values.exponent };
  }

  /** Layer normalisation: see `normalised` in src/core/network/forward.ts. */
  #normalised(k: number, { value, units, exponent }: Columns): Value {
    const { graph } = this;
    const { lastUnit } = this.modelled.network.hidden[k - 1];
    const whole = units - 1 + lastUnit;
    const shares = Array.from({ length: units }, (_, unit) => (unit === units - 1 ? lastUnit : 1) / whole);
    const share = graph.constant(`mean_${units}_${lastUnit}`, [units, 1], shares);
    const mean = graph.add('MatMul', value, share);
    const rest = graph.add('Sub', value, mean);
    const variance = graph.add('MatMul', graph.add('Mul', rest, rest), share);
    // Never 0, because the variance may be 0.
    const epsilon = Math.max(NORMALISATION_EPSILON * 2 ** (-2 * exponent), 1e-37);
    const deviation = graph.add('Sqrt', graph.add('Add', variance, epsilon));
    return graph.node('Div', [rest, deviation], {}, `n${k}`);
  }

  /**
   * Computes each activation of a layer for the units that have it.
   * @param activations - One for all units, or one for each.
   * @param values - (N, units).
   */
  #byActivation(
    activations: readonly UnitActivation[],
    values: Value,
    compute: (activation: UnitActivation, values: Value, units: number[] | undefined) => Value,
  ): Value {
    const { graph } = this;
    const groups = new Map<string, { activation: UnitActivation; units: number[] }>();
    for (const [unit, activation] of activations.entries()) {
      const key = JSON.stringify(activation);
      const group = groups.get(key) ?? { activation, units: [] };
      group.units.push(unit);
      groups.set(key, group);
    }
    if (groups.size === 1) return compute(activations[0], values, undefined);
    const parts = [...groups.values()];
    const results = parts.map(({ activation, units }) =>
      compute(activation, graph.node('Gather', [values, graph.integers(units)], { axis: 1 }), units),
    );
    const together = graph.node('Concat', results, { axis: 1 });
    const order = parts.flatMap(({ units }) => units);
    const places = activations.map((_, unit) => order.indexOf(unit));
    return graph.node('Gather', [together, graph.integers(places)], { axis: 1 });
  }

  /** An activation, or a mix of two, of sums scaled by 2^-before, scaled by 2^-after. */
  #activated(activation: UnitActivation, z: Value, before: number, after: number, name?: Value): Value {
    const { add } = this.graph;
    if (typeof activation === 'string') return this.#one(activation, z, before, after, name);
    const { from, to, fraction } = activation;
    return add(
      'Add',
      add('Mul', this.#one(from, z, before, after), 1 - fraction),
      add('Mul', this.#one(to, z, before, after), fraction),
    );
  }

  #one(activation: ActivationName, z: Value, before: number, after: number, name?: Value): Value {
    const { graph } = this;
    const { onnx, bounded, homogeneous } = activationTable[activation];
    const of = (x: Value, called?: Value) =>
      typeof onnx === 'string' ? graph.node(onnx, [x], {}, called) : onnx<Value>(onnxNode(graph), x);
    if (before === 0 && after === 0) return of(z, name);
    if (homogeneous && before === after) return of(z, name);
    const { into, limit, out } = heldFrom(before, after);
    const held = graph.add('Mul', graph.add('Clip', z, -limit, limit), into);
    if (bounded) return out === 1 ? of(held) : graph.add('Mul', of(held), out);
    // Where sums are large, the activation is that of a relu.
    const rest = graph.add('Sub', of(held), graph.add('Relu', held));
    return graph.add('Add', graph.add('Relu', z), graph.add('Mul', rest, out));
  }

  /** The brightness of sums: see `brightness` in src/core/network/activations.ts. @param added - By a residual. */
  #shown(
    sums: Columns,
    activations: readonly UnitActivation[],
    added?: Columns,
  ): { value: Value; units: number } {
    const { graph } = this;
    this.#byActivation(activations, sums.value, (activation, value, units) => {
      const own = { ...sums, value };
      const kept =
        added && units
          ? { ...added, value: graph.node('Gather', [added.value, graph.integers(units)], { axis: 1 }) }
          : added;
      if (typeof activation === 'string') return this.#end(activation, own, kept);
      const { from, to, fraction } = activation;
      return graph.add(
        'Add',
        graph.add('Mul', this.#end(from, own, kept), 1 - fraction),
        graph.add('Mul', this.#end(to, own, kept), fraction),
      );
    });
    return { value: graph.renameLast('brightness'), units: sums.units };
  }

  #end(activation: ActivationName, { value: z, units, exponent: before }: Columns, added?: Columns): Value {
    const { graph } = this;
    const { bounded, signed } = activationTable[activation];
    const own = bounded ? 0 : before;
    const after = Math.max(own, added?.exponent ?? 0);
    const a = { value: this.#one(activation, z, before, own), units, exponent: own };
    let value = this.#sumOf(a, added, after);
    const { levels } = this.modelled;
    const { factor, offset } = brightnessTerms(levels, signed, after);
    if (factor !== 1) value = graph.add('Mul', value, factor);
    if (offset !== 0) value = graph.add('Add', value, offset);
    const isWithin = bounded && !levels && !added;
    return isWithin ? value : graph.add('Clip', value, 0, 1);
  }
}

const onnxNode =
  (graph: Graph) =>
  (operator: string, ...inputs: (Value | number)[]) =>
    graph.node(operator, inputs);

/** A layer whose sums are multiplied by a share. */
function shared(layer: Layer, share: number): Layer {
  if (share === 1) return layer;
  const times = (value: number) => share * value;
  return { ...layer, weights: layer.weights.map(times), biases: layer.biases.map(times) };
}
