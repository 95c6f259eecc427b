/**
 * Measures how close GIFs are to their films, in dB of PSNR over RGB, compared with gifski and Manim's recipe at the
 * same file size.
 *
 * gifski is looked up in GIFSKI_PATH and PATH, and skipped if it is not found; because of its AGPL licence, it is not a
 * dependency. Each of our files is compared with gifski's at the lowest quality at which its file is at least as large.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createJiti } from 'jiti';
import { createRenderer, frameSchema } from 'untrained';
import { findFfmpeg, renderFilm } from 'untrained/render';
import crossSection from '../scenes/cross-section.js';
import weightScale from '../scenes/weight-scale.js';
import { built } from './built.js';
import { record } from './history.js';
import { table } from './table.js';

const run = promisify(execFile);

/** The tests' sink, on top of the build: see built.ts. */
const openSink: typeof import('../test/video/sink.js').openSink = async (...given) => {
  const alias = { '../../src': fileURLToPath(new URL('../dist', import.meta.url)) };
  const jiti = createJiti(import.meta.url, { alias, fsCache: false });
  const sink = await jiti.import<typeof import('../test/video/sink.js')>('../test/video/sink.ts');
  return sink.openSink(...given);
};
const FRAMES = 30;
const FPS = 25;
const SIZE: [number, number] = [480, 480];

/** Draws a film's frames as PNGs. The scenes start at a frame with enough happening. */
type Draw = (pngs: string) => Promise<unknown>;
const films: Record<string, Draw> = {
  'cross-section: everything moves': (pngs) => fromSweep(crossSection, 0, pngs),
  'weight-scale: everything moves': (pngs) => fromSweep(weightScale, 40, pngs),
  'a network over a still gradient': overGradient,
  'growing-weights: composed, still type': (pngs) => fromScene('growing-weights', 40, pngs),
  'scaling: composed, still type': (pngs) => fromScene('scaling', 30, pngs),
  'moving-slice: composed, still type': (pngs) => fromScene('moving-slice', 20, pngs),
};

/** A GIF's size in bytes, its PSNR against the film, and the time that it took in seconds. */
interface Made {
  bytes: number;
  decibels: number;
  seconds: number;
}

