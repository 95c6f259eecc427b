/**
 * Runs the peers that are Python programs (numpy_forward.py, torch_forward.py). Each is started in a folder that
 * contains a network and its points, prints a line of JSON with its version, and then answers each line of input with
 * one line.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Network } from 'untrained';

const here = dirname(fileURLToPath(import.meta.url));

/** A network and the points at which to compute it. */
export interface Work {
  network: Network;
  points: Float32Array; // (N, inputs)
  /** An empty folder to exchange files in. */
  folder: string;
}

/** Thrown when a peer is not available. The message is the reason, as the end of a sentence. */
export class LeftOut extends Error {}

/** Writes the files that the Python programs read. Returns the number of inputs, and of units in each layer. */
export async function writeWork({ network, points, folder }: Work): Promise<string[]> {
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
  return [network.inputs, ...layers.map(({ units }) => units)].map(String);
}

/** The last computed frame: (N, outputs), from 0 to 1. */
export async function readBrightness({ folder }: Pick<Work, 'folder'>): Promise<Float32Array> {
  const bytes = await readFile(join(folder, 'brightness.f32'));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

interface Python<Hello> {
  hello: Hello;
  /**
   * Sends a line, and waits for the answer.
   * @param patience - The timeout in milliseconds, after which the program is killed.
   * @throws LeftOut if the answer is {"error": ...}, or does not arrive in time.
   */
  ask<Answer>(line: string, patience?: number): Promise<Answer>;
  end(): void;
}

/** Starts a program from this folder with the first Python that can run it. */
export async function startPython<Hello = { version: string }>(
  program: string,
  args: string[],
  cwd: string,
  { env = {}, patience }: { env?: NodeJS.ProcessEnv; patience?: number } = {},
): Promise<Python<Hello>> {
  let reason = '';
  for (const name of ['python3', 'python']) {
    const child = spawn(name, ['-B', join(here, program), ...args], {
      cwd,
      env: { ...process.env, ...env },
      windowsHide: true,
    });
    const gone = ending(child, name);
    gone.catch(() => {}); // reported by the wait for an answer
    child.stdin.on('error', () => {}); // likewise
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () =>
      JSON.parse(await Promise.race([lines.next().then(({ value }) => value ?? gone), gone]));
    try {
      const hello = await within(patience, answer(), child);
      const ask = async (line: string, patience?: number) => {
        child.stdin.write(`${line}\n`);
        const result = await within(patience, answer(), child);
        if (result.error) throw new LeftOut(result.error);
        return result;
      };
      return { hello, ask, end: () => child.stdin.end() };
    } catch (error) {
      reason ||= (error as Error).message;
    }
  }
  throw new LeftOut(reason);
}

/** Waits for an answer. If it does not arrive in time, kills the child. */
async function within<T>(patience: number | undefined, answer: Promise<T>, child: ChildProcess): Promise<T> {
  if (patience === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new LeftOut(`it took more than ${Math.round(patience / 1000)} s`));
    }, patience);
  });
  answer.catch(() => {}); // rejects when the child is killed
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Rejects when a process has ended, with the last line of its stderr. */
export async function ending(child: ChildProcess, name: string): Promise<never> {
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
  // npm's last line only names its log file.
  const reason = lines.find((line) => line.startsWith('npm error code')) ?? lines.pop();
  throw new Error(reason ? `${how}: ${reason}` : how);
}
