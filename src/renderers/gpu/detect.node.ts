/**
 * Detects the GPU in a child process, because drivers print to stderr when loaded, and some hang or crash. Their output
 * is kept for `doctor`. The answer is cached under a key of everything that affects it.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../system/package.js';
import type { AdapterInfo } from './adapter.js';
import { keep, keyOf, recall } from './answers.node.js';
import {
  likeliestFirst,
  linuxAdvice,
  stampOf,
  vulkanDrivers,
  vulkanProblem,
  vulkanState,
} from './drivers.node.js';
import type { Detected, DetectOptions, Way } from './host.js';
import { BEGIN, type Seen } from './webgpu.node.js';

/** What one child found, and what drivers printed. */
interface Look extends Seen {
  said: string[];
  /** Why the child returned no answer, as the end of a sentence. */
  failed?: string;
  /** Whether the failure is unrelated to the GPU: the child could not start, or was killed from outside. */
  chance?: boolean;
}

/** What is cached: the first result and, once needed, how to use its adapter silently. */
interface Answer {
  look: Look;
  way?: Way;
}

/** Machines with many GPUs take seconds to wake them all. */
const DEADLINE_MS = 20_000;
/** Answers expire after a day, because not everything that affects them is visible; failures expire sooner. */
const KEPT_MS = 24 * 60 * 60 * 1000;
const FAILED_KEPT_MS = 10 * 60 * 1000;
/** The most lines of driver output to keep, and the most characters per line. */
const LINES = 20;
const LINE_LENGTH = 300;

const PROBE = fileURLToPath(new URL('./probe.node.js', import.meta.url));
const linux = process.platform === 'linux';

const answers = new Map<string, Promise<Answer>>();

/** Finds the best GPU. Rejects only when `signal` is aborted. */
export async function detectGpu(options: DetectOptions = {}): Promise<Detected> {
  const { fresh, signal, software } = options;
  signal?.throwIfAborted();
  const problem = linux ? vulkanProblem() : undefined;
  if (problem) return { problem, said: [] };
  const key = keyOf([state(), options.probe]);
  const known = fresh ? undefined : answers.get(key);
  const asked = known ?? firstAnswer(key, options);
  answers.set(key, asked);
  let answer: Answer;
  try {
    answer = await asked;
    if (isUsable(answer.look) && !answer.way && (software || !answer.look.software)) {
      answer.way = await findWay(answer.look, options);
      await keep(key, answer, KEPT_MS);
    }
  } catch (error) {
    answers.delete(key);
    throw error;
  }
  const { look, way = {} } = answer;
  if (isUsable(look)) return { name: look.name, software: look.software, way, said: look.said };
  return { problem: problemOf(look), said: look.said };
}

/** What to do if there is no GPU, or only a software adapter. */
export function driverAdvice(): string {
  if (linux) return linuxAdvice();
  const advice: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'It needs Metal: a Mac from 2015 or later, and a session that can use its GPU.',
    win32: 'It needs Direct3D 12: update your GPU driver.',
  };
  return advice[process.platform] ?? 'Install a Vulkan driver for your GPU.';
}

async function firstAnswer(key: string, options: DetectOptions): Promise<Answer> {
  const kept = options.fresh ? undefined : asAnswer(recall(key));
  if (kept) return kept;
  const answer: Answer = { look: await look({}, options) };
  if (answer.look.chance) answers.delete(key);
  else await keep(key, answer, answer.look.failed ? FAILED_KEPT_MS : KEPT_MS);
  return answer;
}

/** How to use an adapter so that no driver prints anything. */
async function findWay({ name, said }: Look, options: DetectOptions): Promise<Way> {
  if (said.length === 0 || !linux) return {};
  const isQuiet = async (way: Way) => {
    const seen = await look(way, options);
    return { same: seen.name === name && !seen.broken, quiet: seen.said.length === 0 };
  };
  for (const driver of likeliestFirst(name ?? '')) {
    const alone = await isQuiet({ driver });
    if (!alone.same) continue;
    if (alone.quiet) return { driver };
    const plain = await isQuiet({ driver, plain: true });
    return plain.same ? { driver, plain: true } : { driver };
  }
  return (await isQuiet({ plain: true })).same ? { plain: true } : {};
}

function isUsable(look: Look): look is Look & AdapterInfo {
  return look.name !== undefined && look.software !== undefined && !look.broken;
}

