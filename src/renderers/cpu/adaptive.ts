/**
 * Draws a part of a frame by computing only the pixels that make a visible difference.
 *
 * The frame is divided into blocks of 64 x 64 pixels, and each is judged by itself, so that its pixels do not depend on
 * threads or on which parts are requested. A block consists of cells of 8 x 8 pixels. Each cell's colours are computed
 * at 3 x 3 points, 4 pixels apart; its last points are the first ones of the next cells. If the colours along a line of
 * points are not nearly quadratic, the cell is divided into cells of 4 x 4 pixels, whose points are 2 pixels apart, and
 * these in turn into pixels. All other cells are filled with the biquadratic surface through their points.
 *
 * Four consecutive points of a line are on a parabola if their third difference is 0: a - 3 b + 3 c - d. If not, a
 * parabola through three of them is off by at most 0.064 times as much between them, and by at most 0.5 times as much
 * where the line has a kink. The lines of a cell extend to the next points on both sides.
 *
 * "Colours" are those after the palette and after the average of supersampling, so that the differences are visible
 * ones. Dither follows.
 */
import { BAYER, meanOfSamples, toByte } from '../../core/frame/colour.js';
import { colourPlanes } from '../../core/frame/colouring.js';
import type { Part } from '../../core/frame/geometry.js';
import { type InputWriter, inputWriter } from '../../core/frame/inputs.js';
import type { Smoothness } from '../smoothness.js';
import type { BandFrame } from './band-frame.js';
import { drawExactly } from './draw-exactly.js';
import type { Evaluator } from './evaluator.js';

/** The side of a block in pixels: a multiple of that of the dither's matrix. */
export const BLOCK = 64;
/** The sides of cells in pixels, from large to small. */
const SIDES = [8, 4] as const;
const [LARGE, SMALL] = SIDES;
/** The pixels of a block's row, and the first one of the next block, which is a point of its last cells. */
const STRIDE = BLOCK + 1;
/** The number of a block's pixels and points: what an evaluator needs room for. */
export const BLOCK_POINTS = STRIDE ** 2;

/** What is small enough, in colours from 0 to 1. */
interface Limits {
  /** The third differences of points, for each size of cells. */
  third: readonly [large: number, small: number];
  /**
   * The difference of neighbouring pixels. If it is larger, the picture may have details smaller than a pixel, which
   * points would miss: then all of the block is computed.
   */
  step: number;
}

/** Chosen so that 99.99% of pixels are within one 8-bit step, by the measurement of bench/adaptive.ts. */
export const limits: Record<Exclude<Smoothness, 'unsafe'>, Limits> = {
  smooth: { third: [4 / 255, 6 / 255], step: 0.25 },
  bends: { third: [1.5 / 255, 1.5 / 255], step: 0.1 },
};

/** The share of lines that are not smooth in a few cells, above which a block is computed pixel by pixel at once. */
const HOPELESS = 0.8;

/** The maximum width of neighbouring blocks that are drawn together: a row of them, with 4 x 4 samples, must fit. */
const MOST_WHOLE = 4 * BLOCK;

/** What has been drawn, for measurements: the numbers of pixels, and of those that were computed. */
export const counts = { pixels: 0, computed: 0 };

/** The block that is being drawn. These arrays are reused from block to block. */
const colours = [0, 1, 2].map(() => new Float32Array(BLOCK_POINTS));
const known = new Uint8Array(BLOCK_POINTS);
const points = new Uint16Array(BLOCK_POINTS);
/** The column and the row of a point. */
const columnOf = Uint8Array.from({ length: BLOCK_POINTS }, (_, i) => i % STRIDE);
const rowOf = Uint8Array.from({ length: BLOCK_POINTS }, (_, i) => Math.floor(i / STRIDE));
/** Pixels that are drawn without points. */
const whole = new Uint8Array(4 * BLOCK_POINTS);
/** The cells to draw: a list of their top left corners. */
const cellX = new Uint8Array((BLOCK / SMALL) ** 2);
const cellY = new Uint8Array((BLOCK / SMALL) ** 2);

