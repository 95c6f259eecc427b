/** The base class of nodes that show a network: the parameters of a sweep as signals, mostly by the same names. */
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
import { type FrameDescription, type FrameInput, frameSchema, MAX_SIDE } from '../core/frame/description.js';
import { explainGrain, isDeep, isGrainy } from '../core/frame/digits.js';
import type { PaletteInput } from '../core/frame/palette.js';
import { frameParameters, viewParameters } from '../core/frame/parameters.js';
import type { Activation, UnitActivation } from '../core/network/activations.js';
import type { Fold } from '../core/network/fold.js';
import {
  type NetworkParameterName,
  networkParameterNames,
  networkParameters,
} from '../core/network/parameters.js';
import {
  type Distribution,
  type Initialisation,
  type NetworkInput,
  type NetworkSpec,
  namesBeside,
} from '../core/network/spec.js';
import type { Parameter } from '../core/parameters/parameter.js';
import { aboutFrame } from '../core/sweep/fields.js';
import { type Named, sweepOver } from '../core/sweep/over.js';
import { frameAt, preparePace, type Sweep, type SweepInput, withSeconds } from '../core/sweep/sweep.js';
import { parse } from '../core/wording/parse.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { activationBetween, paletteBetween, seedBetween } from './between.js';

/** The signals of the same names document these. */
export interface NetworkNodeProps extends RectProps {
  /** Width of the node, in pixels or percent. The number of units in each hidden layer is `units`. */
  width?: RectProps['width'];
  seed?: SignalValue<NetworkSpec['seed']>;
  inputs?: SignalValue<number | null>;
  features?: SignalValue<string[]>;
  fold?: SignalValue<Fold>;
  layers?: SignalValue<number>;
  units?: SignalValue<number | number[]>;
  activation?: SignalValue<Activation>;
  outputActivation?: SignalValue<UnitActivation>;
  residual?: SignalValue<number>;
  normalisation?: SignalValue<NetworkSpec['normalisation']>;
  outputs?: SignalValue<1 | 3>;
  distribution?: SignalValue<Distribution>;
  initialisation?: SignalValue<Initialisation | null>;
  weightScale?: SignalValue<number>;
  biasScale?: SignalValue<number | null>;
  firstLayerBias?: SignalValue<boolean>;
  weights?: SignalValue<NonNullable<NetworkInput['weights']> | null>;
  centre?: SignalValue<PossibleVector2>;
  /** The x of `centre`, in input units. */
  centreX?: SignalValue<number>;
  /** The y of `centre`, in input units. */
  centreY?: SignalValue<number>;
  halfWidth?: SignalValue<number>;
  viewRotation?: SignalValue<number>;
  slice?: SignalValue<number[]>;
  palette?: SignalValue<PaletteInput>;
}

/** The keys of nodes that have had a warning: an editor draws a frame many times. */
const warnedOfGrain = new Set<string>();

/** A node that shows a network. Its values are checked when it is drawn, by the rules for sweeps. */
export abstract class NetworkNode extends Rect {
  /** Seed of the random weights, a number or a word. A tween blends one network into another. @defaultValue 1 */
  @interpolation(seedBetween)
  @parameter(networkParameters.seed)
  declare readonly seed: SimpleSignal<NetworkSpec['seed'], this>;

  /**
   * Number of inputs, 1 to 64: the `features`, and further ones whose values `slice` gives; null is the number of
   * `features`. @defaultValue null
   */
  @parameter(networkParameters.inputs)
  declare readonly inputs: SimpleSignal<number | null, this>;

  /**
   * What the network receives of each point: x, y, and functions of them, such as `r`, `angle` or `abs(x)`.
   * docs/networks.md lists them all. @defaultValue ['x', 'y']
   */
  @parameter(networkParameters.features)
  declare readonly features: SimpleSignal<string[], this>;

  /**
   * Folds the plane about its origin: `mirror`, `tile`, `kaleidoscope`, `{ tile: size }` or `{ kaleidoscope: n }`.
   * @defaultValue 'none'
   */
  @parameter(networkParameters.fold)
  declare readonly fold: SimpleSignal<Fold, this>;

  /** Number of weight matrices, output included, 1 to 1024. A fraction fades the next layer in. @defaultValue 27 */
  @parameter(networkParameters.layers)
  declare readonly layers: SimpleSignal<number, this>;

  /**
   * Number of units in each hidden layer, 1 to 8192, or a list with one number per layer, whose last entry repeats. A
   * fraction fades the next unit in. @defaultValue 30
   */
  @parameter(networkParameters.units)
  declare readonly units: SimpleSignal<number | number[], this>;