export async function benchGif(): Promise<void> {
  const gifski = await findGifski();
  console.log(
    `\nGIFs of ${FRAMES} frames, ${FPS} fps, compared with ${gifski?.version ?? 'no gifski: it was not found'}`,
  );
  const { path: ffmpeg, version } = await findFfmpeg();
  console.log(`ffmpeg ${version}\n`);
  const head = ['kB', 'dB', 'gifski at that size', 'ours is', 's'];
  for (const [name, draw] of Object.entries(films)) {
    const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
    try {
      await mkdir(join(folder, 'frames'));
      await draw(join(folder, 'frames', '%04d.png'));
      console.log(table([[name, ...head], ...(await compare(name, folder, ffmpeg, gifski?.path))]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function compare(
  name: string,
  folder: string,
  ffmpeg: string,
  gifski: string | undefined,
): Promise<string[][]> {
  const film = new Film(folder, ffmpeg);
  await film.open();
  const theirs = gifski === undefined ? undefined : new Map<number, Made>();
  const atQuality = async (quality: number) => {
    const files = film.names.map((name) => join(folder, 'frames', name));
    const most = ['--width', '9999', '--height', '9999']; // otherwise it shrinks large films
    const args = ['--quiet', '--fps', String(FPS), '--quality', String(quality), ...most];
    const known = theirs!.get(quality);
    const made = known ?? (await film.measure((gif) => run(gifski!, [...args, '--output', gif, ...files])));
    theirs!.set(quality, made);
    return made;
  };
  const rows: string[][] = [];
  for (const way of ['auto', 'per-frame', 'global', 'Manim'] as const) {
    const made = await film.measure((gif) => (way === 'Manim' ? film.manim(gif) : film.ours(gif, way)));
    if (way !== 'Manim') {
      const { bytes, decibels, seconds } = made;
      record('gif', `${name}, ${way}: size`, [bytes], { unit: 'bytes' });
      record('gif', `${name}, ${way}: PSNR`, [decibels], { unit: 'dB', more: true });
      record('gif', `${name}, ${way}: time`, [seconds], { unit: 's' });
    }
    const cells = [`  ${way === 'Manim' ? "Manim's recipe" : `--gif ${way}`}`, ...inCells(made)];
    if (theirs) {
      const quality = await smallest((quality) =>
        atQuality(quality).then(({ bytes }) => bytes >= made.bytes),
      );
      const { bytes, decibels } = await atQuality(quality);
      const than = `${signed(made.decibels - decibels)} dB`;
      cells.splice(
        3,
        0,
        `-Q${quality}: ${inCells({ bytes, decibels, seconds: 0 }).slice(0, 2).join(' / ')}`,
        than,
      );
    } else cells.splice(3, 0, '', '');
    rows.push(cells);
  }
  for (const quality of theirs ? [90, 100] : []) {
    const [bytes, decibels, seconds] = inCells(await atQuality(quality));
    rows.push([`  gifski -Q${quality}`, bytes, decibels, '', '', seconds]);
  }
  return rows;
}

/** The lowest quality that is sufficient, or 100. */
async function smallest(suffices: (quality: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [1, 100];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await suffices(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The frames in a folder, and GIFs of them. */
class Film {
  names: string[] = [];
  private size: [number, number] = [0, 0];

  constructor(
    private readonly folder: string,
    private readonly ffmpeg: string,
  ) {}

  async open(): Promise<void> {
    this.names = (await readdir(join(this.folder, 'frames'))).sort();
    const { probe } = await built.video();
    const { width, height } = probe(join(this.folder, 'frames', this.names[0]));
    this.size = [width, height];
  }

  async measure(make: (gif: string) => Promise<unknown>): Promise<Made> {
    const gif = join(this.folder, 'film.gif');
    const start = performance.now();
    await make(gif);
    const seconds = (performance.now() - start) / 1000;
    return { bytes: (await stat(gif)).size, decibels: await this.likeness(gif), seconds };
  }

  async ours(gif: string, gifPalette: 'auto' | 'per-frame' | 'global'): Promise<void> {
    const { parseOutput } = await built.video();
    const [width, height] = this.size;
    const shape = { width, height, fps: FPS, frames: this.names.length };
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
    const options = { encoding: 'buffer' as const, maxBuffer: 2 ** 30 };
    const { stdout } = await run(this.ffmpeg, ['-loglevel', 'error', ...this.frames(), ...raw], options);
    const sink = await openSink(await findFfmpeg(), parseOutput(gif), shape, { gifPalette });
    const bytes = 4 * width * height;
    for (let at = 0; at < stdout.length; at += bytes) await sink.write(stdout.subarray(at, at + bytes));
    await sink.finish();
  }

  /** Uses ffmpeg like Manim. */
  async manim(gif: string): Promise<void> {
    const graph =
      '[0:v]split[a][b];[a]palettegen=stats_mode=diff[p];' +
      '[b][p]paletteuse=dither=bayer:bayer_scale=5:diff_mode=rectangle';
    await run(this.ffmpeg, ['-loglevel', 'error', ...this.frames(), '-filter_complex', graph, '-y', gif]);
  }

  private frames(): string[] {
    const first = String(Number(this.names[0].slice(0, -4)));
    return ['-framerate', String(FPS), '-start_number', first, '-i', join(this.folder, 'frames', '%04d.png')];
  }

  /** The PSNR in dB, over all frames as ffmpeg decodes them. */
  private async likeness(gif: string): Promise<number> {
    const numbered = `settb=1/${FPS},setpts=N,format=gbrp`; // a GIF's times are rounded
    const graph = `[0:v]${numbered}[a];[1:v]${numbered}[b];[a][b]psnr`;
    const inputs = ['-i', gif, ...this.frames()];
    const args = ['-nostdin', ...inputs, '-filter_complex', graph, '-f', 'null', '-'];
    const { stderr } = await run(this.ffmpeg, args, { maxBuffer: 2 ** 24 });
    return Number(/PSNR .*average:(\S+)/.exec(stderr)?.[1]);
  }
}

async function findGifski(): Promise<{ path: string; version: string } | undefined> {
  const path = process.env.GIFSKI_PATH ?? 'gifski';
  try {
    return { path, version: (await run(path, ['--version'])).stdout.trim() };
  } catch {
    return undefined;
  }
}

function fromSweep(sweep: typeof crossSection, first: number, pngs: string): Promise<unknown> {
  return renderFilm(
    { ...sweep, size: SIZE, fps: FPS },
    { outputs: [pngs], frames: [first, first + FRAMES - 1] },
  );
}

async function fromScene(name: string, first: number, pngs: string): Promise<unknown> {
  const scene = fileURLToPath(new URL(`../scenes/${name}.tsx`, import.meta.url));
  return renderFilm(
    { scene },
    { outputs: [pngs], size: SIZE, fps: FPS, frames: [first, first + FRAMES - 1] },
  );
}

/** A network whose weights grow, 300 pixels wide, over a still, dark gradient 480 pixels wide. */
async function overGradient(pngs: string): Promise<void> {
  const { parseOutput } = await built.video();
  const [width, height] = SIZE;
  const side = 300;
  const shape = { width, height, fps: FPS, frames: FRAMES };
  const sink = await openSink(await findFfmpeg(), parseOutput(pngs), shape);
  const renderer = await createRenderer({ backend: 'cpu' });
  try {
    for (let i = 0; i < FRAMES; i++) {
      const network = { seed: 18, layers: 9, units: 30, weightScale: 0.5 + 0.006 * i };
      const inner = await renderer.render(frameSchema.parse({ network, size: [side, side] }));
      const frame = new Uint8Array(4 * width * height);
      for (let y = 0; y < height; y++) {
        const grey = 12 + (40 * y) / height;
        for (let x = 0; x < width; x++)
          frame.set([0.6 * grey, 0.7 * grey, grey + (10 * x) / width, 255], 4 * (y * width + x));
      }
      for (let y = 0; y < side; y++)
        frame.set(inner.subarray(4 * y * side, 4 * (y + 1) * side), 4 * ((y + 90) * width + 90));
      await sink.write(frame);
    }
    await sink.finish();
  } finally {
    await renderer.close();
  }
}

function inCells({ bytes, decibels, seconds }: Made): string[] {
  return [String(Math.round(bytes / 1000)), decibels.toFixed(2), seconds.toFixed(1)];
}

const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
