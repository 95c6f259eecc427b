/**
 * Checks segments that come from elsewhere, and the film that was joined from them, by decoding both. A SegmentCheck
 * checks an output's segments one by one and remembers their frames; then it checks the finished file.
 */
import { promises as fs } from 'node:fs';
import { RenderError } from '../core/errors.js';
import { frameBytes } from '../core/frame/pixels.js';
import { SAMPLE_RATE } from '../core/sound/samples.js';
import type { Times } from '../files/read/found.js';
import { type Decoded, decode, decodeSound, SMALL_BYTES } from './decode.js';
import { encodingOf, type Joined, type Take } from './encode.js';
import { formatNamed } from './formats/index.js';
import { patchFile } from './opened.js';
import type { EncodeOptions } from './options.js';
import type { FilmShape } from './output.js';
import { fractionOf } from './rate.js';
import { SegmentEncoder } from './segment-encoder.js';
import { timesOf, wrongTimes } from './times.js';
import type { Workbench } from './workbench.js';

/** ffmpeg's options to read a lossless copy: see losslessCopy() in formats/arguments.ts. */
const COPY = ['-f', 'nut'];

/** How many repetitions of a film are decoded. The others must have the same packets. */
const DECODED_LOOPS = 2;

/**
 * The largest mean difference of a frame and its encoding, as small pictures, in 8-bit steps: far more than encoding
 * changes, and less than the difference of a picture and a black frame.
 */
const ALIKE = 40;
/** The same for consecutive frames of which a GIF or a WebP stores only the first. */
const SAME = 8;

/** The frames of a segment. */
type Frames = Pick<Decoded, 'frames' | 'small'>;

/** Sound as ffmpeg describes it, and by how many seconds containers may round its beginning. */
const SOUND_KIND = `${SAMPLE_RATE} Hz, stereo`;
const SOUND_LATE = 0.001;

/** The checks of one output. */
export class SegmentCheck {
  /** The frames of each segment, by take. */
  private readonly found = { video: [] as Frames[], copy: [] as Frames[] };
  private hasSound = false;
  private readonly samples = new Map<string, Promise<Decoded>>();

  /** @param threads - How many threads decode a segment. */
  constructor(
    private readonly bench: Workbench,
    private readonly shape: FilmShape,
    private readonly options: EncodeOptions,
    private readonly threads: number,
  ) {}

  /**
   * Checks a segment's file, which is on the workbench: it can be decoded, has the right number of frames, and is
   * encoded like all other segments of the film.
   * @param count - How many frames it must have.
   * @returns What is wrong with it, or undefined.
   */
  async segment(
    number: number,
    name: Take['name'],
    file: string,
    count: number,
  ): Promise<string | undefined> {
    const isPictures = name === 'video' && this.format.checksums !== undefined;
    const found = isPictures ? await this.pictures(file, true) : await this.decoded(name, file, count);
    if (typeof found === 'string') return found;
    if (found.frames.length !== count) return `it has ${found.frames.length} frames instead of ${count}`;
    this.found[name][number] = found;
    return undefined;
  }

  /** Records that a segment has the same file as another. */
  same(number: number, as: number, name: Take['name']): void {
    this.found[name][number] = this.found[name][as];
  }

  /**
   * Checks the finished files against the segments: every frame, and when it is shown.
   * @param files - Their names on the workbench.
   * @param sound - The encoded sound on the workbench, if the film has one.
   * @throws RenderError that says which frame is wrong.
   */
  async joined(files: string[], joined: Joined, sound?: string): Promise<void> {
    this.hasSound = sound !== undefined;
    const wrong =
      (await this.wrongIn(files, joined)) ??
      (sound === undefined ? undefined : await this.wrongInSound(files[0], sound));
    if (wrong === undefined) return;
    const { path } = this.bench.output;
    throw new RenderError(
      `"${path}" was joined wrongly, so it is not written: ${wrong}. Choose another ffmpeg with --ffmpeg, or report this.`,
    );
  }

  private get format() {
    return formatNamed(this.bench.output.format);
  }

  /** Reads a file that ffmpeg did not make. */
  private async pictures(file: string, isSegment: boolean): Promise<Frames | string> {
    const frames = await this.format.checksums!(this.bench.path(file), this.shape, isSegment);
    return typeof frames === 'string' ? frames : { frames };
  }

  /** Decodes a segment, and compares how it is encoded with a sample. */
  private async decoded(name: Take['name'], file: string, count: number): Promise<Decoded | string> {
    const found = await this.read(name, file, count + 1);
    if (typeof found === 'string') return `it cannot be decoded (${found})`;
    const { stream, headers } = await this.sampleOf(name);
    if (found.stream !== stream) return `it is ${found.stream} instead of ${stream}`;
    if (found.headers !== headers) return "its codec's headers differ from the film's";
    return found;
  }

