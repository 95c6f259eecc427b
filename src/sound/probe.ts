/**
 * Examines a sound file before it is used: what it is, how long it is, and whether the part that is heard can be
 * decoded. Files are not trusted. ffmpeg is told the container and may use only decoders of sound, so it never takes a
 * file for a playlist, and it may open nothing else.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { RenderError, UsageError } from '../core/errors.js';
import { inSight } from '../core/wording/printable.js';
import { textOf } from '../files/bytes.js';
import { type Ffmpeg, inBytes } from '../outputs/index.js';
import { type Run, startFfmpeg } from '../outputs/run.js';
import { StalledError } from '../system/patience.js';
import { containerOf, HEAD } from './containers.js';

/** A sound file and what it contains. */
export interface Sound {
  /** Absolute. */
  path: string;
  /** The SHA-256 of the file. */
  sha256: string;
  /** The size of the file. */
  bytes: number;
  /** As ffmpeg names it: "pcm_s16le", "mp3". */
  codec: string;
  channels: number;
  /** In Hz. */
  rate: number;
  /** The whole length, in seconds; undefined if the file does not say and was not decoded to its end. */
  seconds: number | undefined;
  /** How much of the part that was asked for there is, in seconds. */
  heard: number;
  /** The integrated loudness of that part in LUFS, if it was asked for; -Infinity for silence. */
  loudness?: number | undefined;
  /** What ffmpeg says is wrong with that part. */
  damage?: string | undefined;
  /** ffmpeg's options to decode the file. They come before `-i` and soundUrl(path). */
  input: string[];
}

/** What to examine, and how. */
export interface ProbeOptions {
  /** The part that is heard begins here, in seconds. Defaults to 0. */
  from?: number | undefined;
  /** Its length, in seconds. Defaults to an hour. */
  seconds?: number | undefined;
  /** Whether to measure its loudness. */
  loudness?: boolean | undefined;
  /** How long ffmpeg may make no progress, in seconds. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
  onStage?: ((doing: string) => void) | undefined;
}

/** The largest file that is read, in bytes. */
const MOST_BYTES = 2 ** 32;
/** The longest part that is decoded, in seconds: films have at most an hour. */
const MOST_SECONDS = 3600;
/** What is decoded beyond the part that was asked for, at most, in seconds. */
const SLACK = 1;

/** How much louder mono sound is from both sides, as in films, in LU. */
const DOUBLED = 10 * Math.log10(2);

/** ffmpeg knows which speakers up to eight channels are for. */
const MOST_CHANNELS = 8;

/** In Hz. Resampling from rates far from that of films takes minutes, or makes ffmpeg fail. */
const [LOWEST_RATE, HIGHEST_RATE] = [1000, 768_000];

/** The decoders that ffmpeg may use. Others are not needed, and each is a risk. */
const DECODERS = [
  ...[
    'u8',
    's8',
    's16le',
    's16be',
    's24le',
    's24be',
    's32le',
    's32be',
    'f32le',
    'f32be',
    'f64le',
    'f64be',
  ].map((name) => `pcm_${name}`),
  ...[
    'pcm_alaw',
    'pcm_mulaw',
    'adpcm_ms',
    'adpcm_ima_wav',
    'alac',
    'flac',
    'mp3',
    'mp3float',
    'mp2',
    'mp2float',
  ],
  ...['aac', 'ac3', 'eac3', 'vorbis', 'libvorbis', 'opus', 'libopus'],
];

/** How ffmpeg is told a file's path: other forms could be options, or addresses. */
export const soundUrl = (path: string): string => `file:${resolve(path)}`;

/**
 * ffmpeg's options to decode a sound file, by the file's first bytes.
 * @throws UsageError, beginning with the path, if it is not a sound file that can be read.
 */
export function inputOptions(path: string): string[] {
  const shown = inSight(path);
  const { bytes } = fileAt(path, shown);
  const file = opened(shown, () => openSync(path, 'r'));
  try {
    const read = (at: number) => {
      const head = new Uint8Array(HEAD);
      return head.subarray(0, at >= bytes ? 0 : readSync(file, head, 0, HEAD, at));
    };
    const { demuxer, options = [] } = containerOf(read, shown);
    const allowed = ['-protocol_whitelist', 'file', '-codec_whitelist', DECODERS.join(',')];
    return [...allowed, '-f', demuxer, ...options];
  } finally {
    closeSync(file);
  }
}

/**
 * Examines a sound file, and decodes the part that is heard without keeping it.
 * @throws UsageError for a file that cannot be used, in one line that begins with its path; RenderError if ffmpeg
 * cannot be run; the signal's reason if it is aborted.
 */
export async function probeSound(path: string, ffmpeg: Ffmpeg, options: ProbeOptions = {}): Promise<Sound> {
  const { signal, onStage } = options;
  const shown = inSight(path);
  const { bytes } = fileAt(path, shown);
  const input = inputOptions(path);
  onStage?.(`reading ${shown}`);
  const sha256 = await digestOf(path, shown, signal);
  const decoded = await decodePart(path, shown, input, ffmpeg, options);
  return { path: resolve(path), sha256, bytes, input, ...decoded };
}

/** @throws UsageError unless there is a file of a reasonable size. */
function fileAt(path: string, shown: string): { bytes: number } {
  // Before opening it, since opening a named pipe blocks until someone writes to it.
  const stat = opened(shown, () => statSync(path));
  if (!stat.isFile()) {
    throw new UsageError(`${shown} is ${stat.isDirectory() ? 'a folder' : 'not a file'}: give a sound file.`);
  }
  if (stat.size === 0) throw new UsageError(`${shown} is empty: give a sound file.`);
  if (stat.size > MOST_BYTES) {
    const most = inBytes(MOST_BYTES);
    throw new UsageError(
      `${shown} has ${inBytes(stat.size)}, and at most ${most} are allowed: cut it, or compress it.`,
    );
  }
  return { bytes: stat.size };
}

function opened<T>(shown: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw unreadable(shown, error);
  }
}

