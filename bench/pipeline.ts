/**
 * Measures how much of the speed of drawing and encoding a whole film keeps. A part of scenes/weight-scale.ts is drawn
 * without encoding, encoded from a file without drawing, and rendered like with `npm run render`.
 *
 * If drawing and encoding use different hardware, as with a GPU, a perfect pipeline takes as long as the slower of the
 * two. If they share all cores, it takes as long as both together. So both ratios are printed.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type FrameDescription,
  type FrameRenderer,
  frameAt,
  frameCount,
  type Sweep,
  timeOfFrame,
} from 'untrained';
import { findFfmpeg, renderFilm } from 'untrained/render';
import scene from '../scenes/weight-scale.js';
import type { PixelFormat } from '../src/core/frame/pixels.js';
import type { Hardware } from '../src/outputs/formats/hardware.js';
import type { FilmShape, Output } from '../src/outputs/output.js';
import { built } from './built.js';
import { record } from './history.js';

/** The length of the film in seconds, from the middle of the scene, where the picture is moderately complex. */
const SECONDS = 3;

/** In seconds. */
interface FilmTimes<Time = number> {
  draw: Time;
  encode: Time;
  film: Time;
  /** The film after its first frame, excluding the renderer's start. */
  running: Time;
}

export interface FilmFigures {
  frames: number;
  /** The pixel format of the renderer's frames. */
  pixels: PixelFormat;
  ffmpeg: string;
  /** The shortest of all rounds. */
  seconds: FilmTimes;
  /** Each round's. */
  rounds: FilmTimes<number[]>;
  /** The film, encoded alone: its size in bytes, and the PSNR of its luma in dB. */
  bytes: number;
  psnr: number;
}

/** Prints the shortest time of each of the three in seconds, and the ratios. */
export async function benchPipeline(renderer: FrameRenderer, rounds: number): Promise<void> {
  const { frames, ffmpeg, seconds, rounds: all } = await measureFilm(renderer, scene, SECONDS, rounds);
  const { draw, encode, film } = seconds;
  record('pipeline', 'drawing alone', all.draw, { unit: 's' });
  record('pipeline', 'encoding alone', all.encode, { unit: 's' });
  record('pipeline', 'the film', all.film, { unit: 's' });
  const both = all.film.map((film, round) => (all.draw[round] + all.encode[round]) / film);
  record('pipeline', 'drawing + encoding, relative to the film', both, { unit: 'x', more: true });
  const percent = (part: number) => `${((100 * part) / film).toFixed(0)}%`.padStart(5);
  const [width, height] = scene.size;
  const size = `${width}x${height}`;
  console.log(`
A whole film: weight-scale, ${frames} frames of ${size} to MP4 (ffmpeg ${ffmpeg}): seconds, shortest of ${rounds}
  drawing alone                                ${draw.toFixed(2).padStart(8)}
  encoding alone                               ${encode.toFixed(2).padStart(8)}
  the film                                     ${film.toFixed(2).padStart(8)}
  the slower of the two / the film                ${percent(Math.max(draw, encode))}
  drawing + encoding / the film                   ${percent(draw + encode)}`);
}

/**
 * Times drawing, encoding and the film in turn, `rounds` times, for `filmSeconds` from the middle of a sweep.
 * @param hardware - The encoder. Defaults to x264.
 */
