/**
 * How much of its parts' speed a whole film keeps. A part of scenes/weight-scale.ts is drawn without being encoded,
 * encoded from a file without being drawn, and rendered as `npm run render` does it.
 *
 * Where drawing and encoding have a machine each, as with a GPU, a perfect pipeline takes as long as the slower of them.
 * Where they share all cores it takes as long as both together. So both ratios are printed.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameDescription, type FrameRenderer, frameAt, frameCount, timeOfFrame } from 'untrained';
import { findFfmpeg, renderFilm } from 'untrained/render';
import scene from '../scenes/weight-scale.js';

// Not a public name, so it is taken from the build by path, and its types from the source, which is always there.
type Encode = typeof import('../src/video/encode.js');
const built = (path: string) => new URL(`../dist/${path}`, import.meta.url).href;

/** How much film is made, in seconds. It is the scene's middle, where the network is neither plain nor wild. */
const SECONDS = 3;

/** Times each of the three in turn, `rounds` times, and prints the least of each in seconds, and the ratios. */
export async function benchPipeline(renderer: FrameRenderer, rounds: number): Promise<void> {
  const frames = Math.min(frameCount(scene), Math.round(SECONDS * scene.fps));
  const first = Math.floor((frameCount(scene) - frames) / 2);
  const descriptions = Array.from({ length: frames }, (_, i) =>
    frameAt(scene, timeOfFrame(scene, first + i)),
  );
  const ffmpeg = await findFfmpeg();
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const least = {
    draw: Number.POSITIVE_INFINITY,
    encode: Number.POSITIVE_INFINITY,
    film: Number.POSITIVE_INFINITY,
  };
  const time = async <T>(part: keyof typeof least, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    least[part] = Math.min(least[part], (performance.now() - start) / 1000);
    return result;
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const drawn = await time('draw', () => drawAll(renderer, descriptions));
      if (round === 0) await writeFile(join(folder, 'frames'), drawn);
      await time('encode', () => encode(ffmpeg.path, folder, frames));
      const outputs = [join(folder, 'whole.mp4')];
      await time('film', () =>
        renderFilm(scene, { outputs, backend: 'cpu', frames: [first, first + frames - 1] }),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { draw, encode: encoding, film } = least;
  const percent = (part: number) => `${((100 * part) / film).toFixed(0)}%`.padStart(5);
  const [width, height] = scene.size;
  console.log(`
A whole film: weight-scale, ${frames} frames of ${width}x${height} to MP4 (ffmpeg ${ffmpeg.version}): seconds, least of ${rounds}
  drawing alone                                ${draw.toFixed(2).padStart(8)}
  encoding alone                               ${encoding.toFixed(2).padStart(8)}
  the film                                     ${film.toFixed(2).padStart(8)}
  the slower of the two, of the film's time       ${percent(Math.max(draw, encoding))}
  both, one after the other, of the film's time   ${percent(draw + encoding)}`);
}

/** Draws frames with as many under way as the renderer likes, and keeps them all. */
async function drawAll(renderer: FrameRenderer, descriptions: FrameDescription[]): Promise<Uint8Array[]> {
  const drawn: Uint8Array[] = [];
  let next = 0;
  const lane = async () => {
    while (next < descriptions.length) {
      const i = next++;
      drawn[i] = await renderer.render(descriptions[i]);
    }
  };
  await Promise.all(Array.from({ length: renderer.framesInFlight }, lane));
  return drawn;
}

/** Makes an MP4 of the file `frames`, by the arguments that films are made with. */
async function encode(ffmpeg: string, cwd: string, frames: number): Promise<void> {
  const { encodingOf } = (await import(built('video/encode.js'))) as Encode;
  const [width, height] = scene.size;
  const film = { width, height, fps: scene.fps, frames };
  const [step] = encodingOf({ path: 'alone.mp4', format: 'mp4', sequence: false }, film).steps;
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
