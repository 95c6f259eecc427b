/** Listens to sound files: decodes as much as is needed, and turns placeholders into tracks. */
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, resolve } from 'node:path';
import type { StopSignal } from '../core/ambient.js';
import { breather, type Watched } from '../core/breather.js';
import { RenderError, UsageError } from '../core/errors.js';
import { findBeats } from '../core/sound/beats.js';
import { type Heard, Hearing, type HearingRequest } from '../core/sound/hearing.js';
import { levelsOf, rangeOf, WHOLE } from '../core/sound/levels.js';
import { checkedPlaceholder, type Placeholder, soundOf } from '../core/sound/listening.js';
import { Resampler } from '../core/sound/resample.js';
import { followBeats, followLevels } from '../core/sound/tracks.js';
import type { Keyframes, Walk } from '../core/sweep/track.js';
import { inSight } from '../core/wording/printable.js';
import { findFfmpeg } from '../outputs/index.js';
import { type Run, startFfmpeg } from '../outputs/run.js';
import { DEFAULT_TIMEOUT, StalledError } from '../system/patience.js';
import { inputOptions, soundUrl } from './probe.js';
import { Compressed, WavReader } from './wav.js';

/** The length of what follows the sound, from its beginning. */
export interface Span {
  /** In seconds. */
  seconds: number;
  /** Whether it repeats. The sound then counts as periodic, too. */
  loop: boolean;
}

/** How sounds are read. */
export interface ListeningMeans {
  /** Called occasionally during long work, with its stage. */
  onStage?: Watched['onStage'];
  /** Stops the work, which then throws the signal's reason. */
  signal?: StopSignal | undefined;
  /** The path of ffmpeg, which decodes all files but plain WAV; found automatically by default. */
  ffmpeg?: string | undefined;
  /** How long ffmpeg may make no progress, in seconds. @defaultValue 60 */
  timeout?: number | undefined;
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
 * Hears the beginning of a sound file. WAV files of plain numbers are read here, and FLAC is decoded without loss, so
 * that all machines hear the same.
 * @throws UsageError, beginning with the path, for a file that cannot be read; RenderError if ffmpeg cannot be run.
 */
export async function hear(
  path: string,
  request: HearingRequest,
  means: ListeningMeans = {},
): Promise<Heard> {
  const input = inputOptions(path); // which makes sure that it is a sound file
  means.signal?.throwIfAborted();
  if (demuxerIn(input) === 'wav') {
    const heard = await hearWav(path, createReadStream(path, { highWaterMark: PIECE }), request, means);
    if (heard) return heard;
  }
  return hearDecoded(path, input, request, means);
}

const demuxerIn = (input: readonly string[]) => input[input.indexOf('-f') + 1];

/** How many bytes are read at once. */
const PIECE = 2 ** 16;

/** @returns Undefined for a WAV file that only ffmpeg reads. */
async function hearWav(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  request: HearingRequest,
  means: ListeningMeans,
): Promise<Heard | undefined> {
  const ear = new Ear(path, request, means);
  try {
    for await (const piece of bytes) if (!(await ear.add(piece))) break;
  } catch (error) {
    if (error instanceof Compressed) return undefined;
    if (error instanceof UsageError || means.signal?.aborted) throw error;
    throw new UsageError(
      `${inSight(path)} cannot be read (${(error as Error).message}): give a sound file.`,
      {
        cause: error,
      },
    );
  }
  return ear.end();
}

/** Lets ffmpeg write a WAV file into a pipe, with the file's own rate and channels. */
async function hearDecoded(
  path: string,
  input: readonly string[],
  request: HearingRequest,
  means: ListeningMeans,
): Promise<Heard> {
  const { signal } = means;
  const shown = inSight(path);
  const ffmpeg = await findFfmpeg(means.ffmpeg);
  const ear = new Ear(path, request, means);
  let run: Run | undefined;
  let isEnough = false;
  // FLAC has whole numbers, of up to 32 bits; floats hold only 24 of these.
  const samples = demuxerIn(input) === 'flac' ? 'pcm_s32le' : 'pcm_f32le';
  run = await startFfmpeg(
    ffmpeg,
    {
      inputs: [
        {
          options: [
            ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error', '-cpuflags', '0'],
            ...['-t', String(request.seconds + SLACK), ...input],
          ],
          from: soundUrl(path),
        },
      ],
      outputs: [
        {
          options: ['-map', '0:a:0', '-vn', '-sn', '-dn', '-c:a', samples, '-bitexact', '-f', 'wav'],
          to: 'pipe:1',
        },
      ],
      read: async (bytes) => {
        if (isEnough || (await ear.add(bytes))) return;
        isEnough = true;
        run?.kill();
      },
    },
    tmpdir(),
    means.timeout ?? DEFAULT_TIMEOUT,
  );
  run.end();
  const stop = () => run?.kill();
  signal?.addEventListener('abort', stop);
  const exit = await run.exit.finally(() => signal?.removeEventListener('abort', stop));
  signal?.throwIfAborted();
  if (exit.error) throw exit.error;
  if (!isEnough && exit.stalled !== undefined) {
    throw new StalledError(
      `${shown} cannot be decoded: ffmpeg made no progress for ${exit.stalled} s: try again.`,
    );
  }
  if (!isEnough && exit.signal !== null)
    throw new RenderError(`ffmpeg was killed (${exit.signal}) while it read ${shown}: try again.`);
  if (!ear.hasHeard) {
    if (exit.stderr.some((line) => line.includes('matches no streams')))
      throw new UsageError(`${shown} has no sound: give a file with sound.`);
    const [said = ''] = exit.stderr.map((line) => line.replace(/^(\[[^\]]*\] )+/, ''));
    const words = inSight(said.replaceAll(soundUrl(path), basename(path))).slice(0, 100);
    throw new UsageError(
      `${shown} is damaged${words && ` (${words})`}: give another file, or convert it again.`,
    );
  }
  return ear.end();
}

/** What is decoded beyond what is heard, in seconds. */
const SLACK = 0.1;

/** Hears the bytes of a WAV file. */
class Ear {
  readonly #path: string;
  readonly #hearing: Hearing;
  readonly #wav: WavReader;
  readonly #breathe: ReturnType<typeof breather>;
  #resampler: Resampler | undefined;

  constructor(path: string, request: HearingRequest, means: ListeningMeans) {
    this.#path = path;
    this.#hearing = new Hearing(request);
    this.#breathe = breather(means);
    this.#wav = new WavReader((samples) => {
      this.#resampler ??= new Resampler(this.#wav.format!.rate);
      this.#hearing.push(this.#resampler.push(samples));
    });
  }

  /** Whether there was any sound. */
  get hasHeard(): boolean {
    return this.#resampler !== undefined;
  }

  /** @returns Whether more is wanted. */
  async add(bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!this.#push(bytes.subarray(at, at + PIECE)) || !this.#hearing.wantsMore) return false;
      const pause = this.#breathe(() => `listening to ${basename(inSight(this.#path))}`);
      if (pause) await pause;
    }
    return true;
  }

  end(): Heard {
    if (!this.#resampler) {
      throw new UsageError(`${inSight(this.#path)} is damaged (it has no samples): give another file.`);
    }
    this.#hearing.push(this.#resampler.end());
    return this.#hearing.end();
  }

  #push(bytes: Uint8Array): boolean {
    try {
      return this.#wav.push(bytes);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${inSight(this.#path)} cannot be read: ${error.message}. Give another file.`);
    }
  }
}