function problemOf({ name, broken, missing, failed, said }: Look): string {
  if (missing) return `The webgpu package cannot be loaded (${missing}). Run \`npm install webgpu\`.`;
  if (failed) return `Looking for a GPU failed: ${failed}. Update your GPU driver.`;
  if (broken) return `The GPU ${name} cannot be used (${broken}). Update its driver.`;
  const refused = said.filter((line) => /required|not supported|unsupported/i.test(line));
  if (refused.length > 0) {
    return `WebGPU rejects the installed Vulkan drivers (${refused[0].replace(/^(warning|error): |\.$/gi, '')}): they may be too old. ${driverAdvice()}`;
  }
  return `WebGPU found no GPU. ${driverAdvice()}`;
}

/** Runs one child to look for a GPU. */
function look(way: Way, { probe = PROBE, deadline = DEADLINE_MS, signal }: DetectOptions): Promise<Look> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [probe, JSON.stringify(way)], {
      cwd: dirname(probe), // our own may have been deleted
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const stop = () => child.kill('SIGKILL');
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, deadline);
    signal?.addEventListener('abort', stop, { once: true });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (err.length < 1e5) err += text;
    });
    const end = (failed: string, chance = false) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) return reject(signal.reason);
      const said = linesOf(err);
      const seen = asSeen(out);
      resolve(seen ? { ...seen, said } : { failed, said, ...(chance && { chance }) });
    };
    child.once('error', (error) => end(`the search could not be started (${error.message})`, true));
    child.once('exit', () => {
      // Processes that a driver started may keep the pipes open longer.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 1000).unref();
    });
    child.once('close', (code, killed) => {
      if (late) end(`its driver did not respond within ${deadline / 1000} s`);
      else if (killed)
        end(`its driver crashed (${killed})`, ['SIGINT', 'SIGTERM', 'SIGHUP'].includes(killed));
      else end(`its driver ended the search process with code ${code}`);
    });
  });
}

/** The child must print nothing but driver output, and run as Node, not Electron. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...env } = process.env;
  const options = NODE_OPTIONS?.replace(/--inspect\S*/g, '').trim();
  return {
    ...env,
    ...(options && { NODE_OPTIONS: options }),
    NODE_NO_WARNINGS: '1',
    ELECTRON_RUN_AS_NODE: '1',
  };
}

/** The drivers' output without duplicates or positions in Dawn's sources. */
function linesOf(stderr: string): string[] {
  const [, said = stderr] = stderr.split(BEGIN);
  const lines = said
    .split('\n')
    .filter((line) => !/^\s*(- While|at) /.test(line))
    .map((line) => line.replace(/\p{C}/gu, ' ').trim().slice(0, LINE_LENGTH))
    .filter((line) => line !== '');
  return [...new Set(lines)].slice(0, LINES);
}

function asSeen(text: string): Seen | undefined {
  try {
    const seen: unknown = JSON.parse(text);
    return isSeen(seen) ? seen : undefined;
  } catch {
    return undefined;
  }
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== 'object' || value === null) return false;
  const { name, software, broken, missing } = value as Record<string, unknown>;
  const texts = [name, broken, missing].every((text) => text === undefined || typeof text === 'string');
  return texts && typeof software === (name === undefined ? 'undefined' : 'boolean');
}

/** Validates a cached answer. Any driver that it names must exist on this system. */
function asAnswer(kept: unknown): Answer | undefined {
  const { look, way } = (kept ?? {}) as Partial<Answer>;
  if (!isSeen(look) || !Array.isArray(look.said) || look.said.some((line) => typeof line !== 'string'))
    return;
  if (look.failed !== undefined && typeof look.failed !== 'string') return;
  if (way === undefined) return { look };
  if (typeof way !== 'object' || way === null) return;
  const { driver, plain } = way;
  if (driver !== undefined && !vulkanDrivers().includes(driver)) return;
  return { look, way: { ...(driver && { driver }), ...(plain && { plain: true }) } };
}

/** Everything that affects the answer. */
function state(): unknown {
  const { platform, arch, execPath, version } = process;
  const system = [platform, arch, release(), execPath, version, VERSION, stampOf(PROBE)];
  let dawn: unknown;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('webgpu'));
    const built = `${platform}-${platform === 'darwin' ? 'universal' : arch}`;
    dawn = [join(folder, 'package.json'), join(folder, 'dist', built, 'dawn.node')].map(stampOf);
  } catch {} // not installed
  return [system, dawn, linux && vulkanState()];
}
