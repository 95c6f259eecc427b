/**
 * Runs the built command and collects what it prints. `untrained` starts it as a shell would, which takes a second of
 * CPU time, or three for a composed scene. `inProcess` runs it inside the test's own process, which takes
 * milliseconds: for all that does not depend on signals, streams or drivers.
 */
import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { shareBrowser } from './shared-browser.js';

const main = resolve('dist/cli/main.js');

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ProcessOutcome extends Outcome {
  signal: NodeJS.Signals | null;
}

export interface Child {
  pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
}

export interface Setting {
  /** The folder to run in. Defaults to the repository. */
  cwd?: string;
  /** Variables to set. */
  env?: Record<string, string>;
}

export interface ProcessSetting extends Setting {
  /** Called with the process and each piece of its output. */
  watch?: (child: Child, text: string) => unknown;
  /** Called with the process once it has started. */
  started?: (child: Child) => unknown;
}

const environment = (env: Record<string, string> = {}) => ({
  ...process.env,
  npm_lifecycle_event: '',
  UNTRAINED_CACHE: 'off', // otherwise a film would be reused instead of rendered
  ...env,
});

/** Commands share the process's folder, variables and streams, so they run one after another. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command in this process. All commands of a test file share one browser, and each sweep's module is loaded
 * only once: write a changed one under another name, or use `untrained`.
 */
export function inProcess(args: string[], setting: Setting = {}): Promise<Outcome> {
  const outcome = last.then(() => runHere(args, setting));
  last = outcome.catch(() => {});
  return outcome;
}

async function runHere(args: string[], { cwd, env }: Setting): Promise<Outcome> {
  const { run } = await import('../../dist/cli/start.js'); // much code, for the tests that run it
  const interruption = new AbortController();
  onTestFinished(() => interruption.abort(new Error('The test is over.'))); // after a timeout
  const before = { cwd: process.cwd(), env: { ...process.env }, exitCode: process.exitCode, console };
  const said = { stdout: '', stderr: '' };
  const restore = [capture('stdout', said), capture('stderr', said)];
  const unshare = shareBrowser();
  try {
    process.exitCode = undefined;
    replaceEnvironment(environment(env));
    if (cwd !== undefined) process.chdir(cwd);
    globalThis.console = new Console(process.stdout, process.stderr); // vitest's goes to its report
    const failure = await run(args, interruption.signal);
    const code = failure || Number(process.exitCode ?? 0);
    return { code, ...withoutStages(said) };
  } finally {
    unshare();
    globalThis.console = before.console;
    process.chdir(before.cwd);
    replaceEnvironment(before.env);
    process.exitCode = before.exitCode;
    for (const put of restore) put();
  }
}

/** Collects what is written to a stream, which is not a TTY meanwhile. Returns a function that stops this. */
function capture(name: 'stdout' | 'stderr', said: Record<typeof name, string>): () => void {
  const stream = process[name];
  const own = { write: stream.write, isTTY: stream.isTTY };
  stream.isTTY = false;
  stream.write = ((data: string | Uint8Array, ...more: unknown[]) => {
    said[name] += typeof data === 'string' ? data : Buffer.from(data).toString();
    const written = more.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (written) process.nextTick(written);
    return true;
  }) as typeof stream.write;
  return () => Object.assign(stream, own);
}

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

/** Starts the command as a process of its own. */
export function untrained(
  args: string[],
  { cwd = process.cwd(), env, watch = () => {}, started = () => {} }: ProcessSetting = {},
): Promise<ProcessOutcome> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [main, ...args], { cwd, env: environment(env) });
    const handle: Child = { pid: child.pid, kill: (signal) => void child.kill(signal) };
    started(handle);
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
        watch(handle, text);
      });
    }
    child.on('error', failed);
    child.on('close', (code, signal) => done({ code, signal, ...withoutStages(said) }));
  });
}

/** Reads lines of JSON as they are printed, for `watch`. */
export function jsonLines<T>(onLine: (line: T) => void): (child: Child, text: string) => void {
  let rest = '';
  return (_, text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('{')) onLine(JSON.parse(line));
  };
}

/** Whether a stage takes long enough to be reported depends on the machine. */
function withoutStages({ stdout, stderr }: { stdout: string; stderr: string }) {
  return {
    stdout: stdout.replace(/^\{"type":"stage".*\n/gm, ''),
    stderr: stderr.replace(/^(loading|checking|measuring) .*\n/gm, ''),
  };
}

/** A folder for a file's tests, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'untrained test ')); // with a space, as users have
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
