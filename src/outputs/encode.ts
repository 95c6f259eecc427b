/** How each format is made: the arguments ffmpeg is given, each with its reason. They were checked with the 2018 build of
 *  @ffmpeg-installer/ffmpeg and with 7.0.2; nothing here says how frames are spaced (-vsync, -fps_mode: the two have no
 *  word in common), since frames that arrive at a rate and leave at the same one are neither dropped nor doubled.
 *
 *  ffmpeg runs inside the work folder (workfolder.ts), so files have short names here and a user's path, with whatever
 *  colons and percent signs it has, never reaches ffmpeg's command line. GIFs are made in gif.ts. */

import { BT709_TAGS, copyOf, framesOf, GENERAL, REPEATABLE, segmentsOf, toVideo } from './arguments.js';
import { climbDown } from './budget.js';
import { gif } from './gif.js';
import { noteBytes } from './note.js';
import { type EncodeOptions, qualityOf } from './options.js';
import type { FilmShape, Output } from './output.js';
import { splitPngs, startPngs } from './png.js';
import { tagFrames } from './prores.js';
import type { Run, Step } from './run.js';
import { segmentsIn } from './segments.js';

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

/** The work folder, with the segments of each take listed in `video.txt` and `copy.txt`. */
export interface Bench {
  /** Runs ffmpeg in it, and gives the last lines of what it said. */
  run(step: Step): Promise<string[]>;
  /** The size of a file, in bytes. */
  bytes(file: string): Promise<number>;
  rename(from: string, to: string): Promise<void>;
  /** Where a file is. */
  path(file: string): string;
}

/** The file with a video's tags (note.ts), which is there where there is a note. */
export const NOTE_FILE = 'note.wav';

/** What a segment is made by. @param names - The file of each take. */
export function segmentStep(takes: Take[], film: FilmShape, names: string[]): Step {
  return {
    inputs: [framesOf(film)],
    outputs: takes.map(({ options }, i) => ({
      options: ['-map', '0:v', ...options, ...REPEATABLE],
      to: names[i],
    })),
  };
}

/**
 * x264 compares with one frame instead of three, and looks 20 ahead instead of 40: on three composed films and a sweep, a
 * fifth less of the cores' time, 0.2 to 2.5% fewer bytes, 0.2 to 0.5 dB less of 41 to 59 (the size of a fiftieth). And what
 * it looks ahead is left to do when the last frame has been drawn.
 */
const QUICKER = ':ref=1:rc-lookahead=20';

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
          // middle of its 2 x 2 pixels, as swscale and src/core/frame/pixels.ts make it.
          ...[
            '-x264-params',
            `colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1:open-gop=0${QUICKER}`,
          ],
          ...BT709_TAGS,
        ],
        // faststart: the index first, so that a browser can start before the end arrives. write_colr: puts the colours
        // into the container as well, which newer ffmpegs do unasked.
        container: ['-movflags', '+faststart+write_colr', '-f', 'mp4'],
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
        ],
        container: ['-f', 'webm'],
      });

    case 'webp':
      return graded(path, film, options, {
        file: 'film.webp',
        at: (rung) => Math.max(0, quality - 4 * rung),
        rungs: Math.ceil(quality / 4) + 1,
        halving: 10,
        said: (quality) => `quality ${quality} of 100`,
        options: (quality) => webp('libwebp_anim', quality),
        // Each frame as a picture of its own, without the blocks that the other leaves standing where dark planes move slowly.
        // Where everything moves it is about as large: figure 1 has 454 kB instead of 453.
        otherwise: (quality) => webp('libwebp', quality),
        container: ['-loop', '0', '-f', 'webp'], // for ever
      });

    case 'gif':
      return gif(path, film, options);

    case 'mov': {
      // use_metadata_tags: else a tag has 64 kB at most. The colours again, since the 2018 build does not read its own.
      const container = [...BT709_TAGS, '-movflags', '+write_colr+use_metadata_tags', '-f', 'mov'];
      const encoder = [
        ...toVideo(film, film.alpha ? 'yuva444p10le' : 'yuv444p10le'),
        ...['-c:v', 'prores_ks', '-profile:v', '4444'], // what editing programs take, with transparency
        ...(film.alpha ? ['-alpha_bits', '8'] : []), // as many as there are
        ...['-vendor', 'apl0'], // some programs open no other
      ];
      return {
        takes: [{ name: 'video', options: [...encoder, ...container] }],
        files: ['film.mov'],
        async join(bench) {
          await bench.run(joined(film, options.note, container, 'film.mov'));
          await tagFrames(bench.path('film.mov'));
          return undefined;
        },
      };
    }

    case 'png': {
      const name = (i: number) => (output.sequence ? `${String(i).padStart(8, '0')}.png` : 'film.png');
      return {
        takes: [{ name: 'video', options: ['png', `zlib ${process.versions.zlib}`] }],
        files: Array.from({ length: film.frames }, (_, i) => name(i)),
        start: (path) => startPngs(path, film),
        async join(bench) {
          const segments = segmentsIn(film).map((_, i) => bench.path(`${i}.video`));
          await splitPngs(segments, (i) => bench.path(name(i)));
          return undefined;
        },
      };
    }
  }
}

