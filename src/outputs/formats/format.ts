/** What a format is. There is one object per format, in a file of its own, and `index.ts` lists them; everything else asks
 *  the object and never looks at a format's name.
 *
 *  To add a format:
 *  1. write its object in a file beside this one, with a reader from src/files/read or one of its own;
 *  2. list it in index.ts;
 *  3. describe it in README.md.
 *  test/video/every-format.test.ts then holds it to what every format promises. */

import type { PixelFormat } from '../../core/frame/pixels.js';
import type { Bytes, Patch } from '../../files/bytes.js';
import type { Reader } from '../../files/read/found.js';
import type { Run, Step } from '../run.js';

/** A kind of file that films or pictures are written to: a container, what is in it, and how it is made. */
export interface Format {
  /** Unique, and stable: programs read it in JSON. */
  name: string;
  /** In a sentence: "MP4". */
  title: string;
  /** Of its files' names, without the dot, in lower case; new files get the first. Formats may share endings: an MP4 of
   *  another codec is a format of its own, and a file name chooses the first of the list that has its ending. */
  endings: readonly [string, ...string[]];
  /** What the pictures are coded with, as people know it: "H.264". The title, where the format knows but one. */
  codec: string;
  /** Of a colour component, in the file. */
  bits: number;
  /** What frames may be handed over as, the cheapest first. */
  pixels: readonly PixelFormat[];
  /** Whether ffmpeg makes it. */
  needsFfmpeg: boolean;

  // What it cannot hold, or refuses. checks.ts words the refusals.

  /** Whether it can be transparent. */
  transparent: boolean;
  /** Whether a file is one picture, so that a film becomes numbered files. */
  onePicture?: boolean;
  /** Why both sides must be even, to follow the title: "yuv420p". */
  evenSides?: string;
  /** The widest and tallest picture, in pixels, where it is less than anyone would try. */
  maxSide?: number;
  /** Whether --loops may repeat the film in the file. */
  loops?: boolean;
  /** Whether players repeat it by themselves. */
  repeats?: boolean;
  /** Why --max-size is refused, to follow `"PATH" is`, and what to write instead. */
  fixedSize?: { because: string; instead: string };
  /** What is legal for a film but will not look as requested, each in one line. */
  warnings?(film: FilmShape): string[];

  // Quality.

  /** None where there is nothing to choose. */
  quality?: {
    /** The number for each of --quality's grades. */
    grades: Readonly<Record<Quality, number>>;
    /** What the number is, around N: "crf N". */
    unit: string;
    /** The option that sets the number directly, and what it may be, ends included. */
    option?: NumberOption;
  };

  // How it is made and read.

  /** How `film` becomes files of this format. Pure: nothing is looked up or written. */
  encoding(output: Output, film: FilmShape, options: EncodeOptions): Encoding;
  /** Adds a note to a finished file. None where ffmpeg writes it, as `tagged` in graded.ts has it do. */
  addNote?(bytes: Bytes, note: string): Patch[];
  /** What every whole file ends with, to recognise one that was cut short. */
  tail?: Uint8Array;
  /** Reads its files back. */
  reader: Reader;
}

/** An option of EncodeOptions that is a number, in the terms of one format. */
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
export type Quality = (typeof qualities)[number];

export const gifPalettes = ['auto', 'per-frame', 'global'] as const;

/** How a film is written, beyond its format. */
export interface EncodeOptions {
  /** Of a GIF's 256 colours: chosen anew for each frame, which is best where everything moves, or once for the whole film,
   *  which is best where much stands still; `auto`, the default, measures both on some of the film's frames. */
  gifPalette?: (typeof gifPalettes)[number];
  /** Decides the next two where they are not given. Defaults to standard. */
  quality?: Quality;
  /** Constant quality of MP4 (1 to 51) and WebM (0 to 63): less is better and larger. */
  crf?: number;
  /** Quality of lossy WebP, 0 to 100: more is better and larger. */
  webpQuality?: number;
  /** The maximum size of a file, in bytes. Quality is given up to keep to it; where that is not enough, no file is made. */
  maxSize?: number;
  /** How often the film plays in the file, 1 to 1000: MP4 only, which cannot say that it repeats. Defaults to 1. */
  loops?: number;
  /** A text for the file's metadata: its recipe. One line. */
  note?: string;
}

/** Where a film goes. */
export interface Output {
  /** As it was given; relative to the working folder, or absolute. */
  path: string;
  /** The format's name. */
  format: string;
  /** A file for each frame, its number printed into the name: `frames/%04d.png`. */
  sequence: boolean;
}

export interface FilmShape {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Frames a second. Fractions are welcome (23.976, 12.5). */
  fps: number;
  /** How many frames the film has, at least 1. The sink takes exactly as many. */
  frames: number;
  /** How the frames' bytes lie; one of pixelFormatsFor(output). `rgba` by default. */
  pixels?: PixelFormat;
  /** Whether the A of RGBA is meant. Otherwise frames are opaque, whatever it says. */
  alpha?: boolean;
}

/** A film is made of segments (segments.ts), each encoded by itself, and then joined. */
export interface Encoding {
  /** What is made of each segment's frames, in one run of ffmpeg. */
  takes: Take[];
  /** Makes a segment's one take at a path, where no ffmpeg is needed for it. */
  start?(path: string): Promise<Run>;
  /** Makes the files of all segments, and gives what there is to tell of it. */
  join(bench: Bench): Promise<string | undefined>;
  /** What is there in the end, by name. For a sequence, each frame in order. */
  files: string[];
}

/** One of the files that a segment becomes. */
export interface Take {
  /** `video`: as the film will have it, to be joined as it is. `copy`: without loss, to be encoded as a whole. */
  name: 'video' | 'copy';
  /** To its encoder and its container; the same for every segment. */
  options: string[];
}

/** The work folder, with the segments of each take listed in `video.txt` and `copy.txt`, and the note in NOTE_FILE. */
export interface Bench {
  /** Runs ffmpeg in it, and gives the last lines of what it said. */
  run(step: Step): Promise<string[]>;
  /** The size of a file, in bytes. */
  bytes(file: string): Promise<number>;
  rename(from: string, to: string): Promise<void>;
  /** Where a file is. */
  path(file: string): string;
}

/** The file with a video's tags (src/files/write/wav.ts), which is there where there is a note. */
export const NOTE_FILE = 'note.wav';

/** The number that a format's quality is: crf, quality, or colours. */
export function qualityOf({ quality }: Pick<Format, 'quality'>, options: EncodeOptions): number {
  if (!quality) throw new Error('This format has no quality to choose.');
  const given = quality.option && options[quality.option.option];
  return given ?? quality.grades[options.quality ?? 'standard'];
}
