/**
 * Measures how fast a composed scene is rendered, where the time goes, and how that compares with Motion Canvas
 * alone: its own image-sequence exporter, started with its button in the editor, and then ffmpeg on the PNGs.
 */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFfmpeg, renderFilm } from 'untrained/render';
import { built } from './built.js';

const FPS = 25;
const FRAMES = 6 * FPS;
const target = {
  kind: 'scene',
  path: fileURLToPath(new URL('composed-scene.tsx', import.meta.url)),
} as const;

/** Milliseconds per frame. */
type Times = Record<'film' | 'opening' | 'drawing' | 'network' | 'sending' | 'encoding' | 'theirs', number>;

/** Times each way in turn, `rounds` times, and prints the shortest times. */
export async function benchComposed(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const least = {} as Times;
  const note = (part: keyof Times, ms: number) => {
    least[part] = Math.min(least[part] ?? Number.POSITIVE_INFINITY, ms / FRAMES);
  };
  let exporting = '';
  let still = Number.POSITIVE_INFINITY;
  try {
    await mkdir(join(folder, 'scenes'));
    await copyFile(target.path, join(folder, 'scenes', 'film.tsx'));
    for (let round = 0; round < rounds; round++) {
      still = Math.min(still, await commandStill(join(folder, 'still.png')));
      const film = await renderOurs(join(folder, 'ours.mp4'));
      note('film', film.ms);
      note('opening', film.opening);
      const drawn = await drawOnly({});
      const plain = await drawOnly({ network: false });
      note('drawing', plain.draw + plain.read);
      note('network', Math.max(0, drawn.draw + drawn.read - plain.draw - plain.read));
      note('sending', drawn.send);
      const exported = await exportTheirs(folder);
      const encoded = await encodePngs(folder);
      exporting = `${fixed(exported / FRAMES)} to export, ${fixed(encoded / FRAMES)} to encode`;
      note('theirs', exported + encoded);
      note('encoding', await encodeRaw(folder));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { film, opening, drawing, network, sending, encoding, theirs } = least;
  const parts =
    `drawing ${fixed(drawing)}, the network ${fixed(network)}, waiting to send ${fixed(sending)}; ` +
    `encoding alone ${fixed(encoding)}`;
  console.log(`
A composed scene: ${FRAMES} frames of 1920x1080 to MP4, ms per frame, shortest of ${rounds}
  Untrained, one page                          ${fixed(film)}  ${(1000 / film).toFixed(1)} fps
    ${parts}
    (plus ${fixed(opening * FRAMES)} once, to bundle the scene and start the browser)
  Motion Canvas's image sequence, then ffmpeg  ${fixed(theirs)}  ${(1000 / theirs).toFixed(1)} fps
    ${exporting}
    ours is ${(theirs / film).toFixed(2)} x as fast (expected: at least 3)
  A still of 640x360, with the command          ${(still / 1000).toFixed(2)} s (expected: under 3, on two cores)`);
}

/** The time that the whole command takes for a still without the cache, in milliseconds. */
async function commandStill(output: string): Promise<number> {
  const start = performance.now();
  const still = ['still', target.path, '--size', '640x360', '--at', '0', '--no-cache', '--quiet'];
  await run(process.execPath, [resolve('dist/cli/main.js'), ...still, '--out', output]);
  return performance.now() - start;
}

/** From the first frame until the film is complete; what comes before is `opening`. */
async function renderOurs(output: string): Promise<{ ms: number; opening: number }> {
  const start = performance.now();
  let opened = 0;
  const onProgress = () => {
    opened ||= performance.now();
  };
  await renderFilm({ scene: target.path }, { outputs: [output], onProgress });
  return { ms: performance.now() - opened, opening: opened - start };
}

/** The page's times without encoding, in milliseconds for all frames. */
async function drawOnly(
  variables: Record<string, unknown>,
): Promise<{ draw: number; read: number; send: number }> {
  const { openComposed } = await built.composed();
  const { Studio } = await built.studio();
  const studio = new Studio();
  try {
    const source = await openComposed(target, { variables, formats: ['yuv420p'] }, studio);
    for await (const _ of source.frames([[0, FRAMES - 1]]));
    return await source.times();
  } finally {
    await studio.close();
  }
}

/** The time from clicking the editor's button until all PNGs exist, in milliseconds. */
async function exportTheirs(folder: string): Promise<number> {
  const { findBrowser } = await built.findBrowser();
  const { launchBrowser } = await built.launch();
  const images = join(folder, 'output', 'film');
  await rm(images, { recursive: true, force: true });
  const editor = spawn(process.execPath, [resolve('dist/cli/main.js'), 'edit', '--no-open'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await launchBrowser(await findBrowser());
  try {
    const [url] = await new Promise<RegExpExecArray>((found, failed) => {
      editor.stdout.on('data', (text) => found(/http:\S+/.exec(String(text))!));
      editor.on('exit', () => failed(new Error('The editor ended.')));
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.goto(`${url}film`);
    const button = page.locator('#render');
    await button.waitFor({ timeout: 60_000 });
    await sleep(2000); // wait for the preview's first frames
    const start = performance.now();
    await button.click();
    while ((await filesIn(images)) < FRAMES) await sleep(20);
    return performance.now() - start;
  } finally {
    await browser.close();
    editor.kill();
  }
}

async function filesIn(folder: string): Promise<number> {
  return (await readdir(folder).catch(() => [])).length;
}

/** Encodes the PNGs as one would by hand, at the same quality as ours. In milliseconds. */
async function encodePngs(folder: string): Promise<number> {
  const images = ['-framerate', String(FPS), '-i', join(folder, 'output', 'film', '%06d.png')];
  const options = ['-c:v', 'libx264', '-crf', '18', '-pix_fmt', 'yuv420p'];
  return await timed([...images, ...options, '-y', join(folder, 'theirs.mp4')]);
}

/** The time that our encoding takes when all frames are in memory, in milliseconds. */
async function encodeRaw(folder: string): Promise<number> {
  const raw = join(folder, 'frames');
  const { path } = await findFfmpeg();
  const pixels = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p']; // as our pages send them
  await run(path, ['-loglevel', 'error', '-i', join(folder, 'ours.mp4'), ...pixels, '-y', raw]);
  await readFile(raw); // so that the disk is not timed
  const input = [...pixels, '-video_size', '1920x1080', '-framerate', String(FPS), '-i', raw];
  const { encodingOf } = await built.encode();
  const film = { width: 1920, height: 1080, fps: FPS, frames: FRAMES, pixels: 'yuv420p' } as const;
  const output = join(folder, 'again.mp4');
  const { takes } = encodingOf({ path: output, format: 'mp4', sequence: false }, film);
  const ms = await timed([...input, ...takes[0].options, '-y', output]);
  await rm(raw);
  return ms;
}

/** The duration of an ffmpeg run, in milliseconds. */
async function timed(args: string[]): Promise<number> {
  const { path } = await findFfmpeg();
  const start = performance.now();
  await run(path, ['-loglevel', 'error', ...args]);
  return performance.now() - start;
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`${program} ended with ${code}.`))));
  });
}

function fixed(ms: number): string {
  return ms.toFixed(ms < 100 ? 1 : 0);
}