const HARDLY_LARGER = 1.05;

const webp = (encoder: string, quality: number) => [
  ...['-c:v', encoder, '-quality', String(quality)],
  ...['-preset', 'photo'], // its dithering halves how far flat colours are off, for 1% more bytes
  ...['-pix_fmt', 'bgra'], // libwebp makes its own YUV from it: 5% smaller than from ffmpeg's yuv420p
];

/** A format whose quality is one number. */
interface Graded {
  file: string;
  /** The quality on each rung of the ladder (budget.ts). */
  at: (rung: number) => number;
  rungs: number;
  halving: number;
  said: (quality: number) => string;
  /** To the encoder. */
  options: (quality: number) => string[];
  /** To another one, whose file is taken where it is hardly larger. */
  otherwise?: (quality: number) => string[];
  container: string[];
}

/** Segments at the best quality, joined; or the film anew from its copy at a lower one, where that is larger than it may be. */
function graded(path: string, film: FilmShape, options: EncodeOptions, grades: Graded): Encoding {
  const { maxSize, loops = 1, note } = options;
  const { file, container } = grades;
  const video = file !== 'film.webp'; // which cannot be joined, and which ffmpeg gives no tags
  const copy: Take = { name: 'copy', options: copyOf(film) };
  const encoded: Take = { name: 'video', options: [...grades.options(grades.at(0)), ...container] };
  const anew = async (bench: Bench, rung: number, to: string) => {
    const quality = grades.at(rung);
    const encode = (options: string[], to: string) =>
      bench.run(tagged(segmentsOf('copy', film), video ? note : undefined, [...options, ...container], to));
    await encode(grades.options(quality), to);
    if (!grades.otherwise) return;
    await encode(grades.otherwise(quality), 'otherwise');
    if ((await bench.bytes('otherwise')) <= HARDLY_LARGER * (await bench.bytes(to)))
      await bench.rename('otherwise', to);
  };
  const once = loops > 1 ? 'once' : 'attempt';
  const repeated: Step = {
    inputs: [{ options: [...GENERAL, '-stream_loop', String(loops - 1)], from: once }],
    outputs: [{ options: ['-c', 'copy', ...container, ...REPEATABLE], to: 'attempt' }],
  };
  return {
    takes: [...(video ? [encoded] : []), ...(video && maxSize === undefined ? [] : [copy])],
    files: [file],
    async join(bench) {
      const make = async (rung: number) => {
        if (rung === 0 && video) await bench.run(joined(film, note, container, once));
        else await anew(bench, rung, once);
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

/** The film's segments as they are, one after another. */
function joined(film: FilmShape, note: string | undefined, container: string[], to: string): Step {
  return tagged(segmentsOf('video', film), note, ['-c', 'copy', ...container], to);
}

/** A step with the note as a tag of its file. */
function tagged(from: Step['inputs'][number], note: string | undefined, options: string[], to: string): Step {
  const tags: Step['inputs'] = note === undefined ? [] : [{ options: ['-f', 'wav'], from: NOTE_FILE }];
  const mapped = ['-map', '0:v', ...(note === undefined ? [] : ['-map_metadata', '1'])];
  return { inputs: [from, ...tags], outputs: [{ options: [...mapped, ...options, ...REPEATABLE], to }] };
}
