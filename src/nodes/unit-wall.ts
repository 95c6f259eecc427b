/** The pictures of all units of a network. */
import { computed, initial, interpolation, nodeName, signal } from '@motion-canvas/2d';
import { BBox, easeInOutCubic, easeInOutSine, type SimpleSignal } from '@motion-canvas/core';
import type { FrameInput } from '../core/frame/description.js';
import type { PaletteInput } from '../core/frame/palette.js';
import { unitGrid } from '../core/frame/shown.js';
import { hiddenWidths } from '../core/network/spec.js';
import { boxOf, split, tiles } from './arrange.js';
import { paletteBetween } from './between.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { keyOf, type Picture, usePicture } from './picture-store.js';
import { requestPicture } from './pictures.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of a network's node, and the signals of this one. */
export type UnitWallProps = NetworkNodeProps & SignalProps<UnitWall, NetworkNode>;

/** The part of `shatter` for which the last tile waits: those in the middle turn first. */
const SPREAD = 0.65;
/** The space between tiles, as a share of a tile. */
const GAP = 0.06;
/** Palettes from black to red, green and blue, with which the outputs add up to the picture with the palette `rgb`. */
const LIGHTS = [0, 1, 2].map((channel) => ({
  colours: Array.from({ length: 52 }, (_, i) => shade(channel, 5 * i)),
}));

/** Colour maps blend in OKLab, but these must be straight lines in sRGB: so they have many steps. */
function shade(channel: number, value: number): string {
  return `#${[0, 1, 2].map((c) => (c === channel ? value : 0).toString(16).padStart(2, '0')).join('')}`;
}

/** A picture, and the part of it that shows a unit: as shares of its width and height. */
interface UnitPicture {
  picture: Picture;
  part: BBox;
}

/**
 * A network's picture, and those of all its units, hidden ones and outputs. `shatter` breaks the picture into one tile
 * for each unit; the tiles turn over and show the units, layer by layer from the top. `layer` then lets the units of
 * one layer fill the node, and `merge` puts the outputs together again: the node begins and ends with the same picture.
 *
 * @example
 * ```tsx
 * view.add(<UnitWall ref={wall} size={view.size()} seed={18} layers={10} units={24} />);
 * yield* wall().shatter(1, 2); // 219 pictures
 * yield* wall().layer(1, 1).to(10, 4); // those of layer 1, then of the others one after another
 * yield* wall().merge(1, 1);
 * ```
 */
@nodeName('UnitWall')
export class UnitWall extends NetworkNode {
  /** How far the picture has broken apart: 0 is whole, at 1 each tile shows a unit. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly shatter: SimpleSignal<number, this>;

  /**
   * The layer whose units fill the node, from 1 to the number of layers, the last being the outputs. 0 shows all units;
   * a fraction is on the way to the next layer. @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly layer: SimpleSignal<number, this>;

  /** How far the outputs have come together, from 0 to 1. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly merge: SimpleSignal<number, this>;

  /** Palette of the units: a colour map; others make them grey. @defaultValue 'rgb' */
  @interpolation(paletteBetween)
  @initial('rgb')
  @signal()
  declare readonly unitPalette: SimpleSignal<PaletteInput, this>;

  readonly #held = new Map<string, Picture>();

  constructor(props: UnitWallProps) {
    super(props);
    warnOfUnknown(this, props, UnitWall);
  }

  /** The number of units: those of all hidden layers, and the outputs. */
  count(): number {
    return this.widths().reduce((sum, units) => sum + units, 0);
  }