/** A block: its place in the frame, and how it is drawn. */
interface Block extends Part {
  evaluator: Evaluator;
  frame: BandFrame;
  limits: Limits;
  inputs: InputWriter;
  /** The pixels of its cells, some of which may lie beyond it. */
  cellsWidth: number;
  cellsHeight: number;
  /** The number of colour planes, 1 or 3. */
  planes: number;
}

/**
 * Like drawPart() in band.ts, whose pixels these approximate.
 * @param part - Blocks at the frame's edges are cut off there, except for a part that extends beyond them.
 */
export function drawAdaptively(evaluator: Evaluator, frame: BandFrame, part: Part, rgba: Uint8Array): void {
  const [right, bottom] = frame.size;
  const isInside =
    part.x >= 0 && part.y >= 0 && part.x + part.width <= right && part.y + part.height <= bottom;
  const start = (pixel: number) => Math.floor(pixel / BLOCK) * BLOCK;
  for (let y = start(part.y); y < part.y + part.height; y += BLOCK) {
    const height = isInside ? Math.min(BLOCK, bottom - y) : BLOCK;
    let rough: Part | undefined; // neighbouring blocks to be drawn exactly, together because that is faster
    const drawRough = () => {
      if (rough) drawWhole(evaluator, frame, rough, part, rgba);
      rough = undefined;
    };
    for (let x = start(part.x); x < part.x + part.width; x += BLOCK) {
      const width = isInside ? Math.min(BLOCK, right - x) : BLOCK;
      const block = blockAt(evaluator, frame, { x, y, width, height });
      known.fill(0);
      if (isHopeless(block)) {
        rough = { x: rough?.x ?? x, y, width: width + (rough?.width ?? 0), height };
        if (rough.width >= MOST_WHOLE) drawRough();
      } else {
        drawRough();
        drawBlock(block);
        packBlock(block, part, rgba);
      }
    }
    drawRough();
  }
}

function blockAt(evaluator: Evaluator, frame: BandFrame, place: Part): Block {
  const { x, y, width, height } = place;
  const inCells = (pixels: number) => Math.ceil(pixels / LARGE) * LARGE;
  const [cellsWidth, cellsHeight] = [inCells(width), inCells(height)];
  const inputs = inputWriter(frame, { x, y, width: cellsWidth + 1, height: cellsHeight + 1 });
  const allowed = limits[frame.adaptive!];
  return {
    evaluator,
    frame,
    limits: allowed,
    inputs,
    ...place,
    cellsWidth,
    cellsHeight,
    planes: 3,
  };
}

function drawBlock(block: Block): void {
  counts.pixels += block.width * block.height;
  let length = cellsIn(block);
  for (let level = 0; level < SIDES.length; level++) {
    const side = SIDES[level];
    let count = 0;
    for (let k = 0; k < length; k++) count = addPoints(cellX[k], cellY[k], side / 2, side, count);
    compute(block, count);
    // Refined cells move to the start of the list.
    let refined = 0;
    for (let k = 0; k < length; k++) {
      if (isSmooth(block, cellX[k], cellY[k], side, block.limits.third[level])) {
        fill(block, cellX[k], cellY[k], level);
      } else {
        cellX[refined] = cellX[k];
        cellY[refined++] = cellY[k];
      }
    }
    length = side === SMALL ? refined : divide(block, refined);
  }
  let count = 0;
  for (let k = 0; k < length; k++) count = addPixels(block, cellX[k], cellY[k], SMALL, count);
  compute(block, count);
  if (hasSteps(block, length)) compute(block, addPixels(block, 0, 0, BLOCK, 0));
}

/** Lists the large cells of a block. Returns the length of the list. */
function cellsIn({ width, height }: Block): number {
  let length = 0;
  for (let y = 0; y < height; y += LARGE) {
    for (let x = 0; x < width; x += LARGE) {
      cellX[length] = x;
      cellY[length++] = y;
    }
  }
  return length;
}

