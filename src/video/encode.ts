/** How each format is made: the arguments ffmpeg is given, each with its reason. They were checked with the 2018 build of
 *  @ffmpeg-installer/ffmpeg and with 7.0.2; nothing here says how frames are spaced (-vsync, -fps_mode: the two have no
 *  word in common), since frames that arrive at a rate and leave at the same one are neither dropped nor doubled.
 *
 *  ffmpeg runs inside the work folder (workfolder.ts), so files have short names here and a user's path, with whatever
 *  colons and percent signs it has, never reaches ffmpeg's command line. */

import { UsageError } from '../errors.js';
import type { PixelFormat } from '../frame/pixels.js';
import type { FilmShape, Output } from './output.js';
import type { Step } from './run.js';

export interface EncodeOptions {
  /** Of a GIF's 256 colours: chosen anew for each frame (the default), which is best where everything moves, or once for
   *  the whole film, which is best where much stands still and costs a second run over a lossless copy on disk. */
  gifPalette?: 'per-frame' | 'global';
  /** Constant quality of MP4 (1 to 51) and WebM (0 to 63): less is better and larger. Defaults to 18 and 22, which were
   *  equally near the source: 41.9 dB PSNR on 60 frames of a 10 x 16 network at 480x480, in 147 and 112 KB. */
  crf?: number;
  /** Quality of lossy WebP, 0 to 100: more is better and larger. Defaults to 80. */
  webpQuality?: number;
}

export interface Encoding {
  /** The first step reads the frames. A second, where there is one, runs when the first has ended well. */
  steps: Step[];
  /** What the last step leaves, by name. For a sequence, each frame in order. */
  files: string[];
}

/** To ffmpeg as a whole, in every step. */
const GENERAL = [
  '-nostdin', // stdin carries frames: ffmpeg must not take a byte of it for a command such as q
  '-loglevel',
  'error', // so that what stderr holds is the reason of a failure, and no statistics
  '-xerror', // the 2018 build else says that the disk filled up in the last write, and exits with 0
];

/** To every output. */
const REPEATABLE = ['-fflags', '+bitexact']; // no random identifiers: the same frames make the same bytes again

/**
 * RGB to the YUV of video, by the book. yuv420p alone would mean BT.601 without saying so, which is off by up to 39/255
 * where a player takes it for BT.709, as players do; with this it is within 1.1/255. In scale: in_range and out_range,
 * since pictures use 0 to 255 and video 16 to 235; lanczos and full_chroma_int, for the halving of the colour planes;
 * accurate_rnd, since the fast rounding has a bias.
 */
const TO_BT709 =
  'scale=in_range=full:out_range=limited:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+lanczos,format=yuv420p';

/** The same for a film's frames, where they do not come converted already. */
const toVideo = ({ pixels }: FilmShape): string[] => (pixels === 'yuv420p' ? [] : ['-vf', TO_BT709]);

/** Says in the file what TO_BT709 did, so that a player need not guess. */
const BT709_TAGS = [
  ...['-colorspace', 'bt709'], // the matrix between RGB and YUV
  ...['-color_primaries', 'bt709'], // those of sRGB
  ...['-color_trc', 'bt709'], // what players expect beside the other two; sRGB's own curve is often not understood
  ...['-color_range', 'tv'], // 16 to 235
];

/**
 * Refuses a quality that the format does not know.
 * @throws UsageError with the range.
 */
export function checkEncodeOptions({ format }: Output, { crf, webpQuality }: EncodeOptions): void {
  // 0 would be lossless, in a profile of H.264 that hardly any player knows.
  if (format === 'mp4') within('--crf of an .mp4', crf, 1, 51, 'try 18');
  if (format === 'webm') within('--crf of a .webm', crf, 0, 63, 'try 22');
  if (format === 'webp') within('quality of a .webp', webpQuality, 0, 100, 'try 80');
}

function within(what: string, value: number | undefined, least: number, most: number, hint: string): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new UsageError(`The ${what} is ${value}, and must be from ${least} to ${most}: ${hint}.`);
}

/** The arguments for `film` as `output`. Pure: nothing is looked up or written. */
export function encodingOf(output: Output, film: FilmShape, options: EncodeOptions = {}): Encoding {
  switch (output.format) {
    case 'mp4':
      return one(film, 'film.mp4', [
        ...toVideo(film),
        ...['-c:v', 'libx264'], // H.264, which every player and platform takes
        ...['-preset', 'medium'], // on our films slow is 4% smaller for 30% more time; faster ones are larger or worse
        ...['-crf', String(options.crf ?? 18)],
        // The same tags inside the stream, which some players prefer to the container's. open-gop=0 is x264's default,
        // but platforms ask for closed groups of pictures, so it is said. chromaloc=1: each colour belongs to the middle
        // of its 2 x 2 pixels, as swscale and src/frame/pixels.ts make it.
        ...['-x264-params', 'colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1:open-gop=0'],
        ...BT709_TAGS,
        // faststart: the index first, so that a browser can start before the end arrives. write_colr: puts the tags into
        // the container as well, which newer ffmpegs do unasked.
        ...['-movflags', '+faststart+write_colr'],
        ...['-f', 'mp4'],
      ]);

    case 'webm':
      return one(film, 'film.webm', [
        ...toVideo(film),
        ...['-c:v', 'libvpx-vp9'],
        ...['-crf', String(options.crf ?? 22)],
        ...['-b:v', '0'], // no bit rate: else crf is only a bound on quality, and libvpx aims at 200 kbit/s
        ...['-row-mt', '1'], // rows in parallel: the columns that VP9 splits by itself are too few for small frames
        ...['-deadline', 'good'], // not the realtime mode, nor best, which is far slower for nothing one can see
        ...['-cpu-used', '4'], // 0.3 dB less than 1 in half the time
        ...BT709_TAGS,
        ...['-f', 'webm'],
      ]);

    case 'webp':
      return one(film, 'film.webp', [
        ...['-c:v', 'libwebp_anim'], // libwebp would write each frame as a picture of its own
        ...['-quality', String(options.webpQuality ?? 80)],
        ...['-pix_fmt', 'bgra'], // libwebp makes its own YUV from it: 5% smaller than from ffmpeg's yuv420p
        ...['-loop', '0'], // for ever
        ...['-f', 'webp'],
      ]);

    case 'gif':
      return options.gifPalette === 'global' ? globalPaletteGif(film) : perFramePaletteGif(film);

    case 'png':
      return output.sequence ? pngSequence(film) : one(film, 'film.png', [...PNG, '-f', 'image2pipe']);
  }
}