  /** Requests the pictures before anything is drawn: see prepare() in src/sources/composed/page/film.ts. */
  prepare(): void {
    if (this.width() <= 0 || this.height() <= 0) return;
    if (this.#showsColour()) this.#request({});
    for (const k of this.#layersShown())
      for (let unit = 0; unit < this.widths()[k - 1]; unit++) this.#unit(k, unit);
  }

  /** The number of units in each layer; the last are the outputs. */
  @computed()
  protected widths(): number[] {
    const { network } = this.describe({ ...this.frameInput(), size: [1, 1] });
    return [...hiddenWidths(network).map(Math.ceil), network.outputs];
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    if (this.width() > 0 && this.height() > 0) {
      context.save();
      context.clip(this.getPath());
      context.imageSmoothingQuality = 'high';
      const last = this.widths().length;
      const layer = this.#layer();
      if (this.merge() > 0 && layer === last) this.#drawMerging(context);
      else if (layer < 1) this.#drawWall(context, layer);
      else if (layer > last - 1) this.#drawAddingUp(context, layer - (last - 1));
      else this.#drawLayers(context, layer);
      context.restore();
    }
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  /** The picture, more and more of its tiles turned; and the first layer's units, on their way to fill the node. */
  #drawWall(context: CanvasRenderingContext2D, out: number): void {
    const whole = boxOf(this.size());
    const shatter = Math.min(1, Math.max(0, this.shatter()));
    if (this.#showsColour()) this.#drawPart(context, { picture: this.#request({}), part: WHOLE }, whole);
    if (shatter === 0 && out === 0) return;
    const places = tiles(whole, this.count());
    const units = this.widths().flatMap((width, k) =>
      Array.from({ length: width }, (_, unit) => ({ k: k + 1, unit })),
    );
    const away = easeInOutCubic(out);
    for (const [i, { k, unit }] of units.entries()) {
      if (k === 1 && out > 0) continue;
      this.#drawTile(context, places[i], i, this.#unit(k, unit), 1 - away);
    }
    if (out === 0) return;
    for (let unit = 0; unit < this.widths()[0]; unit++) {
      const place = BBox.lerp(inset(places[unit], 1), this.#spot(1, unit), away);
      this.#drawPart(context, this.#unit(1, unit), place);
    }
  }

  /** A tile, which turns over about its vertical axis. */
  #drawTile(
    context: CanvasRenderingContext2D,
    place: BBox,
    index: number,
    unit: UnitPicture,
    opacity: number,
  ): void {
    const { width, height } = this.size();
    const far = place.center.magnitude / (Math.hypot(width, height) / 2);
    const jitter = (index * 0.618) % 1; // evenly spread, and the same in every frame
    const wait = SPREAD * (0.75 * far + 0.25 * jitter);
    const turned = Math.min(1, Math.max(0, (this.shatter() - wait) / (1 - SPREAD)));
    if (turned === 0) return;
    const angle = Math.PI * easeInOutSine(turned);
    const { x, y } = place.center;
    context.save();
    context.fillStyle = themeOf(this).colours.background;
    if (this.#showsColour())
      context.fillRect(place.x - 0.5, place.y - 0.5, place.width + 1, place.height + 1);
    context.globalAlpha *= opacity;
    context.translate(x, y);
    context.rotate(0.5 * (jitter - 0.5) * Math.sin(angle));
    context.scale(Math.abs(Math.cos(angle)), 1 - 0.12 * Math.sin(angle));
    context.translate(-x, -y);
    const into = inset(place, Math.min(1, 4 * turned));
    if (turned > 0.5) this.#drawPart(context, unit, into);
    else {
      const part = new BBox(
        into.x / width + 0.5,
        into.y / height + 0.5,
        into.width / width,
        into.height / height,
      );
      this.#drawPart(context, { picture: this.#request({}), part }, into);
    }
    context.restore();
  }

  /** A layer's units, the next layer's fading in over them. */
  #drawLayers(context: CanvasRenderingContext2D, layer: number): void {
    const [before, after] = [Math.floor(layer), Math.ceil(layer)];
    const arrived = easeInOutSine(layer % 1);
    const alike = this.widths()[before - 1] === this.widths()[after - 1];
    this.#drawLayer(context, before, alike ? 1 : 1 - arrived);
    if (after > before) this.#drawLayer(context, after, arrived);
  }

  #drawLayer(context: CanvasRenderingContext2D, k: number, opacity: number): void {
    context.save();
    context.globalAlpha *= opacity;
    for (let unit = 0; unit < this.widths()[k - 1]; unit++) {
      this.#drawPart(context, this.#unit(k, unit), this.#spot(k, unit));
    }
    context.restore();
  }

  /** The last hidden layer's units gather in the outputs, which are sums of them. */
  #drawAddingUp(context: CanvasRenderingContext2D, progress: number): void {
    const last = this.widths().length;
    const outputs = this.widths()[last - 1];
    context.save();
    context.globalAlpha *= Math.min(1, 2 - 2 * progress);
    for (let unit = 0; unit < this.widths()[last - 2] && progress < 1; unit++) {
      const place = BBox.lerp(
        this.#spot(last - 1, unit),
        this.#spot(last, unit % outputs),
        easeInOutCubic(progress),
      );
      this.#drawPart(context, this.#unit(last - 1, unit), place);
    }
    context.restore();
    this.#drawLayer(context, last, easeInOutSine(Math.max(0, 2 * progress - 1)));
  }

  /** The outputs grow over one another, until they are the picture. */
  #drawMerging(context: CanvasRenderingContext2D): void {
    const whole = boxOf(this.size());
    const last = this.widths().length;
    const merge = Math.min(1, this.merge());
    const areLights = this.palette() === 'rgb';
    const places = Array.from({ length: this.widths()[last - 1] }, (_, unit) =>
      BBox.lerp(this.#spot(last, unit), whole, easeInOutCubic(merge)),
    );
    context.save();
    if (areLights) {
      context.fillStyle = '#000000';
      for (const { x, y, width, height } of places) context.fillRect(x, y, width, height);
      context.globalCompositeOperation = 'lighter';
    }
    for (const [unit, place] of places.entries()) this.#drawPart(context, this.#unit(last, unit), place);
    context.restore();
    context.save();
    context.globalAlpha *= areLights ? Math.floor(merge) : easeInOutSine(merge);
    this.#drawPart(context, { picture: this.#request({}), part: WHOLE }, whole);
    context.restore();
  }

  /** Draws the part of a picture that shows a unit, so that it covers a rectangle. */
  #drawPart(context: CanvasRenderingContext2D, { picture, part }: UnitPicture, into: BBox): void {
    const { canvas } = picture;
    if (!canvas || into.width <= 0 || into.height <= 0) return;
    const { width, height } = this.size();
    const scale = Math.max(into.width / (part.width * width), into.height / (part.height * height));
    const corner = into.center.sub(part.center.mul([width, height]).scale(scale));
    context.save();
    context.beginPath();
    context.rect(into.x, into.y, into.width, into.height);
    context.clip();
    context.drawImage(canvas, corner.x, corner.y, scale * width, scale * height);
    context.restore();
  }

