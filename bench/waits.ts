/**
 * Measures how long commands make their user wait: until the first sign of life, which is the first output, and until
 * the end. All commands are started as from a shell, with nothing cached but what an earlier command left on the disk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { built } from './built.js';
import { record } from './history.js';
import { childrenTime } from './scale.js';
import { median, table } from './table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAIN = [process.execPath, resolve(root, 'dist/cli/main.js')];
/** `npm run NAME -- WORDS`, as in the README. */
const npm = (name: string, ...words: string[]) => ['npm', 'run', '--silent', name, '--', ...words];

/** How long one command took. */
interface Wait {
  /** Until its first output, in milliseconds. */
  first: number;
  /** Until its end, or until its page can be used. */
  end: number;
  /** The CPU time of all its processes, in milliseconds. Undefined where the system does not tell. */
  cpu?: number | undefined;
}

interface Action {
  name: string;
  /** What it may take, in seconds: of CPU time if `cpu`, otherwise until its end. */
  goal: number;
  cpu?: boolean;
  /** What must have happened before, which is not measured. */
  prepare?(): Promise<unknown>;
  run(round: number): Promise<Wait>;
}

/** Two minutes at 25 frames a second: a network, and a caption that is different in each round. */
const film = (caption: string) => `import { makeScene2D, Txt } from '@motion-canvas/2d';
import { createRef, linear, waitFor } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';
export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  view.add(<NetworkField ref={field} size={[1920, 1080]} seed={18} layers={4} units={10} weightScale={0.6} />);
  yield* field().weightScale(1.2, 30, linear);
  const caption = createRef<Txt>();
  view.add(<Txt ref={caption} text={'${caption}'} fill={'white'} fontSize={80} y={400} />);
  yield* waitFor(2);
  caption().remove();
  yield* field().weightScale(0.6, 88, linear);
});
`;

/** Measures `rounds` times, and prints the shortest and the median. */
export async function benchWaits(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const browser = await (await built.launch()).launchBrowser(await (await built.findBrowser()).findBrowser());
  const waits = new Map<Action, Wait[]>();
  try {
    const actions = await actionsIn(folder, browser);
    for (const action of actions) await action.prepare?.();
    for (let round = 0; round < rounds; round++) {
      for (const action of actions)
        waits.set(action, [...(waits.get(action) ?? []), await action.run(round)]);
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
  print(waits, rounds);
}

async function actionsIn(folder: string, browser: Browser): Promise<Action[]> {
  await mkdir(join(folder, 'scenes'));
  const scene = join(folder, 'scenes', 'film.tsx');
  const say = (caption: string) => writeFile(scene, film(caption));
  const at = (name: string) => join(folder, name);
  const cache = { UNTRAINED_CACHE: at('cache') };
  const whole = [...MAIN, 'render', scene, '--size', '160x90', '--out', at('film.mp4'), '--quiet'];
  const made = npm(
    'render',
    'weight-scale',
    '--frames',
    '0-49',
    '--size',
    '160x160',
    '--out',
    at('made.gif'),
  );
  const command = (...words: string[]) => measure([...MAIN, ...words], folder);
  return [
    { name: '--help', goal: 0.25, cpu: true, run: () => command('--help') },
    { name: 'a usage error', goal: 1, run: () => command('still', '--sise', '8x8') },
    { name: 'list', goal: 1, run: () => command('list') },
    {
      name: 'a still of a sweep',
      goal: 1.5,
      run: () => command('still', 'weight-scale', '--no-cache', '--out', at('sweep.png')),
    },
    {
      name: 'a still of a composed scene',
      goal: 3,
      run: () => command('still', 'single-unit', '--no-cache', '--out', at('composed.png')),
    },
    {
      name: 'the editor, until it can be used',
      goal: 4,
      run: () =>
        usable(['npm', 'start', '--silent', '--', '--no-open', '--port', '9720'], browser, {
          ready: () => document.querySelector('a[href$="weight-scale"]') !== null,
        }),
    },
    {
      name: "the explorer's first picture",
      goal: 1,
      run: () =>
        usable([...MAIN, 'explore', '--no-open', '--port', '9730'], browser, {
          fromPage: true,
          ready: hasPicture,
        }),
    },
    {
      name: 'one changed caption in a film of two minutes',
      goal: 5,
      prepare: async () => {
        await say('before');
        await measure(whole, folder, cache);
      },
      run: async (round) => {
        await say(`caption ${round}`);
        return measure(whole, folder, cache);
      },
    },
    {
      name: 'npm run render, when all has been made',
      goal: 1,
      prepare: () => measure(made, root, cache),
      run: () => measure(made, root, cache),
    },
  ];
}

/** Whether a canvas of the page shows anything. Runs in the page. */
function hasPicture(): boolean {
  const small = new OffscreenCanvas(8, 8).getContext('2d')!;
  return [...document.querySelectorAll('canvas')].some((canvas) => {
    if (canvas.width < 300) return false;
    small.clearRect(0, 0, 8, 8);
    small.drawImage(canvas, 0, 0, 8, 8);
    return small.getImageData(0, 0, 8, 8).data.some((byte, i) => i % 4 < 3 && byte > 0);
  });
}

/** Runs a command until it ends. */
async function measure(command: string[], cwd: string, env: Record<string, string> = {}): Promise<Wait> {
  const { child, began, cpu } = start(command, cwd, env);
  let first: number | undefined;
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', () => {
      first ??= performance.now() - began;
    });
  await new Promise((done, failed) => {
    child.on('close', done);
    child.on('error', failed);
  });
  const end = performance.now() - began;
  return { first: first ?? end, end, cpu: cpu() };
}

