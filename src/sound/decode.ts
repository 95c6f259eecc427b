/**
 * Decodes sound files with ffmpeg, as streams. A file is not trusted: ffmpeg is told its container, and may open no
 * other file.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { RenderError, UsageError } from '../core/errors.js';
import { inSight } from '../core/wording/printable.js';
import type { Workbench } from '../outputs/index.js';
import { CHANNELS, type PlacedClip, SAMPLE_RATE } from './placement.js';
import { inputOptions, soundUrl } from './probe.js';

/** A file of a film's sound on this machine. */
export interface SoundFile {
  path: string;
  /** ffmpeg's options to decode it. */
  input: readonly string[];
}

/**
 * Opens a sound file.
 * @param sha256 - The digest that it must have.
 * @throws UsageError if it cannot be read or is of another kind; RenderError if it has changed.
 */
export async function openSound(path: string, sha256: string): Promise<SoundFile> {
  const input = inputOptions(path);
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${inSight(path)} cannot be read (${code ?? message}): give a sound file.`);
  }
  if (hash.digest('hex') === sha256) return { path, input };
  throw new RenderError(`${inSight(path)} has changed since the film was planned: render the film again.`);
}

/** Containers of films, whose sound may begin later than the pictures. */
const FILMS = ['mov', 'matroska'];
const isFilm = ({ input }: SoundFile) => FILMS.includes(input[input.indexOf('-f') + 1]);

/** 80 dB above full scale. Files of floats may contain anything. */
const LOUDEST = 1e4;
const within = (sample: number) =>
  Number.isFinite(sample) ? Math.max(-LOUDEST, Math.min(LOUDEST, sample)) : 0;

/** How many samples of each channel may wait to be read. */
const MOST_WAITING = SAMPLE_RATE;

/** atempo accepts this range; other speeds take several. */
const [SLOWEST, FASTEST] = [0.5, 2];

/** A clip's samples, in order. Close it on every path. */
export class ClipReader {
  private pieces: Float32Array[] = [];
  private waiting = 0;
  /** In what ffmpeg sends; 0 until it has sent the header. */
  private channels = 0;
  private rest = Buffer.alloc(0);
  private ended = false;
  private closed = false;
  private failure: unknown;
  private wake = () => {};
  private resume = () => {};
  private kill = () => {};

  private constructor(
    private readonly bench: Workbench,
    private readonly file: SoundFile,
  ) {}

  /** Starts to decode. */
  static async start(
    bench: Workbench,
    file: SoundFile,
    { clip, start, end, skip }: PlacedClip,
  ): Promise<ClipReader> {
    const reader = new ClipReader(bench, file);
    const { rate = 1 } = clip;
    const length = Math.ceil((end - start) * rate) + (rate === 1 ? 0 : SAMPLE_RATE);
    const run = await bench.start({
      inputs: [
        {
          options: [
            ...['-cpuflags', '0'], // the same samples on every processor
            ...['-nostdin', '-hide_banner', '-loglevel', 'error'],
            ...(isFilm(file) ? ['-copyts'] : []),
            ...file.input,
          ],
          from: soundUrl(file.path),
        },
      ],
      outputs: [
        {
          options: [
            ...['-map', '0:a:0', '-vn', '-sn', '-dn'],
            ...['-af', [...resampled(file), ...trimmed(skip, length), ...tempo(rate)].join(',')],
            ...['-c:a', 'pcm_f32le', '-fflags', '+bitexact', '-f', 'wav'],
          ],
          to: 'pipe:1',
        },
      ],
      read: (bytes) => reader.add(bytes),
    });
    reader.kill = () => run.kill();
    run.end();
    void run.exit.then((exit) => {
      if (exit.code !== 0 && !reader.closed) reader.failure = reader.explain(exit);
      reader.ended = true;
      reader.wake();
    });
    return reader;
  }

  /**
   * Adds the next samples, times `gain`, to `into`. Those that are not numbers are silent.
   * @param into - (samples x channels) numbers.
   * @returns How many samples there were: fewer than `into` has room for only at the end of the sound.
   * @throws UsageError if the file cannot be decoded; RenderError if ffmpeg is killed or makes no progress.
   */
  async mixInto(into: Float32Array, gain: number): Promise<number> {
    let at = 0;
    while (at < into.length) {
      const piece = this.pieces[0];
      if (piece === undefined) {
        if (this.failure) throw this.failure;
        if (this.ended) break;
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      const count = Math.min(piece.length, into.length - at);
      for (let i = 0; i < count; i++) into[at + i] += within(gain * piece[i]);
      at += count;
      this.waiting -= count;
      if (count === piece.length) this.pieces.shift();
      else this.pieces[0] = piece.subarray(count);
      if (this.waiting < CHANNELS * MOST_WAITING) this.resume();
    }
    return at / CHANNELS;
  }

  /** Stops decoding. May be called at any time, and more than once. */
  close(): void {
    this.closed = true;
    this.pieces = [];
    this.resume();
    this.kill();
  }

  private async add(bytes: Uint8Array): Promise<void> {
    if (this.closed) return;
    let all = this.rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.rest, bytes]);
    if (this.channels === 0) {
      const found = dataIn(all);
      if (found) this.channels = found.channels;
      all = found ? all.subarray(found.at) : all;
    }
    const whole = this.channels === 0 ? 0 : all.length - (all.length % 4);
    this.rest = all.subarray(whole);
    const mono = new Float32Array(whole / 4);
    new Uint8Array(mono.buffer).set(all.subarray(0, whole));
    const piece = this.channels === 1 ? doubled(mono) : mono;
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.waiting += piece.length;
    this.wake();
    if (this.waiting >= CHANNELS * MOST_WAITING)
      await new Promise<void>((resolve) => (this.resume = resolve));
  }

  private explain(exit: Parameters<Workbench['failure']>[0]): Error {
    if (exit.signal !== null || exit.stalled !== undefined || exit.error) return this.bench.failure(exit);
    const shown = inSight(this.file.path);
    const words = exit.stderr.map((line) => line.replace(/^(\[[^\]]* @ [^\]]*\] )+/, '')).join('; ');
    if (/matches no streams/.test(words))
      return new UsageError(`${shown} has no sound: give a file with sound.`);
    return new UsageError(
      `${shown} cannot be decoded (${inSight(words).slice(0, 200)}): give another file, or convert it again.`,
    );
  }
}

/**
 * One or two channels at SAMPLE_RATE. ffmpeg would make mono sound quieter when it makes stereo of it, so we do. In
 * films, the sound may begin later than the pictures, and their times count.
 */
const resampled = (file: SoundFile) => [
  `aresample=${SAMPLE_RATE}${isFilm(file) ? ':first_pts=0' : ''}`,
  'aformat=sample_fmts=flt:channel_layouts=stereo|mono',
  'asetpts=N/SR/TB',
];

/** Only part of the sound. */
const trimmed = (skip: number, length: number) => [
  `atrim=start_sample=${skip}:end_sample=${skip + length}`,
  'asetpts=N/SR/TB',
];

/** Another speed at the same pitch, as in HTML media. */
function tempo(rate: number): string[] {
  if (rate === 1) return [];
  const steps: number[] = [];
  let left = rate;
  for (; left > FASTEST; left /= FASTEST) steps.push(FASTEST);
  for (; left < SLOWEST; left /= SLOWEST) steps.push(SLOWEST);
  return [...steps, left].map((step) => `atempo=${step}`);
}

/** Where the samples of a WAV begin, and how many channels it has; undefined if that is not all there yet. */
function dataIn(wav: Buffer): { at: number; channels: number } | undefined {
  let channels = 0;
  for (let at = 12; at + 8 <= wav.length; ) {
    const name = wav.toString('latin1', at, at + 4);
    if (name === 'data') return { at: at + 8, channels };
    if (name === 'fmt ' && at + 12 <= wav.length) channels = wav.readUInt16LE(at + 10);
    at += 8 + wav.readUInt32LE(at + 4);
  }
  return undefined;
}

/** The same in both channels. */
function doubled(mono: Float32Array): Float32Array {
  const stereo = new Float32Array(2 * mono.length);
  for (let i = 0; i < mono.length; i++) stereo.fill(mono[i], 2 * i, 2 * i + 2);
  return stereo;
}