export async function measureFilm(
  renderer: FrameRenderer,
  sweep: Sweep,
  filmSeconds: number,
  rounds: number,
  hardware?: Hardware,
): Promise<FilmFigures> {
  const frames = Math.min(frameCount(sweep), Math.round(filmSeconds * sweep.fps));
  const first = Math.floor((frameCount(sweep) - frames) / 2);
  const descriptions = Array.from({ length: frames }, (_, i) =>
    frameAt(sweep, timeOfFrame(sweep, first + i)),
  );
  const output: Output = { path: 'alone.mp4', format: 'mp4', sequence: false };
  const { pixelFormatsFor } = await built.video();
  const pixels = pixelFormatsFor(output).find((format) => renderer.formats.includes(format)) ?? 'rgba';
  const [width, height] = sweep.size;
  const shape: FilmShape = { width, height, fps: sweep.fps, frames, pixels };
  const ffmpeg = await findFfmpeg();
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const all: FilmTimes<number[]> = { draw: [], encode: [], film: [], running: [] };
  const time = async <T>(part: keyof FilmTimes, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    all[part].push((performance.now() - start) / 1000);
    return result;
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const drawn = await time('draw', () => drawAll(renderer, descriptions, pixels, round === 0));
      if (round === 0) await writeFile(join(folder, 'frames'), drawn);
      await time('encode', () => encode(ffmpeg.path, folder, output, shape, hardware));
      let began = 0;
      const options = {
        outputs: [join(folder, 'whole.mp4')],
        backend: renderer.backend,
        encoder: hardware?.name,
        frames: [first, first + frames - 1] as [number, number],
        onProgress: () => {
          began ||= performance.now();
        },
      };
      await time('film', () => renderFilm(sweep, options));
      all.running.push((performance.now() - began) / 1000);
    }
    const { size: bytes } = await stat(join(folder, 'film.mp4'));
    const psnr = await psnrOf(ffmpeg.path, folder, shape);
    const least = (part: keyof FilmTimes) => Math.min(...all[part]);
    const seconds = {
      draw: least('draw'),
      encode: least('encode'),
      film: least('film'),
      running: least('running'),
    };
    return { frames, pixels, ffmpeg: ffmpeg.version, seconds, rounds: all, bytes, psnr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Draws frames with as many in flight as the renderer prefers. Reuses buffers, unless all frames are to be returned.
 */
async function drawAll(
  renderer: FrameRenderer,
  descriptions: FrameDescription[],
  pixels: PixelFormat,
  keep: boolean,
): Promise<Uint8Array[]> {
  const drawn: Uint8Array[] = [];
  let next = 0;
  const lane = async () => {
    let last: Uint8Array | undefined;
    while (next < descriptions.length) {
      const i = next++;
      last = await renderer.render(descriptions[i], keep ? undefined : last, pixels);
      if (keep) drawn[i] = last;
    }
  };
  await Promise.all(Array.from({ length: renderer.framesInFlight }, lane));
  return drawn;
}

/** Encodes the file `frames` to MP4, with the same arguments as a film. */
async function encode(
  ffmpeg: string,
  cwd: string,
  output: Output,
  shape: FilmShape,
  hardware: Hardware | undefined,
): Promise<void> {
  const { encodingOf, segmentStep } = await built.encode();
  const options = hardware ? { hardware } : {};
  const step = segmentStep(encodingOf(output, shape, options).takes, shape, ['film.mp4']);
  const inputs = step.inputs.flatMap(({ options }) => [...options, '-i', 'frames']);
  const outputs = step.outputs.flatMap(({ options, to }) => [...options, '-y', to]);
  const child = spawn(ffmpeg, [...inputs, ...outputs], {
    cwd,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}.`))));
  });
}

/** The PSNR of the luma of film.mp4 against the file `frames`, in dB. */
async function psnrOf(ffmpeg: string, cwd: string, shape: FilmShape): Promise<number> {
  const { framesOf, toVideo } = await built.arguments();
  const [filters] = toVideo(shape, 'yuv420p').slice(1);
  const compared = filters ? `[0:v]${filters}[drawn];[1:v][drawn]psnr` : '[1:v][0:v]psnr';
  const input = framesOf(shape).options.map((option, i, all) =>
    all[i - 1] === '-loglevel' ? 'info' : option,
  );
  const args = [...input, '-i', 'frames', '-i', 'film.mp4', '-lavfi', compared, '-f', 'null', '-'];
  const { stderr } = await promisify(execFile)(ffmpeg, args, { cwd, windowsHide: true });
  return Number(/PSNR y:(\S+)/.exec(stderr)?.[1] ?? Number.NaN);
}
