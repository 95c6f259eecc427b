/** A network's function as a surface. */
import { computed, initial, nodeName, parser, signal } from '@motion-canvas/2d';
import {
  Color,
  type PossibleColor,
  type Signal,
  type SignalValue,
  type SimpleSignal,
} from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { colourOf } from '../core/frame/colouring.js';
import { colouringOf } from '../core/frame/palette.js';
import { brightnessPlanes } from '../renderers/cpu/planes.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { networkShowing, paletteShowing, type Shown } from './shown.js';
import { type Look, Surface, type SurfaceData } from './surface.js';
import { themeOf } from './theme.js';
import { named, namesOnly } from './watch.js';

/** Each has a signal of its name, which says what it is. */
export interface HeightMapProps extends NetworkNodeProps {
  shown?: SignalValue<Shown>;
  turn?: SignalValue<number>;
  tilt?: SignalValue<number>;
  relief?: SignalValue<number>;
  magnification?: SignalValue<number>;
  fieldOfView?: SignalValue<number>;
  colours?: SignalValue<PossibleColor[] | null>;
  detail?: SignalValue<number>;
  gridLines?: SignalValue<number>;
  gridStrength?: SignalValue<number>;
}

/**
 * What a network gives over the square that `centre` and `halfWidth` name, as a lit surface: brightness is height. It
 * always fits the node, however it is turned. Seen from above (`tilt` 90) and flat (`relief` 0) it is its picture.
 *
 * Needs WebGL2, in software if need be.
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
  /** Whose brightness is height: an output, a unit, or for `'colour'` the outputs' mean. @defaultValue 'colour' */
  @initial('colour')
  @signal()
  declare readonly shown: SimpleSignal<Shown, this>;

  /** How far it is turned about the vertical, in degrees; at 0, x goes right and y away. @defaultValue 30 */
  @initial(30)
  @signal()
  declare readonly turn: SimpleSignal<number, this>;

  /** From how high it is looked at: 0 is from the side, 90 from above; degrees. @defaultValue 35 */
  @initial(35)
  @signal()
  declare readonly tilt: SimpleSignal<number, this>;

  /** How high brightness 1 stands above 0, in sides of the square. @defaultValue 0.45 */
  @initial(0.45)
  @signal()
  declare readonly relief: SimpleSignal<number, this>;

  /** 1 fits it into the node at every turn; 1.41 fits a square that is looked at straight. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly magnification: SimpleSignal<number, this>;

  /** The camera's angle from bottom to top, in degrees: the less, the flatter. @defaultValue 24 */
  @initial(24)
  @signal()
  declare readonly fieldOfView: SimpleSignal<number, this>;

  /** Colours of brightness 0 to 1, at equal steps; null takes the palette's. @defaultValue the theme's */
  @parser((colours: PossibleColor[] | null) => colours?.map((colour) => new Color(colour)) ?? null)
  @signal()
  declare readonly colours: Signal<PossibleColor[] | null, Color[] | null, this>;

  /** Points along a side, 2 to 512. @defaultValue 128 */
  @initial(128)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  /** Cells of the grid drawn on it, along a side. @defaultValue 12 */
  @initial(12)
  @signal()
  declare readonly gridLines: SimpleSignal<number, this>;

  /** How strong the grid's lines are, 0 to 1. @defaultValue 0.22 */
  @initial(0.22)
  @signal()
  declare readonly gridStrength: SimpleSignal<number, this>;

  readonly #surface = new Surface();
  #loaded: SurfaceData | undefined;

  constructor(props: HeightMapProps) {
    super(props);
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

  /** How wide the square is, in pixels, where it lies flat (`relief` 0) and is seen from above (`tilt` 90). */
  sideFromAbove(): number {
    const { width, height } = this.size();
    const half = (this.fieldOfView() * Math.PI) / 360;
    return (this.magnification() * Math.min(width, height) * Math.cos(half)) / Math.SQRT2;
  }

  override dispose(): void {
    this.#surface.dispose();
    super.dispose();
  }

  /** Heights and colours for now. */
  @computed()
  protected points(): SurfaceData {
    const n = Math.min(512, Math.max(2, Math.round(this.detail())));
    const input = this.frameInput();
    this.describe({ ...input, size: [n, n] }); // before anything is made of it
    const network = networkShowing(this.shown(), input.network!);
    // Samples lie in the middles of pixels: widen the view so that the outermost lie on the square's edge.
    const view = { ...input.view, halfWidth: (this.halfWidth() * n) / (n - 1) };
    const frame = this.describe({ ...input, network, view, palette: 'rgb', size: [n, n] });
    this.warnOfGrain(frame);
    const planes = brightnessPlanes(frame);
    const heights = this.#heightsOf(planes);
    return { n, heights, colours: this.#coloursOf(heights, planes) };
  }

  #heightsOf(planes: Float32Array[]): Float32Array {
    const shown = this.shown();
    if (typeof shown === 'object' && 'output' in shown) {
      const plane = planes[shown.output - 1];
      if (plane) return plane;
      throw new UsageError(
        `Output ${shown.output} is not there: the network has ${planes.length}, counted from 1.`,
      );
    }
    return planes[0].map((_, i) => planes.reduce((sum, plane) => sum + plane[i], 0) / planes.length);
  }

  #coloursOf(heights: Float32Array, planes: Float32Array[]): Float32Array {
    const colours = new Float32Array(3 * heights.length);
    const given = this.colours();
    if (!given) {
      const colouring = colouringOf(paletteShowing(this.shown(), this.palette()));
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

/** 1024 colours along the given ones, through Lab, each in [0, 1]. */
function colourTable(stops: Color[]): number[][] {
  return Array.from({ length: 1024 }, (_, i) => {
    const place = (i / 1023) * (stops.length - 1);
    const first = Math.min(stops.length - 1, Math.floor(place));
    const next = stops[Math.min(stops.length - 1, first + 1)];
    const [red, green, blue] = Color.lerp(stops[first], next, place - first, 'lab').rgba();
    return [red / 255, green / 255, blue / 255];
  });
}
