/** A network's output as a surface. */
import { computed, initial, interpolation, nodeName, parser, signal } from '@motion-canvas/2d';
import { Color, type PossibleColor, type Signal, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import { heightsOf } from '../core/frame/heights.js';
import { turned } from '../core/frame/inputs.js';
import { brightnessPlanes } from '../renderers/cpu/planes.js';
import { valueBetween } from './between.js';
import { aheadOf, type Camera, facing, fittingDistance, orbit, type Point3, seenAt } from './camera.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { requestPicture } from './pictures.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { isOne, partShown, type Shown } from './shown.js';
import { type Paint, Surface } from './surface.js';
import { themeOf } from './theme.js';
import { named, namesOnly } from './watch.js';

/** The props of a network's node, and the signals of this one. */
export type HeightMapProps = NetworkNodeProps & SignalProps<HeightMap, NetworkNode>;

/**
 * A network's output over the square given by `centre` and `halfWidth`, as a lit surface: brightness is height. At
 * `magnification` 1 it fits the node at every angle, whatever its heights. Flat (`relief` 0) and seen from above
 * (`tilt` 90), it has the colours of the network's picture.
 *
 * By default, the camera looks at the middle of the square, and `turn` and `tilt` move it around. To fly, tween
 * `cameraPosition`; the camera then looks in the direction that `turn` (its bearing) and `tilt` give, or at `lookAt`.
 * Both are points [x, y, z] in input units: x and y are those of the plane, and z is the height above brightness 0.5
 * (`heightAt` gives the surface's).
 *
 * Needs WebGL2; a software implementation is enough.
 *
 * @example
 * ```tsx
 * const surface = createRef<HeightMap>();
 * view.add(<HeightMap ref={surface} size={800} seed={18} layers={3} shown={{ output: 1 }} />);
 * yield* surface().turn(320, 8, linear); // from 30 degrees on
 * yield* all(surface().cameraPosition([1, -2, 1.5], 4), surface().lookAt([1, 1, 0], 4)); // fly to one of its hills
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

  /**
   * Rotation about the vertical axis, in degrees, and the bearing of the camera. At 0, x points right and y away from
   * the viewer. @defaultValue 30
   */
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

  /**
   * Where the camera is, [x, y, z] in input units.
   * @defaultValue the place from which `turn` and `tilt` show the whole surface
   */
  @signal()
  declare readonly cameraPosition: SimpleSignal<Point3, this>;

  /**
   * The point in the middle of the view, [x, y, z] in input units. Up is then up in the picture; if the camera looks
   * straight down, `turn` is the bearing that is up.
   * @defaultValue a point in the direction that `turn` and `tilt` give: the middle of the square, unless
   * `cameraPosition` is set
   */
  @signal()
  declare readonly lookAt: SimpleSignal<Point3, this>;

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

  /**
   * Density of the fog, through which the background shows: at a distance of 1 / `fog` input units, 37% of the
   * surface's colour is left, and 2% at twice that distance. 0 is no fog. @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly fog: SimpleSignal<number, this>;

  /** Number of points along each side, 2 to 1024. @defaultValue 128 */
  @initial(128)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  /**
   * Number of pixels along each side of the picture that colours the surface if `colours` is null, 2 to 4096.
   * @defaultValue twice the `detail`
   */
  @signal()
  declare readonly colourDetail: SimpleSignal<number, this>;

  /** Number of grid cells drawn on the surface, along each side. @defaultValue 12 */
  @initial(12)
  @signal()
  declare readonly gridLines: SimpleSignal<number, this>;

  /** Darkness of the grid lines, 0 to 1. @defaultValue 0.22 */
  @initial(0.22)
  @signal()
  declare readonly gridStrength: SimpleSignal<number, this>;

  readonly #surface = new Surface();
  #loaded: Heights | undefined;

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

  protected getDefaultColourDetail(): number {
    return 2 * this.detail();
  }

  protected getDefaultCameraPosition(): Point3 {
    return this.#orbit().position;
  }

  protected getDefaultLookAt(): Point3 {
    const { position, middle } = this.#orbit();
    return this.cameraPosition().map((value, axis) => value + middle[axis] - position[axis]) as Point3;
  }

  /** Requests the picture before anything is drawn: see prepare() in src/sources/composed/page/film.ts. */
  prepare(): void {
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) this.#paint();
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const { width, height } = this.computedSize();
    if (width > 0 && height > 0) {
      const picture = this.#picture(this.devicePixels());
      if (picture) context.drawImage(picture, -width / 2, -height / 2, width, height);
    }
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  /** The surface as it is now; undefined while its colours are being drawn. */
  #picture(size: [number, number]): HTMLCanvasElement | OffscreenCanvas | undefined {
    const look = {
      camera: this.#camera(),
      relief: this.relief(),
      fog: this.fog() * this.halfWidth(),
      gridLines: this.gridLines(),
      gridStrength: this.gridStrength(),
    };
    const name = JSON.stringify([
      'surface',
      this.frameInput(),
      this.shown(),
      this.#detail(),
      this.colours()?.map((colour) => colour.serialize()) ?? this.#colourDetail(),
      look,
      size,
    ]);
    if (namesOnly()) return named(name, new OffscreenCanvas(1, 1));
    const paint = this.#paint();
    if (!paint) return undefined;
    const heights = this.heights();
    if (heights !== this.#loaded) this.#surface.load(heights.n, heights.values);
    this.#loaded = heights;
    this.#surface.paint(paint);
    return named(name, this.#surface.draw(size, look));
  }

  /** Side of the square in pixels when it is flat (`relief` 0) and seen from above (`tilt` 90). */
  sideFromAbove(): number {
    const { width, height } = this.size();
    const half = (this.fieldOfView() * Math.PI) / 360;
    return (this.magnification() * Math.min(width, height) * Math.cos(half)) / Math.SQRT2;
  }

  /**
   * The height of the surface above brightness 0.5, in input units. Points outside the square have
   * the height of the nearest point in it.
   */
  heightAt(x: number, y: number): number {
    const { n, values } = this.heights();
    const [u, v] = this.#onSquare([x, y, 0]);
    const index = (place: number) => Math.min(n - 1, Math.max(0, ((place + 1) / 2) * (n - 1)));
    const [column, row] = [index(u), index(-v)];
    const [left, top] = [Math.min(n - 2, Math.floor(column)), Math.min(n - 2, Math.floor(row))];
    const at = (right: number, down: number) => values[(top + down) * n + left + right];
    const across = (down: number) => at(0, down) + (at(1, down) - at(0, down)) * (column - left);
    const height = across(0) + (across(1) - across(0)) * (row - top);
    return (height - 0.5) * this.relief() * 2 * this.halfWidth();
  }

  /**
   * Where the point [x, y, z], in input units, is seen: in pixels from the centre of this node. Null if the point is
   * not in front of the camera.
   */
  toLocal(x: number, y: number, z: number): Vector2 | null {
    const seen = seenAt(this.#camera(), this.#onSquare([x, y, z]));
    const { width, height } = this.computedSize();
    return seen && new Vector2((seen[0] * width) / 2, (-seen[1] * height) / 2);
  }

  override dispose(): void {
    this.#surface.dispose();
    super.dispose();
  }

  /** The default camera: its position and what it looks at, in input units, and what is up for it. */
  #orbit(): { position: Point3; middle: Point3; up: Point3 } {
    const lens = { relief: this.relief(), fieldOfView: this.fieldOfView(), aspect: this.#aspect() };
    const { position, up } = orbit(this.turn(), this.tilt(), fittingDistance(lens));
    return { position: this.#onPlane(position), middle: this.#onPlane([0, 0, 0]), up };
  }

  #camera(): Camera {
    const up: Point3 = this.lookAt.isInitial() ? this.#orbit().up : [0, 0, 1];
    const [position, lookAt] = [this.#onSquare(this.cameraPosition()), this.#onSquare(this.lookAt())];
    return {
      ...facing(position, lookAt, up, aheadOf(this.turn())),
      fieldOfView: this.fieldOfView(),
      magnification: this.magnification(),
      aspect: this.#aspect(),
    };
  }

  #aspect(): number {
    const { width, height } = this.computedSize();
    return width > 0 && height > 0 ? width / height : 1;
  }

  /** A point in input units, in halves of the square's side from its middle. */
  #onSquare([x, y, z]: Point3): Point3 {
    const [centre, half] = [this.centre(), this.halfWidth()];
    const [across, along] = turned(-this.viewRotation(), x - centre.x, y - centre.y);
    return [across / half, along / half, z / half];
  }

  /** The inverse of #onSquare. */
  #onPlane([u, v, w]: Point3): Point3 {
    const [centre, half] = [this.centre(), this.halfWidth()];
    const [across, along] = turned(this.viewRotation(), u, v);
    return [centre.x + half * across, centre.y + half * along, half * w];
  }

  #detail(): number {
    return Math.min(1024, Math.max(2, Math.round(this.detail())));
  }

  #colourDetail(): number {
    return Math.min(4096, Math.max(2, Math.round(this.colourDetail())));
  }

  /** Heights at the current time. */
  @computed()
  protected heights(): Heights {
    const n = this.#detail();
    const input = this.#pictureInput();
    // Samples are at pixel centres: widen the view so that the outermost ones are on the square's edge.
    const view = { ...input.view, halfWidth: (this.halfWidth() * n) / (n - 1) };
    const frame = this.describe({ ...input, view, size: [n, n] });
    this.warnOfGrain(frame);
    const palette = this.colours() === null ? this.palette() : undefined;
    const shown = partShown(this.shown());
    return { n, values: heightsOf(brightnessPlanes(frame), { shown, palette }) };
  }

  /** The colours of the surface; undefined while they are being drawn. */
  #paint(): Paint | undefined {
    const colours = this.colours();
    if (colours) return this.ramp();
    const side = this.#colourDetail();
    const input = this.#pictureInput();
    const describe = (size: [number, number]) => this.describe({ ...input, size });
    const { canvas, error } = requestPicture({ name: JSON.stringify(input), size: [side, side], describe });
    if (error) throw error;
    return canvas && { canvas, byHeight: false };
  }

  #pictureInput() {
    const shown = this.shown();
    if (!isOne(shown)) throw this.#gridProblem(shown);
    return { ...this.frameInput(), shown: partShown(shown) };
  }

  /** The colours of heights, interpolated in Lab. */
  @computed()
  protected ramp(): Paint {
    return { canvas: rampOf(this.colours()!), byHeight: true };
  }
}

/** n x n heights in [0, 1], row-major, with the top row (largest y) first. */
interface Heights {
  n: number;
  values: Float32Array;
}

/** A row of 1024 colours, interpolated between the stops in Lab. */
function rampOf(stops: Color[]): OffscreenCanvas {
  const ramp = new ImageData(1024, 1);
  for (let i = 0; i < 1024; i++) {
    const position = (i / 1023) * (stops.length - 1);
    const first = Math.min(stops.length - 1, Math.floor(position));
    const next = stops[Math.min(stops.length - 1, first + 1)];
    const [red, green, blue] = Color.lerp(stops[first], next, position - first, 'lab').rgba();
    ramp.data.set([red, green, blue, 255], 4 * i);
  }
  const canvas = new OffscreenCanvas(1024, 1);
  canvas.getContext('2d')!.putImageData(ramp, 0, 0);
  return canvas;
}