function unreadable(shown: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? message})`;
  return new UsageError(`${shown} ${what}: give a sound file.`, { cause: error });
}

async function digestOf(path: string, shown: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { signal, highWaterMark: 2 ** 20 })) hash.update(piece);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw unreadable(shown, error);
  }
  return hash.digest('hex');
}

type Decoded = Pick<Sound, 'codec' | 'channels' | 'rate' | 'seconds' | 'heard' | 'loudness' | 'damage'>;

async function decodePart(
  path: string,
  shown: string,
  input: string[],
  ffmpeg: Ffmpeg,
  { from = 0, seconds = MOST_SECONDS, loudness = false, timeout, signal }: ProbeOptions,
): Promise<Decoded> {
  const most = Math.min(seconds, MOST_SECONDS);
  const said = new Said();
  const samples = new Samples(most + SLACK);
  const global = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info'];
  const part = [...(from > 0 ? ['-ss', String(from)] : []), '-t', String(most)];
  const meter = {
    options: [
      '-map',
      '0:a:0',
      '-af',
      'aformat=channel_layouts=stereo,ebur128=framelog=verbose',
      '-f',
      'null',
    ],
    to: '-',
  };
  let run: Run | undefined;
  const step = {
    inputs: [{ options: [...global, ...part, ...input], from: soundUrl(path) }],
    outputs: [
      { options: ['-map', '0:a:0', '-c:a', 'pcm_s16le', '-bitexact', '-f', 'wav'], to: 'pipe:1' },
      ...(loudness ? [meter] : []),
    ],
    read: async (bytes: Uint8Array) => {
      if (!samples.add(bytes) || said.strangeRate) run?.kill(); // times in the file that do not advance get past -t
    },
    line(text: string) {
      said.add(text);
      if (said.strangeRate) run?.kill();
    },
  };
  signal?.throwIfAborted();
  run = await startFfmpeg(ffmpeg, step, tmpdir(), timeout);
  const stop = () => run?.kill();
  signal?.addEventListener('abort', stop);
  const exit = await run.exit.finally(() => signal?.removeEventListener('abort', stop));
  signal?.throwIfAborted();
  if (exit.stalled !== undefined) {
    throw new StalledError(
      `${shown} cannot be decoded: ffmpeg made no progress for ${exit.stalled} s. Allow more with --timeout, or give another file.`,
    );
  }
  if (said.strangeRate) {
    throw new UsageError(
      `${shown} has a sample rate of ${said.rate} Hz, which must be from ${LOWEST_RATE} to ${HIGHEST_RATE} Hz: convert it to 48000 Hz.`,
    );
  }
  if (exit.signal !== null && !samples.full)
    throw new RenderError(`ffmpeg was killed (${exit.signal}) while it read ${shown}: try again.`);
  const { codec, elsewhere, problem } = said;
  if (elsewhere) {
    throw new UsageError(
      `${shown} has its sound in another file, which is not opened: give the sound file itself.`,
    );
  }
  if (codec !== undefined && !DECODERS.includes(codec) && samples.frames === 0) {
    throw new UsageError(
      `${shown} has sound in ${codec}, which Untrained does not decode: convert it to .wav.`,
    );
  }
  if (codec === undefined) {
    throw new UsageError(
      said.noSound
        ? `${shown} has no sound: give a file with sound, or leave out --audio.`
        : `${shown} is damaged${problem ? ` (${problem})` : ''}: give another file, or convert it again.`,
    );
  }
  const { channels, rate, frames } = samples;
  if (channels > MOST_CHANNELS) {
    throw new UsageError(
      `${shown} has ${channels} channels, and at most ${MOST_CHANNELS} can be mixed down: convert it to stereo.`,
    );
  }
  const heard = rate > 0 ? frames / rate : 0;
  if (frames === 0 && (from === 0 || (said.seconds ?? Number.POSITIVE_INFINITY) > from + 0.1)) {
    throw new UsageError(
      `${shown} ${problem ? `is damaged (${problem})` : 'has no samples'}: give another file, or convert it again.`,
    );
  }
  const ended = heard < most - 0.01;
  return {
    codec,
    channels,
    rate,
    // What a file without a table of contents says is estimated.
    seconds:
      frames === 0
        ? said.seconds
        : ended
          ? from + heard
          : said.seconds && Math.max(said.seconds, from + heard),
    heard,
    ...(loudness && {
      loudness: (said.loudness ?? Number.NEGATIVE_INFINITY) + (channels === 1 ? DOUBLED : 0),
    }),
    ...(problem && { damage: problem }),
  };
}

/** What ffmpeg says about a file. */
class Said {
  codec: string | undefined;
  /** In Hz. */
  rate: number | undefined;
  seconds: number | undefined;
  loudness: number | undefined;
  /** The first error. */
  problem: string | undefined;
  /** Whether it has no sound, or none of a known kind. */
  noSound = false;
  /** Whether its sound is in another file. */
  elsewhere = false;
  private inOutput = false;

  /** Whether the rate is one that is not resampled. */
  get strangeRate(): boolean {
    const { rate } = this;
    return rate !== undefined && rate > 0 && !(rate >= LOWEST_RATE && rate <= HIGHEST_RATE);
  }

  add(line: string): void {
    if (/Output #/.test(line)) this.inOutput = true;
    const [, codec, rate] = /Stream #0:\d+.*?: Audio: (\w+)(?:.*?, (\d+) Hz)?/.exec(line) ?? [];
    if (codec && !this.inOutput && this.codec === undefined) {
      this.codec = codec;
      this.rate = rate ? Number(rate) : undefined;
    }
    const [, hours, minutes, seconds] = /^\S*\s*Duration: (\d+):(\d\d):(\d\d\.\d+)/.exec(line) ?? [];
    if (seconds) this.seconds ??= 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
    const [, loudness] = /\bI:\s+(-?(?:[\d.]+|inf|nan)) LUFS/.exec(line) ?? [];
    if (loudness) this.loudness = Number(loudness) > -70 ? Number(loudness) : Number.NEGATIVE_INFINITY;
    if (/Skipped opening external track/.test(line)) this.elsewhere = true;
    if (/matches no streams/.test(line)) this.noSound = true;
    // Of videos, the pictures are not decoded.
    if (/not on whitelist|Failed to open codec|matches no streams/.test(line)) return;
    const [, words] = /^(?:\[[^\]]*\] )*\[(?:error|fatal|panic)\] (.*)$/.exec(line) ?? [];
    if (!words || /^Error (while|parsing|opening output|initializing)|^Decoding error/.test(words)) return;
    const plain = words.replace(/^file:.*: ([^:]+)$/, '$1').replace(/[.!]?\s*$/, '');
    this.problem ??= inSight(plain).slice(0, 100);
  }
}

/** Counts the samples of a WAV as it is written. */
class Samples {
  channels = 0;
  rate = 0;
  full = false;
  private readonly seconds: number;
  private head = new Uint8Array(0);
  private bytes = 0;

  /** @param seconds - As much as is expected. */
  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** The samples of each channel. */
  get frames(): number {
    return this.channels > 0 ? Math.floor(this.bytes / (2 * this.channels)) : 0;
  }

  /** @returns Whether there may be more. */
  add(bytes: Uint8Array): boolean {
    if (this.channels > 0) this.bytes += bytes.length;
    else {
      const head = new Uint8Array(this.head.length + bytes.length);
      head.set(this.head);
      head.set(bytes, this.head.length);
      this.head = head;
      const data = textOf(head).indexOf('data');
      if (data < 0 || head.length < data + 8) return head.length < HEAD;
      const view = new DataView(head.buffer);
      this.channels = view.getUint16(22, true);
      this.rate = view.getUint32(24, true);
      this.bytes = head.length - data - 8;
      this.head = new Uint8Array(0);
    }
    this.full = this.frames > this.rate * this.seconds;
    return !this.full;
  }
}
