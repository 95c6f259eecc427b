/** A network's picture, as a node. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import { PlaybackState, type SignalValue, type SimpleSignal } from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import type { FrameDescription, FrameInput } from '../core/frame/description.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { canvasToShow, type Picture, requestPicture, shrinkFor } from './pictures.js';
import { warnOfUnknown } from './properties.js';
import { isOne, networkShowing, paletteShowing, type Shown } from './shown.js';

/** The signals of the same names document these. */
export interface NetworkFieldProps extends NetworkNodeProps {
  shown?: SignalValue<Shown | { layer: number }>;
  supersample?: SignalValue<1 | 2 | 3 | 4>;
  dither?: SignalValue<boolean>;
  resolution?: SignalValue<number>;
  smoothing?: SignalValue<boolean>;
}

/** The time budget of a picture while the editor plays, in milliseconds. The resolution is reduced to meet it. */
const PLAYING_BUDGET = 60;

/**
 * A picture of a network's output at every point of a window on the plane. It fills the node; the square given by
 * `centre` and `halfWidth` fits the node's shorter side.
 *
 * Every parameter is a signal, so a tween is a sweep. The picture has one pixel per pixel of the film, and the scene
 * waits for it: a frame never shows an outdated picture.
 *
 * @example
 * ```tsx
 * const field = createRef<NetworkField>();
 * view.add(<NetworkField ref={field} size={800} radius={24} seed={18} weightScale={0.4} />);
 * yield* field().weightScale(0.8, 6); // a sweep, like figure 20
 * yield* field().seed(19, 2); // blends into another network
 * ```
 */
@nodeName('NetworkField')
export class NetworkField extends NetworkNode {
  /**
   * What to show: the network's colours, one output, one unit of a layer, or with `{ layer }` all units of a layer as a
   * grid. @defaultValue 'colour'
   */
  @initial('colour')
  @signal()
  declare readonly shown: SimpleSignal<Shown | { layer: number }, this>;

  /** Samples per pixel along each side (n x n in all), 1 to 4, averaged in linear light. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly supersample: SimpleSignal<1 | 2 | 3 | 4, this>;

  /** Whether to dither (ordered) against banding. @defaultValue false */
  @initial(false)
  @signal()
  declare readonly dither: SimpleSignal<boolean, this>;

  /** Picture pixels per film pixel, along each side. Lower values are coarser and faster. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly resolution: SimpleSignal<number, this>;

  /** Whether the picture is interpolated when it is scaled to the film's pixels. @defaultValue true */
  @initial(true)
  @signal()
  declare readonly smoothing: SimpleSignal<boolean, this>;

  #picture: Picture | undefined;

  constructor(props: NetworkFieldProps) {
    super(props);
    warnOfUnknown(this, props, NetworkField);
  }

  /** Requests the picture before anything is drawn: see prepare() in src/sources/composed/page/film.ts. */
  prepare(): void {
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) this.#current();
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) {
      const canvas = canvasToShow(this.key, this.#current());
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

  protected override takeOwn(
    { shown, supersample, dither }: FrameDescription,
    takes: (name: string) => boolean,
  ): void {
    if (shown && takes('shown')) this.shown(shown);
    if (takes('supersample')) this.supersample(supersample);
    if (takes('dither')) this.dither(dither);
  }

  protected override frameInput(): Omit<FrameInput, 'size'> {
    return { ...super.frameInput(), supersample: this.supersample(), dither: this.dither() };
  }

  /** The picture for the current time. It has no canvas while it is being drawn. */
  #current(): Picture {
    const size = this.#pixels();
    const key = JSON.stringify([this.signature(), size]);
    if (this.#picture?.key !== key || !this.#picture.canvas) {
      if (this.#picture?.key === key && this.#picture.error) throw this.#picture.error;
      const shown = this.shown();
      const output = typeof shown === 'object' && 'output' in shown ? shown.output : undefined;
      this.#picture = requestPicture(key, () => this.#checkedFrame(size), output);
    }
    return this.#picture;
  }

  /** Everything that determines the picture, except its size. */
  @computed()
  protected signature(): string {
    return JSON.stringify([this.frameInput(), this.shown()]);
  }

  #checkedFrame(size: [number, number]): FrameDescription {
    const frame = this.#frame(size);
    this.warnOfGrain(frame);
    return frame;
  }

  #frame(size: [number, number]): FrameDescription {
    const input = { ...this.frameInput(), size };
    const frame = this.describe(input);
    const shown = this.shown();
    if (typeof shown === 'string') return frame;
    if (!isOne(shown)) return this.describe({ ...input, shown });
    const palette = paletteShowing(shown, input.palette!);
    if ('layer' in shown)
      return this.describe({ ...input, network: networkShowing(shown, input.network!), palette });
    if (shown.output >= 1 && shown.output <= frame.network.outputs)
      return this.describe({ ...input, palette });
    throw new UsageError(
      `There is no output ${shown.output}: the network has ${frame.network.outputs}, counted from 1.`,
    );
  }

  /** The picture's size in pixels: the node's on the film, or less while the editor plays. */
  #pixels(): [number, number] {
    const sides = this.devicePixels(this.resolution());
    const state = this.view().playbackState();
    const playing = state === PlaybackState.Playing || state === PlaybackState.Presenting;
    const shrink = playing ? shrinkFor(sides, PLAYING_BUDGET) : 1;
    return [Math.ceil(sides[0] * shrink), Math.ceil(sides[1] * shrink)];
  }
}