/** Replaces the large cells of the list by their small ones. Returns its new length. */
function divide({ width, height }: Block, cells: number): number {
  let length = cells;
  for (let k = 0; k < cells; k++) {
    const x = cellX[k];
    const y = cellY[k];
    for (let part = 1; part < 4; part++) {
      const right = x + (part & 1) * SMALL;
      const down = y + (part >> 1) * SMALL;
      if (right >= width || down >= height) continue;
      cellX[length] = right;
      cellY[length++] = down;
    }
  }
  return length;
}

/** Whether hardly any cell will be smooth, judged by two of them. */
function isHopeless(block: Block): boolean {
  const step = SMALL / 2;
  const limit = block.limits.third[1];
  const near = (length: number, share: number) => Math.floor((share * length) / LARGE) * LARGE;
  const cells = [1 / 4, 5 / 8].map((share) => [
    near(block.cellsWidth, share),
    near(block.cellsHeight, share),
  ]);
  let count = 0;
  for (const [x, y] of cells) count = addPoints(x, y, step, LARGE, count);
  compute(block, count);
  let [lines, rough] = [0, 0];
  for (const [x, y] of cells) {
    for (let at = 0; at <= LARGE; at += step) {
      const isRow = isSmoothLine(block, (y + at) * STRIDE + x, step, LARGE / step, limit);
      const isColumn = isSmoothLine(block, y * STRIDE + x + at, step * STRIDE, LARGE / step, limit);
      lines += 2;
      rough += Number(!isRow) + Number(!isColumn);
    }
  }
  return rough > HOPELESS * lines;
}

/** Adds the points of a cell that are not known to the list. Returns its new length. */
function addPoints(x: number, y: number, step: number, side: number, count: number): number {
  for (let j = y; j <= y + side; j += step)
    for (let i = x; i <= x + side; i += step) count = add(j * STRIDE + i, count);
  return count;
}

/** Adds the pixels of a square that are in the frame and not known to the list. Returns its new length. */
function addPixels({ width, height }: Block, x: number, y: number, side: number, count: number): number {
  for (let j = y; j < Math.min(height, y + side); j++)
    for (let i = x; i < Math.min(width, x + side); i++) count = add(j * STRIDE + i, count);
  return count;
}

function add(point: number, count: number): number {
  if (known[point]) return count;
  known[point] = 1;
  points[count] = point;
  return count + 1;
}

/** Computes the colours of the first `count` points of the list. */
function compute(block: Block, count: number): void {
  const { evaluator, frame, inputs } = block;
  const n = frame.supersample;
  counts.computed += count;
  const most = Math.floor(evaluator.capacity / n ** 2);
  for (let first = 0; first < count; first += most) {
    const length = Math.min(most, count - first);
    const samples = length * n * n;
    for (let plane = 0; plane < inputs.planes; plane++)
      writePoints(block, plane, first, length, evaluator.input(plane, samples));
    const planes = coloursOf(block, samples);
    for (const [channel, plane] of planes.entries()) {
      const into = colours[channel];
      if (n === 1) for (let i = 0; i < length; i++) into[points[first + i]] = plane[i];
      else for (let i = 0; i < length; i++) into[points[first + i]] = meanOfSamples(plane, i * n * n, n, n);
    }
  }
}

/** Writes one of the network's inputs at the samples of points of the list. */
function writePoints(
  { inputs, frame }: Block,
  plane: number,
  first: number,
  length: number,
  into: Float32Array,
) {
  const n = frame.supersample;
  const values = inputs.along(plane);
  const places = inputs.varies[plane] === 'column' ? columnOf : rowOf;
  let at = 0;
  if (values && n === 1) {
    for (let i = first; i < first + length; i++) into[at++] = values[places[points[i]]];
    return;
  }
  for (let i = first; i < first + length; i++) {
    const [column, row] = [columnOf[points[i]] * n, rowOf[points[i]] * n];
    for (let v = 0; v < n; v++)
      for (let u = 0; u < n; u++) into[at++] = inputs.at(plane, column + u, row + v);
  }
}

