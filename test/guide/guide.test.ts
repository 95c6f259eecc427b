/**
 * Every code block of the README and the guide works: commands are run, at reduced size; scenes are drawn; programs are
 * compiled and run. A block in a language that nothing here checks fails. What cannot be run is listed below, with the
 * reason.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { CONTENT_SECURITY_POLICY } from '../../src/explorer/policy.js';
import { exportSweep } from '../../src/jobs/export.js';
import { readWish } from '../../src/player/messages.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';
import { type Block, blocksOf, type Line, linesOf } from './blocks.js';

/** Commands of other programs, and of ours, that are not run. Those of ours are parsed. */
const NOT_RUN: [pattern: RegExp, reason: string][] = [
  [/^npm install\b/, 'it has been run, or this test would not run'],
  [/^npm (test|run (test:long|check|format))\b|^npx vitest\b/, 'it runs the tests'],
  [/^npm run (bench|site)\b/, 'it takes minutes: test/bench and test/browser/explorer-site run parts of it'],
  [
    /^(jupyter|python) /,
    'it needs packages for Python: test/cli/notebook and test/unit/model-exports run it',
  ],
  [/^(npm start|untrained edit|npm run explore|untrained explore)\b/, 'it serves pages until it is stopped'],
  [/ (--queue|--store s3:)/, 'it needs a server: test/farm runs it'],
  [/ --project /, 'it needs a project: test/browser/composed renders one'],
  [/ @example\/scenes/, 'it needs the package: test/cli/packages packs and renders it'],
  [/--help$/, 'help ends the process: test/cli/usage compares it'],
];

/** Blocks of plain text, by their first lines: formulas, forms and output. */
const TEXT: Record<string, string> = {
  'y_0 = the features of the point, then the slice': 'a formula',
  'shown = v, or (v + 1) / 2 for signed activations': 'a formula',
  'h(x):  x ^= x >> 16;  x *= 0x21f0aaad;  x ^= x >> 15;  x *= 0xd35a2d97;  x ^= x >> 15': 'a formula',
  '#u2=PAYLOAD&flag&flag=value': 'the form of a link',
  'renders/cross-section-discord.mp4  2.3 MB  Discord: 2.3 MB of 10.5 MB': 'what a command prints',
  'Made a project in my-film. Next:': 'what a command prints',
  'A looping animation of a random neural network with 14 layers and 30 units per layer: smooth shapes in purple, pink and':
    'what a command prints',
};

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
    .sort(),
];
const repository = resolve('.');
const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
const folder = temporaryFolder();
/** The cache keeps the pace of sweeps, which takes longer to measure than all the rest. */
const env = { UNTRAINED_CACHE: join(folder, 'cache') };
const fixtures = join(folder, 'fixtures');
/** The commands that have run. */
const done = new Set<string>();

