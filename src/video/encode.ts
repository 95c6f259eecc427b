/** How each format is made: the arguments ffmpeg is given, each with its reason. They were checked with the 2018 build of
 *  @ffmpeg-installer/ffmpeg and with 7.0.2; nothing here says how frames are spaced (-vsync, -fps_mode: the two have no
 *  word in common), since frames that arrive at a rate and leave at the same one are neither dropped nor doubled.
 *
 *  ffmpeg runs inside the work folder (workfolder.ts), so files have short names here and a user's path, with whatever
 *  colons and percent signs it has, never reaches ffmpeg's command line. GIFs are made in gif.ts. */

import { BT709_TAGS, copied, copyOf, framesOf, GENERAL, REPEATABLE, toVideo } from './arguments.js';
import { climbDown } from './budget.js';
import { gif } from './gif.js';
import { noteBytes } from './note.js';
import { type EncodeOptions, qualityOf } from './options.js';
import type { FilmShape, Output } from './output.js';
import type { Step } from './run.js';

export interface Encoding {
  /** Reads the frames. */
  first: Step;
  /** What comes when all frames are there, and gives what there is to tell of it. */
  finish?: (bench: Bench) => Promise<string | undefined>;
  /** What is there in the end, by name. For a sequence, each frame in order. */
  files: string[];
}

/** The work folder, for what comes after the frames. */
export interface Bench {
  /** Runs ffmpeg in it, and gives the last lines of what it said. */
  run(step: Step): Promise<string[]>;
  /** The size of a file, in bytes. */
  bytes(file: string): Promise<number>;
  rename(from: string, to: string): Promise<void>;
}

/** The file with an MP4's or WebM's tags (note.ts), which is there before the frames where there is a note. */
export const NOTE_FILE = 'note.wav';

/** The arguments for `film` as `output`. Pure: nothing is looked up or written. */
export function encodingOf(output: Output, film: FilmShape, options: EncodeOptions = {}): Encoding {
  const { format, path } = output;
  const quality = qualityOf(format, options);
  switch (format) {
    case 'mp4':
      return graded(path, film, options, {
        file: 'film.mp4',
        at: (rung) => Math.min(51, quality + rung / 2),
        rungs: Math.floor(2 * (51 - quality)) + 1,
        halving: 12, // six steps of crf halve an H.264
        said: (crf) => `crf ${crf}`,
        options: (crf) => [
          ...toVideo(film),
          ...['-c:v', 'libx264'], // H.264, which every player and platform takes
          // On our films slow is 4% smaller for 30% more time; faster ones are larger or worse.
          ...['-preset', options.quality === 'draft' ? 'veryfast' : 'medium'],
          ...['-crf', String(crf)],
          // The same tags inside the stream, which some players prefer to the container's. open-gop=0 is x264's default,
          // but platforms ask for closed groups of pictures, so it is said. chromaloc=1: each colour belongs to the
          // middle of its 2 x 2 pixels, as swscale and src/frame/pixels.ts make it.
          ...['-x264-params', 'colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1:open-gop=0'],
          ...BT709_TAGS,
          ...MP4,
        ],
      });

    case 'webm':
      return graded(path, film, options, {
        file: 'film.webm',
        at: (rung) => quality + rung,
        rungs: 63 - quality + 1,
        halving: 9,
        said: (crf) => `crf ${crf}`,
        options: (crf) => [
          ...toVideo(film),
          ...['-c:v', 'libvpx-vp9'],
          ...['-crf', String(crf)],
          ...(film.alpha ? ['-auto-alt-ref', '0'] : []), // frames that are not shown have no place beside transparency
          ...['-b:v', '0'], // no bit rate: else crf is only a bound on quality, and libvpx aims at 200 kbit/s
          ...['-row-mt', '1'], // rows in parallel: the columns that VP9 splits by itself are too few for small frames
          ...['-deadline', 'good'], // not the realtime mode, nor best, which is far slower for nothing one can see
          ...['-cpu-used', options.quality === 'draft' ? '8' : '4'], // 4: 0.3 dB less than 1 in half the time
          ...BT709_TAGS,
          ...['-f', 'webm'],
        ],
      });

    case 'webp':
      return graded(path, film, options, {
        file: 'film.webp',
        at: (rung) => Math.max(0, quality - 4 * rung),
        rungs: Math.ceil(quality / 4) + 1,
        halving: 10,
        said: (quality) => `quality ${quality} of 100`,
        options: (quality) => [
          ...['-c:v', 'libwebp_anim'], // libwebp would write each frame as a picture of its own
          ...['-quality', String(quality)],
          ...['-pix_fmt', 'bgra'], // libwebp makes its own YUV from it: 5% smaller than from ffmpeg's yuv420p
          ...['-loop', '0'], // for ever
          ...['-f', 'webp'],
        ],
      });

    case 'gif':
      return gif(path, film, options);

    case 'png':
      return output.sequence ? pngSequence(film) : one(film, 'film.png', [...png(film), '-f', 'image2pipe']);
  }
}

