/** Chooses the seeds whose pictures have the most to see, for `untrained sheet --best`. */
import { breather } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import {
  byInterest,
  type Candidate,
  type Interest,
  interestOf,
  isWorthSeeing,
} from '../core/frame/interest.js';
import { levelsOf } from '../core/frame/levels.js';
import { frameAt, preparePace, type Sweep, timeOfFrame } from '../core/sweep/sweep.js';
import type { Workshop } from '../jobs/workshop.js';
import { evaluate, evaluateValues } from '../renderers/cpu/planes.js';
import { meansOf } from './draw.js';
import type { SheetOptions } from './options.js';
import { changed } from './plan.js';
import type { Reporter } from './report.js';
import type { SweepScene } from './scenes.js';

/** The seeds that were chosen, and what became of the others. */
export interface Best {
  /** Best first. */
  chosen: Candidate<string>[];
  /** Those that were not chosen, best first. */
  left: Candidate<string>[];
}

/** Without --seeds, this many seeds are drawn for each picture, and at least LEAST_CANDIDATES. */
const CANDIDATES = 4;
const LEAST_CANDIDATES = 40;

/** The seeds to choose from: those of --seeds, or 1, 2, 3 and so on. @throws UsageError if they are too few. */
export function candidatesFor(best: number, seeds: string[] | undefined): string[] {
  const count = Math.max(LEAST_CANDIDATES, CANDIDATES * best);
  const candidates = seeds ?? Array.from({ length: count }, (_, i) => `${i + 1}`);
  if (best <= candidates.length) return candidates;
  const number = candidates.length === 1 ? 'is 1 seed' : `are ${candidates.length} seeds`;
  throw new UsageError(`--best is ${best} but there ${number}: give more with --seeds.`);
}

/** Pictures are measured with about as many pixels as this. */
const PIXELS = 64 * 40;

/** A picture's size for measuring: the same proportions, with about PIXELS pixels. */
function measuredSize([width, height]: readonly [number, number]): [number, number] {
  const scale = Math.sqrt(PIXELS / (width * height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The time of a picture in seconds: that of --at, or the sweep's end. */
export const momentOf = (sweep: Sweep, at: number | undefined) => at ?? (sweep.loop ? 0 : sweep.seconds);

/**
 * Draws the picture of each candidate small, and chooses those with the most to see.
 * @param frame - The frame to compare; undefined for the moment of --at.
 */
export async function bestOf(
  subject: SweepScene,
  options: SheetOptions,
  frame: number | undefined,
  workshop: Workshop,
  report: Reporter,
  signal: AbortSignal,
): Promise<Best> {
  const { levels } = options;
  const isAuto = levels === 'auto'; // the sheet's own are measured from the chosen seeds
  const seeds = candidatesFor(options.best!, options.seeds);
  const watched = { signal, onStage: report.stage };
  const breathe = breather(watched);
  const frames: FrameDescription[] = [];
  for (const seed of seeds) {
    const sweep = changed(subject, {
      ...options,
      seed,
      size: undefined,
      levels: isAuto ? undefined : levels,
    });
    const at = frame === undefined ? momentOf(sweep, options.at) : timeOfFrame(sweep, frame);
    const small: Sweep = {
      ...sweep,
      size: measuredSize(options.size ?? sweep.size),
      supersample: 1,
      dither: false,
    };
    await preparePace(small, evaluate, watched, at);
    const shown = frameAt(small, Math.min(at, sweep.seconds), evaluate);
    frames.push(isAuto ? { ...shown, levels: levelsOf(shown, evaluateValues) } : shown);
    const pause = breathe(() => `checking seed ${frames.length} of ${seeds.length}`);
    if (pause) await pause;
  }
  const measured: Candidate<string>[] = [];
  for await (const pixels of workshop.pictures(frames, meansOf(subject, options, report, signal))) {
    signal.throwIfAborted();
    const i = measured.length;
    measured.push({ subject: seeds[i], interest: interestOf(pixels, ...frames[i].size) });
    report.stage(`measuring seed ${i + 1} of ${seeds.length}`);
  }
  const ranked = byInterest(measured);
  return { chosen: ranked.slice(0, options.best), left: ranked.slice(options.best) };
}

/** What was chosen from, in one sentence: "The best 6 of 40 seeds; 2 were nearly flat or noise (seeds 24, 9)." */
export function summaryOf({ chosen, left }: Best): string {
  const dull = left.filter(({ interest }) => !isWorthSeeing(interest)).map(({ subject }) => subject);
  const all = chosen.length + left.length;
  const skipped =
    dull.length === 0
      ? ''
      : dull.length === 1
        ? `; 1 was nearly flat or noise (seed ${dull[0]})`
        : `; ${dull.length} were nearly flat or noise (seeds ${listed(dull)})`;
  return `The best ${chosen.length} of ${all} seeds${skipped}.`;
}

const MOST_LISTED = 12;

const listed = (seeds: string[]) =>
  seeds.length <= MOST_LISTED ? seeds.join(', ') : `${seeds.slice(0, MOST_LISTED).join(', ')}, ...`;

/** The same for programs: every seed with its score, best first. */
export const scoresOf = ({ chosen, left }: Best): { seed: string; score: number; interest: Interest }[] =>
  [...chosen, ...left].map(({ subject, interest }) => ({ seed: subject, score: interest.score, interest }));