/** What a format can be made of, the cheapest first. */
export function pixelFormatsFor({ format }: Output): PixelFormat[] {
  return format === 'mp4' || format === 'webm' ? ['yuv420p', 'rgba'] : ['rgba'];
}

/** Frames through the pipe, raw. rgb0: four bytes a pixel, of which the last is not looked at. */
function framesOf(film: FilmShape): Step['inputs'][number] {
  return {
    options: [
      ...GENERAL,
      ...['-f', 'rawvideo'],
      ...(film.pixels === 'yuv420p' ? ['-pix_fmt', 'yuv420p', ...BT709_TAGS] : ['-pix_fmt', 'rgb0']),
      ...['-video_size', `${film.width}x${film.height}`],
      ...['-framerate', String(film.fps)],
    ],
    from: 'pipe:0',
  };
}

/** Frames to one file in one run. */
function one(film: FilmShape, file: string, options: string[]): Encoding {
  const outputs = [{ options: [...options, ...REPEATABLE], to: file }];
  return { steps: [{ inputs: [framesOf(film)], outputs }], files: [file] };
}

const PNG = [
  ...['-c:v', 'png'],
  ...['-pix_fmt', 'rgb24'], // the bytes as they came, without the fourth
  ...['-pred', 'sub'], // our pictures are smooth: 40% smaller than without, and no other filter did better
];

/** image2 writes a file for each frame, and image2pipe, above, one file whatever its name looks like. */
function pngSequence(film: FilmShape): Encoding {
  const options = [...PNG, '-f', 'image2', '-start_number', '0'];
  const { steps } = one(film, '%08d.png', options);
  const files = Array.from({ length: film.frames }, (_, i) => `${String(i).padStart(8, '0')}.png`);
  return { steps, files };
}

/** To both kinds of GIF. */
function gifOptions({ fps, frames }: FilmShape): string[] {
  // A GIF's delays are hundredths of a second, and ffmpeg spreads the rounding, 3 4 3 3 4 3, except that the last frame
  // repeats the delay before it. With the right one a loop keeps its time.
  const centiseconds = (frame: number) => Math.round((100 * frame) / fps);
  const last = Math.max(1, centiseconds(frames) - centiseconds(frames - 1));
  return ['-loop', '0', '-final_delay', String(last), '-f', 'gif']; // loop 0: for ever
}

/** palettegen's reserve_transparent stays on: with it, what stands still between frames is left out (35% smaller). */
function perFramePaletteGif(film: FilmShape): Encoding {
  // Each frame makes its own palette (single), used for that frame alone (new=1). Dithering would only add noise to 256
  // colours that were chosen for one picture.
  const filter =
    'split[film][p];[p]palettegen=stats_mode=single[palette];[film][palette]paletteuse=new=1:dither=none';
  return one(film, 'film.gif', ['-vf', filter, ...gifOptions(film)]);
}

/** One palette needs every frame before the first can be drawn with it. A filter graph would keep the film in memory, so
 *  the first step writes it to disk, lossless, while it gathers the palette; the second draws it. */
function globalPaletteGif(film: FilmShape): Encoding {
  const gather: Step = {
    inputs: [framesOf(film)],
    outputs: [
      {
        options: [
          // The film does not pass through this graph: where a split made both, 7.0.2 kept each frame (280 MB for 300).
          ...['-filter_complex', '[0:v]palettegen=stats_mode=full[palette]'],
          ...['-map', '0:v'],
          ...['-c:v', 'utvideo', '-pix_fmt', 'gbrp'], // lossless, a quarter of the raw bytes, and as fast as copying
          ...['-f', 'nut'], // keeps any frame rate exactly, where Matroska would round to milliseconds
        ],
        to: 'film.nut',
      },
      {
        options: ['-map', '[palette]', '-c:v', 'png', '-frames:v', '1', '-f', 'image2pipe'],
        to: 'palette.png',
      },
    ],
  };
  const draw: Step = {
    inputs: [
      { options: [...GENERAL, '-f', 'nut'], from: 'film.nut' },
      { options: ['-f', 'png_pipe'], from: 'palette.png' },
    ],
    outputs: [
      {
        options: [
          // Ordered dither stays put from frame to frame, so what stands still compresses; error diffusion crawls, and
          // doubles the size.
          ...['-filter_complex', '[0:v][1:v]paletteuse=dither=bayer:bayer_scale=5'],
          ...gifOptions(film),
          ...REPEATABLE,
        ],
        to: 'film.gif',
      },
    ],
  };
  return { steps: [gather, draw], files: ['film.gif'] };
}
