/**
 * Compares the formats of films: their bytes, and how close they are to the frames, in dB of PSNR over RGB. Formats
 * that this ffmpeg cannot make are left out. FFMPEG_PATH names another.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Sweep, sweep, tween } from 'untrained';
import { type FilmOptions, findFfmpeg, renderFilm } from 'untrained/render';
import crossSection from '../scenes/cross-section.js';
import weightScale from '../scenes/weight-scale.js';
import { record } from './history.js';
import { table } from './table.js';

const run = promisify(execFile);
const FRAMES = 30;
const FPS = 25;
const SIZE: [number, number] = [480, 480];

/** A sweep and its first frame. */
const films: Record<string, { film: Sweep; first: number }> = {
  'cross-section': { film: crossSection, first: 0 },
  'weight-scale': { film: weightScale, first: 40 },
  'a dark gradient': { film: gradient(), first: 0 },
};

/** A few units with small weights: brightness hardly changes from one side to the other. */
function gradient(): Sweep {
  const network = { seed: 3, layers: 2, width: 3, weightScale: 0.3, biasScale: 0.3 };
  return sweep({
    ...{ network, seconds: 4, fps: FPS, size: SIZE, palette: 'magma' },
    view: { halfWidth: tween(0.5, 0.6) },
  });
}

interface Way {
  name: string;
  file: string;
  options: Pick<FilmOptions, 'codec' | 'depth'>;
  /** Arguments before -i. */
  input?: string[];
  /** Which stream is the film. */
  stream?: string;
}

const VIDEO =
  'scale=in_color_matrix=bt709:in_range=limited:out_range=full:flags=accurate_rnd+full_chroma_int+bicubic,';

const ways: Way[] = [
  { name: 'MP4, H.264', file: 'a.mp4', options: {} },
  { name: 'MP4, H.264, 10 bits', file: 'b.mp4', options: { depth: 10 } },
  { name: 'MP4, AV1', file: 'c.mp4', options: { codec: 'av1' } },
  { name: 'MP4, AV1, 10 bits', file: 'd.mp4', options: { codec: 'av1', depth: 10 } },
  { name: 'WebM, VP9', file: 'e.webm', options: {} },
  { name: 'WebM, VP9, 10 bits', file: 'f.webm', options: { depth: 10 } },
  { name: 'AVIF', file: 'g.avif', options: {}, stream: '0:v:1' },
  { name: 'MOV, ProRes', file: 'h.mov', options: {} },
  { name: 'GIF', file: 'i.gif', options: {} },
  { name: 'APNG', file: 'j.apng', options: {}, input: ['-f', 'apng'] },
];

export async function benchFormats(): Promise<void> {
  const { path: ffmpeg, version } = await findFfmpeg();
  console.log(
    `\nFormats: ${FRAMES} frames of ${SIZE.join('x')}, ${FPS} fps, --quality standard, ffmpeg ${version}\n`,
  );
  for (const [name, { film, first }] of Object.entries(films)) {
    const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
    try {
      const make = (file: string, options: Way['options']) => {
        const frames: [number, number] = [first, first + FRAMES - 1];
        return renderFilm(
          { ...film, size: SIZE, fps: FPS },
          { outputs: [join(folder, file)], frames, ...options },
        );
      };
      await make('frame-%04d.png', {});
      const rows = [[name, 'kB', 'dB', 's']];
      for (const way of ways) {
        try {
          const { files, seconds } = await make(way.file, way.options);
          const decibels = await likeness(ffmpeg, folder, first, way);
          const figure = `${name}, ${way.name}`;
          record('formats', `${figure}: size`, [files[0].bytes], { unit: 'bytes' });
          // A lossless format's PSNR is infinite, so it is not recorded.
          record('formats', `${figure}: PSNR`, [Number(decibels)], { unit: 'dB', more: true });
          record('formats', `${figure}: time`, [seconds], { unit: 's' });
          rows.push([`  ${way.name}`, `${Math.round(files[0].bytes / 1000)}`, decibels, seconds.toFixed(1)]);
        } catch (error) {
          console.log(`  ${way.name}: ${(error as Error).message}`);
        }
      }
      console.log(table(rows));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** The PSNR of a film over all frames, in dB: "inf" if nothing is lost. */
async function likeness(ffmpeg: string, folder: string, first: number, way: Way): Promise<string> {
  const { file, input = [], stream = '0:v' } = way;
  const numbered = `settb=1/${FPS},setpts=N,format=gbrp`;
  const convert = /\.(gif|apng)$/.test(file) ? '' : VIDEO;
  const graph = `[${stream}]${convert}${numbered}[a];[1:v]${numbered}[b];[a][b]psnr`;
  const frames = ['-framerate', `${FPS}`, '-start_number', `${first}`, '-i', join(folder, 'frame-%04d.png')];
  const args = ['-nostdin', ...input, '-i', join(folder, file), ...frames, '-filter_complex', graph];
  const { stderr } = await run(ffmpeg, [...args, '-f', 'null', '-'], { maxBuffer: 2 ** 24 });
  const found = /PSNR .*average:(\S+)/.exec(stderr)?.[1] ?? '?';
  return Number.isFinite(Number(found)) ? Number(found).toFixed(1) : found;
}
