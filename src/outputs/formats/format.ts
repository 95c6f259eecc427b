/** The interface of formats. Each format is one object in a file of its own, and `index.ts` lists them; all other code
 *  uses the object and never checks a format's name.
 *
 *  To add a format:
 *  1. write its object in a file beside this one, with a reader from src/files/read or one of its own;
 *  2. list it in index.ts;
 *  3. run npm run docs, which adds it to docs/formats.md.
 *  test/video/every-format.test.ts then checks the rules that all formats share. */

import type { PixelFormat } from '../../core/frame/pixels.js';
import type { Bytes, Patch } from '../../files/bytes.js';
import type { Reader } from '../../files/read/found.js';
import type { Run, Step } from '../run.js';
import type { EncoderChoice, Hardware } from './hardware.js';

/** A kind of file for films or pictures: its container and codec, and how it is written and read. */
export interface Format {
  /** Unique and stable: programs read it in JSON. */
  name: string;
  /** For messages: "MP4". */
  title: string;
  /** The endings of its file names, without the dot, in lower case; new files get the first. Formats may share
   *  endings: an MP4 of another codec would be another format. A file name chooses the first listed format that
   *  has its ending. */
  endings: readonly [string, ...string[]];
  /** The codec's common name: "H.264". The same as the title if the format has only one codec. */
  codec: string;
  /** The value of --codec that chooses it among the formats with its endings. Undefined if it has only one codec. */
  choice?: Codec;
  /** What its files call the codec, if other formats have the same container: Found.codec. */
  codes?: readonly string[];
  /** ffmpeg's names of the encoders that can make it, the best first, and of its container: where they are missing, it
   *  is refused before anything is drawn. Undefined for formats that every ffmpeg makes. */
  needs?: { encoders: readonly Av1Encoder[]; container?: string };
  /** Bits per colour component in the file. */
  bits: number;
  /** Whether --depth 10 applies: its pixel formats then include `rgba64`. */
  deep?: boolean;
  /** The pixel formats that its encoder accepts, the cheapest first. */
  pixels: readonly PixelFormat[];
  /** Whether gradients are dithered against bands, unless they are already. */
  debands?(options: EncodeOptions): boolean;
  /** Whether ffmpeg makes it. */
  needsFfmpeg: boolean;

  // Limits. ../output.ts and ../options.ts have the error messages.

  /** Whether it supports transparency. */
  transparent: boolean;
  /** Whether a file has only one picture, so that a film becomes numbered files. */
  onePicture?: boolean;
  /** Why both sides must be even, to show after the title: "yuv420p". */
  evenSides?: string;
  /** The maximum width and height, in pixels, if it is low enough to be reached. */
  maxSide?: number;
  /** Whether --loops may repeat the film in the file. */
  loops?: boolean;
  /** Whether hardware encoders can make it. */
  hardware?: boolean;
  /** Whether players loop it automatically. */
  repeats?: boolean;
  /** Why --max-size is rejected, to follow `"PATH" is`, and what to write instead. */
  fixedSize?: { because: string; instead: string };
  /** One line for each thing about a film that is allowed but will not look as requested. */
  warnings?(film: FilmShape): string[];

  // Quality.

  /** Undefined if there is nothing to choose. */
  quality?: {
    /** The number for each grade of --quality. */
    grades: Readonly<Record<Quality, number>>;
    /** How to write a number N: "crf N". */
    unit: string;
    /** The option that sets the number directly, with its range. */
    option?: NumberOption;
  };

  // Writing and reading.

