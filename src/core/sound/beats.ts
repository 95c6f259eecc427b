/**
 * Finds the beats of music: when notes begin, the tempo at which they recur, and the series of beats that suits both
 * best (D. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research 36(1), 2007).
 */
import { log2 } from './arithmetic.js';
import { type Heard, ONSET_BANDS } from './hearing.js';

/** The slowest and the fastest tempo that are sought, in beats per minute. */
const TEMPI = [40, 240] as const;
/** The tempo that is most likely before anything is heard, in beats per minute. */
const USUAL = 115;
/** Tempi within so many octaves of it are as likely. */
const PLATEAU = 0.6;
/** How much less likely others are: a standard deviation, in octaves. */
const SPREAD = 0.4;
/** The first bands of the registers in which notes recur: kick and bass, snare and voice, hi-hat. */
const REGISTERS = [0, 5, 12, 20, ONSET_BANDS];
/** How much more the lowest counts for the tempo: its notes mark beats. */
const LOW = 2.5;
/** The weights of a period and its multiples, which are periods too. */
const MULTIPLES = [0.5, 0.25, 0.15, 0.1];
/** How much a period is less likely if a half or a third of it is one, too. */
const HALVED = 0.5;
/** Notes between beats are usually weaker than this, and those on every second one are not: of the beats' strength. */
const WEAKER = 0.58;
/** The slowest tempo of which every second beat is left out, and the fastest to which others are added. */
const USED = [59, 200] as const;
/** How firmly beats keep to the tempo, against the strength of onsets. */
const FIRMNESS = 60;
/** How much of the onsets must recur with the tempo, from 0 to 1. In a short sound, more may do so by chance. */
const CLEAR = 0.15;
const SHORT = 72;
/** The least rise, compared with the loudness around it, that makes a beat. */
const RISE = 0.17;
/** Fewer onsets on beats are not a rhythm. */
const FEWEST = 3;
/** How far a given bpm may differ from the tempo of the sound: 6%. */
const NEAR = 1.06;
/** By how much an onset is found too early, in seconds, because windows reach ahead. */
const EARLY = -0.005;

/** Nothing that begins this near to the end of an open sound, in seconds, is a beat: a sound that is cut clicks. */
const CUT = 0.02;

/** What was found. */
export interface FoundBeats {
  /** In seconds, ascending. */
  times: number[];
  /** The tempo, in beats per minute. */
  bpm: number;
}

/**
 * The beats in a sound that was heard with onsets. In a loop, they continue across its seam.
 * @param bpm - The tempo, if it is known.
 * @returns Undefined for a sound without clear beats.
 */
export function findBeats(heard: Heard, bpm?: number): FoundBeats | undefined {
  const { loop, times } = heard;
  if (times.length < 20) return undefined;
  const registers = REGISTERS.slice(1).map((end, k) => risesOf(heard, REGISTERS[k], end));
  const rises = sumOf(registers);
  const onsets = standing(rises, loop);
  const likely = periodOf(registers, loop, bpm, stepOf(heard));
  if (likely === undefined) return undefined;
  const along = (period: number) => (loop ? aroundLoop(onsets, period) : track(onsets, period));
  const period = bpm === undefined ? levelled(likely, along, registers, heard) : likely;
  const found = along(period);
  const beats = audible(found, heard, rises, period);
  if (beats === undefined) return undefined;
  const step = stepOf(heard);
  const [first, end] = [times[0], heard.seconds];
  const exact = beats.map((i) => first + (i + peakNear(onsets, i, loop)) * step + EARLY);
  const kept = exact
    .map((t) => (loop ? ((t % end) + end) % end : Math.max(0, t)))
    .filter((t) => t < (loop ? end : end - CUT))
    .sort((a, b) => a - b);
  return { times: kept, bpm: 60 / (period * step) };
}

/** The time between moments, in seconds. */
const stepOf = ({ times }: Heard): number => times[1] - times[0];

/** How much louder each moment is than the one before the last, in some of the bands. */
function risesOf({ changes, loop, times: { length: n } }: Heard, first: number, end: number): Float64Array {
  const rises = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const before = i < 2 ? (loop ? i - 2 + n : -1) : i - 2;
    for (let band = first; band < end; band++) {
      const earlier = before < 0 ? 0 : changes[before * ONSET_BANDS + band];
      rises[i] += Math.max(0, changes[i * ONSET_BANDS + band] - earlier);
    }
  }
  return rises;
}

const sumOf = (series: readonly Float64Array[]): Float64Array =>
  series[0].map((_, i) => series.reduce((sum, values) => sum + values[i], 0));

