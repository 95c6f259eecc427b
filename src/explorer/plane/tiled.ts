/**
 * Paints with a renderer that draws parts of frames, and reuses pixels: a drag moves them, and a zoom stretches them
 * until sharper ones arrive. (XaoS, by Jan Hubička and Thomas Marsh, 1996, does the same with rows and columns.)
 *
 * Pixels are kept on the grid of one view, the anchor. Panning by whole pixels changes only which part of that grid is
 * visible; anything else begins a new one.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import type { PartRenderer } from '../../core/frame/renderer.js';
import { BLOCK } from '../../renderers/cpu/adaptive.js';
import { DrawingSpeed, workOf } from '../../renderers/drawing-speed.js';
import { adaptiveOf } from '../../renderers/smoothness.js';
import type { Picture } from '../state/document.js';
import {
  boundsOf,
  coarser,
  fixedPoint,
  type Grid,
  inverseOf,
  type Mapping,
  mapped,
  mappingBetween,
  movedBy,
  type Size,
  shiftOf,
} from './grid.js';
import { coarseScale, type Motion, type Painter, type Pass, type Samples } from './painter.js';
import { isSame } from './same.js';
import { afterStretch, CELL, Sharpness } from './sharpness.js';
import type { Surface } from './surface.js';
import { nearestFirst, tilesOf } from './tiles.js';

/** How far around the window pixels are kept, in pixels. */
const MARGIN = 64;
/** The time that one thread takes for a tile, in milliseconds. With two per thread, work stops within 15 ms. */
const TILE_MS = 5;
/**
 * While a picture sharpens, the canvas shows its new tiles at these intervals, in milliseconds, without and with
 * supersampling. Each time costs the browser as much as some tiles, and supersampling changes little.
 */
const SHOW_MS = [80, 400] as const;
/** A picture is drawn again while it moves if it could be this many times as sharp. */
const WORTHWHILE = 1.5;
/** What is left of the sharpness after resampling, besides the stretch. */
const BLUR = 0.9;
/** The sharpness of adaptive pixels: exact ones must replace them in the end. */
const ALMOST = 0.99;
/** If the full size takes longer than this, in milliseconds, there are pictures in between, each 4 times as sharp. */
const LONG_MS = 500;
const STEP = 4;
/** A new anchor is chosen after this many windows, so that offsets from its centre keep float32's precision. */
const FAR = 8;

const IDENTITY: Mapping = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

/** What pixels were drawn for: pictures with the same number differ at most in their view. */
interface Source {
  number: number;
  grid: Grid;
}

export class TiledPainter implements Painter {
  readonly #renderer: PartRenderer;
  readonly #surface: Surface;
  readonly #speed: DrawingSpeed;
  /** Of coarse passes, which are drawn adaptively. */
  readonly #coarseSpeed = new DrawingSpeed();
  readonly #samples: Samples;
  #picture: Picture | undefined;
  #number = 0;
  /** The number of the picture that was last painted, by now perhaps an outdated one. */
  #painted = 0;
  #anchor: Grid = { view: { centre: [0, 0], halfWidth: 1, rotation: 0 }, size: [1, 1] };
  #window: Part = { x: 0, y: 0, width: 1, height: 1 };
  #sharpness = new Sharpness(this.#window);
  /** The frames of the anchor, by scale and samples: the renderer remembers them. */
  #frames = new Map<string, FrameDescription>();
  /** Where the picture sharpens first, in pixels of the canvas. */
  #focus: readonly [number, number] = [0, 0];
  /** Painted, but not on the canvas yet; and when something last was. */
  #unseen: Part[] = [];
  #shownAt = 0;
  /** The last movement of the window, in pixels. It will probably go on. */
  #motion: readonly [number, number] = [0, 0];

  /** @param samples - n x n samples per pixel at rest. */
  constructor(renderer: PartRenderer, surface: Surface, speed: DrawingSpeed, samples: Samples = 2) {
    this.#renderer = renderer;
    this.#surface = surface;
    this.#speed = speed;
    this.#samples = samples;
  }

  get sharpness(): number {
    return this.#sharpness.least(this.#window);
  }

