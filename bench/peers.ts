/**
 * What our CPU renderer is compared with: the same network at the same points in numpy and in onnxruntime. Neither is a
 * dependency. numpy is used where a Python has it; onnxruntime-node is fetched into bench/.cache when it is first needed.
 *
 * Both are given their points, and only their forward pass is timed; a frame of ours ends in RGBA.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Network } from 'untrained';
import { onnxModel } from './onnx.js';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '.cache');

/** One network and the points it is computed at. */
export interface Work {
  network: Network;
  points: Float32Array; // (N, inputs)
  /** An empty folder to exchange files in. */
  folder: string;
}

export interface Peer {
  name: string;
  /** Computes `count` frames. Gives the milliseconds that one took. */
  time(count: number): Promise<number>;
  /** What the last frame was: (N, outputs), from 0 to 1. */
  brightness(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Why a peer is not there, as the end of a sentence. */
export class LeftOut extends Error {}

/** numpy over the whole image, in float32 and in float64: two peers in one process. */
export async function startNumpy({ network, points, folder }: Work): Promise<Peer[]> {
  const layers = [...network.hidden, network.output];
  await writeFile(join(folder, 'points.f32'), points);
  const numbers = layers.flatMap(({ weights, biases }) => [
    Float32Array.from(weights),
    Float32Array.from(biases),
  ]);
  await writeFile(
    join(folder, 'weights.f32'),
    Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer))),
  );
  const sizes = [network.inputs, ...layers.map(({ units }) => units)];
  const python = await startPython([join(here, 'numpy_forward.py'), ...sizes.map(String)], folder);

  const peer = (type: 'float32' | 'float64'): Peer => ({
    name: `numpy ${python.version}, ${type}`,
    time: async (count) => (await python.ask<{ ms: number }>(`${type} ${count}`)).ms,
    brightness: async () => {
      const bytes = await readFile(join(folder, 'brightness.f32'));
      return new Float32Array(Uint8Array.from(bytes).buffer);
    },
    close: async () => python.end(),
  });
  return [peer('float32'), peer('float64')];
}

interface Python {
  version: string; // numpy's
  /** Sends a line, and waits for the line that answers it. */
  ask<Answer>(line: string): Promise<Answer>;
  end(): void;
}

/** Starts the first Python that has numpy. */
async function startPython(args: string[], cwd: string): Promise<Python> {
  let reason = '';
  for (const program of ['python3', 'python']) {
    const child = spawn(program, args, { cwd, windowsHide: true });
    const gone = ending(child, program);
    gone.catch(() => {}); // told to whoever waits for an answer
    child.stdin.on('error', () => {}); // likewise
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () =>
      JSON.parse(await Promise.race([lines.next().then(({ value }) => value ?? gone), gone]));
    try {
      const { version } = await answer();
      const ask = (line: string) => {
        child.stdin.write(`${line}\n`);
        return answer();
      };
      return { version, ask, end: () => child.stdin.end() };
    } catch (error) {
      reason ||= (error as Error).message;
    }
  }
  throw new LeftOut(reason);
}

/** Rejects when a process has ended, with what it said last. */
async function ending(child: ChildProcess, name: string): Promise<never> {
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-2000);
  });
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) =>
      resolve(`${name} could not be started (${(error as NodeJS.ErrnoException).code})`),
    );
    child.once('close', (code, signal) => resolve(`${name} ended (${signal ?? code})`));
  });
  const lines = stderr.trim().split('\n');
  const words = lines.find((line) => line.startsWith('npm error code')) ?? lines.pop(); // npm's last says where its log is
  throw new Error(words ? `${how}: ${words}` : how);
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
