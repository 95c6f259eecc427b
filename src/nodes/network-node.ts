/** What all nodes that show a network share: its parameters as signals, by the names they have in a sweep. */
import { initial, interpolation, Rect, type RectProps, signal, vector2Signal } from '@motion-canvas/2d';
import {
  type PossibleVector2,
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  tween,
  useLogger,
  type Vector2Signal,
} from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { type FrameDescription, type FrameInput, frameSchema, MAX_SIDE } from '../core/frame/description.js';
import { isDeep, isGrainy } from '../core/frame/digits.js';
import type { PaletteInput } from '../core/frame/palette.js';
import type { Activation, ActivationName } from '../core/network/activations.js';
import type { Distribution } from '../core/network/draws.js';
import type { ExplicitLayer, NetworkInput, NetworkSpec } from '../core/network/spec.js';
import { frameAt, parseSweep, preparePace, type Sweep, type SweepInput } from '../core/sweep/sweep.js';
import { explain, explainGrain } from '../core/wording/explain.js';
import { activationBetween, paletteBetween, seedBetween } from './between.js';

type Initialisation = NonNullable<NetworkSpec['initialisation']>;

/** Each has a signal of its name, which says what it is. */
export interface NetworkNodeProps extends RectProps {
  seed?: SignalValue<NetworkSpec['seed']>;
  inputs?: SignalValue<number>;
  layers?: SignalValue<number>;
  units?: SignalValue<number | number[]>;
  activation?: SignalValue<Activation>;
  outputActivation?: SignalValue<ActivationName>;
  outputs?: SignalValue<1 | 3>;
  distribution?: SignalValue<Distribution>;
  initialisation?: SignalValue<Initialisation | null>;
  weightScale?: SignalValue<number>;
  biasScale?: SignalValue<number | null>;
  firstLayerBias?: SignalValue<boolean>;
  weights?: SignalValue<ExplicitLayer[] | null>;
  centre?: SignalValue<PossibleVector2>;
  centreX?: SignalValue<number>;
  centreY?: SignalValue<number>;
  halfWidth?: SignalValue<number>;
  slice?: SignalValue<number[]>;
  palette?: SignalValue<PaletteInput>;
}

/** The nodes that have been warned of: an editor draws a frame many times. */
const grainTold = new Set<string>();

/** A node that shows a network. What a value may be is checked when it is drawn, as a sweep's is. */
export abstract class NetworkNode extends Rect {
  /** Names the random draws; another seed is another network, and a tween turns one into the other. @defaultValue 1 */
  @interpolation(seedBetween)
  @initial(1)
  @signal()
  declare readonly seed: SimpleSignal<NetworkSpec['seed'], this>;

  /** Inputs: 1 is x alone, 2 are x and y, further ones are given by `slice`. Whole, 1 to 64. @defaultValue 2 */
  @initial(2)
  @signal()
  declare readonly inputs: SimpleSignal<number, this>;

  /** Weight matrices, the output's included, 1 to 1024; a fraction fades the next layer in. @defaultValue 27 */
  @initial(27)
  @signal()
  declare readonly layers: SimpleSignal<number, this>;

  /**
   * Units in each hidden layer, 1 to 8192, or one number for each; a fraction fades the next unit in. A sweep calls it
   * `width`, which in Motion Canvas is the node's own. @defaultValue 30
   */
  @initial(30)
  @signal()
  declare readonly units: SimpleSignal<number | number[], this>;

  /** The hidden layers' activation; a tween mixes two. @defaultValue 'tanh' */
  @interpolation(activationBetween)
  @initial('tanh')
  @signal()
  declare readonly activation: SimpleSignal<Activation, this>;

  /** The last layer's activation. @defaultValue 'sigmoid' */
  @initial('sigmoid')
  @signal()
  declare readonly outputActivation: SimpleSignal<ActivationName, this>;

  /** 3 for red, green and blue, 1 for grey. @defaultValue 3 */
  @initial(3)
  @signal()
  declare readonly outputs: SimpleSignal<1 | 3, this>;

  /** Uniform on [-s, s] or normal with deviation s, s being `weightScale`. @defaultValue 'uniform' */
  @initial('uniform')
  @signal()
  declare readonly distribution: SimpleSignal<Distribution, this>;

  /** A scale for each layer (he, glorot, lecun), which `weightScale` is then a factor on. @defaultValue null */
  @initial(null)
  @signal()
  declare readonly initialisation: SimpleSignal<Initialisation | null, this>;

  /** s, 0 or more. @defaultValue 0.6, and 1 beside an `initialisation` */
  @initial(0.6)
  @signal()
  declare readonly weightScale: SimpleSignal<number, this>;

  /** The same for biases; null gives them their weights' scale. @defaultValue null */
  @initial(null)
  @signal()
  declare readonly biasScale: SimpleSignal<number | null, this>;

  /** Whether the first layer has biases; the article's have none. @defaultValue false */
  @initial(false)
  @signal()
  declare readonly firstLayerBias: SimpleSignal<boolean, this>;

  /**
   * All weights by number, `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]`, in place of what is drawn; layers of one shape can
   * be tweened. @defaultValue null
   */
  @initial(null)
  @signal()
  declare readonly weights: SimpleSignal<ExplicitLayer[] | null, this>;