  apply(picture: Picture, size: Size): boolean {
    const grid: Grid = { view: picture.view, size };
    const before = this.#picture;
    this.#picture = picture;
    this.#surface.resize(size);
    const isKept =
      before !== undefined && isSame({ ...before, view: undefined }, { ...picture, view: undefined });
    if (!isKept) {
      this.#number++;
      this.#motion = [0, 0];
      this.#begin(grid);
      this.#sharpness = new Sharpness(this.#extent());
      this.#surface.cover(this.#sharpness.extent);
    } else {
      const mapping = mappingBetween(this.#anchor, grid);
      const shift = shiftOf(mapping);
      if (shift) this.#pan(shift, size);
      else this.#stretch(mapping, grid);
    }
    this.#surface.show(this.#window);
    this.#unseen = [];
    return isKept;
  }

  next(motion: Motion): Pass | undefined {
    const within = motion === 'rest' ? this.#window : this.#ahead();
    const whole = this.#workOf([within]);
    const worthwhile = coarseScale(this.#coarseSpeed, whole) / WORTHWHILE;
    const rough = this.#sharpness.below(worthwhile, within);
    if (rough.length > 0) {
      return this.#pass(rough, coarseScale(this.#coarseSpeed, this.#workOf(rough)), 1, true);
    }
    if (motion === 'changing') return undefined;
    const least = this.#sharpness.least(within);
    if (least < 1) {
      const next = 2 ** Math.round(Math.log2(STEP * least));
      const scale = next <= 0.5 && this.#speed.timeFor(whole) > LONG_MS ? next : 1;
      return this.#pass(this.#sharpness.below(scale, within), scale, 1, false);
    }
    if (motion === 'moving' || least >= this.#samples) {
      this.#showPainted(); // tiles of a cancelled pass may have come since
      return undefined;
    }
    return this.#pass(this.#sharpness.below(this.#samples, within), 1, this.#samples, false);
  }

  forget(): void {
    this.#picture = undefined;
  }

  close(): void {
    this.#surface.close();
  }

  /** Starts on the grid of another view. */
  #begin(grid: Grid): void {
    this.#anchor = grid;
    const [width, height] = grid.size;
    this.#window = { x: 0, y: 0, width, height };
    this.#focus = [width / 2, height / 2];
    this.#frames.clear();
  }

  /** Moves the window over the grid. @param shift - Where the anchor's pixels lie on the canvas. */
  #pan([x, y]: readonly [number, number], [width, height]: Size): void {
    const window = { x: 0 - x, y: 0 - y, width, height };
    this.#motion = [window.x - this.#window.x, window.y - this.#window.y];
    this.#window = window;
    if (Math.abs(x) > FAR * width || Math.abs(y) > FAR * height) this.#moveAnchor();
    const extent = this.#extent();
    this.#sharpness = this.#sharpness.covering(extent);
    this.#surface.cover(this.#sharpness.extent);
  }

  /** Takes a view near the window as the anchor, by whole cells, so that cells and dither stay where they are. */
  #moveAnchor(): void {
    const [dx, dy] = [this.#window.x, this.#window.y].map((length) => CELL * Math.floor(length / CELL));
    const { view, size } = this.#anchor;
    const window = { ...this.#window, x: this.#window.x - dx, y: this.#window.y - dy };
    const mapping = { ...IDENTITY, e: -dx, f: -dy };
    const extent = { ...this.#sharpness.extent };
    this.#begin({ view: movedBy({ view, size }, dx, dy), size });
    this.#window = window;
    const moved = { ...extent, x: extent.x - dx, y: extent.y - dy };
    this.#sharpness = this.#sharpness.shifted(-dx, -dy);
    this.#surface.stretch(mapping, moved);
  }

  #stretch(mapping: Mapping, grid: Grid): void {
    const before = this.#anchor;
    const { x, y } = this.#window;
    // The point that stays where it is on the canvas, if the zoom has one there.
    const onCanvas = {
      ...mapping,
      e: mapping.e + mapping.a * x + mapping.c * y,
      f: mapping.f + mapping.b * x + mapping.d * y,
    };
    this.#begin(grid);
    this.#motion = [0, 0];
    const fixed = fixedPoint(onCanvas);
    if (before.size.every((side, i) => side === grid.size[i]) && fixed) {
      this.#focus = [0, 1].map((i) => Math.min(grid.size[i], Math.max(0, fixed[i]))) as [number, number];
    }
    this.#sharpness = this.#sharpness.mapped(mapping, this.#extent(), BLUR);
    this.#surface.stretch(mapping, this.#sharpness.extent);
  }

  /** The part of the grid that is kept: of the same size for every window, so that canvases are reused. */
  #extent(): Part {
    const { x, y, width, height } = this.#window;
    const [left, top] = [x, y].map((start) => CELL * Math.floor((start - MARGIN) / CELL));
    const [across, down] = [width, height].map((side) => side + 2 * MARGIN + CELL);
    return { x: left, y: top, width: across, height: down };
  }

