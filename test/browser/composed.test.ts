/** Composed scenes and other people's projects, rendered by the command itself as a user would. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { layOut } from '../../src/jobs/sheet-layout.js';
import { inProcess, temporaryFolder, untrained } from '../cli/untrained.js';
import { imageData } from '../png.js';
import { decode } from '../video/decode.js';

const folder = temporaryFolder();
const SMALL = ['--size', '96x54', '--fps', '10'];

/** A scene that lies in nobody's project. */
function scene(name: string, body: string, imports = ''): string {
  const path = join(folder, `${name}.tsx`);
  const lines = [
    `import { Circle, Img, makeScene2D, Rect, Video } from '@motion-canvas/2d';`,
    `import { createRef, useLogger, useScene, waitFor } from '@motion-canvas/core';`,
    imports,
    `export default makeScene2D(function* (view) {`,
    body, // line 5
    `});`,
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

const turning = scene(
  'turning',
  `view.fill(useScene().variables.get('colour', '#102030'));
  const rect = createRef<Rect>();
  view.add(<Rect ref={rect} size={400} fill={'#e06040'} />);
  view.add(<Circle size={200} x={600} fill={'#40e060'} />);
  yield* rect().rotation(90, 1);`,
);

/** What the frames of a film show, hashed, by name: PNGs carry their recipe as well. */
async function frames(...args: string[]): Promise<Record<string, string>> {
  const into = join(folder, `frames ${Math.random()}`);
  const { code, stderr } = await inProcess(['render', ...args, '--out', join(into, '%03d.png'), '--quiet']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const hash = (name: string) =>
    createHash('sha1')
      .update(imageData(readFileSync(join(into, name))))
      .digest('hex');
  return Object.fromEntries(readdirSync(into).map((name) => [name, hash(name)]));
}

const filesIn = (path: string) => readdirSync(path, { recursive: true }).map(String).sort();

test('a second at 10 fps has ten frames, the same each time, from one page and from three', async () => {
  const first = await frames(turning, ...SMALL);
  expect(Object.keys(first)).toHaveLength(10);
  expect(new Set(Object.values(first)).size).toBe(10);
  expect(await frames(turning, ...SMALL)).toEqual(first);
  expect(await frames(turning, ...SMALL, '--concurrency', '3')).toEqual(first);
  const { '004.png': fourth, '005.png': fifth } = first;
  expect(await frames(turning, ...SMALL, '--frames', '4-5')).toEqual({ '004.png': fourth, '005.png': fifth });
});

test('--size lays a scene out anew, and --set gives it its variables', async () => {
  const still = join(folder, 'still.png');
  const options = ['--size', '54x96', '--at', '0', '--set', 'colour=#ff8000', '--quiet'];
  const { code } = await inProcess(['still', turning, ...options, '--out', still]);
  expect(code).toBe(0);
  const png = readFileSync(still);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([54, 96]);
});

/** The two pictures of a sheet of 80 x 60. */
async function cells(...args: string[]): Promise<Buffer[]> {
  const path = join(folder, 'sheet.png');
  const small = ['--size', '80x60', '--columns', '2', '--quiet', '-o', path];
  const { code, stderr } = await inProcess(['sheet', ...args, ...small]);
  expect([code, stderr]).toEqual([0, '']);
  const layout = layOut({ size: [80, 60], labels: [{ name: '' }, { name: '' }], columns: 2 });
  const parts = [0, 1].map(async (i) => {
    const [x, y] = layout.cornerOf(i);
    const { frames } = await decode(path, { width: 80, height: 60, filter: `crop=80:60:${x}:${y}` });
    return Buffer.from(frames[0]);
  });
  return Promise.all(parts);
}

test('a sheet has frames of a scene, from one browser', async () => {
  const into = join(folder, 'of the sheet');
  const args = ['--size', '80x60', '--fps', '10', '--out', join(into, '%03d.png'), '--quiet'];
  await inProcess(['render', turning, ...args]);
  const made = await cells(turning, '--fps', '10', '--frames', '8,2');
  for (const [i, frame] of ['002', '008'].entries()) {
    const { frames } = await decode(join(into, `${frame}.png`), { width: 80, height: 60 });
    expect(made[i].equals(frames[0]), frame).toBe(true);
  }
});

test('a sheet has the seeds that a scene asks for, and of one that asks for none there is no sheet', async () => {
  const seeded = scene(
    'seeded',
    `const seed = useScene().variables.get('seed', 0);
  view.fill(seed() === 'red' ? '#f00' : seed() === 3 ? '#00f' : '#0f0');
  yield* waitFor(0.5);`,
  );
  const [red, blue] = await cells(seeded, '--seeds', 'red,3');
  expect([...red.subarray(0, 4), ...blue.subarray(0, 4)]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
  const { code, stderr } = await inProcess(['sheet', turning, '--seeds', '1-3']);
  expect(stderr).toMatch(/^untrained: --seed or --set seed: .*nothing that is drawn uses.*\n$/);
  expect(code).toBe(2);
});

/** Those that navigate go on for a while: a page is left only some time after it has said so. */
const broken: [name: string, body: string, ...says: (string | RegExp)[]][] = [
  ['throws', `  yield* waitFor(0.3);throw new Error('out of paint');`, 'throws.tsx:5:', 'out of paint'],
  ['waits', `  yield* waitFor(0.3);yield new Promise(() => {});`, 'waits.tsx:5:', 'scene "waits"', '3 s'],
  [
    'loops',
    `  yield* waitFor(0.3);while (view.width() > 0) view.y(1);`,
    'loops.tsx:5:',
    'scene "loops"',
    '3 s',
  ],
  ['fetches', `  yield fetch('https://example.com/data');`, 'fetches.tsx:5:', 'https://example.com/data'],
  ['shows', `  yield view.add(<Img src="https://example.com/a.png" />);`, 'https://example.com/a.png'],
  [
    'leaves',
    `  yield* waitFor(0.3);location.href = 'https://example.com/x';yield* waitFor(20);`,
    'leaves.tsx:5:',
    'another page',
  ],
  [
    'reloads',
    `  yield* waitFor(0.3);location.reload();yield* waitFor(20);`,
    'reloads.tsx:5:',
    'reloads its page',
  ],
  ['closes', `  yield* waitFor(0.3);window.close();yield* waitFor(20);`, 'closes.tsx:5:', 'closes its page'],
  [
    'plays',
    `  view.add(<Video src={'data:video/mp4;base64,AAAA'} />);yield* waitFor(1);`,
    '"data:video/mp4',
    'played',
  ],
  [
    'pictures',
    `  yield view.add(<Img src={'data:image/png;base64,AAAA'} />);`,
    'pictures',
    '"data:image/png',
  ],
];

test.each(broken)(
  'a scene that %s: one line that says where, 1, and nothing left',
  async (name, body, ...says) => {
    const into = join(folder, `of ${name}`);
    mkdirSync(into);
    const args = [
      'render',
      scene(name, body),
      ...SMALL,
      '--timeout',
      '3',
      '--out',
      join(into, 'film.mp4'),
      '--quiet',
    ];
    const { code, stderr } = await inProcess(args);
    for (const words of says) expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(readdirSync(into)).toEqual([]);
  },
);

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** What Motion Canvas logs as an error and goes on after. */
const logged: [name: string, body: string, says: RegExp][] = [
  [
    'logs',
    `  yield* waitFor(0.3);useLogger().error('no such colour');yield* waitFor(0.7);`,
    /^Warning: .*logs\.tsx:5:\d+: no such colour$/,
  ],
  [
    'computes',
    `  view.add(<Rect key={'odd'} fill={() => (null as any).x} size={9} />);yield* waitFor(1);`,
    /^Warning: .*computes\.tsx:5:\d+: .*null.* \(node "odd"\)$/,
  ],
  [
    'measures',
    `  view.add(<Img ref={picture} src={'${PIXEL}'} size={30} />);picture().x(picture().naturalSize().x);yield* waitFor(1);`,
    /^Warning: .*measures\.tsx:5:\d+: Tried to access an asynchronous property .*\(node "measures\/Img.*"\)$/,
  ],
];

test.each(logged)('a scene that %s something wrong: a warning that says where, and a film', async (...of) => {
  const [name, body, says] = of;
  const path = scene(name, `  const picture = createRef<Img>();${body}`);
  const out = join(folder, `${name}.mp4`);
  const { code, stderr } = await inProcess(['render', path, ...SMALL, '--out', out]);
  const warnings = stderr.split('\n').filter((line) => line.startsWith('Warning'));
  expect(warnings).toEqual([expect.stringMatching(says)]);
  expect([code, existsSync(out)]).toEqual([0, true]);
});

test('dialogs are warned of, and nothing waits for them; nor for a debugger', async () => {
  const body = `  alert('stop');if (!confirm() && prompt('who?') === null) yield* waitFor(0.5);print();debugger;`;
  const path = scene('dialogs', body);
  const { code, stdout } = await inProcess([
    'render',
    path,
    ...SMALL,
    '--out',
    join(folder, 'd.mp4'),
    '--json',
  ]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const warnings = lines.filter(({ type }) => type === 'warning').map(({ message }) => message);
  const said = ['alert("stop")', 'confirm()', 'prompt("who?")', 'print()'];
  expect(warnings).toEqual(said.map((call) => expect.stringContaining(`: ${call} has no effect`)));
  expect([code, lines.at(-1)]).toMatchObject([0, { type: 'result', frames: 5 }]);
});

test.skipIf(process.platform === 'win32')(
  'a browser that is stopped: a line, 1, and nothing left',
  async () => {
    const path = scene('long', `  yield* waitFor(1000);`);
    const into = join(folder, 'of the stopped browser');
    let browser: number | undefined;
    const { code, stderr } = await untrained(
      ['render', path, ...SMALL, '--out', join(into, 'film.mp4'), '--timeout', '2', '--no-cache'],
      {
        watch(child, text) {
          if (browser !== undefined || !/frames/.test(text)) return;
          browser = browserOf(child.pid!);
          process.kill(browser, 'SIGSTOP');
        },
      },
    );
    expect(stderr).toMatch(
      /\nuntrained: The browser \(process \d+\) has not responded for 2 s.*--timeout\.\n$/,
    );
    expect(code).toBe(75);
    expect(existsSync(into)).toBe(false);
    expect(processes().filter(({ group, state }) => group === browser && state !== 'Z')).toEqual([]);
  },
);

/** The process of the browser that a render has started. */
function browserOf(pid: number): number {
  return processes().find(({ parent, args }) => parent === pid && args.includes('--remote-debugging'))!.pid;
}

interface Process {
  pid: number;
  parent: number;
  group: number;
  /** One letter, Z for one that has ended. */
  state: string;
  args: string;
}

/** All processes: from /proc where there is one, since not every system for servers has `ps`. */
function processes(): Process[] {
  if (!existsSync('/proc/self/stat')) {
    const all = execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,stat=,args=']).toString();
    return [...all.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w)\S*\s+(.*)$/gm)].map(
      ([, pid, parent, group, state, args]) => ({
        ...{ pid: Number(pid), parent: Number(parent), group: Number(group) },
        ...{ state, args },
      }),
    );
  }
  return readdirSync('/proc').flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), state, args }];
    } catch {
      return []; // no process, or one that has gone
    }
  });
}