  /** How its sound is encoded. Undefined if its files have none. */
  sound?: SoundCodec;
  /** How `film` becomes files of this format. Pure: reads and writes nothing. */
  encoding(output: Output, film: FilmShape, options: EncodeOptions): Encoding;
  /** Adds a note to a finished file. Undefined if ffmpeg writes the note (`tagged` in graded.ts). */
  addNote?(bytes: Bytes, note: string): Patch[];
  /** The bytes that every complete file ends with, to detect truncated ones. */
  tail?: Uint8Array;
  /** Reads its files back. */
  reader: Reader;
  /** ffmpeg's options to decode its files: the container, and the decoder if ffmpeg would choose another. Undefined if
   *  ffmpeg cannot, or if it is not needed. */
  decoding?(film: FilmShape): string[];
  /** Changes to a copy of a file without which ffmpeg would decode more than the film. */
  decodable?(bytes: Bytes): Patch[];
  /**
   * Checks a segment, or a finished file, of a format that ffmpeg does not make.
   * @param isSegment - Its pictures are then decompressed, too.
   * @returns A checksum of each picture, or what is wrong.
   */
  checksums?(path: string, film: FilmShape, isSegment: boolean): Promise<string[] | string>;
}

/** How sound is encoded: at 48 kHz, in stereo. */
export interface SoundCodec {
  /** For messages: "AAC". */
  title: string;
  /** What ffmpeg calls it: "aac". */
  name: string;
  /** Options for its encoder. */
  encoder(options: EncodeOptions): string[];
  /** ffmpeg's container for the sound until it is joined with the picture. Keeps the exact beginning and end. */
  container: string;
  /** How many samples the encoder adds at the beginning, which players skip because the file says so. */
  priming: number;
  /** By how many samples the decoded sound may be longer than the sound. */
  padding: number;
}

/** A numeric option of EncodeOptions, and its range in one format (inclusive). */
export interface NumberOption {
  option: 'crf' | 'webpQuality';
  /** To follow "The": "--crf of an .mp4". */
  called: string;
  least: number;
  most: number;
  whole?: boolean;
  /** A good value. */
  hint: number;
}

export const qualities = ['draft', 'standard', 'high'] as const;
export type Quality = Extract<(typeof qualities)[number], string>;

/** What --codec accepts. The file name chooses the container, and by default the codec, too. */
export const codecs = ['h264', 'av1', 'vp9', 'prores'] as const;
export type Codec = Extract<(typeof codecs)[number], string>;

/** ffmpeg's encoders of AV1, the best first. */
export const av1Encoders = ['libsvtav1', 'libaom-av1', 'librav1e'] as const;
export type Av1Encoder = Extract<(typeof av1Encoders)[number], string>;

/**
 * Those of some encoders that take such a film. Many versions of SVT-AV1 take no sides below 64 pixels, and libaom
 * takes no frames that last longer than a second.
 */
export function encodersFor<E extends string>(
  encoders: readonly E[],
  { width, height, fps }: Pick<FilmShape, 'width' | 'height' | 'fps'>,
): E[] {
  return encoders.filter((name) =>
    name === 'libsvtav1' ? Math.min(width, height) >= 64 : name !== 'libaom-av1' || fps >= 1,
  );
}

/** Bits per colour component: what --depth accepts. */
export const depths = [8, 10] as const;
export type Depth = (typeof depths)[number];

export const gifPalettes = ['auto', 'per-frame', 'global'] as const;
export type GifPalette = Extract<(typeof gifPalettes)[number], string>;

