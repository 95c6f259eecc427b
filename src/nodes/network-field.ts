/** A network's picture, as a node. */
import { computed, initial, interpolation, nodeName, signal } from '@motion-canvas/2d';
import { BBox, type SimpleSignal } from '@motion-canvas/core';
import type { FrameDescription, FrameInput } from '../core/frame/description.js';
import { valueBetween } from './between.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { keyOf, type Picture, usePicture } from './picture-store.js';
import { requestPicture } from './pictures.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { type FieldShown, partShown } from './shown.js';

/** The props of a network's node, and the signals of this one. */
export type NetworkFieldProps = NetworkNodeProps & SignalProps<NetworkField, NetworkNode>;

/**
 * A picture of a network's output at every point of a window on the plane. It fills the node; the square given by
 * `centre` and `halfWidth` fits the node's shorter side.
 *
 * Every parameter is a signal, so a tween is a sweep. The picture has one pixel per pixel of the film, and the scene
 * waits for it: a frame never shows an outdated picture. A picture outside the view is not computed.
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
  @interpolation(valueBetween)
  @initial('colour')
  @signal()
  declare readonly shown: SimpleSignal<FieldShown, this>;

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
    if (this.#isSeen()) this.#current();
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    if (this.#isSeen()) {
      const { width, height } = this.computedSize();
      const { canvas } = this.#current();
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
    return {
      ...super.frameInput(),
      shown: partShown(this.shown()),
      supersample: this.supersample(),
      dither: this.dither(),
    };
  }

  /** Whether any of it is within the view: a picture outside it need not be computed. */
  #isSeen(): boolean {
    const { width, height } = this.computedSize();
    if (!(width > 0 && height > 0)) return false;
    const view = this.view();
    const toView = view.worldToLocal().multiply(this.localToWorld());
    const box = BBox.fromSizeCentered(this.computedSize()).transformCorners(toView);
    return BBox.fromPoints(...box).intersects(BBox.fromSizeCentered(view.size()));
  }

  /** The picture for the current time. It has no canvas while it is being drawn. */
  #current(): Picture {
    const name = this.signature();
    const size = this.devicePixels(this.resolution());
    const key = keyOf({ name, size });
    if (this.#picture?.key !== key || !this.#picture.canvas) {
      if (this.#picture?.key === key && this.#picture.error) throw this.#picture.error;
      const describe = (size: [number, number]) => this.#checkedFrame(size);
      this.#picture = requestPicture({ name, size, describe });
    }
    return usePicture(this.#picture);
  }

  /** Everything that determines the picture, except its size. */
  @computed()
  protected signature(): string {
    return JSON.stringify(this.frameInput());
  }

  #checkedFrame(size: [number, number]): FrameDescription {
    const frame = this.describe({ ...this.frameInput(), size });
    this.warnOfGrain(frame);
    return frame;
  }
}