const python = process.platform === 'win32' ? 'python' : 'python3';
const hasPython = (() => {
  try {
    execFileSync(python, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What a page's reader has: a folder with the files of the page, and others that pages name. */
class Desk {
  readonly #page: string;
  readonly #blocks: Block[];
  #count = 0;
  #folder: string | undefined;

  constructor(page: string, blocks: Block[]) {
    this.#page = page.replace(/\W/g, '-');
    this.#blocks = blocks;
  }

  get folder(): string {
    if (this.#folder === undefined) {
      this.#folder = this.#copyOf(fixtures);
      const named = this.#blocks.filter(({ name }) => name !== undefined);
      const first = new Map(named.reverse().map(({ name, code }) => [name!, code]));
      for (const [name, text] of first) this.save(name, text);
    }
    return this.#folder;
  }

  #copyOf(from: string): string {
    const path = join(folder, `${this.#page}-${this.#count++}`);
    cpSync(from, path, { recursive: true });
    return path;
  }

  /** A file that a page saves again is in another folder, because a process loads a module only once. */
  save(name: string, text: string): string {
    const old = join(this.folder, name);
    if (existsSync(old)) {
      if (readFileSync(old, 'utf8') === text) return old;
      this.#folder = this.#copyOf(this.folder);
    }
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }
}

beforeAll(async () => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  mkdirSync(fixtures);
  symlinkSync(repository, join(modules, 'untrained'), 'junction');
  symlinkSync(join(repository, 'node_modules/@motion-canvas'), join(modules, '@motion-canvas'), 'junction');
  copyFileSync('dist/music/on-the-beat.wav', join(fixtures, 'song.mp3')); // its content says what it is
  const network = { layers: 5, units: 8 };
  await exportSweep(sweep({ seconds: 1, network }), join(fixtures, 'mlp.npz'));
});

for (const page of pages) {
  const blocks = blocksOf(page);
  const desk = new Desk(page, blocks);
  for (const block of blocks) test(block.at, () => check(block, desk));
}

test('strict TypeScript accepts all code', () => {
  const { config } = ts.parseConfigFileTextToJson(
    'tsconfig.json',
    blocksOf('docs/packages.md').find(({ name }) => name === 'tsconfig.json')!.code,
  );
  const settings = { ...config.compilerOptions, types: ['node'], typeRoots: ['node_modules/@types'] };
  const { options } = ts.convertCompilerOptionsFromJson(settings, repository);
  const places = new Map<string, string>();
  for (const page of pages) {
    const blocks = blocksOf(page);
    const desk = new Desk(`types of ${page}`, blocks);
    for (const block of blocks)
      if (/^tsx?$/.test(block.language)) places.set(desk.save(fileOf(block), block.code), block.at);
  }
  const program = ts.createProgram([...places.keys()], options);
  const messages = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${places.get(file?.fileName ?? '') ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  expect(places.size).toBeGreaterThan(20);
  expect(messages).toEqual([]);
});

test('the lists of exceptions have no others', () => {
  const blocks = pages.flatMap(blocksOf);
  const scripts = blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => linesOf(code));
  const isUsed = (pattern: RegExp) => scripts.some((line) => pattern.test(commandOf(line)));
  expect(NOT_RUN.filter(([pattern]) => !isUsed(pattern))).toEqual([]);
  const first = blocks.filter(({ language }) => language === 'text').map(({ code }) => code.split('\n')[0]);
  expect(Object.keys(TEXT).filter((line) => !first.includes(line))).toEqual([]);
});

async function check(block: Block, desk: Desk): Promise<void> {
  const { language, code: text } = block;
  const checks: Record<string, () => unknown> = {
    sh: () => checkScript(text, desk),
    ts: () => checkCode(block, desk),
    tsx: () => checkCode(block, desk),
    json: () => checkJson(block, desk),
    csv: () => desk.save(block.name ?? 'table.csv', text),
    html: () => checkSnippet(text, desk),
    js: () => checkMessage(text),
    python: () => checkPython(text),
    text: () => checkText(text),
  };
  const known = checks[language];
  expect(known, `${block.at} has the language "${language}", which no test can check`).toBeDefined();
  await known();
}

// Commands.

const commandOf = ({ words }: Line): string => words.join(' ');

async function checkScript(text: string, desk: Desk): Promise<void> {
  const lines = linesOf(text);
  expect(lines).not.toEqual([]);
  for (const line of lines) {
    const exception = NOT_RUN.find(([pattern]) => pattern.test(commandOf(line)));
    const words = wordsOfOurs(line);
    if (!words) {
      expect(exception, `${line.text} is not run, so it needs a reason in NOT_RUN`).toBeDefined();
    } else if (exception) await parse(words);
    else {
      const reduced = await reduce(words);
      const id = JSON.stringify(reduced);
      const isElsewhere = reduced.slice(1).some((word) => existsSync(join(desk.folder, word)));
      if (done.has(id) && !isElsewhere) continue;
      done.add(id);
      const { code: status, stderr } = await inProcess(reduced, { cwd: desk.folder, env });
      expect(status, `${line.text}\n${reduced.join(' ')}\n${stderr}`).toBe(0);
    }
  }
}

/** The words after `untrained` of a command that runs it; undefined if another program runs. */
function wordsOfOurs({ words, text }: Line): string[] | undefined {
  const [program, ...rest] = words;
  if (program === 'untrained') return rest;
  if (program === 'npx') return rest[0] === 'untrained' ? rest.slice(1) : undefined;
  if (program !== 'npm' || rest[0] === 'install') return undefined;
  const [name, ...more] = rest[0] === 'run' ? rest.slice(1) : rest;
  expect(scripts, text).toHaveProperty([name]);
  const [, command] = /^node build\/run\.js (\w+)$/.exec(scripts[name]) ?? [];
  if (command === undefined || command === 'build') return undefined;
  const dashes = more.indexOf('--');
  const before = dashes < 0 ? more : more.slice(0, dashes);
  expect(
    before.filter((word) => word.startsWith('-')),
    `${text}: npm takes options before --`,
  ).toEqual([]);
  return [command, ...before, ...(dashes < 0 ? [] : more.slice(dashes + 1))];
}

/** Parses a command without running it. */
async function parse(words: string[]): Promise<void> {
  if (words.at(-1) === '--help') return;
  const program = buildProgram(new AbortController().signal);
  for (const command of program.commands) command.action(() => {});
  await program.parseAsync(words, { from: 'user' });
}

/** The same command for a small picture, or two small frames. */
async function reduce(words: string[]): Promise<string[]> {
  await parse(words);
  const [command, ...rest] = words;
  const has = (option: string) => rest.includes(option);
  const isMade = /\.(mp4|gif|webm|webp|png)$/.test(rest[0] ?? ''); // its sound would not fit two frames
  const short = has('--for') ? ['--seconds', '0.6'] : ['--frames', '0-1']; // platforms refuse shorter films
  const film = ['--size', '32x32', '--quality', 'draft', ...(has('--frames') || isMade ? [] : short)];
  // An even pace takes seconds to measure, for every seed and every change of the sweep.
  const changes = ['--set', '--seed', '--seeds', '--best'].some(has);
  const pace = changes ? ['--pace', 'tracks'] : [];
  const seeds = has('--seeds') && has('--at') ? ['--seeds', '1-2'] : [];
  const smaller: Record<string, string[]> = {
    render: has('--plan') ? [] : [...film, ...pace],
    plan: film,
    batch: film,
    still: ['--size', has('--shown') ? '96x60' : '32x18'],
    sheet: ['--size', '16x16', ...seeds, ...pace],
    export: ['--size', '32x32'],
  };
  return [...words, ...(smaller[command] ?? [])];
}

// Code.

/** The name of its file. */
const fileOf = ({ name, language }: Block): string => name ?? `mine.${language}`;

async function checkCode(block: Block, desk: Desk): Promise<void> {
  const { code: text } = block;
  const path = desk.save(fileOf(block), text);
  if (/^export default /m.test(text)) {
    const still = ['still', path, '--size', '32x18', '--out', `${path}.png`];
    const { code: status, stderr } = await inProcess(still, { cwd: desk.folder, env });
    expect(status, stderr).toBe(0);
    return;
  }
  const short = text.replace(/seconds: \d+/g, 'size: [32, 32], seconds: 0.2');
  const { code: compiled } = await transform(short, { loader: 'ts', format: 'esm', target: 'es2022' });
  const program = `${path}.mjs`;
  writeFileSync(program, compiled);
  await promisify(execFile)(process.execPath, [program], { cwd: desk.folder });
}

// Other languages.

function checkJson({ code: text, name }: Block, desk: Desk): void {
  const value = JSON.parse(text);
  if ('untrained' in value) expect(parseRecipe(text).sweep).toBeDefined();
  else expect(name, 'JSON that is not a recipe is a file of a project').toMatch(/^(package|tsconfig)\.json$/);
  desk.save(name ?? 'recipe.json', text);
}

/** The snippet that an exported page begins with. */
async function checkSnippet(text: string, desk: Desk): Promise<void> {
  const exported = ['export', 'oklch', '--size', '32x32', '--out', 'snippet/oklch.html'];
  expect(await inProcess(exported, { cwd: desk.folder, env })).toMatchObject({ code: 0 });
  const page = readFileSync(join(desk.folder, 'snippet/oklch.html'), 'utf8');
  const bare = (html: string) => html.replace(/\s+/g, ' ').trim();
  const [, title] = /<title>(.*?)<\/title>/.exec(page)!;
  expect(bare(page)).toContain(bare(text.replace('title="A network"', `title="${title}"`)));
}

/** A message to an exported page. */
function checkMessage(text: string): void {
  const messages: unknown[] = [];
  const frame = { contentWindow: { postMessage: (message: unknown) => messages.push(message) } };
  new Function('frame', text)(frame);
  expect(messages).toHaveLength(1);
  expect(readWish(messages[0])).toEqual(messages[0]);
}

function checkPython(text: string): void {
  if (!hasPython) return;
  execFileSync(python, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
    input: text,
    stdio: 'pipe',
  });
}

function checkText(text: string): void {
  const [first] = text.split('\n');
  if (text.replace(/\s+/g, ' ').trim() === CONTENT_SECURITY_POLICY) return;
  expect(TEXT, `"${first}" is not checked, so it needs a reason in TEXT`).toHaveProperty([first]);
}
