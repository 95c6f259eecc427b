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
import { record } from './history.js';
import { type CpuTimes, total, WORKERS, watchCpu } from './processes.js';
import { fixed, table } from './table.js';

const FPS = 25;

/** A scene of this folder, and how many frames it has. */
interface Scene {
  name: string;
  path: string;
  frames: number;
}

const scene = (name: string, file: string, frames: number): Scene => ({
  name,
  path: fileURLToPath(new URL(file, import.meta.url)),
  frames,
});
const MIXED = scene('a curve and a network', 'composed-scene.tsx', 150);
const SCENES = [
  scene('captions and curves', 'composed-captions.tsx', 165),
  MIXED,
  scene('nine networks', 'composed-nine.tsx', 150),
];
const target = { kind: 'scene', path: MIXED.path } as const;

/** Time and CPU time, in milliseconds. */
interface Cost {
  ms: number;
  cpu: CpuTimes;
}
/** All rounds of one scene. */
interface Rounds {
  ours: Cost[];
  export: Cost[];
  encode: Cost[];
}

/** Measures each scene each way in turn, `rounds` times, and prints the shortest times. */
export async function benchComposed(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const measured = new Map(
    SCENES.map((scene): [Scene, Rounds] => [scene, { ours: [], export: [], encode: [] }]),
  );
  const parts: { opening: number; plain: number; drawn: number; send: number; encoding: number }[] = [];
  const stills: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      stills.push(await commandStill(join(folder, 'still.png')));
      for (const [scene, costs] of measured) {
        const ours = join(folder, 'ours.mp4');
        const { opening, ...film } = await renderOurs(scene, ours);
        costs.ours.push(film);
        costs.export.push(await exportTheirs(scene, folder));
        costs.encode.push(await costOf(() => encodePngs(folder)));
        if (scene !== MIXED) continue;
        const drawn = await drawOnly({});
        const plain = await drawOnly({ network: false });
        parts.push({
          opening,
          plain: plain.draw + plain.read,
          drawn: drawn.draw + drawn.read,
          send: drawn.send,
          encoding: await encodeRaw(folder, ours),
        });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const [scene, costs] of measured) report(scene, costs);
  const least = (part: keyof (typeof parts)[number]) => Math.min(...parts.map((one) => one[part]));
  record('composed', 'a still of 640x360, with the command', stills);
  const perFrame = (ms: number) => fixed(ms / MIXED.frames);
  console.log(`
  ${MIXED.name}, ms per frame: drawing ${perFrame(least('plain'))}, the network ${perFrame(
    Math.max(0, least('drawn') - least('plain')),
  )}, waiting to send ${perFrame(least('send'))}; encoding alone ${perFrame(least('encoding'))}
    (plus ${fixed(least('opening'))} once, to bundle the scene and start the browser)
  A still of 640x360, with the command          ${(Math.min(...stills) / 1000).toFixed(2)} s (expected: under 3, on two cores)`);
}

