/**
 * How much there is to see in a picture. It chooses among random networks, of which some make a nearly flat picture and
 * some make noise. Made for small pictures, such as 64x40; its ranking is compared with a ranking by eye in
 * docs/measures.md.
 *
 * All of it is measured in OKLab, in which equal distances look about equally different.
 */
import { toLinear } from './colour.js';
import { FROM_CONES, FROM_LIGHT } from './oklab.js';

/** How much there is to see in a picture. Each number is from 0 to 1. */
export interface Interest {
  /** How much of the picture is busy: 0 if it is flat, 1 if colours differ strongly within every small part of it. */
  detail: number;
  /** Differences in lightness over the whole picture, from 0 to 1. */
  contrast: number;
  /** How many different colours share the picture: 0 for one, 1 for 256 with equal shares. */
  colour: number;
  /** How well it matches its mirror image, or itself after half a turn; 0 also if it is flat. */
  symmetry: number;
  /** 1 for noise, whose neighbouring pixels differ as much as distant ones; 0 for smooth shapes. */
  noise: number;
  /** All of these together, from 0 to 1: pictures with a higher score have more to see. */
  score: number;
}

/** Below this score a picture is nearly flat, or nothing but noise. */
export const LEAST_INTEREST = 0.12;

/**
 * Measures how much there is to see in a picture. Takes about a millisecond for 64x40 pixels.
 * @param rgba - RGBA8, sRGB, rows from the top; alpha is ignored.
 * @param width - In pixels. @param height - In pixels.
 */
export function interestOf(rgba: ArrayLike<number>, width: number, height: number): Interest {
  const lab = labPlanes(rgba, width * height);
  const spread = lab.map(deviationOf);
  const detail = detailOf(lab, width, height);
  const contrast = saturating(spread[0], 0.1);
  const colour = Math.min(1, entropyOf(lab) / 8);
  const symmetry = Math.hypot(...spread) < FLAT ? 0 : symmetryOf(lab, width, height);
  const noise = noiseOf(lab, width, height);
  const score = (1 - noise) * detail * (0.25 + 0.6 * colour + 0.1 * contrast + 0.05 * symmetry);
  return { detail, contrast, colour, symmetry, noise, score };
}

/** Deviations below this are hardly visible. */
const FLAT = 0.01;

/** L, a and b of each pixel, in OKLab. */
export type Planes = [Float64Array, Float64Array, Float64Array];

const light = Float64Array.from({ length: 256 }, (_, byte) => toLinear(byte / 255));

export function labPlanes(rgba: ArrayLike<number>, count: number): Planes {
  const planes: Planes = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const [l, m, s] = FROM_LIGHT;
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [light[rgba[4 * i]], light[rgba[4 * i + 1]], light[rgba[4 * i + 2]]];
    const p = Math.cbrt(l[0] * red + l[1] * green + l[2] * blue);
    const q = Math.cbrt(m[0] * red + m[1] * green + m[2] * blue);
    const r = Math.cbrt(s[0] * red + s[1] * green + s[2] * blue);
    for (let c = 0; c < 3; c++) {
      planes[c][i] = FROM_CONES[c][0] * p + FROM_CONES[c][1] * q + FROM_CONES[c][2] * r;
    }
  }
  return planes;
}

/** From 0 to 1, and one half at `middle`: further differences matter less. */
const saturating = (value: number, middle: number) => value / (value + middle);

const meanOf = (plane: Float64Array) => plane.reduce((sum, v) => sum + v, 0) / plane.length;

function deviationOf(plane: Float64Array): number {
  const mean = meanOf(plane);
  return Math.sqrt(plane.reduce((sum, v) => sum + (v - mean) ** 2, 0) / plane.length);
}

/** The number of blocks along the shorter side. */
const BLOCKS = 8;

/** The mean over square blocks of how much the colours within one differ. */
function detailOf(lab: Planes, width: number, height: number): number {
  const side = Math.max(2, Math.round(Math.min(width, height) / BLOCKS));
  let [sum, blocks] = [0, 0];
  for (let top = 0; top === 0 || top + side <= height; top += side) {
    for (let left = 0; left === 0 || left + side <= width; left += side) {
      sum += saturating(blockDeviation(lab, width, left, top, side, Math.min(height, top + side)), 0.04);
      blocks++;
    }
  }
  return sum / blocks;
}