/** Values that stand out from those around them, times a factor; without one, their mean square becomes 1. */
function standing(values: Float64Array, loop: boolean, factor?: number): Float64Array {
  const n = values.length;
  const at = (i: number) => (i >= 0 && i < n ? values[i] : loop ? values[((i % n) + n) % n] : 0);
  const smooth = values.map((_, i) => (at(i - 1) + 2 * at(i) + at(i + 1)) / 4);
  const reach = Math.min(50, (n - 1) >> 1);
  const valueAt = (i: number) => (i >= 0 && i < n ? smooth[i] : loop ? smooth[((i % n) + n) % n] : 0);
  let sum = 0;
  for (let i = -reach; i <= reach; i++) sum += valueAt(i);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    out[i] = Math.max(0, smooth[i] - sum / (2 * reach + 1));
    sum += valueAt(i + reach + 1) - valueAt(i - reach);
  }
  const square = out.reduce((total, value) => total + value * value, 0) / n;
  const scale = factor ?? (square > 0 ? 1 / Math.sqrt(square) : 1);
  return out.map((value) => value * scale);
}

/** The period of the beats, in moments; undefined if nothing recurs clearly. */
function periodOf(
  registers: readonly Float64Array[],
  loop: boolean,
  bpm: number | undefined,
  step: number,
): number | undefined {
  const [slowest, fastest] = bpm === undefined ? TEMPI : [bpm / NEAR, bpm * NEAR];
  const [shortest, longest] = [60 / fastest / step, 60 / slowest / step];
  const lags = Math.ceil(longest * (MULTIPLES.length + 0.5)) + 2;
  // Register by register, since a hi-hat between two kicks is not another of them.
  const whole = sumOf(registers);
  const recurs = recurrence(
    [...registers, whole].map((series, k) => standing(series, loop, k === 0 ? LOW : 1)),
    loop,
    lags,
  );
  const at = (lag: number) => {
    const i = Math.floor(lag);
    return i + 1 < recurs.length ? recurs[i] + (recurs[i + 1] - recurs[i]) * (lag - i) : 0;
  };
  let best = 0;
  let greatest = 0;
  for (let lag = shortest; lag <= longest; lag += 0.1) {
    const octaves = Math.max(0, Math.abs(log2(60 / (lag * step) / (bpm ?? USUAL))) - PLATEAU) / SPREAD;
    const regular = MULTIPLES.reduce((sum, weight, k) => sum + weight * at(lag * (k + 1)), 0);
    // A bell without an exponential.
    const parted = Math.max(0, at(lag / 2), at(lag / 3));
    const score = (regular - HALVED * parted) / (1 + (octaves * octaves) / 2) ** 2;
    if (score > greatest) [best, greatest] = [lag, score];
  }
  if (best === 0) return undefined;
  const strength = Math.max(...[1, 2, 4].map((k) => at(best * k)));
  if (strength < CLEAR + SHORT / registers[0].length) return undefined;
  // More exactly, by as many of its multiples as there are.
  let refined = best;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = -40; k <= 40; k++) {
    const lag = best * (1 + k / 4000);
    let sum = 0;
    for (let m = 1; m * lag < recurs.length - 1 && m <= 8; m++) sum += at(m * lag);
    if (sum > most) [refined, most] = [lag, sum];
  }
  return refined;
}

/**
 * The period of beats, given one that may be half or twice as long: notes on every beat are strong, and those between
 * beats are weaker.
 * @param along - The moments of the beats with a period.
 */
function levelled(
  likely: number,
  along: (period: number) => number[],
  registers: readonly Float64Array[],
  heard: Heard,
): number {
  const series = sumOf(registers.map((rises, k) => standing(rises, heard.loop, k === 0 ? LOW : 1)));
  const reach = Math.max(2, Math.min(5, Math.round(likely / 12)));
  const usual = (moments: readonly number[]) => {
    const strengths = moments.map((i) => greatestNear(series, Math.round(i), reach));
    return strengths.sort((a, b) => a - b)[strengths.length >> 1] ?? 0;
  };
  const bpmOf = (period: number) => 60 / (period * stepOf(heard));
  const beats = along(likely);
  // Those at the ends may be added to silence.
  const inner = beats.slice(1, -1);
  if (inner.length < 4) return likely;
  const [even, odd] = [0, 1].map((rest) => usual(inner.filter((_, k) => k % 2 === rest)));
  if (Math.min(even, odd) < WEAKER * Math.max(even, odd))
    return bpmOf(2 * likely) >= USED[0] ? 2 * likely : likely;
  const between = usual(inner.slice(1).map((i, k) => (i + inner[k]) / 2));
  return between > WEAKER * usual(inner) && bpmOf(likely / 2) <= USED[1] ? likely / 2 : likely;
}