/** The colours of samples whose inputs have been written. */
function coloursOf(block: Block, samples: number): Float32Array[] {
  const { evaluator, frame } = block;
  const outputs = evaluator.evaluate(samples);
  const { colouring } = frame;
  const planes = colouring === 'rgb' ? outputs : colourPlanes(colouring, outputs, evaluator.colours(samples));
  block.planes = planes.length;
  return planes;
}

/** Whether the lines through a cell's points, up to the next points, are nearly parabolas. */
function isSmooth(block: Block, x: number, y: number, side: number, limit: number): boolean {
  const step = side / 2;
  const before = x > 0 ? 1 : 0;
  const after = x + side < block.cellsWidth ? 1 : 0;
  const above = y > 0 ? 1 : 0;
  const below = y + side < block.cellsHeight ? 1 : 0;
  const top = y * STRIDE + x;
  const down = step * STRIDE;
  for (let k = 0; k < 3; k++) {
    if (!isSmoothLine(block, top + k * down - before * step, step, 2 + before + after, limit)) return false;
    if (!isSmoothLine(block, top + k * step - above * down, down, 2 + above + below, limit)) return false;
  }
  return true;
}

/** Whether the third differences along a line are small. @param intervals - Between points: one fewer than these. */
function isSmoothLine(
  { planes }: Block,
  start: number,
  step: number,
  intervals: number,
  limit: number,
): boolean {
  const end = start + intervals * step;
  for (let channel = 0; channel < planes; channel++) {
    const c = colours[channel];
    let p = c[start];
    let q = c[start + step];
    let r = c[start + 2 * step];
    for (let at = start + 3 * step; at <= end; at += step) {
      const next = c[at];
      if (!(Math.abs(p - 3 * (q - r) - next) <= limit)) return false; // negated, so that NaN is not smooth
      p = q;
      q = r;
      r = next;
    }
  }
  return true;
}

/**
 * Whether neighbouring pixels that were computed differ so much that points may have missed details.
 * @param length - That of the list of cells that were computed.
 */
function hasSteps({ planes, width, height, limits }: Block, length: number): boolean {
  const { step } = limits;
  for (let channel = 0; channel < planes; channel++) {
    const c = colours[channel];
    for (let k = 0; k < length; k++) {
      const right = Math.min(width, cellX[k] + SMALL) - 1;
      const bottom = Math.min(height, cellY[k] + SMALL) - 1;
      for (let j = cellY[k]; j <= bottom; j++) {
        for (let i = cellX[k]; i <= right; i++) {
          const at = j * STRIDE + i;
          const value = c[at];
          if (i < right && Math.abs(value - c[at + 1]) > step) return true;
          if (j < bottom && Math.abs(value - c[at + STRIDE]) > step) return true;
        }
      }
    }
  }
  return false;
}

/** The values of the three parabolas that are 1 at one of 0, side / 2 and side, and 0 at the others, pixel by pixel. */
const shares = SIDES.map((side) =>
  Float64Array.from({ length: 3 * side }, (_, i) => {
    const t = Math.floor(i / 3) / (side / 2);
    return [((t - 1) * (t - 2)) / 2, t * (2 - t), (t * (t - 1)) / 2][i % 3];
  }),
);

