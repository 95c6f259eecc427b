/** A network's picture as a node. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import { PlaybackState, type SignalValue, type SimpleSignal } from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import type { FrameDescription, FrameInput } from '../core/frame/description.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { type Picture, requestPicture, shownBy, shrinkFor } from './pictures.js';
import { networkShowing, paletteShowing, type Shown } from './shown.js';

/** Each has a signal of its name, which says what it is. */
export interface NetworkFieldProps extends NetworkNodeProps {
  shown?: SignalValue<Shown>;
  supersample?: SignalValue<1 | 2 | 3 | 4>;
  dither?: SignalValue<boolean>;
  resolution?: SignalValue<number>;
  smoothing?: SignalValue<boolean>;
}

/** While the editor plays, a picture may take this long, in milliseconds; it is coarser if it must be. */
const PLAYING_BUDGET = 60;

/**
 * What a network gives at every point of a window on the plane, as a picture that fills the node; the square that
 * `halfWidth` names fits its shorter side.
 *
 * Every parameter is a signal, so a tween is a sweep. The picture has as many pixels as the node has on the film, and
 * the scene waits for it: no frame shows another's picture.
 *
 * @example
 * ```tsx
 * const field = createRef<NetworkField>();
 * view.add(<NetworkField ref={field} size={800} radius={24} seed={18} weightScale={0.4} />);
 * yield* field().weightScale(0.8, 6); // a sweep, as figure 20 is
 * yield* field().seed(19, 2); // turns into another network
 * ```
 */
@nodeName('NetworkField')
export class NetworkField extends NetworkNode {
  /** What of the network is shown: its colours, one output, or one unit of a layer. @defaultValue 'colour' */
  @initial('colour')
  @signal()
  declare readonly shown: SimpleSignal<Shown, this>;

  /** n x n samples a pixel, 1 to 4, averaged in linear light. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly supersample: SimpleSignal<1 | 2 | 3 | 4, this>;

  /** Ordered dither against banding. @defaultValue false */
  @initial(false)
  @signal()
  declare readonly dither: SimpleSignal<boolean, this>;

  /** Pixels of the picture for each pixel of the film, along a side; less is coarser and faster. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly resolution: SimpleSignal<number, this>;

  /** Whether the picture is smoothed where its pixels are not the film's. @defaultValue true */
  @initial(true)
  @signal()
  declare readonly smoothing: SimpleSignal<boolean, this>;

  #picture: Picture | undefined;

  constructor(props: NetworkFieldProps) {
    super(props);
  }

  /** Begins with the picture before anything is drawn: see prepare() of src/sources/composed/page/film.ts. */
  prepare(): void {
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) this.#current();
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) {
      const canvas = shownBy(this.key, this.#current());
      context.save();
      context.clip(this.getPath());
      context.imageSmoothingEnabled = this.smoothing();
      context.imageSmoothingQuality = 'high';
      if (canvas) context.drawImage(canvas, -width / 2, -height / 2, width, height);
      context.restore();
    }
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  protected override takeSampling(supersample: 1 | 2 | 3 | 4, dither: boolean): void {
    this.supersample(supersample).dither(dither);
  }

  protected override frameInput(): Omit<FrameInput, 'size'> {
    return { ...super.frameInput(), supersample: this.supersample(), dither: this.dither() };
  }

  /** The picture for now; without a canvas while it is being drawn. */
  #current(): Picture {
    const size = this.#pixels();
    const key = JSON.stringify([this.signature(), size]);
    if (this.#picture?.key !== key || !this.#picture.canvas) {
      if (this.#picture?.key === key && this.#picture.error) throw this.#picture.error;
      const shown = this.shown();
      const output = typeof shown === 'object' && 'output' in shown ? shown.output : undefined;
      this.#picture = requestPicture(key, () => this.#examined(size), output);
    }
    return this.#picture;
  }

  /** All that decides the picture but its size. */
  @computed()
  protected signature(): string {
    return JSON.stringify([this.frameInput(), this.shown()]);
  }

  #examined(size: [number, number]): FrameDescription {
    const frame = this.#frame(size);
    this.warnOfGrain(frame);
    return frame;
  }

  #frame(size: [number, number]): FrameDescription {
    const input = { ...this.frameInput(), size };
    const frame = this.describe(input);
    const shown = this.shown();
    if (typeof shown === 'string') return frame;
    const palette = paletteShowing(shown, input.palette!);
    if ('layer' in shown)
      return this.describe({ ...input, network: networkShowing(shown, input.network!), palette });
    if (shown.output >= 1 && shown.output <= frame.network.outputs)
      return this.describe({ ...input, palette });
    throw new UsageError(
      `Output ${shown.output} is not there: the network has ${frame.network.outputs}, counted from 1.`,
    );
  }

  /** The picture's sides: the node's, or fewer pixels while the editor plays. */
  #pixels(): [number, number] {
    const sides = this.devicePixels(this.resolution());
    const state = this.view().playbackState();
    const playing = state === PlaybackState.Playing || state === PlaybackState.Presenting;
    const shrink = playing ? shrinkFor(sides, PLAYING_BUDGET) : 1;
    return [Math.ceil(sides[0] * shrink), Math.ceil(sides[1] * shrink)];
  }
}