  /** Where a unit is when its layer fills the node: hidden ones in rows, outputs side by side. */
  #spot(k: number, unit: number): BBox {
    const whole = boxOf(this.size());
    const units = this.widths()[k - 1];
    if (k < this.widths().length) return inset(tiles(whole, units)[unit], 0.3);
    const { width, height } = whole;
    return split(whole, width > height ? 'columns' : 'rows', units, 0.006 * Math.min(width, height))[unit];
  }

  /** The cell of a unit in the picture of its layer. */
  #cellOf(units: number, unit: number): BBox {
    const [width, height] = this.devicePixels();
    const { cell, place } = unitGrid([width, height], units);
    const [x, y] = place(unit);
    return new BBox(x / width, y / height, cell[0] / width, cell[1] / height);
  }

  /** The picture that shows a unit: hidden ones share one for each layer. */
  #unit(k: number, unit: number): UnitPicture {
    const widths = this.widths();
    if (k < widths.length) {
      const picture = this.#request({ shown: { layer: k }, palette: this.unitPalette(), levels: undefined });
      return { picture, part: this.#cellOf(widths[k - 1], unit) };
    }
    const palette = this.palette() === 'rgb' && widths[k - 1] === 3 ? LIGHTS[unit] : 'rgb';
    const picture = this.#request({ shown: { output: unit + 1 }, palette });
    return { picture, part: WHOLE };
  }

  /** A picture of this network, as large as the node. It has no canvas while it is being drawn. */
  #request(own: Partial<FrameInput>): Picture {
    const input = { ...this.frameInput(), ...own };
    const name = JSON.stringify(input);
    const size = this.devicePixels();
    const key = keyOf({ name, size });
    const held = this.#held.get(key);
    if (held?.canvas) return usePicture(held);
    if (held?.error) throw held.error;
    const picture = requestPicture({ name, size, describe: (size) => this.describe({ ...input, size }) });
    if (this.#held.size > MOST_HELD) this.#held.clear();
    this.#held.set(key, picture);
    return picture;
  }

  #layer(): number {
    return Math.min(this.widths().length, Math.max(0, this.layer()));
  }

  #showsColour(): boolean {
    return (this.#layer() === 0 && this.shatter() < 1) || this.merge() > 0;
  }

  /** The layers whose pictures are needed, from 1. */
  #layersShown(): number[] {
    const layer = this.#layer();
    if (layer >= 1) return [...new Set([Math.floor(layer), Math.ceil(layer)])];
    return this.shatter() > 0 ? this.widths().map((_, k) => k + 1) : [];
  }
}

const WHOLE = new BBox(0, 0, 1, 1);
/** While the network changes, each picture is needed only once. */
const MOST_HELD = 200;

/** A tile's rectangle with space around it. @param space - 0 is none, 1 the usual one. */
const inset = (place: BBox, space: number) =>
  place.expand((-space * GAP * Math.min(place.width, place.height)) / 2);