function blockDeviation(
  lab: Planes,
  width: number,
  left: number,
  top: number,
  side: number,
  bottom: number,
): number {
  const right = Math.min(width, left + side);
  const count = (right - left) * (bottom - top);
  let variance = 0;
  for (const plane of lab) {
    let [sum, squares] = [0, 0];
    for (let y = top; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++) {
        sum += plane[i];
        squares += plane[i] ** 2;
      }
    }
    variance += Math.max(0, squares / count - (sum / count) ** 2);
  }
  return Math.sqrt(variance);
}

/** Colours in the same cube of this side count as one. */
const SAME = 0.08;

/** The entropy in bits of the distribution of colours. */
function entropyOf([L, a, b]: Planes): number {
  const place = (v: number) => Math.floor(v / SAME) + 16; // L, a and b are within ±1
  const counts = new Map<number, number>();
  for (let i = 0; i < L.length; i++) {
    const cube = (place(L[i]) * 32 + place(a[i])) * 32 + place(b[i]);
    counts.set(cube, (counts.get(cube) ?? 0) + 1);
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / L.length) * Math.log2(count / L.length);
  return entropy;
}

/** The largest correlation of the picture with its two mirror images and its half turn; 0 if none is positive. */
function symmetryOf(lab: Planes, width: number, height: number): number {
  const centred = lab.map((plane) => {
    const mean = meanOf(plane);
    return plane.map((v) => v - mean);
  });
  let [all, across, down, turned] = [0, 0, 0, 0];
  for (const plane of centred) {
    for (let y = 0; y < height; y++) {
      const [row, mirrored] = [y * width, (height - 1 - y) * width];
      for (let x = 0; x < width; x++) {
        const v = plane[row + x];
        all += v * v;
        across += v * plane[row + width - 1 - x];
        down += v * plane[mirrored + x];
        turned += v * plane[mirrored + width - 1 - x];
      }
    }
  }
  return Math.max(0, across, down, turned) / all;
}

/** The mean difference of neighbouring pixels, as a share of that of pixels this far apart, tells noise from shapes. */
const APART = 4;
/** This share is 0.2 to 0.6 for shapes, and 1 for noise. */
const [SHAPES, NOISE] = [0.65, 1];

function noiseOf(lab: Planes, width: number, height: number): number {
  const far = differenceAt(lab, width, height, APART);
  if (far < FLAT) return 0;
  const t = (differenceAt(lab, width, height, 1) / far - SHAPES) / (NOISE - SHAPES);
  const share = Math.min(1, Math.max(0, t));
  return share * share * (3 - 2 * share);
}

/** The mean difference between a pixel and those `distance` to the right of it and below it; 0 if there are none. */
function differenceAt([L, a, b]: Planes, width: number, height: number, distance: number): number {
  let [sum, count] = [0, 0];
  for (let y = 0; y + distance < height; y++) {
    for (let x = 0; x + distance < width; x++) {
      const i = y * width + x;
      const right = i + distance;
      const below = i + distance * width;
      sum += Math.sqrt(
        (L[right] - L[i]) ** 2 +
          (a[right] - a[i]) ** 2 +
          (b[right] - b[i]) ** 2 +
          (L[below] - L[i]) ** 2 +
          (a[below] - a[i]) ** 2 +
          (b[below] - b[i]) ** 2,
      );
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** One of several pictures to choose from. */
export interface Candidate<Subject> {
  subject: Subject;
  interest: Interest;
}

/**
 * The candidate with the most to see, and those that were skipped because they are nearly flat or noise. If all are,
 * the best of them is still returned. Of equals, the first.
 * @param candidates - At least one.
 */
export function mostInteresting<Subject>(candidates: readonly Candidate<Subject>[]): {
  best: Candidate<Subject>;
  skipped: Candidate<Subject>[];
} {
  const [best] = byInterest(candidates);
  return {
    best,
    skipped: candidates.filter((candidate) => candidate !== best && !isWorthSeeing(candidate.interest)),
  };
}

/** Candidates with the most to see first; equals in their order. */
export function byInterest<Subject>(candidates: readonly Candidate<Subject>[]): Candidate<Subject>[] {
  return [...candidates].sort((a, b) => b.interest.score - a.interest.score);
}

/** Whether a picture is neither nearly flat nor noise. */
export const isWorthSeeing = ({ score }: Interest): boolean => score >= LEAST_INTEREST;