test('with --strict, a warning ends the work; a film that was made without is none', async () => {
  const [, body] = logged[0];
  const path = scene('strict', body);
  const cache = { env: { UNTRAINED_CACHE: join(folder, 'cache') } };
  const out = join(folder, 'strict.mp4');
  const still = join(folder, 'strict.png');
  const made = await inProcess(['render', path, ...SMALL, '--out', out, '--json'], cache);
  const lines = made.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const message = expect.stringMatching(/strict\.tsx:5:.*no such colour/);
  expect(lines.filter(({ type }) => type === 'warning')).toEqual([{ type: 'warning', message }]);
  expect(lines.at(-1)).toMatchObject({ type: 'result', warnings: [message] });
  rmSync(out);
  for (const args of [
    ['render', path, '--out', out],
    ['still', path, '--out', still],
    ['sheet', path, '--frames', '0,9', '--out', still],
  ]) {
    const { code, stderr } = await inProcess([...args, ...SMALL, '--strict', '--quiet'], cache);
    expect(stderr).toMatch(/^untrained: .*strict\.tsx:5:.*no such colour.*--strict.*\n$/);
    expect(code).toBe(1);
  }
  expect([existsSync(out), existsSync(still)]).toEqual([false, false]);
});

test('what cannot be is refused before a browser starts', async () => {
  const project = resolve('test/browser/project/src/project.ts');
  const refused = [
    [turning, '--seconds', '3'],
    [scene('reading', "  yield* waitFor(useScene().variables.get('seconds', 4)());"), '--seconds', '3'],
    [scene('importing', '', "import './reading';"), '--seconds', '2.5'],
    ['--project', 'test/browser/project/src/project.ts', '--seconds', '3'],
    ['depth', '--concurrency', '2'],
    ['--project', project, '--size', '100x100'],
    [scene('typo', '  const = 3;')],
    [scene('missing', '  view.fill(parser);', `import { parser } from 'not-installed-parser';`)],
    [scene('moved', '  view.fill(logo);', `import logo from './not-there.svg';`)],
  ];
  const outcomes = await Promise.all(refused.map((args) => inProcess(['render', ...args])));
  expect(outcomes.map(({ code }) => code)).toEqual(refused.map(() => 2));
  const lines = outcomes.map(({ stderr }) => stderr.replaceAll(folder, 'FOLDER').trim());
  expect(lines.map((line) => line.replace(/^.*[/\\](\w+\.tsx)/, '$1'))).toMatchInlineSnapshot(`
    [
      "untrained: --seconds applies only to sweeps, but turning is a composed scene, which sets this in its code: remove it.",
      "untrained: --seconds applies only to sweeps, but reading is a composed scene, which sets this in its code: to set its variable "seconds", use --set seconds=3.",
      "untrained: --seconds applies only to sweeps, but importing is a composed scene, which sets this in its code: to set its variable "seconds", use --set seconds=2.5.",
      "untrained: --seconds applies only to sweeps, but test/browser/project/src/project.ts is a project: remove it.",
      "untrained: --concurrency applies only to composed scenes, but depth is a sweep: remove it.",
      "untrained: --size is 100x100 but the project is laid out for 160x120: use the same aspect ratio, such as 100x75.",
      "typo.tsx:5:8: Expected identifier but found "="",
      "missing.tsx:3:24: there is no module "not-installed-parser": check its name, or install it beside the file.",
      "moved.tsx:3:18: there is no module "./not-there.svg": check its name, or install it beside the file.",
    ]
  `);
});