/** Starts a command that serves a page, and waits until the page can be used. */
async function usable(
  command: string[],
  browser: Browser,
  { ready, fromPage = false }: { ready: () => boolean; fromPage?: boolean },
): Promise<Wait> {
  const { child, began } = start(command, root, {});
  const gone = new Promise<void>((done) => child.on('exit', () => done()));
  try {
    const url = await new Promise<string>((found, failed) => {
      child.stdout!.on('data', (text) => {
        const [address] = /http:\S+/.exec(String(text)) ?? [];
        if (address) found(address);
      });
      child.on('exit', () => failed(new Error(`${command.join(' ')} did not start.`)));
    });
    const first = performance.now() - began;
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    const opened = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(ready, undefined, { polling: 'raf' });
    const end = performance.now() - (fromPage ? opened : began);
    await page.close();
    return { first, end };
  } finally {
    process.kill(-child.pid!, 'SIGTERM'); // npm and what it has started
    await gone;
  }
}

/** Starts a command in a process group of its own. */
function start([program, ...words]: string[], cwd: string, env: Record<string, string>) {
  const before = childrenTime();
  const began = performance.now();
  const child: ChildProcess = spawn(program, words, {
    cwd,
    detached: true,
    env: { ...process.env, npm_lifecycle_event: '', INIT_CWD: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const cpu = () => {
    const now = childrenTime();
    return now === undefined || before === undefined ? undefined : now - before;
  };
  return { child, began, cpu };
}

function print(waits: Map<Action, Wait[]>, rounds: number): void {
  const seconds = (values: number[], choose: (values: number[]) => number) =>
    values.length > 0 ? (choose(values) / 1000).toFixed(2) : '';
  const least = (values: number[]) => Math.min(...values);
  const rows = [...waits].map(([{ name, goal, cpu: ofCpu }, all]) => {
    const of = (key: keyof Wait) => all.flatMap((wait) => wait[key] ?? []);
    record('waits', name, of('end'));
    record('waits', `${name}, CPU time`, of('cpu'));
    const counted = ofCpu ? of('cpu') : of('end');
    const met = counted.length === 0 ? '' : least(counted) <= 1000 * goal ? 'met' : 'missed';
    return [
      name,
      seconds(of('first'), least),
      seconds(of('end'), least),
      seconds(of('end'), median),
      seconds(of('cpu'), least),
      `${goal}${ofCpu ? ' of CPU time' : ''}`,
      met,
    ];
  });
  console.log(`\nWaiting, in seconds: the shortest of ${rounds}`);
  console.log(table([['', 'first sign', 'end', '(median)', 'CPU time', 'goal', ''], ...rows]));
  console.log("  The explorer's picture is timed from the opening of its page; all else from the command.");
}
