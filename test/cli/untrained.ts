/** Runs the built command as a user's shell would, and collects what it says. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

const main = resolve('dist/cli/main.js');

interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Child {
  pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
}

/** @param watch - Called with the process and each piece of its output. @param started - Called with the process. */
export function untrained(
  args: string[],
  { cwd = process.cwd(), env = {}, watch = (_: Child, __: string) => {}, started = (_: Child) => {} } = {},
): Promise<Outcome> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      // What is kept would make a film that is made twice a film that is made once.
      env: { ...process.env, npm_lifecycle_event: '', UNTRAINED_CACHE: 'off', ...env },
    });
    const handle: Child = { pid: child.pid, kill: (signal) => void child.kill(signal) };
    started(handle);
    const outcome = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        outcome[stream] += text;
        watch(handle, text);
      });
    }
    child.on('error', failed);
    child.on('close', (code, signal) => {
      // Whether a stage takes long enough to be reported depends on the machine.
      const stderr = outcome.stderr.replace(/^(loading|checking|measuring) .*\n/gm, '');
      const stdout = outcome.stdout.replace(/^\{"type":"stage".*\n/gm, '');
      done({ code, signal, stdout, stderr });
    });
  });
}

/** A folder for one file's tests, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'untrained test ')); // with spaces in its name, as users' folders have
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