test('a variable that no scene asks for is refused', async () => {
  const { code, stderr } = await inProcess(['render', turning, ...SMALL, '--set', 'color=red']);
  expect(stderr).toContain(
    '--set color: nothing that is drawn uses a variable of that name. Did you mean "colour"?',
  );
  expect(code).toBe(2);
  const seeded = await inProcess(['render', turning, ...SMALL, '--seed', '3']);
  expect(seeded.stderr).toContain('--seed or --set seed: nothing that is drawn uses a variable of that name');
  expect(seeded.code).toBe(2);
});

test("another project's scenes, with its variables, files, time events and size; nothing in it is touched", async () => {
  const copy = join(folder, 'their project');
  cpSync('test/browser/project', copy, { recursive: true });
  const before = filesIn(copy);
  const all = await frames('--project', join(copy, 'src/project.ts'));
  expect(Object.keys(all)).toHaveLength(15); // at its 10 fps: half a second, until its event at 0.8 s, and 0.7 s
  expect(filesIn(copy)).toEqual(before);

  // A range that was set in its editor, from frame 3 up to before frame 8, is what is rendered; --frames count from the
  // project's beginning.
  const meta = join(copy, 'src', 'project.meta');
  const { shared, ...rest } = JSON.parse(readFileSync(meta, 'utf8'));
  writeFileSync(meta, JSON.stringify({ ...rest, shared: { ...shared, range: [0.299, 0.8] } }));
  const of = (...numbers: number[]) =>
    Object.fromEntries(numbers.map((n) => [`00${n}.png`, all[`00${n}.png`]]));
  expect(await frames('--project', join(copy, 'src/project.ts'))).toEqual(of(3, 4, 5, 6, 7));
  expect(await frames('--project', join(copy, 'src/project.ts'), '--frames', '1-2')).toEqual(of(1, 2));
  writeFileSync(meta, JSON.stringify({ ...rest, shared: { ...shared, range: [20, null] } }));
  const beyond = await inProcess([
    'render',
    '--project',
    join(copy, 'src/project.ts'),
    '--out',
    join(folder, 'b.mp4'),
  ]);
  expect([beyond.code, beyond.stderr]).toEqual([
    2,
    expect.stringMatching(/range begins at 20 s.* lasts 1\.5 s/),
  ]);
});