  /** The input at the middle: a sweep's `view.centre` (`view` is taken by Motion Canvas). @defaultValue [1, 0] */
  @initial([1, 0])
  @vector2Signal('centre')
  declare readonly centre: Vector2Signal<this>;

  /** From the centre to the nearer edges, in units of the input plane: a sweep's `view.halfWidth`. @defaultValue 2.6 */
  @initial(2.6)
  @signal()
  declare readonly halfWidth: SimpleSignal<number, this>;

  /** One value for each input beyond x and y; an empty list is all zeros. @defaultValue [] */
  @initial([])
  @signal()
  declare readonly slice: SimpleSignal<number[], this>;

  /**
   * How outputs become colours: `rgb`, `oklab`, `oklch`, or a colour map such as `viridis` for the first, or
   * `{ map: 'viridis', output: 2 }` for another. A tween changes it half-way. @defaultValue 'rgb'
   */
  @interpolation(paletteBetween)
  @initial('rgb')
  @signal()
  declare readonly palette: SimpleSignal<PaletteInput, this>;

  protected getDefaultWeightScale(usual: number): number {
    return this.initialisation() ? 1 : usual;
  }

  /**
   * Plays a sweep, or the object that `sweep()` takes: its parameters move through this node's signals for as long as
   * it lasts, and stay where it ends, at an even pace if the sweep says so. Its size, frame rate and title say nothing here.
   *
   * @example `yield* field().play({ seconds: 4, network: { weightScale: tween(0.4, 0.8) } });`
   */
  *play(sweep: SweepInput | Sweep): ThreadGenerator {
    const checked = parseSweep(sweep);
    const { seconds } = checked;
    yield preparePace(checked); // the scene waits for it, and takes no time of the film
    yield* tween(seconds, (u) => this.take(frameAt(checked, u * seconds)));
  }

  /** Sets every signal to what a frame description says. */
  take({ network, view, slice, palette, supersample, dither }: FrameDescription): void {
    this.weights(network.weights ?? null);
    this.initialisation(network.initialisation ?? null);
    if (network.weightScale === undefined) this.weightScale.reset();
    else this.weightScale(network.weightScale);
    this.biasScale(network.biasScale ?? null);
    this.seed(network.seed).inputs(network.inputs).layers(network.layers).units(network.width);
    this.activation(network.activation).outputActivation(network.outputActivation).outputs(network.outputs);
    this.distribution(network.distribution).firstLayerBias(network.firstLayerBias);
    this.centre(view.centre).halfWidth(view.halfWidth).slice(slice);
    this.palette(palette);
    this.takeSampling(supersample, dither);
  }

  /** For nodes that sample pixels. */
  protected takeSampling(_supersample: FrameInput['supersample'], _dither: boolean): void {}

  /** The network as a sweep's plain data. */
  network(): NetworkInput {
    const [activation, outputActivation] = [this.activation(), this.outputActivation()];
    const weights = this.weights();
    if (weights) return { weights, activation, outputActivation };
    const [initialisation, biasScale] = [this.initialisation(), this.biasScale()];
    return {
      seed: this.seed(),
      inputs: this.inputs(),
      layers: this.layers(),
      width: this.units(),
      activation,
      outputActivation,
      outputs: this.outputs(),
      distribution: this.distribution(),
      weightScale: this.weightScale(),
      firstLayerBias: this.firstLayerBias(),
      ...(initialisation && { initialisation }),
      ...(biasScale !== null && { biasScale }),
    };
  }

  /** What a renderer needs beside a size. */
  protected frameInput(): Omit<FrameInput, 'size'> {
    const { x, y } = this.centre();
    const view = { centre: [x, y] as [number, number], halfWidth: this.halfWidth() };
    return { network: this.network(), view, slice: this.slice(), palette: this.palette() };
  }

  /** The node's sides in pixels of the film, times `resolution`; whole, 1 to 8192. */
  protected devicePixels(resolution = 1): [number, number] {
    const { width, height } = this.computedSize();
    const { a, b, c, d } = this.localToWorld();
    const pixels = (length: number) => Math.min(MAX_SIDE / 2, Math.max(1, Math.round(length * resolution)));
    return [pixels(width * Math.hypot(a, b)), pixels(height * Math.hypot(c, d))];
  }

  #examined: FrameDescription | undefined;

  /**
   * Logs a warning, once, where a picture is zoomed in beyond float32's digits. Examines what is twice as deep as
   * before.
   */
  protected warnOfGrain(frame: FrameDescription): void {
    const before = this.#examined;
    if (grainTold.has(this.key) || !isDeep(frame)) return;
    const { network, view } = frame;
    const isKnown = before && JSON.stringify(before.network) === JSON.stringify(network);
    if (isKnown && view.halfWidth > before.view.halfWidth / 2) return;
    this.#examined = frame;
    if (!isGrainy(frame)) return;
    grainTold.add(this.key);
    useLogger().warn(`${this.key}: ${explainGrain(view.halfWidth)}`);
  }

  /** Checks a frame of this node's; throws a UsageError that names the value, the rule and the next move. */
  protected describe(input: FrameInput): FrameDescription {
    const result = frameSchema.safeParse(input);
    if (result.success) return result.data;
    const reason = explain(result.error, input)
      .replace(/^network\.width/, 'units')
      .replace(/^(network|view)\./, ''); // as the signals are called
    throw new UsageError(`${this.key}: ${reason}`);
  }
}
