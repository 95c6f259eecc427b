/**
 * The CPU time of this process, of all that it has started, and of their threads. Only Linux tells. Other programs on
 * the machine change it less than they change times.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** How often to look, in milliseconds: a process that ends loses what it did since. */
const INTERVAL = 50;

/** The parts of a film's work, in the order in which they are printed. */
export const WORKERS = [
  'ffmpeg',
  'the page: drawing, reading, sending',
  "its networks' threads",
  "V8's threads",
  'the rest of the browser',
  'Node',
] as const;
export type Worker = (typeof WORKERS)[number];

/** CPU time in milliseconds. */
export type CpuTimes = Record<Worker, number>;

/** Adds up CPU time from now on, until the returned function is called, which returns the times. */
export function watchCpu(): () => CpuTimes {
  const before = new Map<string, number>();
  const now = new Map<string, { worker: Worker; ms: number }>();
  let own = 0; // the time that looking takes
  const look = () => {
    const start = process.cpuUsage();
    for (const { name, worker, ms } of threads()) {
      // The command of a process that has just ended is unknown.
      now.set(name, { worker: worker ?? now.get(name)?.worker ?? 'Node', ms });
    }
    const { user, system } = process.cpuUsage(start);
    own += (user + system) / 1000;
  };
  look();
  for (const [name, { ms }] of now) before.set(name, ms);
  own = 0;
  const timer = setInterval(look, INTERVAL);
  return () => {
    clearInterval(timer);
    look();
    const times = Object.fromEntries(WORKERS.map((worker) => [worker, 0])) as CpuTimes;
    for (const [name, { worker, ms }] of now) times[worker] += ms - (before.get(name) ?? 0);
    times.Node -= own;
    return times;
  };
}

export const total = (times: CpuTimes): number => Object.values(times).reduce((sum, ms) => sum + ms, 0);

/** The threads of this process and of all its descendants. */
function* threads(): Iterable<{ name: string; worker: Worker | undefined; ms: number }> {
  for (const pid of family(process.pid)) {
    const command = read(`/proc/${pid}/cmdline`);
    for (const thread of list(`/proc/${pid}/task`)) {
      const stat = read(`/proc/${pid}/task/${thread}/stat`);
      const [, name, rest] = /\((.*)\) (.*)/s.exec(stat) ?? [];
      if (rest === undefined) continue;
      const fields = rest.split(' ');
      const ms = 10 * (Number(fields[11]) + Number(fields[12])); // utime and stime, in hundredths of a second
      const worker = command === '' ? undefined : workerOf(command, name, Number(thread) === pid);
      yield { name: `${pid}/${thread}`, worker, ms };
    }
  }
}

function workerOf(command: string, thread: string, first: boolean): Worker {
  const [program] = command.split('\0');
  if (/ffmpeg/.test(program)) return 'ffmpeg';
  if (command.includes('--type=renderer')) {
    if (first) return 'the page: drawing, reading, sending';
    if (thread.startsWith('DedicatedWorker')) return "its networks' threads";
    return thread.startsWith('ThreadPool') ? "V8's threads" : 'the rest of the browser';
  }
  return /chrom/i.test(program) ? 'the rest of the browser' : 'Node';
}

function* family(pid: number): Iterable<number> {
  yield pid;
  for (const thread of list(`/proc/${pid}/task`)) {
    const children = read(`/proc/${pid}/task/${thread}/children`).split(' ');
    for (const child of children) if (child) yield* family(Number(child));
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
