/** What the tests of clusters share: a folder where `npx untrained` runs the build; programs that may be missing. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { inProcess } from '../cli/untrained.js';

/** A film of six segments. Small, but it takes a process about a second to start drawing. */
export const SEGMENTS = 6;
const FILM = ['depth', '--size', '32x24', '--seconds', String(2 * SEGMENTS), '--backend', 'cpu'];

/** Those of these programs that are not installed. */
export function missingAmong(programs: readonly string[]): string[] {
  return programs.filter((program) => {
    try {
      execFileSync('which', [program], { stdio: 'ignore', env: environment() });
      return false;
    } catch {
      return true;
    }
  });
}

/** A suffix for the title of tests that need these programs. Prints why they are skipped. */
export function skippedWithout(what: string, missing: readonly string[]): string {
  if (missing.length === 0) return '';
  console.warn(`The tests of ${what} are skipped: ${missing.join(', ')} not found. See .ci/run.`);
  return ` (skipped: no ${missing.join(', ')})`;
}

/** Debian has servers in /usr/sbin, which is not on every user's PATH. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin`,
  UNTRAINED_CACHE: 'off',
  npm_config_update_notifier: 'false',
});

/** Makes a folder of a user who has installed Untrained: npx runs the build. */
export function userFolder(folder: string): string {
  const path = mkdtempSync(join(folder, 'user '));
  const programs = join(path, 'node_modules', '.bin');
  mkdirSync(programs, { recursive: true });
  chmodSync(resolve('dist/cli/main.js'), 0o755);
  symlinkSync(resolve('dist/cli/main.js'), join(programs, 'untrained'));
  return path;
}

/** Renders the film alone and plans it, in a user's folder. Returns the bytes of the film. */
export async function planFilm(cwd: string): Promise<Buffer> {
  for (const args of [
    ['render', ...FILM, '--out', 'alone.mp4', '--quiet'],
    ['plan', ...FILM, '--out', 'film.mp4', '--plan', 'plan.json', '--quiet'],
  ]) {
    const { code, stderr } = await inProcess(args, { cwd });
    expect(code, stderr).toBe(0);
  }
  return readFileSync(join(cwd, 'alone.mp4'));
}

/** The number of segments that a store has. */
export function stored(store: string): number {
  try {
    return readdirSync(store).filter((name) => /^[0-9a-f]{40}$/.test(name)).length;
  } catch {
    return 0; // it has not been created yet
  }
}

/** Runs a program. Resolves to its exit code and all that it printed. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(program, args, { timeout: 100_000, ...options }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: stdout + stderr });
    });
  });
}

/** A process of this machine. */
export interface Running {
  pid: number;
  args: string[];
  /** Its variables, as "NAME=value". */
  variables: string[];
}

/** This user's processes (Linux only). */
export function processes(): Running[] {
  const read = (pid: string, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [{ pid: Number(pid), args: read(pid, 'cmdline'), variables: read(pid, 'environ') }];
      } catch {
        return []; // it has ended, or is somebody else's
      }
    });
}

/** Kills a process, unless it has ended. Returns whether it was running. */
export function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Free TCP ports of this machine. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((done) => server.once('listening', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    ports.push(address.port);
  }
  for (const server of servers) await new Promise((done) => server.close(done));
  return ports;
}
