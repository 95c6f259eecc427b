/**
 * How fast a composed scene is rendered, where the time goes, and how much faster that is than Motion Canvas alone: its
 * own image-sequence exporter, started by its button in the editor, and then ffmpeg on the PNGs.
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

/** Milliseconds a frame. */
type Times = Record<'film' | 'opening' | 'drawing' | 'network' | 'leaving' | 'encoding' | 'theirs', number>;

/** Times each way in turn, `rounds` times, and prints the least of each. */
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
      note('leaving', drawn.send);
      const exported = await exportTheirs(folder);
      const encoded = await encodePngs(folder);
      exporting = `${fixed(exported / FRAMES)} to export, ${fixed(encoded / FRAMES)} to encode`;
      note('theirs', exported + encoded);
      note('encoding', await encodeRaw(folder));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { film, opening, drawing, network, leaving, encoding, theirs } = least;
  console.log(`
A composed scene: ${FRAMES} frames of 1920x1080 to MP4, ms a frame, least of ${rounds}
  Untrained, one page                          ${fixed(film)}  ${(1000 / film).toFixed(1)} fps
    drawing ${fixed(drawing)}, the network ${fixed(network)}, waiting to leave the page ${fixed(leaving)}; encoding alone ${fixed(encoding)}
    (and ${fixed(opening * FRAMES)} once, to bundle the scene and start the browser)
  Motion Canvas's image sequence, then ffmpeg  ${fixed(theirs)}  ${(1000 / theirs).toFixed(1)} fps
    ${exporting}
    ours is ${(theirs / film).toFixed(2)} x as fast (expected: at least 3)
  A still of 640x360, by the command            ${(still / 1000).toFixed(2)} s (expected: under 3, on two cores)`);
}

/** Milliseconds that the whole command takes for one frame, nothing of which is kept. */
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

/** What the page spends when nobody encodes, in milliseconds for all frames. */
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

/** From the press of the editor's button until its PNGs are all there. */
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
    await sleep(2000); // the preview's own first frames
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

/** As one does by hand, at the quality that ours has. */
async function encodePngs(folder: string): Promise<number> {
  const images = ['-framerate', String(FPS), '-i', join(folder, 'output', 'film', '%06d.png')];
  const options = ['-c:v', 'libx264', '-crf', '18', '-pix_fmt', 'yuv420p'];
  return await timed([...images, ...options, '-y', join(folder, 'theirs.mp4')]);
}

/** What the encoding of ours takes if frames are at hand, in milliseconds. */
async function encodeRaw(folder: string): Promise<number> {
  const raw = join(folder, 'frames');
  const { path } = await findFfmpeg();
  const pixels = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p']; // as they come from our pages
  await run(path, ['-loglevel', 'error', '-i', join(folder, 'ours.mp4'), ...pixels, '-y', raw]);
  await readFile(raw); // so that it is not the disk that is timed
  const input = [...pixels, '-video_size', '1920x1080', '-framerate', String(FPS), '-i', raw];
  const { encodingOf } = await built.encode();
  const film = { width: 1920, height: 1080, fps: FPS, frames: FRAMES, pixels: 'yuv420p' } as const;
  const output = join(folder, 'again.mp4');
  const { takes } = encodingOf({ path: output, format: 'mp4', sequence: false }, film);
  const ms = await timed([...input, ...takes[0].options, '-y', output]);
  await rm(raw);
  return ms;
}

/** How long ffmpeg takes, in milliseconds. */
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
