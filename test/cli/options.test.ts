/** The table of options, and everything derived from it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  commanderOption,
  flagOf,
  flagsOf,
  helpOf,
  kebab,
  type OptionEntry,
  read,
} from '../../src/cli/option.js';
import {
  type DrawOptions,
  entriesOf,
  lookOf,
  OPTIONS,
  type RenderOptions,
  refuseFor,
  rowEntries,
} from '../../src/cli/options.js';
import { variablesOf } from '../../src/cli/override.js';
import { buildProgram } from '../../src/cli/program.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { checkEncodeOptions } from '../../src/outputs/options.js';
import { parseOutput } from '../../src/outputs/output.js';
import { temporaryFolder } from './untrained.js';

const entries: readonly OptionEntry[] = OPTIONS;
const program = buildProgram(new AbortController().signal);
const named = (entry: OptionEntry) => [`${entry.commands[0]} ${flagOf(entry)}`, entry] as const;
const complaintOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test.each([
  'render',
  'still',
  'export',
  'sheet',
  'batch',
  'plan',
  'join',
  'work',
  'edit',
  'list',
  'info',
  'platforms',
  'cache',
  'doctor',
] as const)('the help of %s lists each of its options once, with sentence, range and default', (name) => {
  const command = program.commands.find((one) => one.name() === name)!;
  const help = command.helpInformation().replace(/\s+/g, ' ');
  const own = entriesOf(name);
  expect(new Set(own.map(flagOf)).size).toBe(own.length);
  expect(command.options.map(({ flags }) => flags)).toEqual(own.map(flagsOf));
  for (const entry of own) expect(help).toContain(`${flagsOf(entry)} ${helpOf(entry, name)} `);
  expect(command.helpInformation()).not.toMatch(/.{81}/);
});

test.each(entries.filter(({ range }) => range).map(named))(
  '%s enforces the range that its help states',
  (_, entry) => {
    const { least, above, most, whole } = entry.range!;
    const step = whole ? 1 : 1e-3;
    const help = helpOf(entry, entry.commands[0]);
    const accepted = [least, above !== undefined ? above + step : undefined, most];
    for (const value of accepted.filter((one) => one !== undefined)) {
      expect([read(entry, `${value}`)].flat()[0], `${value}`).toBe(value);
    }
    const refused = [
      (least ?? Number.NaN) - step,
      above,
      (most ?? Number.NaN) + step,
      whole && (least ?? 1) + 0.5,
    ];
    for (const value of refused.filter((one) => typeof one === 'number' && !Number.isNaN(one))) {
      expect(() => read(entry, `${value}`), `${value}`).toThrow(
        `${flagOf(entry)} is "${value}" but must be `,
      );
    }
    for (const text of ['', ' ', 'x', 'NaN', 'Infinity', '1e999'])
      expect(() => read(entry, text), text).toThrow(`${flagOf(entry)} is "${text}" but must be `);
    for (const bound of [least, above, most]) if (bound !== undefined) expect(help).toContain(`${bound}`);
  },
);

describe('the ranges are those of', () => {
  const sweep = { seconds: 1, network: { layers: 2, width: 2 } };
  const rangeOf = (name: string) => entriesOf('render').find((entry) => entry.name === name)!.range!;

  test('sweeps', () => {
    const { least, most } = rangeOf('fps');
    for (const fps of [least, most]) expect(parseSweep({ ...sweep, fps }).fps).toBe(fps);
    for (const fps of [least! - 0.01, most! + 0.01])
      expect(() => parseSweep({ ...sweep, fps })).toThrow('fps is');
    const side = rangeOf('size');
    for (const size of [side.least!, side.most!]) parseSweep({ ...sweep, size: [size, 1] });
    for (const size of [side.least! - 1, side.most! + 1])
      expect(() => parseSweep({ ...sweep, size: [size, 1] })).toThrow('size.0 is');
    const seconds = rangeOf('seconds');
    parseSweep({ ...sweep, seconds: seconds.most });
    for (const length of [seconds.above, seconds.most! + 0.01])
      expect(() => parseSweep({ ...sweep, seconds: length })).toThrow('seconds is');
    const samples = rangeOf('supersample');
    for (const supersample of [samples.least, samples.most]) parseSweep({ ...sweep, supersample });
    for (const supersample of [samples.least! - 1, samples.most! + 1])
      expect(() => parseSweep({ ...sweep, supersample })).toThrow('supersample');
  });

  test('formats', () => {
    const check = (path: string, options: object) => () => checkEncodeOptions(parseOutput(path), options);
    const [crf, loops] = [rangeOf('crf'), rangeOf('loops')];
    for (const value of [crf.least, crf.most]) check('a.webm', { crf: value })();
    for (const value of [crf.least! - 1, crf.most! + 1])
      expect(check('a.webm', { crf: value })).toThrow('--crf');
    const { more } = entriesOf('render').find(({ name }) => name === 'crf')!;
    const [, least, most] = /MP4: (\d+) to (\d+)/.exec(more!)!.map(Number);
    for (const value of [least, most]) check('a.mp4', { crf: value })();
    for (const value of [least - 1, most + 1]) expect(check('a.mp4', { crf: value })).toThrow('--crf');
    for (const value of [loops.least, loops.most]) check('a.mp4', { loops: value })();
    for (const value of [loops.least! - 1, loops.most! + 1])
      expect(check('a.mp4', { loops: value })).toThrow('--loops');
  });
});

test.each(entries.filter(({ choices }) => choices).map(named))('%s accepts only its choices', (_, entry) => {
  for (const choice of entry.choices!) expect(read(entry, choice)).toBe(choice);
  expect(helpOf(entry, 'render')).toContain(entry.choices!.join(', '));
  const typo = `${entry.choices![0]}e`;
  expect(() => read(entry, typo)).toThrow(
    new RegExp(
      `^${flagOf(entry)} is "${typo}" but must be .* or .*\\. Did you mean "${entry.choices![0]}"\\?$`,
    ),
  );
});

test('an unknown option or command is refused, with the closest one by spelling or meaning', async () => {
  const said = async (...words: string[]) =>
    buildProgram(new AbortController().signal)
      .parseAsync(words, { from: 'user' })
      .then(
        () => 'accepted',
        (error: Error) => error.message,
      );
  expect(await said('render', '--pallete', 'oklch')).toBe(
    `unknown option '--pallete'. Did you mean "--palette"? See --help.`,
  );
  expect(await said('still', '--resolution=10')).toBe(
    `unknown option '--resolution=10'. Did you mean "--size"? See --help.`,
  );
  expect(await said('render', '--no-cash')).toBe(
    `unknown option '--no-cash'. Did you mean "--no-cache"? See --help.`,
  );
  expect(await said('render', '--at', '3')).toBe(
    '--at is an option of still, sheet, export, but not of render. See --help.',
  );
  expect(await said('batch', 'rows.json', '--out=a.mp4')).toBe(
    '--out would be the same file for all films: give each row its own, in a column "out". See --help.',
  );
  expect(await said('batch', 'rows.json', '-o')).toBe(
    '-o would be the same file for all films: give each row its own, in a column "out". See --help.',
  );
  expect(await said('render', '--cache')).toBe(
    `unknown option '--cache'. Did you mean "--no-cache"? See --help.`,
  );
  expect(await said('render', '--layers', '9')).toBe(
    `unknown option '--layers'. To set a sweep's layers, use --set layers=... See --help.`,
  );
  expect(await said('sheet', '--zoom=2')).toBe(
    `unknown option '--zoom=2'. To set a sweep's halfWidth, use --set halfWidth=... See --help.`,
  );
  expect(await said('render', '-x')).toBe(`unknown option '-x'. See --help.`);
  expect(await said('platfroms')).toBe(`unknown command 'platfroms'. Did you mean "platforms"? See --help.`);
  expect(await said('frobnicate')).toBe(`unknown command 'frobnicate'. See --help.`);
  expect(await said('render', '--for')).toBe(`option '--for <platform>' argument missing. See --help.`);
});

test.each(entries.filter(({ scenes }) => scenes).map(named))(
  '%s is refused for the other kind of scene',
  (_, entry) => {
    const other = entry.scenes === 'sweep' ? 'composed' : 'sweep';
    const given = new Set(['size', entry.name]);
    const kinds = { sweep: 'sweeps', composed: 'composed scenes' };
    expect(() => refuseFor(other, given, 'this is another')).toThrow(
      `${flagOf(entry)} applies only to ${kinds[entry.scenes!]}, but this is another: remove it.`,
    );
    expect(complaintOf(() => refuseFor(entry.scenes!, given, 'this is it'))).toBe('accepted');
  },
);

test('a suggested command repeats the given options that affect the picture', () => {
  const words = [
    ...[
      '--fps',
      '30000/1001',
      '--seconds',
      '2.5',
      '--seed',
      'a word',
      '--set',
      'layers=3..5',
      '--set',
      'width=8',
    ],
    ...['--pace', 'even', '--palette', 'oklch', '--supersample', '2', '--dither', '--project', 'a b.ts'],
    ...['--levels', '-1,2.5', '--allow-host', 'a.example'],
  ];
  const parse = (given: string[]) => {
    const command = program.createCommand('render');
    for (const entry of entriesOf('render')) command.addOption(commanderOption(entry, 'render'));
    command.parse(given, { from: 'user' });
    const names = command.options.map((option) => option.attributeName());
    const own = names.filter((name) => command.getOptionValueSource(name) === 'cli');
    return { options: command.opts<RenderOptions & DrawOptions>(), given: new Set(own) };
  };
  const before = parse([
    ...words,
    '--quiet',
    '--size',
    '10',
    '--out',
    'a.mp4',
    '--threads',
    '1',
    '--no-cache',
  ]);
  const repeated = lookOf(before.options, before.given);
  expect(repeated.toSorted()).toEqual(words.toSorted());
  expect(parse(repeated).options).toEqual(parse(words).options);
  expect(lookOf(parse([]).options, new Set())).toEqual([]);
});

test('a row of a batch accepts every option of render, except those about reporting and other machines', () => {
  const names = rowEntries().map(({ name }) => name);
  expect(
    entriesOf('render')
      .filter(({ name }) => !names.includes(name))
      .map(({ name }) => name),
  ).toEqual(['plan', 'shard', 'queue', 'store', 'json', 'quiet']);
  expect(entriesOf('batch').map(({ name }) => name)).not.toEqual(expect.arrayContaining(['out']));
  expect(kebab('maxSize')).toBe('max-size');
});

const folder = temporaryFolder();

describe('the tables of the guide', () => {
  const docs = (...words: string[]) =>
    spawnSync(process.execPath, ['build/docs.js', ...words], { encoding: 'utf8' });

  test('are up to date (npm run docs)', () => {
    expect(docs('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('are rewritten if they are out of date', () => {
    const changed = {
      'options.md': ['| `--dither` | ', '| `--dither` | new '],
      'parameters.md': ['| `seed` | 1 |', '| `seed` | 2 |'],
      'formats.md': ['| GIF | 8 |', '| GIF | 9 |'],
      'networks.md': ['| `tanh` | tanh x |', '| `tanh` | sinh x |'],
    };
    cpSync('docs', join(folder, 'docs'), { recursive: true });
    const pages = Object.entries(changed).map(([page, [before, after]]) => {
      const path = join(folder, 'docs', page);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(before);
      writeFileSync(path, text.replace(before, after));
      return { path, text };
    });
    const complaints = pages.map(({ path }) => `A table in ${path} is out of date: run npm run docs.\n`);
    expect(docs('--check', folder)).toMatchObject({ status: 1, stderr: complaints.join('') });
    expect(docs(folder).status).toBe(0);
    for (const { path, text } of pages) expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

test('help loads no drawing code', () => {
  const coverage = join(folder, 'loaded');
  mkdirSync(coverage);
  const env = { ...process.env, NODE_V8_COVERAGE: coverage };
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'render', '--help'], { env });
  expect(status).toBe(0);
  const [file] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] };
  const loaded = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  expect(loaded.some((url) => url.endsWith('/dist/cli/options.js'))).toBe(true);
  const packages = loaded.flatMap((url) => /node_modules\/([^/]+)\//.exec(url)?.[1] ?? []);
  expect([...new Set(packages)].sort()).toEqual(['commander', 'fastest-levenshtein']);
  expect(loaded.filter((url) => /\/dist\/(renderers|sources|jobs|nodes|browser|editor)\//.test(url))).toEqual(
    [],
  );
});

test("--seed and --palette set a composed scene's variables, and --set comes after them", () => {
  const set = ['name=Ada', 'palette=viridis'];
  expect(variablesOf({ seed: '5', palette: 'magma', set })).toEqual({
    seed: 5,
    palette: 'viridis',
    name: 'Ada',
  });
  expect(variablesOf({ palette: '#012,#fa3', set: [] })).toEqual({ palette: { colours: ['#012', '#fa3'] } });
  expect(variablesOf({ set: [] })).toEqual({});
});
