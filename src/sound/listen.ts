/** Listens to sound files: decodes as much as is needed, and turns placeholders into tracks. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { breather, type Watched } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import { findBeats } from '../core/sound/beats.js';
import { type Heard, Hearing, type HearingRequest } from '../core/sound/hearing.js';
import { levelsOf, rangeOf, WHOLE } from '../core/sound/levels.js';
import { checkedPlaceholder, type Placeholder, soundOf } from '../core/sound/listening.js';
import { Resampler } from '../core/sound/resample.js';
import { followBeats, followLevels } from '../core/sound/tracks.js';
import type { Keyframes, Walk } from '../core/sweep/track.js';
import { inSight } from '../core/wording/printable.js';
import { WavReader } from './wav.js';

/** The length of what follows the sound, from its beginning. */
export interface Span {
  /** In seconds. */
  seconds: number;
  /** Whether it repeats. The sound then counts as periodic, too. */
  loop: boolean;
}

/** How sounds are read. */
export interface ListeningMeans extends Omit<Watched, 'signal'> {
  signal?: AbortSignal | undefined;
}

/**
 * Replaces placeholders with the tracks that they stand for.
 * @param folder - What their paths are relative to.
 * @returns A track for each placeholder, and the absolute paths of the files, each once.
 * @throws UsageError for an invalid placeholder, or a file that cannot be read or has no beats: one line.
 */
export async function tracksFor(
  placeholders: readonly Placeholder[],
  span: Span,
  folder: string,
  means: ListeningMeans = {},
): Promise<{ tracks: (Keyframes | Walk)[]; sounds: string[] }> {
  const asked = placeholders.map((one) => checkedPlaceholder(one));
  const files = asked.map((one) => resolve(folder, soundOf(one)));
  const sounds = [...new Set(files)];
  const tracks: (Keyframes | Walk)[] = [];
  for (const sound of sounds) {
    const mine = asked.flatMap((_, i) => (files[i] === sound ? [i] : []));
    const made = await listenTo(
      sound,
      mine.map((i) => asked[i]),
      span,
      means,
    );
    for (const [k, i] of mine.entries()) tracks[i] = made[k];
  }
  return { tracks, sounds };
}

async function listenTo(
  path: string,
  asked: readonly Placeholder[],
  span: Span,
  means: ListeningMeans,
): Promise<(Keyframes | Walk)[]> {
  const levels = asked.filter((one) => 'listen' in one);
  const ranges = levels.length > 0 ? [WHOLE, ...levels.map(({ band }) => rangeOf(band))] : [];
  const heard = await hear(path, { ...span, ranges, onsets: levels.length < asked.length }, means);
  const [whole, ...powers] = heard.powers;
  return asked.map((one) => {
    if ('listen' in one) {
      const level = levelsOf(heard, powers[levels.indexOf(one)], whole, one.smooth ?? SMOOTH);
      return followLevels(heard.times, level, span, one);
    }
    const found = findBeats(heard, one.bpm);
    if (found) return followBeats(found.times, span, one);
    throw new UsageError(
      `${inSight(path)} has no clear beats${one.bpm ? ` near ${one.bpm} per minute` : ''} in its first ` +
        `${span.seconds} s: use listen(), or another sound.`,
    );
  });
}

/** The default of `smooth`. */
const SMOOTH = 0.1;

/**
 * Hears the beginning of a sound file.
 * @throws UsageError, beginning with the path, for a file that cannot be read.
 */
export async function hear(
  path: string,
  request: HearingRequest,
  means: ListeningMeans = {},
): Promise<Heard> {
  const hearing = new Hearing(request);
  let resampler: Resampler | undefined;
  const wav = new WavReader((samples) => {
    resampler ??= new Resampler(wav.format!.rate);
    hearing.push(resampler.push(samples));
  });
  const breathe = breather(means);
  for await (const piece of bytesOf(path)) {
    const isComplete = !wav.push(piece) || !hearing.wantsMore;
    const pause = breathe(() => `listening to ${inSight(path)}`);
    if (pause) await pause;
    if (isComplete) break;
  }
  wav.end();
  if (resampler) hearing.push(resampler.end());
  return hearing.end();
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: PIECE });
}

/** How many bytes are read at once. */
const PIECE = 2 ** 16;