/** The autocorrelation at lags from 0, summed over several series and divided by that at 0. */
function recurrence(series: readonly Float64Array[], loop: boolean, lags: number): Float64Array {
  const n = series[0].length;
  const result = new Float64Array(loop ? lags : Math.min(lags, Math.floor(n * 0.75)));
  for (const values of series) {
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const around = values.map((value) => value - mean);
    for (let lag = 0; lag < result.length; lag++) {
      let sum = 0;
      if (loop)
        for (let i = 0, j = lag % n; i < n; i++, j = j + 1 === n ? 0 : j + 1) sum += around[i] * around[j];
      else for (let i = lag; i < n; i++) sum += around[i] * around[i - lag];
      result[lag] += sum / (loop ? n : n - lag);
    }
  }
  const whole = result[0];
  return whole > 0 ? result.map((value) => value / whole) : result;
}

/** The series of moments with the strongest onsets whose distances are near the period. */
function track(onsets: Float64Array, period: number): number[] {
  const n = onsets.length;
  const [nearest, furthest] = [Math.max(1, Math.round(period / 2)), Math.round(period * 2)];
  const costs = Float64Array.from({ length: furthest - nearest + 1 }, (_, k) => {
    const octaves = log2((nearest + k) / period);
    return -FIRMNESS * octaves * octaves;
  });
  const score = new Float64Array(n);
  const before = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    let best = 0; // to begin a series costs nothing
    for (let k = 0; k < costs.length && i - nearest - k >= 0; k++) {
      const sum = score[i - nearest - k] + costs[k];
      if (sum > best) {
        best = sum;
        before[i] = i - nearest - k;
      }
    }
    score[i] = onsets[i] + best;
  }
  let last = n - 1;
  for (let i = n - 1; i >= Math.max(0, n - furthest); i--) if (score[i] > score[last]) last = i;
  const beats: number[] = [];
  for (let i = last; i >= 0; i = before[i]) beats.push(i);
  return beats.reverse();
}

/** The same for a loop: the beats of the middle one of several rounds. */
function aroundLoop(onsets: Float64Array, period: number): number[] {
  const n = onsets.length;
  const side = Math.max(1, Math.ceil((8 * period) / n)); // rounds on each side
  const rounds = new Float64Array(n * (2 * side + 1));
  for (let i = 0; i < 2 * side + 1; i++) rounds.set(onsets, i * n);
  return track(rounds, period).flatMap((i) => (Math.floor(i / n) === side ? [i - side * n] : []));
}

/** The beats without those before the first and after the last that can be heard; undefined if hardly any can. */
function audible(beats: number[], heard: Heard, rises: Float64Array, period: number): number[] | undefined {
  const { changes, loop } = heard;
  const n = rises.length;
  const loud = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let band = 0; band < ONSET_BANDS; band++) loud[i] += changes[i * ONSET_BANDS + band];
  const strengths = beats.map((i) => greatestNear(rises, i, 2));
  // The median: a click where the sound begins or ends is not a beat of all that follows.
  const usual = strengths.toSorted((a, b) => a - b)[beats.length >> 1] ?? 0;
  const volume =
    beats.reduce((sum, i) => sum + greatestNear(loud, i, Math.round(period)), 0) / Math.max(1, beats.length);
  if (!(usual > RISE * volume)) return undefined;
  const isStrong = (k: number) => strengths[k] > 0.3 * usual;
  const loudest = loud.reduce((a, b) => Math.max(a, b), 0);
  const isSounding = (k: number) => greatestNear(loud, beats[k], Math.round(period)) > 0.02 * loudest;
  const strong = beats.flatMap((_, k) => (isStrong(k) ? [k] : []));
  if (strong.length < FEWEST) return undefined;
  return beats.filter(
    (_, k) => isSounding(k) && (loop || (k >= strong[0] && k <= strong[strong.length - 1])),
  );
}

/** The greatest of the values at most so far from one. */
function greatestNear(values: Float64Array, i: number, reach: number): number {
  let greatest = 0;
  for (let k = Math.max(0, i - reach); k <= Math.min(values.length - 1, i + reach); k++)
    greatest = Math.max(greatest, values[k]);
  return greatest;
}

/** How far the peak of a parabola through three values is from the middle one, in moments. */
function peakNear(values: Float64Array, i: number, loop: boolean): number {
  const n = values.length;
  const at = (k: number) => (k >= 0 && k < n ? values[k] : loop ? values[((k % n) + n) % n] : 0);
  let top = i;
  for (const k of [i - 2, i - 1, i + 1, i + 2]) if (at(k) > at(top)) top = k;
  const [a, b, c] = [at(top - 1), at(top), at(top + 1)];
  const bend = a - 2 * b + c;
  if (b === 0 || bend >= 0) return 0;
  return top - i + Math.min(0.5, Math.max(-0.5, (a - c) / (2 * bend)));
}
