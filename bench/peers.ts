/**
 * What our CPU renderer is compared with: the same network at the same points in numpy and in onnxruntime. Neither is a
 * dependency. numpy is used where a Python has it; onnxruntime-node is fetched into bench/.cache when it is first needed.
 *
 * Both are given their points, and only their forward pass is timed; a frame of ours ends in RGBA.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxModel } from './onnx.js';
import { ending, LeftOut, readBrightness, startPython, type Work, writeWork } from './python.js';

export { LeftOut, type Work } from './python.js';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '.cache');

export interface Peer {
  name: string;
  /** Computes `count` frames. Gives the milliseconds that one took. */
  time(count: number): Promise<number>;
  /** What the last frame was: (N, outputs), from 0 to 1. */
  brightness(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** numpy over the whole image, in float32 and in float64: two peers in one process. */
export async function startNumpy(work: Work): Promise<Peer[]> {
  const sizes = await writeWork(work);
  const python = await startPython('numpy_forward.py', sizes, work.folder);

  const peer = (type: 'float32' | 'float64'): Peer => ({
    name: `numpy ${python.hello.version}, ${type}`,
    time: async (count) => (await python.ask<{ ms: number }>(`${type} ${count}`)).ms,
    brightness: () => readBrightness(work),
    close: async () => python.end(),
  });
  return [peer('float32'), peer('float64')];
}

/** What we use of onnxruntime-node. */
interface OnnxRuntime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'float32', values: Float32Array, dims: number[]) => { data: Float32Array };
}

interface Session {
  run(inputs: object): Promise<{ brightness: { data: Float32Array } }>;
  release(): Promise<void>;
}

/** onnxruntime on every core. */
export async function startOnnx({ network, points }: Work): Promise<Peer> {
  const { ort, version } = await loadOnnxRuntime();
  const count = points.length / network.inputs;
  const threads = availableParallelism();
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads };
  const session = await ort.InferenceSession.create(onnxModel(network, count), options);
  const inputs = { points: new ort.Tensor('float32', points, [count, network.inputs]) };
  let last = new Float32Array();
  return {
    name: `onnxruntime-node ${version}, ${threads} thread${threads > 1 ? 's' : ''}`,
    async time(count) {
      const start = performance.now();
      for (let i = 0; i < count; i++)
        last = (await session.run(inputs)).brightness.data as Float32Array<ArrayBuffer>;
      return (performance.now() - start) / count;
    },
    brightness: async () => last,
    close: () => session.release(),
  };
}

async function loadOnnxRuntime(): Promise<{ ort: OnnxRuntime; version: string }> {
  await mkdir(cache, { recursive: true });
  const require = createRequire(join(cache, 'any.js'));
  const folder = join(cache, 'node_modules', 'onnxruntime-node');
  if (!existsSync(join(folder, 'package.json'))) await fetchOnnxRuntime();
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  try {
    return { ort: require('onnxruntime-node'), version };
  } catch (error) {
    const line = (error as Error).message.split('\n')[0];
    throw new LeftOut(
      `onnxruntime-node ${version} does not load here (${line}): remove bench/.cache to fetch it again`,
    );
  }
}

async function fetchOnnxRuntime(): Promise<void> {
  console.log('Fetching onnxruntime-node into bench/.cache, once; some 100 MB.');
  const [program, ...args] = npmCommand();
  // Its install script fetches what only GPUs need, so none is run. npm would go up to our package.json without --prefix.
  args.push(
    'install',
    '--prefix',
    cache,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  );
  const child = spawn(program, [...args, 'onnxruntime-node'], {
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const done = new Promise<void>((resolve) => child.once('exit', (code) => code === 0 && resolve()));
  try {
    await Promise.race([done, ending(child, 'npm')]);
  } catch (error) {
    throw new LeftOut((error as Error).message);
  }
}

/** npm as a program and arguments. On Windows it is npm.cmd, which would need a shell: so Node runs its script. */
function npmCommand(): string[] {
  const node = dirname(process.execPath);
  const script = [
    process.env.npm_execpath ?? '', // set by npm itself, and by pnpm and yarn, who take other arguments
    join(node, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(node, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path.endsWith('npm-cli.js') && existsSync(path));
  return script ? [process.execPath, script] : ['npm'];
}
