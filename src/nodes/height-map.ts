/** A network's output as a surface. */
import { computed, initial, interpolation, nodeName, parser, signal } from '@motion-canvas/2d';
import { Color, type PossibleColor, type Signal, type SimpleSignal } from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { colourOf } from '../core/frame/colouring.js';
import type { FrameDescription } from '../core/frame/description.js';
import { colouringShown } from '../core/frame/shown.js';
import { brightnessPlanes } from '../renderers/cpu/planes.js';
import { valueBetween } from './between.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { isOne, partShown, type Shown } from './shown.js';
import { type Look, Surface, type SurfaceData } from './surface.js';
import { themeOf } from './theme.js';
import { named, namesOnly } from './watch.js';

/** The props of a network's node, and the signals of this one. */
export type HeightMapProps = NetworkNodeProps & SignalProps<HeightMap, NetworkNode>;

/**
 * A network's output over the square given by `centre` and `halfWidth`, as a lit surface: brightness is height. At
 * `magnification` 1 it fits the node at every angle. Flat (`relief` 0) and seen from above (`tilt` 90), it has the
 * colours of the network's picture.
 *
 * Needs WebGL2; a software implementation is enough.
 *
 * @example
 * ```tsx
 * const surface = createRef<HeightMap>();
 * view.add(<HeightMap ref={surface} size={800} seed={18} layers={3} shown={{ output: 1 }} />);
 * yield* surface().turn(320, 8, linear); // from 30 degrees on
 * ```
 */
@nodeName('HeightMap')
export class HeightMap extends NetworkNode {
  /**
   * The value shown as height: one output, one unit of a layer, or for `'colour'` the mean of the outputs.
   * @defaultValue 'colour'
   */
  @interpolation(valueBetween)
  @initial('colour')
  @signal()
  declare readonly shown: SimpleSignal<Shown, this>;

  /** Rotation about the vertical axis, in degrees. At 0, x points right and y away from the viewer. @defaultValue 30 */
  @initial(30)
  @signal()
  declare readonly turn: SimpleSignal<number, this>;

  /** Elevation of the camera, in degrees: 0 looks from the side, 90 from above. @defaultValue 35 */
  @initial(35)
  @signal()
  declare readonly tilt: SimpleSignal<number, this>;

  /** Height difference between brightness 0 and 1, as a fraction of the square's side. @defaultValue 0.45 */
  @initial(0.45)
  @signal()
  declare readonly relief: SimpleSignal<number, this>;

  /**
   * Zoom factor. At 1 the surface fits the node at every angle; at 1.41 it fits only if seen straight on.
   * @defaultValue 1
   */
  @initial(1)
  @signal()
  declare readonly magnification: SimpleSignal<number, this>;

  /** Vertical field of view, in degrees. Smaller values show less perspective. @defaultValue 24 */
  @initial(24)
  @signal()
  declare readonly fieldOfView: SimpleSignal<number, this>;

  /**
   * Colours for heights from 0 to 1, at equal steps; null uses the `palette`'s colours.
   * @defaultValue the theme's `heights`
   */
  @parser((colours: PossibleColor[] | null) => colours?.map((colour) => new Color(colour)) ?? null)
  @signal()
  declare readonly colours: Signal<PossibleColor[] | null, Color[] | null, this>;

  /** Number of points along each side, 2 to 512. @defaultValue 128 */
  @initial(128)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  /** Number of grid cells drawn on the surface, along each side. @defaultValue 12 */
  @initial(12)
  @signal()
  declare readonly gridLines: SimpleSignal<number, this>;

  /** Darkness of the grid lines, 0 to 1. @defaultValue 0.22 */
  @initial(0.22)
  @signal()
  declare readonly gridStrength: SimpleSignal<number, this>;

  readonly #surface = new Surface();
  #loaded: SurfaceData | undefined;

  constructor(props: HeightMapProps) {
    super(props);
    warnOfUnknown(this, props, HeightMap);
  }

  protected override takeOwn({ shown }: FrameDescription, takes: (name: string) => boolean): void {
    if (!shown || !takes('shown')) return;
    if (!isOne(shown)) throw this.#gridProblem(shown);
    this.shown(shown);
  }

