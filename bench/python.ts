/**
 * The peers that are Python programs (numpy_forward.py, torch_forward.py): each is started in a folder that holds a
 * network and its points, says hello in a line of JSON, and then answers line by line.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Network } from 'untrained';

const here = dirname(fileURLToPath(import.meta.url));

/** One network and the points it is computed at. */
export interface Work {
  network: Network;
  points: Float32Array; // (N, inputs)
  /** An empty folder to exchange files in. */
  folder: string;
}

/** Why a peer is not there, as the end of a sentence. */
export class LeftOut extends Error {}

/** Writes a network and its points where Python reads them. Gives the inputs, and then each layer's units. */
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

/** What was computed last: (N, outputs), from 0 to 1. */
export async function readBrightness({ folder }: Pick<Work, 'folder'>): Promise<Float32Array> {
  const bytes = await readFile(join(folder, 'brightness.f32'));
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

interface Python<Hello> {
  hello: Hello;
  /**
   * Sends a line, and waits for the line that answers it.
   * @param patience - How long, in milliseconds; then the program is ended.
   * @throws LeftOut when the answer is {"error": ...}, or none comes in time.
   */
  ask<Answer>(line: string, patience?: number): Promise<Answer>;
  end(): void;
}

/** Starts a program beside this file with the first Python that can run it. */
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
    gone.catch(() => {}); // told to whoever waits for an answer
    child.stdin.on('error', () => {}); // likewise
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () =>
      JSON.parse(await Promise.race([lines.next().then(({ value }) => value ?? gone), gone]));
    try {
      const hello = await within(patience, answer(), child);
      const ask = async (line: string, patience?: number) => {
        child.stdin.write(`${line}\n`);
        const said = await within(patience, answer(), child);
        if (said.error) throw new LeftOut(said.error);
        return said;
      };
      return { hello, ask, end: () => child.stdin.end() };
    } catch (error) {
      reason ||= (error as Error).message;
    }
  }
  throw new LeftOut(reason);
}

/** An answer, if it comes in time; else the child is ended. */
async function within<T>(patience: number | undefined, answer: Promise<T>, child: ChildProcess): Promise<T> {
  if (patience === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new LeftOut(`it took more than ${Math.round(patience / 1000)} s`));
    }, patience);
  });
  answer.catch(() => {}); // of the ended child
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Rejects when a process has ended, with what it said last. */
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
  const words = lines.find((line) => line.startsWith('npm error code')) ?? lines.pop(); // npm's last says where its log is
  throw new Error(words ? `${how}: ${words}` : how);
}
