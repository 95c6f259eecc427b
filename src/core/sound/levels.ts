/** How loud a part of the spectrum is, over time, from 0 to 1. */
import { loudness } from './arithmetic.js';
import type { Heard } from './hearing.js';
import type { SoundBand } from './listening.js';

/** The frequencies of bands, in Hz. */
const BANDS = { all: [20, 16_000], bass: [20, 150], mid: [150, 4000], treble: [4000, 16_000] } as const;
/** The whole range, with whose loudest moment that of a band is compared. */
export const WHOLE = BANDS.all;

export const rangeOf = (band: SoundBand = 'all'): readonly [low: number, high: number] =>
  typeof band === 'string' ? BANDS[band] : band;

/** A band whose loudest moment is this far below that of the whole sound is silent: -60 dB. */
const FAINTEST = 1e-6;
/** The part of `smooth` in which a level rises before a sound begins. */
const RISE = 1 / 4;

/**
 * The loudness of a band at each moment: 0 is silence and 1 the loudest moment.
 * @param power - Of the band. @param whole - Of the whole range.
 * @param smooth - In about this time the level falls by two thirds of itself, in seconds.
 */
export function levelsOf(
  { times, loop, seconds }: Pick<Heard, 'times' | 'loop' | 'seconds'>,
  power: Float64Array,
  whole: Float64Array,
  smooth: number,
): Float64Array {
  const levels = power.map(loudness);
  const step = loop ? seconds / times.length : times.length > 1 ? times[1] - times[0] : 1;
  // The lowest curve above all moments that falls no faster than this. An e-fold per `smooth`, without an exponential.
  envelop(levels, smooth / (smooth + step), loop);
  levels.reverse();
  envelop(levels, (smooth * RISE) / (smooth * RISE + step), loop);
  levels.reverse();
  const greatest = levels.reduce((a, b) => Math.max(a, b), 0);
  const isSilent = greatest <= loudness(FAINTEST * whole.reduce((a, b) => Math.max(a, b), 0));
  return levels.map((level) => (isSilent ? 0 : level / greatest));
}

/** Raises values so that each is at least `factor` of the one before it. */
function envelop(values: Float64Array, factor: number, loop: boolean): void {
  let before = 0;
  for (let round = loop ? 2 : 1; round > 0; round--) {
    for (let i = 0; i < values.length; i++) before = values[i] = Math.max(values[i], before * factor);
  }
}
