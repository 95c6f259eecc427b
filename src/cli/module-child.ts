/**
 * Starts the process that loads modules (module-process.ts). It takes as long to start as a command, so a
 * command that needs it starts it first, and loads its own code meanwhile.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./module-process.js', import.meta.url));

let waiting: ChildProcess | undefined;

/** Starts a process for the next modules to be loaded. It does not keep this one alive. */
export function prepareModuleProcess(): void {
  dismissModuleProcess();
  const child = start();
  child.on('error', () => {}); // whoever takes it sees that it is not running
  for (const handle of handlesOf(child)) handle.unref();
  waiting = child;
}

/** Ends the process that was prepared, if it has not been taken. */
export function dismissModuleProcess(): void {
  waiting?.kill('SIGKILL');
  waiting = undefined;
}

/** The prepared process, or else a new one. Send it the paths of the modules. */
export function takeModuleProcess(): ChildProcess {
  const child = waiting;
  waiting = undefined;
  if (!child?.connected) return start();
  for (const handle of handlesOf(child)) handle.ref();
  return child;
}

const start = () =>
  fork(PROGRAM, [`${process.pid}`], {
    execArgv: [],
    serialization: 'advanced', // preserves NaN and Infinity, which the checks reject
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });

/** What keeps the parent alive. Streams of child processes are sockets, which their types do not say. */
const handlesOf = (child: ChildProcess) =>
  [child, child.channel, child.stdout, child.stderr].filter(Boolean) as { ref(): void; unref(): void }[];