/** Prints how a scene compares, and where the CPU time goes. */
function report({ name, frames }: Scene, costs: Rounds): void {
  const shortest = (all: Cost[]) => Math.min(...all.map(({ ms }) => ms)) / frames;
  const cheapest = (all: Cost[]) => all.toSorted((a, b) => total(a.cpu) - total(b.cpu))[0].cpu;
  const ours = { ms: shortest(costs.ours), cpu: cheapest(costs.ours) };
  const theirs = { export: cheapest(costs.export), encode: cheapest(costs.encode) };
  const theirMs = shortest(costs.export) + shortest(costs.encode);
  const theirCpu = total(theirs.export) + total(theirs.encode);
  record(
    'composed',
    name,
    costs.ours.map(({ ms }) => ms / frames),
  );
  record(
    'composed',
    `${name}, CPU time`,
    costs.ours.map(({ cpu }) => total(cpu) / frames),
  );
  const times = (theirs: number, ours: number) => (ours > 0 ? `${(theirs / ours).toFixed(2)} x` : '');
  const ratios = costs.ours.map(({ ms }, i) => (costs.export[i].ms + costs.encode[i].ms) / ms);
  record('composed', `${name}, relative to Motion Canvas`, ratios, { unit: 'x', more: true, expected: 3 });
  const rows = [
    ['', 'ms', 'CPU time, ms'],
    ['Untrained, one page', fixed(ours.ms), fixed(total(ours.cpu) / frames)],
    ...WORKERS.map((worker) => [`  ${worker}`, '', fixed(ours.cpu[worker] / frames)]),
    ["Motion Canvas's image sequence, then ffmpeg", fixed(theirMs), fixed(theirCpu / frames)],
    ['  exporting', fixed(shortest(costs.export)), fixed(total(theirs.export) / frames)],
    ['  encoding', fixed(shortest(costs.encode)), fixed(total(theirs.encode) / frames)],
    ['ours is as fast (expected: at least 3 x)', times(theirMs, ours.ms), times(theirCpu, total(ours.cpu))],
  ];
  console.log(
    `\nA composed scene, ${name}: ${frames} frames of 1920x1080 to MP4, per frame, the least of ${costs.ours.length}`,
  );
  console.log(table(rows));
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const stop = watchCpu();
  const start = performance.now();
  await work();
  return { ms: performance.now() - start, cpu: stop() };
}

/** The time that the whole command takes for a still without the cache, in milliseconds. */
async function commandStill(output: string): Promise<number> {
  const start = performance.now();
  const still = ['still', target.path, '--size', '640x360', '--at', '0', '--no-cache', '--quiet'];
  await run(process.execPath, [resolve('dist/cli/main.js'), ...still, '--out', output]);
  return performance.now() - start;
}

/** From the first frame until the film is complete; what comes before is `opening`. */
async function renderOurs(scene: Scene, output: string): Promise<Cost & { opening: number }> {
  const start = performance.now();
  let opened = 0;
  let stop: ReturnType<typeof watchCpu> | undefined;
  const onProgress = () => {
    opened ||= performance.now();
    stop ??= watchCpu();
  };
  await renderFilm({ scene: scene.path }, { outputs: [output], onProgress });
  return { ms: performance.now() - opened, opening: opened - start, cpu: stop!() };
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
    try {
      for await (const _ of source.frames([[0, MIXED.frames - 1]]));
      return await source.times();
    } finally {
      await source.close(); // or its server keeps this process alive
    }
  } finally {
    await studio.close();
  }
}

/** From clicking the editor's button until all PNGs exist. */
async function exportTheirs({ path, frames }: Scene, folder: string): Promise<Cost> {
  const { findBrowser } = await built.findBrowser();
  const { launchBrowser } = await built.launch();
  const images = join(folder, 'output', 'film');
  await mkdir(join(folder, 'scenes'), { recursive: true });
  await copyFile(path, join(folder, 'scenes', 'film.tsx'));
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
    return await costOf(async () => {
      await button.click();
      while ((await filesIn(images)) < frames) await sleep(20);
    });
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
async function encodeRaw(folder: string, film: string): Promise<number> {
  const raw = join(folder, 'frames');
  const { path } = await findFfmpeg();
  const pixels = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p']; // as our pages send them
  await run(path, ['-loglevel', 'error', '-i', film, ...pixels, '-y', raw]);
  await readFile(raw); // so that the disk is not timed
  const input = [...pixels, '-video_size', '1920x1080', '-framerate', String(FPS), '-i', raw];
  const { encodingOf } = await built.encode();
  const shape = { width: 1920, height: 1080, fps: FPS, frames: MIXED.frames, pixels: 'yuv420p' } as const;
  const output = join(folder, 'again.mp4');
  const { takes } = encodingOf({ path: output, format: 'mp4', sequence: false }, shape);
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
