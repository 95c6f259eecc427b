/** The base class of nodes that show a network: the parameters of a sweep as signals, mostly by the same names. */
import { initial, interpolation, Rect, type RectProps, signal, vector2Signal } from '@motion-canvas/2d';
import {
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  tween,
  useLogger,
  type Vector2Signal,
} from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { type FrameDescription, type FrameInput, frameSchema, MAX_SIDE } from '../core/frame/description.js';
import { explainGrain, isDeep, isGrainy } from '../core/frame/digits.js';
import type { Levels } from '../core/frame/levels-schema.js';
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
  type Draws,
  type Fade,
  type Initialisation,
  type NetworkInput,
  type Normalisation,
  namesBeside,
  type Seed,
  type SeedMix,
  type WeightMixInput,
  type WeightsInput,
} from '../core/network/spec.js';
import type { Parameter } from '../core/parameters/parameter.js';
import { aboutFrame } from '../core/sweep/fields.js';
import { type Named, sweepOver } from '../core/sweep/over.js';
import { frameAt, preparePace, type Sweep, type SweepInput, withSeconds } from '../core/sweep/sweep.js';
import { parse } from '../core/wording/parse.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { activationBetween, paletteBetween, seedBetween, valueBetween } from './between.js';
import type { SignalProps } from './props.js';

/** The props of any Rect, and the signals of a node that shows a network. */
export type NetworkNodeProps = RectProps &
  SignalProps<NetworkNode, Rect> & {
    /** Width of the node, in pixels or percent. The number of units in each hidden layer is `units`. */
    width?: RectProps['width'];
    /** The x of `centre`, in input units. @defaultValue 1 */
    centreX?: SignalValue<number>;
    /** The y of `centre`, in input units. @defaultValue 0 */
    centreY?: SignalValue<number>;
  };

/** How a node plays a sweep. */
export interface PlayOptions {
  /** Its length, to which the whole sweep is stretched: more than 0, at most 3600 seconds. @defaultValue its own */
  seconds?: number;
}

/** The keys of nodes that have had a warning: an editor draws a frame many times. */
const warnedOfGrain = new Set<string>();

/** A node that shows a network. Its values are checked when it is drawn, by the rules for sweeps. */
export abstract class NetworkNode extends Rect {
  /**
   * Seed of the random weights: each number or word makes another network. A tween blends one network into another.
   * @defaultValue 1
   */
  @interpolation(seedBetween)
  @parameter(networkParameters.seed)
  declare readonly seed: SimpleSignal<Seed | SeedMix, this>;

  /**
   * Number of inputs: the `features`, and further ones whose values `slice` gives. 1 to 64. @defaultValue null: the
   * number of `features`
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.inputs)
  declare readonly inputs: SimpleSignal<number | null, this>;

  /**
   * What the network receives for each point: x, y, and functions of them, listed in docs/networks.md. @defaultValue
   * ['x', 'y']
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.features)
  declare readonly features: SimpleSignal<string[], this>;

  /**
   * Folds the plane about its origin: none, mirror, tile, kaleidoscope, `{ tile: size }` or `{ kaleidoscope: n }`.
   * @defaultValue 'none'
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.fold)
  declare readonly fold: SimpleSignal<Fold, this>;

  /**
   * Number of weight matrices, output included; a fraction fades the next layer in. 1 to 1024 layers. @defaultValue 27
   */
  @parameter(networkParameters.layers)
  declare readonly layers: SimpleSignal<number, this>;

  /**
   * How one layer or activation fades into another: `contrast` keeps the contrast; `outputs` averages the two, which is
   * paler midway, as recipes of version 1 do. @defaultValue 'contrast'
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.fade)
  declare readonly fade: SimpleSignal<Fade, this>;

  /**
   * Number of units in each hidden layer, or a list with one number per layer, whose last entry repeats; a fraction
   * fades the next unit in. 1 to 8192 units. In Motion Canvas, `width` is the width of the node. @defaultValue 30
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.units)
  declare readonly units: SimpleSignal<number | number[], this>;

  /**
   * Activation of the hidden layers, or a list with one per layer, whose last entry repeats; `{ perUnit: [names] }`
   * draws one for each unit. A tween blends two. @defaultValue 'tanh'
   */
  @interpolation(activationBetween)
  @parameter(networkParameters.activation)
  declare readonly activation: SimpleSignal<Activation, this>;

  /**
   * Activation of the last layer: signed ones, such as tanh and sin, are shown as (v + 1) / 2, the others are clipped
   * to [0, 1]. A tween blends two. @defaultValue 'sigmoid'
   */
  @interpolation(activationBetween)
  @parameter(networkParameters.outputActivation)
  declare readonly outputActivation: SimpleSignal<UnitActivation, this>;

  /**
   * From the second hidden layer on, each unit adds this many times the same unit of the layer before. -2 to 2.
   * @defaultValue 0
   */
  @parameter(networkParameters.residual)
  declare readonly residual: SimpleSignal<number, this>;

  /** Whether each layer from the second on receives values of mean 0 and variance 1. @defaultValue 'none' */
  @interpolation(valueBetween)
  @parameter(networkParameters.normalisation)
  declare readonly normalisation: SimpleSignal<Normalisation, this>;