  /** The window, and what it will show next if its motion goes on. */
  #ahead(): Part {
    const { x, y, width, height } = this.#window;
    const [dx, dy] = this.#motion.map((length) => Math.min(MARGIN, Math.max(-MARGIN, length)));
    return {
      x: x + Math.min(0, dx),
      y: y + Math.min(0, dy),
      width: width + Math.abs(dx),
      height: height + Math.abs(dy),
    };
  }

  #workOf(parts: readonly Part[]): number {
    return parts.reduce((sum, { width, height }) => sum + width * height, 0) * this.#workOfSample();
  }

  #workOfSample(): number {
    return workOf({ ...this.#picture!, size: [1, 1], supersample: 1 });
  }

  /** @param isAdaptive - For a coarse picture: those that stay are drawn exactly. */
  #frame(scale: number, samples: Samples, isAdaptive: boolean): FrameDescription {
    const key = `${scale} ${samples} ${isAdaptive}`;
    const known = this.#frames.get(key);
    if (known) return known;
    const { view, size } = scale === 1 ? this.#anchor : coarser(this.#anchor, scale);
    const frame: FrameDescription = {
      ...this.#picture!,
      view,
      size: [size[0], size[1]],
      supersample: samples,
      ...(isAdaptive && { evaluation: 'adaptive' }),
    };
    this.#frames.set(key, frame);
    return frame;
  }

  /** @param parts - Whole cells of the anchor's grid. @param scale - Coarser pixels: 1 for those of the anchor. */
  #pass(parts: Part[], scale: number, samples: Samples, isCoarse: boolean): Pass {
    const source = { number: this.#number, grid: this.#anchor };
    const frame = this.#frame(scale, samples, isCoarse);
    const speed = isCoarse ? this.#coarseSpeed : this.#speed;
    const back = inverseOf(mappingBetween(frame, this.#anchor));
    const places = scale === 1 ? parts : parts.map((part) => boundsOf(back, part));
    const work = this.#workOfSample() * samples ** 2;
    const pixels = speed.workIn(TILE_MS) / this.#renderer.threads / work;
    const focus = mapped(back, this.#window.x + this.#focus[0], this.#window.y + this.#focus[1]);
    const draw = async (signal: AbortSignal) => {
      const before = performance.now();
      if (isCoarse) await this.#drawAtOnce(source, frame, places, pixels, signal);
      else {
        const tiles = nearestFirst(tilesOf(places, pixels, scale === 1 ? CELL : 1), focus);
        const drawn = (part: Part, rgba: Uint8Array) => this.#paint(source, frame, part, imageOf(rgba, part));
        await this.#renderer.renderParts(frame, tiles, drawn, signal);
        this.#showPainted();
      }
      const drawn = places.reduce((sum, { width, height }) => sum + width * height, 0);
      speed.note(drawn * work, performance.now() - before);
    };
    return { isCoarse, draw };
  }

  /** Draws parts, and shows them only when all are there, so that what moves does not tear. */
  async #drawAtOnce(
    source: Source,
    frame: FrameDescription,
    places: readonly Part[],
    pixels: number,
    signal: AbortSignal,
  ): Promise<void> {
    const images = places.map(({ width, height }) => new ImageData(width, height));
    const step = adaptiveOf(frame) ? BLOCK : 1;
    const tiles = places.map((place) => tilesOf([place], pixels, step));
    const owners = new Map(tiles.flatMap((list, i) => list.map((tile) => [tile, i] as const)));
    const drawn = (tile: Part, rgba: Uint8Array) => {
      const i = owners.get(tile)!;
      const { x, y, width } = places[i];
      for (let row = 0; row < tile.height; row++) {
        const line = rgba.subarray(4 * row * tile.width, 4 * (row + 1) * tile.width);
        images[i].data.set(line, 4 * ((tile.y - y + row) * width + tile.x - x));
      }
    };
    await this.#renderer.renderParts(frame, tiles.flat(), drawn, signal);
    for (const [i, place] of places.entries()) this.#paint(source, frame, place, images[i], true);
  }

  /** Paints what has been drawn, wherever it is now. @param isCoarse - Outdated pixels are then shown for a moment. */
  #paint(source: Source, frame: FrameDescription, part: Part, image: ImageData, isCoarse = false): void {
    const isOutdated = source.number !== this.#number;
    if (isOutdated && (!isCoarse || source.number < this.#painted)) return;
    this.#painted = source.number;
    const mapping = mappingBetween(frame, this.#anchor);
    const shift = shiftOf(mapping);
    const exact = shift && { ...IDENTITY, e: shift[0], f: shift[1] };
    const blur = source.grid === this.#anchor ? 1 : BLUR;
    const samples = frame.supersample * (adaptiveOf(frame) ? ALMOST : 1);
    const value = exact ? samples : afterStretch(blur * samples, mapping);
    const raised = isOutdated
      ? this.#sharpness.raise(exact ?? mapping, part, 0, Number.MIN_VALUE)
      : this.#sharpness.raise(exact ?? mapping, part, value);
    this.#surface.paint(image, part, exact ?? mapping, raised);
    this.#unseen.push(...raised);
    const interval = isCoarse ? 0 : SHOW_MS[frame.supersample === 1 ? 0 : 1];
    if (performance.now() - this.#shownAt >= interval) this.#showPainted();
  }

  #showPainted(): void {
    this.#surface.refresh(this.#unseen);
    this.#unseen = [];
    this.#shownAt = performance.now();
  }
}

function imageOf(rgba: Uint8Array, { width, height }: Part): ImageData {
  const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, 4 * width * height);
  return new ImageData(bytes, width, height);
}