  /** @param most - Enough frames to see that there are too many. */
  private read(name: Take['name'], file: string, most: number): Promise<Decoded | string> {
    const { shape, threads } = this;
    const small = name === 'video' ? undefined : shape.pixels === 'yuv420p' ? 'yuv' : 'rgb';
    const input = name === 'video' ? this.format.decoding!(shape) : COPY;
    return decode(this.bench, { file, input, fps: shape.fps, threads, most, small });
  }

  /** A black frame, encoded as planned: how every segment must be encoded. */
  private sampleOf(name: Take['name']): Promise<Decoded> {
    const sample = this.samples.get(name) ?? this.makeSample(name);
    this.samples.set(name, sample);
    return sample;
  }

  private async makeSample(name: Take['name']): Promise<Decoded> {
    const { bench, shape, options } = this;
    const take = encodingOf(bench.output, shape, options).takes.find((take) => take.name === name)!;
    const file = `sample.${name}`;
    const encoder = new SegmentEncoder(bench, shape, [{ take, file }], 1, undefined);
    await encoder.start();
    await encoder.write(new Uint8Array(frameBytes([shape.width, shape.height], shape.pixels)));
    await encoder.finish();
    const sample = await this.read(name, file, 1);
    if (typeof sample === 'string') {
      const { path } = bench.output;
      throw new RenderError(
        `The segments of "${path}" cannot be checked: this ffmpeg cannot decode what it encodes (${sample}). Choose another with --ffmpeg.`,
      );
    }
    await fs.rm(bench.path(file), { force: true });
    return sample;
  }

  /** What is wrong with the finished files, or undefined. */
  private wrongIn(files: string[], joined: Joined): Promise<string | undefined> | string | undefined {
    if (joined.from === 'copy') return this.wrongInEncoded(files[0], joined);
    return this.format.checksums ? this.wrongInPictures(files) : this.wrongInJoined(files[0]);
  }

  /** Pictures of their own must be those of the segments. */
  private async wrongInPictures(files: string[]): Promise<string | undefined> {
    const expected = this.found.video.flatMap(({ frames }) => frames);
    const all: string[] = [];
    for (const [i, file] of files.entries()) {
      const found = await this.pictures(file, false);
      if (typeof found === 'string') return `frame ${i} of ${files.length}: ${found}`;
      all.push(...found.frames);
    }
    if (all.length !== expected.length) return `it has ${all.length} frames instead of ${expected.length}`;
    const wrong = all.findIndex((frame, i) => frame !== expected[i]);
    if (wrong >= 0) return this.differs(wrong, all.length);
    return all.length > 1 && files.length === 1
      ? this.wrongTimesIn(files[0], numbers(all.length), all.length)
      : undefined;
  }

  /** The file, or a copy of it of which ffmpeg decodes only the film. */
  private async decodable(file: string): Promise<string> {
    const { bench, format } = this;
    if (!format.decodable) return file;
    const copy = `${file}.copy`;
    await bench.onDisk(fs.copyFile(bench.path(file), bench.path(copy)));
    await patchFile(bench.path(copy), format.decodable);
    return copy;
  }

  /** What was joined without encoding must have exactly the segments' frames. */
  private async wrongInJoined(file: string): Promise<string | undefined> {
    const { shape, bench, options } = this;
    const { loops = 1 } = options;
    const expected = this.found.video.flatMap(({ frames }) => frames);
    const count = expected.length;
    const decodedLoops = Math.min(loops, DECODED_LOOPS);
    const found = await decode(bench, {
      file: await this.decodable(file),
      input: this.format.decoding!(shape),
      fps: shape.fps,
      threads: 0, // as many as ffmpeg thinks best
      most: loops > decodedLoops ? count * decodedLoops : undefined,
      packets: true,
      sound: this.hasSound,
    });
    if (typeof found === 'string') return `it cannot be decoded (${found})`;
    const wrong = found.frames.findIndex((frame, i) => frame !== expected[i % count]);
    if (wrong >= 0 && wrong < count * loops) return this.differs(wrong, count * loops);
    if (found.frames.length !== count * decodedLoops)
      return `it has ${found.frames.length} frames instead of ${count * decodedLoops}`;
    const { packets } = found;
    if (packets.length !== count * loops)
      return `it has ${packets.length} frames instead of ${count * loops}`;
    const other = packets.findIndex((packet, i) => packet !== packets[i % count]);
    if (other >= 0) return `its repetition ${Math.floor(other / count) + 1} differs from the first`;
    return this.wrongTimesIn(file, numbers(count * loops), count * loops);
  }

