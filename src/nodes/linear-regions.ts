/** The linear regions of a network, drawn over its picture. */
import { initial, nodeName, Path, Rect, type RectProps, signal } from '@motion-canvas/2d';
import type { SimpleSignal } from '@motion-canvas/core';
import { turned } from '../core/frame/inputs.js';
import {
  areaOf,
  clipped,
  type LinearRegion,
  linearRegions,
  type Polygon,
} from '../core/network/linear-regions.js';
import { networkSchema } from '../core/network/spec.js';
import { aboutNetwork } from '../core/sweep/fields.js';
import { parse } from '../core/wording/parse.js';
import type { NetworkField } from './network-field.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Rect, the signals of this node, and the picture that it covers. */
export type LinearRegionsProps = RectProps &
  SignalProps<LinearRegions, Rect> & {
    /** The picture whose network and view the regions follow; usually this node is its child. */
    field: () => NetworkField;
  };

/**
 * Outlines of the linear regions of a network with relu, leakyRelu or abs, over its picture: unbounded regions stay as
 * they are, and bounded ones can be shaded.
 *
 * @example
 * ```tsx
 * <NetworkField ref={field} activation={'relu'} layers={4} units={8} size={900} />
 * <LinearRegions field={field} shade={0.6} />
 * ```
 */
@nodeName('LinearRegions')
export class LinearRegions extends Rect {
  /** Opacity of the outlines, 0 to 1. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly outline: SimpleSignal<number, this>;

  /** How dark bounded regions are, 0 to 1. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly shade: SimpleSignal<number, this>;

  readonly #field: () => NetworkField;
  #known: { network: string; regions: LinearRegion[] } | undefined;

  constructor({ field, ...props }: LinearRegionsProps) {
    super({ clip: true, ...props });
    warnOfUnknown(this, props, LinearRegions);
    this.#field = field;
    if (this.width.isInitial() && this.height.isInitial()) this.size(() => field().size());
    const stroke = () => themeOf(this).stroke;
    const { background, ink } = {
      background: () => themeOf(this).colours.background,
      ink: () => themeOf(this).colours.ink,
    };
    const outline = (which: boolean[]) => () => this.#pathOf(which.flatMap((kind) => this.#seen(kind)));
    this.add([
      new Path({ data: outline([false]), fill: background, opacity: () => this.shade() }),
      // Light lines in dark ones are visible on every colour.
      new Path({
        data: outline([false, true]),
        stroke: background,
        lineWidth: () => 0.55 * stroke(),
        lineJoin: 'round',
        opacity: () => 0.55 * this.outline(),
      }),
      new Path({
        data: outline([false, true]),
        stroke: ink,
        lineWidth: () => 0.22 * stroke(),
        lineJoin: 'round',
        opacity: () => this.outline(),
      }),
    ]);
  }

  /** All regions of the plane. */
  regions(): LinearRegion[] {
    const input = this.#field().network();
    const network = JSON.stringify(input);
    if (this.#known?.network !== network) {
      this.#known = { network, regions: linearRegions(parse(networkSchema, input, aboutNetwork)) };
    }
    return this.#known.regions;
  }

  /** The part of the picture that unbounded regions cover, 0 to 1. */
  unboundedShare(): number {
    const [right, top] = this.#reach();
    return this.#seen(true).reduce((sum, region) => sum + areaOf(region), 0) / (4 * right * top);
  }

  /** Half the picture's width and height, in input units. */
  #reach(): [number, number] {
    const { width, height } = this.size();
    return [width / 2 / this.#scale(), height / 2 / this.#scale()];
  }

  /** Pixels per input unit. */
  #scale(): number {
    const { width, height } = this.size();
    return Math.min(width, height) / 2 / this.#field().halfWidth();
  }

  /** The parts of the regions that are in the picture, relative to its centre, in input units. */
  #seen(unbounded: boolean): Polygon[] {
    const { x: centreX, y: centreY } = this.#field().centre();
    const rotation = this.#field().viewRotation();
    const [right, top] = this.#reach();
    return this.regions()
      .filter((region) => region.unbounded === unbounded)
      .map(({ polygon }) => {
        const placed = polygon.map(([x, y]) => turned(-rotation, x - centreX, y - centreY));
        return clipped(placed, [-right, -top], [right, top]);
      })
      .filter(({ length }) => length > 2);
  }

  #pathOf(polygons: Polygon[]): string {
    const scale = this.#scale();
    return polygons
      .map((polygon) => `M ${polygon.map(([x, y]) => `${x * scale} ${-y * scale}`).join(' L ')} Z`)
      .join(' ');
  }
}