  /** Number of outputs: 3 for colour, 1 for grey. @defaultValue 3 */
  @parameter(networkParameters.outputs)
  declare readonly outputs: SimpleSignal<1 | 3, this>;

  /** Distribution of the weights. @defaultValue 'uniform' */
  @parameter(networkParameters.distribution)
  declare readonly distribution: SimpleSignal<Distribution, this>;

  /**
   * How weights are drawn: from a random `generator`; or each by a `hash` of the seed and its position, which shaders
   * can compute, and which makes other networks. @defaultValue 'generator'
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.draws)
  declare readonly draws: SimpleSignal<Draws, this>;

  /** Scales each layer's weights by its size, times `weightScale`. @defaultValue null */
  @interpolation(valueBetween)
  @parameter(networkParameters.initialisation)
  declare readonly initialisation: SimpleSignal<Initialisation | null, this>;

  /**
   * Scale s of the weights: uniform on [-s, s], or normal with standard deviation s. 0 or more. @defaultValue 0.6, or 1
   * with an `initialisation`
   */
  @parameter(networkParameters.weightScale)
  declare readonly weightScale: SimpleSignal<number, this>;

  /** Scale of the biases. 0 or more. @defaultValue null: that of the weights */
  @interpolation(valueBetween)
  @parameter(networkParameters.biasScale)
  declare readonly biasScale: SimpleSignal<number | null, this>;

  /** Whether the first layer has biases; in the article it has none. @defaultValue false */
  @parameter(networkParameters.firstLayerBias)
  declare readonly firstLayerBias: SimpleSignal<boolean, this>;

  /**
   * Explicit weights in place of random ones: `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]`, `weightsFrom('mlp.npz')`
   * (docs/weights.md), or `{ from, to, fraction }`, each side such weights or `'drawn'`. Can be tweened between layers
   * of the same shapes. @defaultValue null
   */
  @interpolation(valueBetween)
  @parameter(networkParameters.weights)
  declare readonly weights: SimpleSignal<WeightsInput | WeightMixInput | null, this>;

  /** The input [x, y] at the centre of the picture; y points up. A sweep's `view.centre`. @defaultValue [1, 0] */
  @initial(viewParameters.centre.default)
  @vector2Signal('centre')
  declare readonly centre: Vector2Signal<this>;

  /**
   * Distance from the centre to the nearer edges, in input units. 1e-9 to 1e9. A sweep's `view.halfWidth`.
   * @defaultValue 2.6
   */
  @parameter(viewParameters.halfWidth)
  declare readonly halfWidth: SimpleSignal<number, this>;

  /**
   * Turns the picture about the view's centre, in degrees; positive is counter-clockwise. A sweep's `view.rotation`:
   * the node itself does not turn. @defaultValue 0
   */
  @parameter(viewParameters.rotation)
  declare readonly viewRotation: SimpleSignal<number, this>;

  /** List of the values of the inputs beyond the `features`. @defaultValue zeros */
  @parameter(frameParameters.slice)
  declare readonly slice: SimpleSignal<number[], this>;

  /**
   * How outputs become colours. `rgb`, `oklab`, `oklch`, or a colour map, such as `viridis` for the first output or `{
   * map: 'viridis', output: 2 }` for another. A tween switches half-way. @defaultValue 'rgb'
   */
  @interpolation(paletteBetween)
  @parameter(frameParameters.palette)
  declare readonly palette: SimpleSignal<PaletteInput, this>;

  /** Output values [low, high] that are shown as 0 and 1; values beyond them are clipped. @defaultValue null: [0, 1] */
  @interpolation(valueBetween)
  @parameter(frameParameters.levels)
  declare readonly levels: SimpleSignal<Levels | null, this>;

  protected getDefaultWeightScale(usual: number): number {
    return this.initialisation() ? 1 : usual;
  }

  /**
   * Plays a sweep, or the object that `sweep()` accepts: animates the signals that it names, at an even pace if it has
   * `pace: 'even'`. They keep their final values. All others stay as they are, and can be tweened at the same time. The
   * sweep's size, frame rate and title are ignored.
   * @param options.seconds - The length in seconds to which the whole sweep is stretched: more than 0, at most 3600.
   *   Its own by default.
   * @throws UsageError if it is not valid together with the node's other values.
   *
   * @example `yield* field().play({ seconds: 4, network: { weightScale: tween(0.4, 0.8) } });`
   * @example `yield* field().play(depth, { seconds: 2 });`
   */
  play(sweep: SweepInput, options?: PlayOptions): ThreadGenerator;
  play(sweep: Sweep, options?: PlayOptions): ThreadGenerator;
  *play(sweep: SweepInput | Sweep, options: PlayOptions = {}): ThreadGenerator {
    const { seconds, ...unknown } = options;
    for (const name of Object.keys(unknown)) {
      throw new UsageError(`play: unknown option "${name}": the only option is "seconds".`);
    }
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
    const { network, view, slice, palette, levels } = frame;
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
    if (takes('levels')) this.levels(levels ?? null);
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

  /** Sets the signals that only some nodes have. @param takes - Whether to set the frame's field of this name. */
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
    const levels = this.levels();
    return {
      network: this.network(),
      view,
      slice: this.slice(),
      palette: this.palette(),
      ...(levels && { levels }),
    };
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
      `${this.key}: ${message.replace(/\b(network|view)\.(\w+)/g, signalInstead)}`;
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