  /** What was encoded from the lossless copies must look like them. */
  private async wrongInEncoded(file: string, { every = 1 }: Joined): Promise<string | undefined> {
    const { shape, bench, options, format } = this;
    const { loops = 1 } = options;
    const all = this.found.copy.map(({ small }) => small!);
    const expected = Buffer.concat(all);
    const pictureOf = (number: number) => {
      const at = (number % shape.frames) * SMALL_BYTES;
      return expected.subarray(at, at + SMALL_BYTES);
    };
    const frames = shape.frames * loops;
    const times = timesOf(bench.path(file), format.name);
    const shown = times && frames > 1 ? shownAt(times, frames, shape.fps, every) : [0];
    if (typeof shown === 'string') return shown;
    for (const [i, number] of shown.entries()) {
      for (let left = number + every; left < (shown[i + 1] ?? frames); left += every)
        if (difference(pictureOf(number), pictureOf(left)) > SAME)
          return `it lacks frame ${left} of ${frames}`;
    }
    const wrong = frames > 1 ? this.wrongTimesIn(file, shown, frames) : undefined;
    if (wrong || !format.decoding) return wrong;
    const found = await decode(bench, {
      file: await this.decodable(file),
      input: format.decoding(shape),
      fps: shape.fps,
      threads: 0,
      most: Math.min(loops, DECODED_LOOPS) * shape.frames,
      sound: this.hasSound,
      small: format.pixels.includes('yuv420p') ? 'yuv' : 'rgb',
    });
    if (typeof found === 'string') return `it cannot be decoded (${found})`;
    const decoded = Math.min(shown.length, Math.min(loops, DECODED_LOOPS) * shape.frames);
    if (found.frames.length !== decoded) return `it has ${found.frames.length} frames instead of ${decoded}`;
    for (const [i, number] of shown.slice(0, decoded).entries()) {
      const picture = found.small!.subarray(i * SMALL_BYTES, (i + 1) * SMALL_BYTES);
      if (difference(picture, pictureOf(number)) > ALIKE) return this.differs(number, frames);
    }
    return undefined;
  }

  /** The sound must be the encoded one, begin with the first frame, and be as long as the film. */
  private async wrongInSound(file: string, sound: string): Promise<string | undefined> {
    const { bench, shape, format, options } = this;
    const codec = format.sound!;
    const whole = await decodeSound(bench, sound, ['-f', codec.container], SAMPLE_RATE);
    if (typeof whole === 'string') return `its sound cannot be decoded (${whole})`;
    if (!whole.stream.startsWith(`Audio: ${codec.name}`) || !whole.stream.includes(SOUND_KIND))
      return `its sound is ${whole.stream} instead of ${codec.name}, ${SOUND_KIND}`;
    const [numerator, denominator] = fractionOf(shape.fps);
    const frames = shape.frames * (options.loops ?? 1);
    const length = Math.round((frames * denominator * SAMPLE_RATE) / numerator);
    const found = await decodeSound(bench, file, format.decoding!(shape), SAMPLE_RATE);
    if (typeof found === 'string') return `its sound cannot be decoded (${found})`;
    if (found.md5 !== whole.md5) return 'its sound is not the one that was encoded';
    if (found.samples < length || found.samples > length + codec.padding)
      return `its sound has ${found.samples} samples instead of ${length}`;
    if (Math.abs(found.start) > SOUND_LATE)
      return `its sound begins at ${found.start.toFixed(4)} s instead of 0`;
    return undefined;
  }

  private wrongTimesIn(file: string, shown: readonly number[], frames: number): string | undefined {
    const { bench, format, shape } = this;
    const times = timesOf(bench.path(file), format.name);
    if (!times) return undefined;
    const wrong = wrongTimes(times, shown, frames, shape.fps);
    return wrong && `its ${wrong}`;
  }

  private differs(frame: number, frames: number): string {
    return `frame ${frame} of ${frames} is not the one in its segment`;
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The number in the film of each picture of a GIF or WebP, which store frames that stay the same only once.
 * @returns The numbers, or what is wrong.
 */
function shownAt(
  { starts, ticks, exact, frame }: Times,
  frames: number,
  fps: number,
  every: number,
): number[] | string {
  const count = Math.ceil(frames / every);
  if (starts.length === count) return numbers(count).map((i) => i * every);
  if (starts.length > count || exact || frame !== undefined)
    return `it has ${starts.length} frames instead of ${count}`;
  const shown = starts.map((start) => Math.round((start * fps) / ticks / every) * every);
  const repeated = shown.findIndex((number, i) => i > 0 && number <= shown[i - 1]);
  return repeated < 0 ? shown : `it shows frame ${shown[repeated]} twice`;
}

/** The mean absolute difference of two pictures. */
function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