  #gridProblem(shown: unknown): UsageError {
    return new UsageError(
      `${this.key}: shown is ${JSON.stringify(shown)} but a surface shows a single unit or output: add a unit.`,
    );
  }

  protected getDefaultColours(): string[] {
    return themeOf(this).colours.heights;
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0)
      context.drawImage(this.#picture(this.devicePixels()), -width / 2, -height / 2, width, height);
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  #picture(size: [number, number]): HTMLCanvasElement | OffscreenCanvas {
    const look: Look = {
      turn: this.turn(),
      tilt: this.tilt(),
      relief: this.relief(),
      magnification: this.magnification(),
      fieldOfView: this.fieldOfView(),
      gridLines: this.gridLines(),
      gridStrength: this.gridStrength(),
    };
    const colours = this.colours()?.map((colour) => colour.serialize());
    const name = JSON.stringify([
      'surface',
      this.frameInput(),
      this.shown(),
      this.detail(),
      colours,
      look,
      size,
    ]);
    if (namesOnly()) return named(name, new OffscreenCanvas(1, 1));
    const data = this.points();
    if (data !== this.#loaded) this.#surface.load(data);
    this.#loaded = data;
    return named(name, this.#surface.draw(size, look));
  }

  /** Side of the square in pixels when it is flat (`relief` 0) and seen from above (`tilt` 90). */
  sideFromAbove(): number {
    const { width, height } = this.size();
    const half = (this.fieldOfView() * Math.PI) / 360;
    return (this.magnification() * Math.min(width, height) * Math.cos(half)) / Math.SQRT2;
  }

  override dispose(): void {
    this.#surface.dispose();
    super.dispose();
  }

  /** Heights and colours at the current time. */
  @computed()
  protected points(): SurfaceData {
    const n = Math.min(512, Math.max(2, Math.round(this.detail())));
    const shown = this.shown();
    if (!isOne(shown)) throw this.#gridProblem(shown);
    const input = { ...this.frameInput(), shown: partShown(shown) };
    // Samples are at pixel centres: widen the view so that the outermost ones are on the square's edge.
    const view = { ...input.view, halfWidth: (this.halfWidth() * n) / (n - 1) };
    const frame = this.describe({ ...input, view, size: [n, n] });
    this.warnOfGrain(frame);
    const planes = brightnessPlanes(frame);
    const heights = this.#heightsOf(planes);
    return { n, heights, colours: this.#coloursOf(heights, planes) };
  }

  #heightsOf(planes: Float32Array[]): Float32Array {
    const shown = this.shown();
    if (typeof shown === 'object' && 'output' in shown) {
      return planes[shown.output - 1];
    }
    return planes[0].map((_, i) => planes.reduce((sum, plane) => sum + plane[i], 0) / planes.length);
  }

  #coloursOf(heights: Float32Array, planes: Float32Array[]): Float32Array {
    const colours = new Float32Array(3 * heights.length);
    const given = this.colours();
    if (!given) {
      const colouring = colouringShown({ palette: this.palette(), shown: partShown(this.shown()) });
      for (let i = 0; i < heights.length; i++) {
        const outputs = planes.map((plane) => plane[i]);
        colours.set(colourOf(colouring, outputs), 3 * i);
      }
      return colours;
    }
    const table = colourTable(given);
    for (let i = 0; i < heights.length; i++) {
      colours.set(table[Math.round(heights[i] * (table.length - 1))] ?? table[0], 3 * i);
    }
    return colours;
  }
}

/** 1024 colours interpolated between the stops in Lab; components in [0, 1]. */
function colourTable(stops: Color[]): number[][] {
  return Array.from({ length: 1024 }, (_, i) => {
    const position = (i / 1023) * (stops.length - 1);
    const first = Math.min(stops.length - 1, Math.floor(position));
    const next = stops[Math.min(stops.length - 1, first + 1)];
    const [red, green, blue] = Color.lerp(stops[first], next, position - first, 'lab').rgba();
    return [red / 255, green / 255, blue / 255];
  });
}
