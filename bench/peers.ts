/**
 * The peers of our CPU renderer: the same network at the same points in numpy and in onnxruntime. Neither is a
 * dependency. numpy is used if a Python has it; onnxruntime-node is installed in bench/.cache when it is first
 * needed.
 *
 * For peers, only the forward pass is timed, without computing the points or converting to RGBA, which our times
 * include.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxModel } from '../src/exporters/model/onnx-model.js';
import { ending, LeftOut, readBrightness, startPython, type Work, writeWork } from './python.js';

export { LeftOut, type Work } from './python.js';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '.cache');

export interface Peer {
  name: string;
  /** Computes `count` frames. Returns the milliseconds per frame. */
  time(count: number): Promise<number>;
  /** The last frame: (N, outputs), from 0 to 1. */
  brightness(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Starts numpy, which computes the whole image at once, in float32 and in float64: two peers in one process. */
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

/** The part of onnxruntime-node that we use. */
interface OnnxRuntime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'float32', values: Float32Array, dims: number[]) => { data: Float32Array };
}

interface Session {
  run(inputs: object): Promise<{ brightness: { data: Float32Array } }>;
  release(): Promise<void>;
}

/** Starts onnxruntime with a thread per core. */
export async function startOnnx({ network, points }: Work): Promise<Peer> {
  const { ort, version } = await loadOnnxRuntime();
  const count = points.length / network.inputs;
  const threads = availableParallelism();
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads };
  const session = await ort.InferenceSession.create(
    onnxModel({ network, features: ['x', 'y'], fold: 'none' }),
    options,
  );
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
  // Its install script downloads files that only GPUs need, so scripts are skipped. Without --prefix, npm would use our
  // package.json.
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

/** The program and arguments that run npm. On Windows, npm.cmd would need a shell, so Node runs npm's script. */
function npmCommand(): string[] {
  const node = dirname(process.execPath);
  const script = [
    process.env.npm_execpath ?? '', // set by npm, but also by pnpm and yarn, whose arguments differ
    join(node, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(node, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path.endsWith('npm-cli.js') && existsSync(path));
  return script ? [process.execPath, script] : ['npm'];
}