  /**
   * Activation of the hidden layers, or a list with one per layer, whose last entry repeats; `{ perUnit: [names] }` draws
   * one for each unit. A tween blends two. @defaultValue 'tanh'
   */
  @interpolation(activationBetween)
  @parameter(networkParameters.activation)
  declare readonly activation: SimpleSignal<Activation, this>;

  /** Activation of the last layer. A tween blends two. @defaultValue 'sigmoid' */
  @interpolation(activationBetween)
  @parameter(networkParameters.outputActivation)
  declare readonly outputActivation: SimpleSignal<UnitActivation, this>;

  /**
   * From the second hidden layer on, each unit adds this many times the same unit of the layer before, -2 to 2.
   * @defaultValue 0
   */
  @parameter(networkParameters.residual)
  declare readonly residual: SimpleSignal<number, this>;

  /** `layer` gives each layer from the second on values of mean 0 and variance 1. @defaultValue 'none' */
  @parameter(networkParameters.normalisation)
  declare readonly normalisation: SimpleSignal<NetworkSpec['normalisation'], this>;

  /** Number of outputs: 3 for colour, 1 for grey. @defaultValue 3 */
  @parameter(networkParameters.outputs)
  declare readonly outputs: SimpleSignal<1 | 3, this>;

  /**
   * Distribution of the weights: uniform on [-s, s], or normal with standard deviation s, where s is `weightScale`.
   * @defaultValue 'uniform'
   */
  @parameter(networkParameters.distribution)
  declare readonly distribution: SimpleSignal<Distribution, this>;

  /** Scales each layer's weights by its size: he, glorot or lecun, times `weightScale`. @defaultValue null */
  @parameter(networkParameters.initialisation)
  declare readonly initialisation: SimpleSignal<Initialisation | null, this>;

  /** Scale s of the weights, 0 or more. @defaultValue 0.6, or 1 with an `initialisation` */
  @parameter(networkParameters.weightScale)
  declare readonly weightScale: SimpleSignal<number, this>;

  /** Scale of the biases, 0 or more; null uses the scale of the weights. @defaultValue null */
  @parameter(networkParameters.biasScale)
  declare readonly biasScale: SimpleSignal<number | null, this>;

  /** Whether the first layer has biases; in the article it has none. @defaultValue false */
  @parameter(networkParameters.firstLayerBias)
  declare readonly firstLayerBias: SimpleSignal<boolean, this>;

  /**
   * Explicit weights in place of random ones, `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]` or `weightsFrom('mlp.npz')`. Can
   * be tweened between layers of the same shapes. @defaultValue null
   */
  @parameter(networkParameters.weights)
  declare readonly weights: SimpleSignal<NonNullable<NetworkInput['weights']> | null, this>;

  /** The input (x, y) at the node's centre: a sweep's `view.centre`. @defaultValue [1, 0] */
  @initial(viewParameters.centre.default)
  @vector2Signal('centre')
  declare readonly centre: Vector2Signal<this>;

  /**
   * Distance from the centre to the nearer edges, in input units, 1e-9 to 1e9: a sweep's `view.halfWidth`.
   * @defaultValue 2.6
   */
  @parameter(viewParameters.halfWidth)
  declare readonly halfWidth: SimpleSignal<number, this>;

  /**
   * Turns the picture about the node's centre, in degrees, positive counter-clockwise: a sweep's `view.rotation`. The
   * node itself does not turn. @defaultValue 0
   */
  @parameter(viewParameters.rotation)
  declare readonly viewRotation: SimpleSignal<number, this>;

  /** Values of the inputs beyond the `features`; an empty list means zeros. @defaultValue [] */
  @parameter(frameParameters.slice)
  declare readonly slice: SimpleSignal<number[], this>;

  /**
   * How outputs become colours: `rgb`, `oklab`, `oklch`, or a colour map, such as `viridis` for the first output,
   * `{ map: 'viridis', output: 2 }` for another, or `{ colours: ['#012', '#fa3'] }`. A tween switches half-way.
   * @defaultValue 'rgb'
   */
  @interpolation(paletteBetween)
  @parameter(frameParameters.palette)
  declare readonly palette: SimpleSignal<PaletteInput, this>;

  protected getDefaultWeightScale(usual: number): number {
    return this.initialisation() ? 1 : usual;
  }

