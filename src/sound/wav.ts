/**
 * Reads WAV files of plain numbers, piece by piece: PCM of 8 to 32 bits, and floats. The bytes are not trusted, except
 * those that ffmpeg has written (`samplesIn`).
 */
import { UsageError } from '../core/errors.js';

/** How a WAV file stores its samples. */
export interface WavFormat {
  /** In Hz. */
  rate: number;
  channels: number;
  /** Of one sample of one channel. */
  bytes: number;
  float: boolean;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** The rates that are read, in Hz. Resampling from others takes minutes, or makes ffmpeg fail. */
export const [LOWEST_RATE, HIGHEST_RATE] = [1000, 768_000];
/** The longest header that is read, in bytes: pictures and notes may come before the samples. */
const LONGEST_HEADER = 16 * 2 ** 20;

/** A WAV file whose samples are not plain numbers: ffmpeg reads it. */
export class Compressed extends Error {}

/** Receives samples of one channel, the mean of all, from -1 to 1. */
type Sink = (samples: Float32Array) => void;

/** Reads a WAV file from its bytes, in pieces of any length. */
export class WavReader {
  format: WavFormat | undefined;
  /** The rest of an incomplete header or frame. */
  #rest: Buffer = Buffer.alloc(0);
  /** The bytes of samples that are still expected; Infinity if the header does not say how many. */
  #left: number | undefined;
  #header = 0;

  /** @param sink - Called with samples, as they are read. */
  constructor(private readonly sink: Sink) {}

  /** @returns Whether more bytes are of interest. @throws UsageError, without the file's name, for other files. */
  push(bytes: Uint8Array): boolean {
    let data =
      this.#rest.length > 0
        ? Buffer.concat([this.#rest, bytes])
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#left === undefined) {
      const start = this.#readHeader(data);
      if (start === undefined) {
        this.#rest = Buffer.from(data);
        return true;
      }
      data = data.subarray(start);
    }
    const size = this.format!.bytes * this.format!.channels;
    const count = Math.floor(Math.min(data.length, this.#left!) / size);
    if (count > 0) this.sink(monoOf(data, count, this.format!));
    this.#left! -= count * size;
    this.#rest = Buffer.from(data.subarray(count * size));
    return this.#left! >= size;
  }

  /** @returns Where the samples begin; undefined if the header is not complete. */
  #readHeader(data: Buffer): number | undefined {
    if (data.length < 12) return undefined;
    if (data.toString('latin1', 0, 4) !== 'RIFF' || data.toString('latin1', 8, 12) !== 'WAVE')
      throw new Compressed(); // RF64, for one
    for (let at = Math.max(12, this.#header); ; ) {
      this.#header = at;
      if (at > LONGEST_HEADER) throw new UsageError('it is damaged: it has no samples');
      if (data.length < at + 8) return undefined;
      const name = data.toString('latin1', at, at + 4);
      const length = data.readUInt32LE(at + 4);
      if (name === 'data') {
        if (!this.format) throw new UsageError('it is damaged: nothing says how its samples are stored');
        // Programs that write into a pipe do not know the length.
        this.#left = length === 0 || length >= 0xffff_ff00 ? Number.POSITIVE_INFINITY : length;
        return at + 8;
      }
      if (name === 'fmt ') {
        if (length < 16 || length > 4096) throw new UsageError('it is damaged: its format is unreadable');
        if (data.length < at + 8 + length) return undefined;
        const format = formatIn(data.subarray(at + 8, at + 8 + length));
        if (typeof format === 'string') throw new UsageError(format);
        this.format = format;
      }
      at += 8 + length + (length % 2);
    }
  }
}

/** The format that a chunk states, or what is wrong with it. */
function formatIn(chunk: Buffer): WavFormat | string {
  let code = chunk.readUInt16LE(0);
  const [channels, rate, bits] = [chunk.readUInt16LE(2), chunk.readUInt32LE(4), chunk.readUInt16LE(14)];
  if (code === EXTENSIBLE && chunk.length >= 26) code = chunk.readUInt16LE(24);
  const float = code === FLOAT;
  if (!(code === PCM && [8, 16, 24, 32].includes(bits)) && !(float && [32, 64].includes(bits)))
    throw new Compressed();
  if (channels < 1 || channels > 64) return `it has ${channels} channels, but at most 64 are read`;
  if (rate < LOWEST_RATE || rate > HIGHEST_RATE)
    return `its rate is ${rate} Hz, but must be from ${LOWEST_RATE} to ${HIGHEST_RATE}`;
  return { rate, channels, bytes: bits / 8, float };
}

/** The mean of all channels. */
function monoOf(data: Buffer, count: number, { channels, bytes, float }: WavFormat): Float32Array {
  const mono = new Float32Array(count);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += bytes) sum += sampleAt(view, at, bytes, float);
    const mean = sum / channels;
    mono[i] = Number.isFinite(mean) ? Math.min(16, Math.max(-16, mean)) : 0;
  }
  return mono;
}

function sampleAt(view: DataView, at: number, bytes: number, float: boolean): number {
  if (float) return bytes === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true);
  if (bytes === 2) return view.getInt16(at, true) / 2 ** 15;
  if (bytes === 4) return view.getInt32(at, true) / 2 ** 31;
  if (bytes === 1) return (view.getUint8(at) - 128) / 2 ** 7;
  return ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
}

/** Where the samples of a WAV that ffmpeg writes begin, and what they are; undefined until all of that is there. */
export function samplesIn(wav: Buffer): { at: number; channels: number; rate: number } | undefined {
  let [channels, rate] = [0, 0];
  for (let at = 12; at + 8 <= wav.length; ) {
    const name = wav.toString('latin1', at, at + 4);
    if (name === 'data') return { at: at + 8, channels, rate };
    if (name === 'fmt ') {
      if (at + 16 > wav.length) return undefined;
      channels = wav.readUInt16LE(at + 10);
      rate = wav.readUInt32LE(at + 12);
    }
    at += 8 + wav.readUInt32LE(at + 4);
  }
  return undefined;
}