/** How a film is encoded, beyond its format. */
export interface EncodeOptions {
  /** A GIF's palettes of 256 colours: one per frame, which is best if everything moves, or one for the whole film,
   *  which is best if much stands still. `auto`, the default, measures both on some of the film's frames. */
  gifPalette?: GifPalette;
  /** Determines the next two unless they are given. Defaults to standard. */
  quality?: Quality;
  /** The codec, for containers that can have several: `h264` (the default) or `av1` in MP4, `vp9` (the default) or
   *  `av1` in WebM. */
  codec?: Codec;
  /** Bits per colour component, 8 (the default) or 10. Sweeps are then drawn with 16 bits, on the CPU. */
  depth?: Depth;
  /** Constant quality of MP4 (H.264: 1 to 51, AV1: 0 to 63), WebM and AVIF (0 to 63): lower is better and larger. */
  crf?: number;
  /** Quality of lossy WebP, 0 to 100: higher is better and larger. */
  webpQuality?: number;
  /** The maximum size of a file, in bytes. Quality is reduced to fit; if that is not enough, no file is made. */
  maxSize?: number;
  /** How many times the film plays in the file, 1 to 1000. Only for MP4, which players do not loop. Defaults to 1. */
  loops?: number;
  /**
   * Whether an MP4 may have edit lists, which say from when on a track is shown or heard. Some platforms refuse them.
   * Defaults to true.
   */
  editLists?: boolean;
  /** The maximum bit rate of an MP4's sound, in bits per second. */
  soundBits?: number;
  /** Whether to leave the film's sound out of the file. Defaults to false. */
  silent?: boolean;
  /** What encodes MP4s. Only `software`, the default, gives the same bytes on every machine. */
  encoder?: EncoderChoice;
  /** The hardware encoder that was found for it (../hardware.ts). */
  hardware?: Hardware;
  /** The encoder that was found for a format with AV1. */
  av1?: Av1Encoder;
  /** A text for the file's metadata: its recipe. One line. */
  note?: string;
  /** The film's encoded sound: the name of its file on the workbench. */
  sound?: string;
}

/** Where a film goes. */
export interface Output {
  /** As the caller gave it: absolute, or relative to the working folder. */
  path: string;
  /** The format's name. */
  format: string;
  /** Whether each frame is a file, with its number in the name: `frames/%04d.png`. */
  sequence: boolean;
}

export interface FilmShape {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Frames per second. Need not be whole (23.976, 12.5). */
  fps: number;
  /** The number of frames, at least 1. */
  frames: number;
  /** The frames' pixel format: one of pixelFormatsFor(output). Defaults to `rgba`. */
  pixels?: PixelFormat;
  /** Whether gradients in the frames have been dithered against bands. */
  debanded?: boolean | undefined;
  /** Whether the A of RGBA counts. Otherwise it is ignored and frames are opaque. */
  alpha?: boolean;
}

/** How a film is encoded: in segments (segments.ts), which are then joined. */
export interface Encoding {
  /** What to make from each segment's frames, in one run of ffmpeg. */
  takes: Take[];
  /** Makes a segment's only take at a path, for formats that do not need ffmpeg. */
  start?(path: string): Promise<Run>;
  /** Makes the files from all segments. */
  join(bench: Bench): Promise<Joined>;
  /** The names of the finished files; for a sequence, those of all frames in order. */
  files: string[];
}

/** How a film's files were made from its segments. */
export interface Joined {
  /** The take that they were made from: `video` was joined without encoding again, and `copy` was encoded. */
  from: Take['name'];
  /** What was chosen automatically, as text (Finished.chose). */
  chose?: string | undefined;
  /** The frame step: 2 = the files have every second frame. Defaults to 1. */
  every?: number;
}

/** One encoding of a segment. */
export interface Take {
  /** `video`: final quality, to be joined without re-encoding. `copy`: lossless, to encode the film as a whole. */
  name: 'video' | 'copy';
  /** Options for the encoder and the container, the same for every segment. */
  options: string[];
}

/** The work folder, with the segments of each take listed in `video.txt` and `copy.txt`, and the note in NOTE_FILE. */
export interface Bench {
  /** Runs ffmpeg in it, and returns the last lines of its stderr. */
  run(step: Step): Promise<string[]>;
  /** The size of a file, in bytes. */
  bytes(file: string): Promise<number>;
  rename(from: string, to: string): Promise<void>;
  /** The path of a file. */
  path(file: string): string;
}

/** The file with a video's tags (src/files/write/wav.ts). It exists if there is a note. */
export const NOTE_FILE = 'note.wav';

/** A format's quality as a number: crf, quality or colours. */
export function qualityOf({ quality }: Pick<Format, 'quality'>, options: EncodeOptions): number {
  if (!quality) throw new Error('This format has no quality to choose.');
  const given = quality.option && options[quality.option.option];
  return given ?? quality.grades[options.quality ?? 'standard'];
}