  /**
   * Plays a sweep, or the object that `sweep()` accepts: sets the signals that it names to its values over time, at an
   * even pace if it asks for one. These keep their final values. All others stay as they are, and other tweens may move
   * them at the same time. The sweep's size, frame rate and title are ignored.
   * @param options.seconds - The length of time in which to play it, to which it is stretched: more than 0, at most
   *   3600. Its own by default.
   * @throws UsageError if it is not valid together with the node's other values.
   *
   * @example `yield* field().play({ seconds: 4, network: { weightScale: tween(0.4, 0.8) } });`
   * @example `yield* field().play(depth, { seconds: 2 });`
   */
  *play(sweep: SweepInput | Sweep, { seconds }: { seconds?: number } = {}): ThreadGenerator {
    const { sweep: whole, named } = sweepOver(sweep, this.#existing());
    const film = seconds === undefined ? whole : withSeconds(whole, seconds);
    yield preparePace(film, evaluate); // the scene waits for it; no time passes in the film
    yield* tween(film.seconds, (u) => this.take(frameAt(film, u * film.seconds, evaluate), named));
  }

  /**
   * Sets signals from a frame description.
   * @param only - The names of what to set; everything by default.
   */
  take(frame: FrameDescription, only?: Named): void {
    const { network, view, slice, palette } = frame;
    for (const name of networkParameterNames) {
      if (only && !only.network.has(name)) continue;
      const signal = this.#signalOf(name);
      if (network[name] === undefined) signal.reset();
      else signal(network[name]);
    }
    if (!only || only.view.has('centre')) this.centre(view.centre);
    if (!only || only.view.has('halfWidth')) this.halfWidth(view.halfWidth);
    if (!only || only.view.has('rotation')) this.viewRotation(view.rotation);
    const takes = (name: string) => !only || only.fields.has(name);
    if (takes('slice')) this.slice(slice);
    if (takes('palette')) this.palette(palette);
    this.takeOwn(frame, takes);
  }

  /** The node's values, as the base of a sweep. A network's defaults are left out: some depend on other parameters. */
  #existing(): Omit<FrameInput, 'size'> {
    const { network, ...others } = this.frameInput();
    const set = Object.entries(network ?? {}).filter(
      ([name]) => !this.#signalOf(name as NetworkParameterName).isInitial(),
    );
    return { ...others, network: Object.fromEntries(set) };
  }

  /** Sets the signals that only some nodes have. @param takes - Whether to set what a frame calls by this name. */
  protected takeOwn(_frame: FrameDescription, _takes: (name: string) => boolean): void {}

  /** The network as plain data, as in a sweep. */
  network(): NetworkInput {
    const weights = this.weights();
    const names = weights ? (['weights', ...namesBeside(weights)] as const) : networkParameterNames;
    const values = names.map((name) => [name, this.#signalOf(name)()] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== null));
  }

  #signalOf(name: NetworkParameterName): SimpleSignal<unknown, this> {
    return this[name] as SimpleSignal<unknown, this>;
  }

  /** The input of a renderer, except the size. */
  protected frameInput(): Omit<FrameInput, 'size'> {
    const { x, y } = this.centre();
    const view = {
      centre: [x, y] as [number, number],
      halfWidth: this.halfWidth(),
      rotation: this.viewRotation(),
    };
    return { network: this.network(), view, slice: this.slice(), palette: this.palette() };
  }

  /** The node's width and height in pixels of the film, times `resolution`; integers from 1 to 8192. */
  protected devicePixels(resolution = 1): [number, number] {
    const { width, height } = this.computedSize();
    const { a, b, c, d } = this.localToWorld();
    const pixels = (length: number) => Math.min(MAX_SIDE / 2, Math.max(1, Math.round(length * resolution)));
    return [pixels(width * Math.hypot(a, b)), pixels(height * Math.hypot(c, d))];
  }

  #lastExamined: FrameDescription | undefined;

  /**
   * Logs a warning, once per node, if a picture is zoomed in beyond float32's precision. Examines a network again only
   * when the zoom is at least twice as deep.
   */
  protected warnOfGrain(frame: FrameDescription): void {
    const before = this.#lastExamined;
    if (warnedOfGrain.has(this.key) || !isDeep(frame)) return;
    const { network, view } = frame;
    const isKnown = before && JSON.stringify(before.network) === JSON.stringify(network);
    if (isKnown && view.halfWidth > before.view.halfWidth / 2) return;
    this.#lastExamined = frame;
    if (!isGrainy(frame, evaluate)) return;
    warnedOfGrain.add(this.key);
    useLogger().warn(`${this.key}: ${explainGrain(view.halfWidth)}`);
  }

  /** Validates a frame of this node. Throws a UsageError that names the value, the rule and the next step. */
  protected describe(input: FrameInput): FrameDescription {
    const reword = (message: string) =>
      `${this.key}: ${message.replace(/^(network|view)\.(\w+)/, signalInstead)}`;
    return parse(frameSchema, input, { ...aboutFrame, reword });
  }
}

/** A signal whose default is that of a parameter; null if it has none. */
function parameter({ default: value = null }: Parameter): PropertyDecorator {
  return (target, key) => {
    signal()(target, key);
    initial(value)(target, key);
  };
}

/** The name of a signal instead of the path of a parameter, for messages. */
function signalInstead(_path: string, part: string, field: string): string {
  return part === 'view' && field === 'rotation' ? 'viewRotation' : field;
}