const MP4 = [
  // faststart: the index first, so that a browser can start before the end arrives. write_colr: puts the colours into the
  // container as well, which newer ffmpegs do unasked.
  ...['-movflags', '+faststart+write_colr'],
  ...['-f', 'mp4'],
];

/** A format whose quality is one number. */
interface Graded {
  file: string;
  /** The quality on each rung of the ladder (budget.ts). */
  at: (rung: number) => number;
  rungs: number;
  halving: number;
  said: (quality: number) => string;
  options: (quality: number) => string[];
}

/** Frames to one file at the best quality; again from a copy, at a lower one, where that is larger than it may be. */
function graded(path: string, film: FilmShape, options: EncodeOptions, grades: Graded): Encoding {
  const { maxSize, loops = 1, note } = options;
  const { file } = grades;
  const video = file !== 'film.webp'; // which ffmpeg gives tags
  const once = loops > 1 ? 'once.mp4' : 'attempt';
  const encoded = (from: Step['inputs'][number], rung: number, to: string): Step => {
    const tagged = note !== undefined && video;
    const tags: Step['inputs'] = [{ options: ['-f', 'wav'], from: NOTE_FILE }];
    const mapped = tagged ? ['-map', '0:v', '-map_metadata', '1'] : ['-map', '0:v'];
    return {
      inputs: tagged ? [from, ...tags] : [from],
      outputs: [{ options: [...mapped, ...grades.options(grades.at(rung)), ...REPEATABLE], to }],
    };
  };
  const repeated: Step = {
    inputs: [{ options: [...GENERAL, '-stream_loop', String(loops - 1)], from: once }],
    outputs: [{ options: ['-c', 'copy', ...MP4, ...REPEATABLE], to: 'attempt' }],
  };

  if (maxSize === undefined && loops === 1) return { first: encoded(framesOf(film), 0, file), files: [file] };
  const first = encoded(framesOf(film), 0, once);
  if (maxSize !== undefined) first.outputs.push(copyOf(film));
  return {
    first,
    files: [file],
    async finish(bench) {
      const make = async (rung: number) => {
        if (rung > 0) await bench.run(encoded(copied(film), rung, once));
        if (loops > 1) await bench.run(repeated);
        return (await bench.bytes('attempt')) + (video ? 0 : noteBytes('webp', note));
      };
      const keep = () => bench.rename('attempt', file);
      if (maxSize === undefined) {
        await make(0);
        await keep();
        return undefined;
      }
      const rung = await climbDown({ ...grades, make, keep }, maxSize, path);
      return rung === 0 ? undefined : `${grades.said(grades.at(rung))} to fit`;
    },
  };
}

/** Frames to one file in one run. */
function one(film: FilmShape, file: string, options: string[]): Encoding {
  const outputs = [{ options: [...options, ...REPEATABLE], to: file }];
  return { first: { inputs: [framesOf(film)], outputs }, files: [file] };
}

const png = ({ alpha }: FilmShape) => [
  ...['-c:v', 'png'],
  ...['-pix_fmt', alpha ? 'rgba' : 'rgb24'], // the bytes as they came, without the fourth where it means nothing
  ...['-pred', 'sub'], // our pictures are smooth: 40% smaller than without, and no other filter did better
];

/** image2 writes a file for each frame, and image2pipe, above, one file whatever its name looks like. */
function pngSequence(film: FilmShape): Encoding {
  const { first } = one(film, '%08d.png', [...png(film), '-f', 'image2', '-start_number', '0']);
  const files = Array.from({ length: film.frames }, (_, i) => `${String(i).padStart(8, '0')}.png`);
  return { first, files };
}