/** Fills a cell with the biquadratic surface through its points. */
function fill({ planes }: Block, x: number, y: number, level: number): void {
  const side = SIDES[level];
  const weights = shares[level];
  const step = side >> 1;
  const top = y * STRIDE + x;
  const middle = top + step * STRIDE;
  const bottom = top + side * STRIDE;
  for (let channel = 0; channel < planes; channel++) {
    const c = colours[channel];
    // Not in a loop or as arrays: this runs for most pixels, and is then several times as fast.
    const a0 = c[top];
    const a1 = c[middle];
    const a2 = c[bottom];
    const b0 = c[top + step];
    const b1 = c[middle + step];
    const b2 = c[bottom + step];
    const c0 = c[top + side];
    const c1 = c[middle + side];
    const c2 = c[bottom + side];
    for (let j = 0; j < side; j++) {
      const u = weights[3 * j];
      const v = weights[3 * j + 1];
      const w = weights[3 * j + 2];
      const left = u * a0 + v * a1 + w * a2;
      const centre = u * b0 + v * b1 + w * b2;
      const right = u * c0 + v * c1 + w * c2;
      // Along the row: left + i (slope + i curve), where i is 0, step and side at the points.
      const curve = (left - 2 * centre + right) / (2 * step * step);
      const slope = (centre - left) / step - step * curve;
      const row = top + j * STRIDE;
      for (let i = 0; i < side; i++) {
        const value = left + i * (slope + i * curve);
        c[row + i] = Math.max(0, Math.min(value, 1));
      }
    }
  }
}

/** The pixels of blocks that lie in the part. */
function insideOf({ x, y, width, height }: Part, part: Part) {
  return {
    left: Math.max(x, part.x),
    right: Math.min(x + width, part.x + part.width),
    top: Math.max(y, part.y),
    bottom: Math.min(y + height, part.y + part.height),
  };
}

/** Draws the pixels of blocks that lie in the part without using points: row by row, which is faster. */
function drawWhole(evaluator: Evaluator, frame: BandFrame, blocks: Part, part: Part, rgba: Uint8Array): void {
  const { left, right, top, bottom } = insideOf(blocks, part);
  const width = right - left;
  counts.pixels += width * (bottom - top);
  counts.computed += width * (bottom - top);
  const pixels = Math.min(evaluator.capacity / frame.supersample ** 2, BLOCK_POINTS);
  const most = Math.floor(pixels / width);
  for (let y = top; y < bottom; y += most) {
    const height = Math.min(most, bottom - y);
    const drawn = whole.subarray(0, 4 * width * height);
    drawExactly(evaluator, frame, { x: left, y, width, height }, drawn);
    for (let row = 0; row < height; row++) {
      const at = 4 * ((y + row - part.y) * part.width + left - part.x);
      rgba.set(drawn.subarray(4 * row * width, 4 * (row + 1) * width), at);
    }
  }
}

/** Writes the pixels of a block that lie in the part. */
function packBlock(block: Block, part: Part, rgba: Uint8Array): void {
  const { evaluator, frame, x, y, planes } = block;
  const { supersample, dither } = frame;
  const { left, right, top, bottom } = insideOf(block, part);
  const first = (top - y) * STRIDE + left - x;
  const threshold = (column: number, row: number) => BAYER[(row & 7) * 8 + (column & 7)];
  const at = (row: number) => 4 * ((row - part.y) * part.width + left - part.x);
  // As in exact frames, the kernel rounds samples, and toByte() averages.
  if (supersample === 1) {
    const samples = (bottom - top - 1) * STRIDE + right - left;
    if (dither) {
      const { rounding } = evaluator;
      for (let i = 0; i < samples; i++)
        rounding[i] = threshold(left + (i % STRIDE), top + Math.floor(i / STRIDE));
    } else evaluator.roundToNearest();
    const into = evaluator.colours(samples).slice(0, planes);
    for (const [channel, plane] of into.entries())
      plane.set(colours[channel].subarray(first, first + samples));
    const packed = evaluator.pack(samples, into);
    for (let row = top, from = 0; row < bottom; row++, from += 4 * STRIDE)
      rgba.set(packed.subarray(from, from + 4 * (right - left)), at(row));
    return;
  }
  for (let row = top; row < bottom; row++) {
    for (let column = left, pixel = at(row); column < right; column++, pixel += 4) {
      const from = first + (row - top) * STRIDE + column - left;
      for (let channel = 0; channel < 3; channel++) {
        const value = colours[channel % planes][from];
        rgba[pixel + channel] = toByte(value, dither ? threshold(column, row) : 0.5);
      }
      rgba[pixel + 3] = 255;
    }
  }
}
