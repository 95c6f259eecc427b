/** Mixes clips, repeats the mix and fades it: streams of samples, in float32, two channels after one another. */
import { promises as fs } from 'node:fs';
import { crossFade, SAMPLE_RATE, SEAM_SECONDS } from '../core/sound/samples.js';
import type { Workbench } from '../outputs/index.js';
import { ClipReader, type SoundFile } from './decode.js';
import { CHANNELS, type PlacedClip } from './placement.js';

/** How many samples are mixed at a time: a quarter of a second. */
const CHUNK = SAMPLE_RATE / 4;

/** How much of a repetition is cross-faded with the end of the one before, in samples. */
export const SEAM = SEAM_SECONDS * SAMPLE_RATE;

/** The file on the workbench that holds a film's sound while it is repeated. */
const LOOP_FILE = 'loop.f32';

/** A clip and its file. */
export interface MixedClip extends PlacedClip {
  file: SoundFile;
}

/** A mix of clips. */
export class Mix {
  /** The end of the last sample that came from a clip. Final once all samples have been read. */
  end = 0;

  /** @param length - In samples. Clips may be longer. */
  constructor(
    private readonly bench: Workbench,
    private readonly clips: readonly MixedClip[],
    private readonly length: number,
  ) {}

  /** All samples, in order. Each array is valid until the next is requested. Clips are decoded while they are heard. */
  async *samples(): AsyncGenerator<Float32Array> {
    const ahead = [...this.clips].sort((a, b) => a.start - b.start);
    let heard: { clip: MixedClip; reader: ClipReader }[] = [];
    const chunk = new Float32Array(CHANNELS * CHUNK);
    try {
      for (let at = 0; at < this.length; at += CHUNK) {
        const stop = Math.min(at + CHUNK, this.length);
        while (ahead.length > 0 && ahead[0].start < stop) {
          const clip = ahead.shift()!;
          heard.push({ clip, reader: await ClipReader.start(this.bench, clip.file, clip) });
        }
        const out = chunk.subarray(0, CHANNELS * (stop - at)).fill(0);
        const still: typeof heard = [];
        for (const one of heard) {
          const { start, end, clip } = one.clip;
          const [from, to] = [Math.max(start, at), Math.min(end, stop)];
          const into = out.subarray(CHANNELS * (from - at), CHANNELS * (to - at));
          const count = await one.reader.mixInto(into, 10 ** ((clip.gain ?? 0) / 20));
          if (count > 0) this.end = Math.max(this.end, from + count);
          if (count === to - from && to < end) still.push(one);
          else one.reader.close();
        }
        heard = still;
        yield out;
      }
    } finally {
      for (const { reader } of heard) reader.close();
    }
  }
}

/**
 * Repeats a mix. Where its sound goes on after the end of a repetition, the continuation is cross-faded with the
 * beginning of the next one, so that there is no click; otherwise repetitions are equal.
 * @param starts - The first sample of each repetition, and the end of the last.
 * @param mix - Must be SEAM samples longer than the longest repetition.
 */
export async function* repeated(
  mix: Mix,
  starts: readonly number[],
  bench: Workbench,
): AsyncGenerator<Float32Array> {
  const lengths = starts.slice(1).map((end, i) => end - starts[i]);
  const file = await bench.onDisk(fs.open(bench.path(LOOP_FILE), 'w+'));
  try {
    const [first] = lengths;
    let written = 0;
    for await (const chunk of mix.samples()) {
      await bench.onDisk(file.writeFile(bytesOf(chunk)));
      const left = Math.max(0, first - written);
      written += chunk.length / CHANNELS;
      if (left > 0) yield chunk.subarray(0, CHANNELS * left);
    }
    const read = async (at: number, count: number) => {
      const samples = new Float32Array(CHANNELS * Math.max(0, count));
      await bench.onDisk(file.read(bytesOf(samples), 0, samples.byteLength, 4 * CHANNELS * at));
      return samples;
    };
    for (const [i, length] of lengths.entries()) {
      if (i === 0) continue;
      const before = lengths[i - 1];
      const beyond = mix.end - before;
      const seam = beyond > 1 ? Math.min(SEAM, beyond, length) : 0; // a sample may be due to rounding
      const start = await read(0, seam);
      crossFade(await read(before, seam), start, CHANNELS);
      if (seam > 0) yield start;
      for (let at = seam; at < length; at += CHUNK) yield await read(at, Math.min(CHUNK, length - at));
    }
  } finally {
    await file.close();
    await fs.rm(bench.path(LOOP_FILE), { force: true });
  }
}

/** Fades of a sound, in samples. */
interface Fades {
  fadeIn: number;
  fadeOut: number;
  /** Of the whole sound. */
  length: number;
}

/** Fades a sound in and out, linearly in amplitude. Changes the arrays. */
export async function* faded(
  chunks: AsyncIterable<Float32Array>,
  { fadeIn, fadeOut, length }: Fades,
): AsyncGenerator<Float32Array> {
  let at = 0;
  for await (const chunk of chunks) {
    const count = chunk.length / CHANNELS;
    if (at < fadeIn || at + count > length - fadeOut) {
      for (let i = 0; i < count; i++) {
        const [before, after] = [at + i, length - 1 - at - i];
        const gain = (before < fadeIn ? before / fadeIn : 1) * (after < fadeOut ? after / fadeOut : 1);
        for (let channel = 0; channel < CHANNELS; channel++) chunk[CHANNELS * i + channel] *= gain;
      }
    }
    at += count;
    yield chunk;
  }
}

/** The same samples without the first ones. */
export async function* without(
  first: number,
  chunks: AsyncIterable<Float32Array>,
): AsyncGenerator<Float32Array> {
  let left = CHANNELS * first;
  for await (const chunk of chunks) {
    const cut = Math.min(left, chunk.length);
    left -= cut;
    if (cut < chunk.length) yield chunk.subarray(cut);
  }
}

/** The memory of samples as bytes. */
export const bytesOf = (samples: Float32Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
