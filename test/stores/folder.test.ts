/** A store in a folder that many processes share: what is in it is whole, whoever writes, dies or does damage. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  promises as fs,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import seedrandom from 'seedrandom';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { exitCodeOf, TransientError, UsageError } from '../../src/core/errors.js';
import { FolderFiles } from '../../src/stores/folder.js';
import { openStore } from '../../src/stores/index.js';
import { seed } from '../seed.js';
import { testFolder } from '../video/films.js';

const folder = testFolder();
afterEach(() => vi.restoreAllMocks());

const keyOf = (name: unknown) => createHash('sha256').update(String(name)).digest('hex').slice(0, 40);
const [KEY, OTHER] = ['one', 'other'].map(keyOf);
const store = () => new FolderFiles(folder.in('store'));
const at = (...names: string[]) => folder.in('store', ...names);
const stored = () => readdirSync(folder.in('store')).sort();
const digestOf = (key: string, bytes: string | Buffer) =>
  `${createHash('sha256').update(key).update(bytes).digest('hex')} ${bytes.length}`;

function made(bytes: string | Buffer = 'the bytes of a segment', beside?: string): string {
  const path = folder.in(`made-${Math.random()}`);
  writeFileSync(path, bytes);
  if (beside !== undefined) writeFileSync(`${path}.beside`, beside);
  return path;
}

/** The system's error with that code. */
const systemError = (code: string) => Object.assign(new Error(`${code}: it failed`), { code, path: at(KEY) });

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('It did not fail.'),
    (error: Error) => error,
  );

/** The message of an error after which a retry may succeed. */
async function transient(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  expect(exitCodeOf(error)).toBe(75);
  expect(error.message).not.toContain('\n');
  return error.message.replaceAll(folder.in('store'), 'STORE');
}

test('what is stored is taken, with the file beside it', async () => {
  const files = store();
  expect(await files.among([KEY])).toEqual(new Set());
  expect(await files.take(KEY, folder.in('taken'))).toBe('missing');
  await files.put(KEY, made('a segment', 'its luminance'));
  expect(await files.among([KEY, OTHER])).toEqual(new Set([KEY]));
  expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
  expect(readFileSync(folder.in('taken'), 'utf8')).toBe('a segment');
  expect(readFileSync(folder.in('taken.beside'), 'utf8')).toBe('its luminance');
  expect(stored()).toEqual([KEY, `${KEY}.beside`, `${KEY}.sha256`].sort());
  expect(readFileSync(at(`${KEY}.sha256`), 'utf8')).toBe(digestOf(KEY, 'a segment'));
});

test('a file with a digest of an earlier version is still taken', async () => {
  await store().put(KEY, made());
  truncateSync(at(`${KEY}.sha256`), 64); // had no size
  expect(await store().among([KEY])).toEqual(new Set([KEY]));
  expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
});

test('a file that is there is not replaced', async () => {
  await store().put(KEY, made());
  const before = statSync(at(KEY)).ino;
  await store().put(KEY, made());
  expect(statSync(at(KEY)).ino).toBe(before);
});

test('what is taken replaces what was, which may be a link to another file of the store', async () => {
  const files = store();
  await files.put(KEY, made('one', 'beside one'));
  await files.put(OTHER, made('other', 'beside other'));
  for (const key of [KEY, OTHER]) expect(await files.take(key, folder.in('taken'))).toBe('taken');
  expect(readFileSync(folder.in('taken'), 'utf8')).toBe('other');
  expect(readFileSync(folder.in('taken.beside'), 'utf8')).toBe('beside other');
  expect(readFileSync(at(KEY), 'utf8')).toBe('one');
  expect(readFileSync(at(`${KEY}.beside`), 'utf8')).toBe('beside one');
});

test('files are stored and taken where there are no hard links', async () => {
  vi.spyOn(fs, 'link').mockRejectedValue(systemError('ENOTSUP'));
  await store().put(KEY, made('a segment', 'its luminance'));
  expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
  expect(readFileSync(folder.in('taken'), 'utf8')).toBe('a segment');
  expect(existsSync(folder.in('taken.beside'))).toBe(true);
});

describe('of many keys', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => keyOf(i));

  test('those stored are found by listing the folder', async () => {
    mkdirSync(folder.in('store'));
    const there = keys.filter((_, i) => i % 4 === 0);
    for (const key of there) for (const name of [key, `${key}.sha256`]) writeFileSync(at(name), '');
    writeFileSync(at(keys[1]), ''); // without a digest
    mkdirSync(at(keys[2]));
    symlinkSync(at(keys[0]), at(keys[3]));
    const looks = vi.spyOn(fs, 'lstat');
    expect(await store().among(keys)).toEqual(new Set(there));
    expect(looks.mock.calls.length).toBeLessThan(10);
  });

  test('none are in a store that does not exist yet', async () => {
    expect(await store().among(keys)).toEqual(new Set());
    expect(existsSync(folder.in('store'))).toBe(false);
  });
});

describe('damage is found, and what is damaged removed:', () => {
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
  };
  const swap = (a: string, b: string) => {
    renameSync(a, `${a}~`);
    renameSync(b, a);
    renameSync(`${a}~`, b);
  };
  const replace = (path: string, by: (path: string) => void) => {
    rmSync(path);
    by(path);
  };

  test.each<[string, number, () => void]>([
    ['a file cut short', 1, () => truncateSync(at(KEY), 5)],
    ['an empty file', 1, () => truncateSync(at(KEY), 0)],
    ['a file with trailing data', 1, () => appendFileSync(at(KEY), 'x')],
    ['a changed bit', 1, () => flip(at(KEY))],
    ['a changed digest', 1, () => flip(at(`${KEY}.sha256`))],
    ['a lost digest', 1, () => rmSync(at(`${KEY}.sha256`))],
    ['two swapped files', 2, () => swap(at(KEY), at(OTHER))],
    [
      'two swapped files, with their digests',
      2,
      () => {
        swap(at(KEY), at(OTHER));
        swap(at(`${KEY}.sha256`), at(`${OTHER}.sha256`));
      },
    ],
    [
      'a link to what it was',
      1,
      () => {
        renameSync(at(KEY), folder.in('elsewhere'));
        symlinkSync(folder.in('elsewhere'), at(KEY));
      },
    ],
    ['a device', 1, () => replace(at(KEY), (path) => symlinkSync('/dev/zero', path))],
    ['a pipe', 1, () => replace(at(KEY), (path) => execFileSync('mkfifo', [path]))],
    ['a folder', 1, () => replace(at(KEY), (path) => mkdirSync(path))],
    ['a pipe for a digest', 1, () => replace(at(`${KEY}.sha256`), (path) => execFileSync('mkfifo', [path]))],
  ])('%s', async (_, count, damage) => {
    const files = store();
    await files.put(KEY, made('some bytes', 'beside'));
    await files.put(OTHER, made('more bytes', 'beside'));
    damage();
    const answers = [await files.take(KEY, folder.in('a')), await files.take(OTHER, folder.in('b'))];
    expect(answers.filter((answer) => answer === 'damaged')).toHaveLength(count);
    expect(existsSync(folder.in('a'))).toBe(false);
    expect(await files.take(KEY, folder.in('a'))).toBe('missing');
    expect(await files.among([KEY])).toEqual(new Set());
    expect(await files.among([KEY, ...Array.from({ length: 100 }, (_, i) => keyOf(i))])).toEqual(new Set());
    await files.put(KEY, made('some bytes', 'beside'));
    expect(await files.take(KEY, folder.in('a'))).toBe('taken');
    expect(readFileSync(folder.in('a'), 'utf8')).toBe('some bytes');
  });

  test('a file cut short is not among the files, and is replaced', async () => {
    await store().put(KEY, made());
    truncateSync(at(KEY), 5);
    expect(await store().among([KEY])).toEqual(new Set());
    await store().put(KEY, made());
    expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
  });

  test.each([
    ['a link', (path: string) => symlinkSync('/dev/zero', path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ])('%s beside a file is not followed', async (_, by) => {
    await store().put(KEY, made('some bytes', 'beside'));
    replace(at(`${KEY}.beside`), by);
    expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
    expect(existsSync(folder.in('taken.beside'))).toBe(false);
  });
});

describe('a disk that fails', () => {
  test.each(['ESTALE', 'EIO', 'EACCES'])('while it is read loses nothing: %s', async (code) => {
    await store().put(KEY, made());
    const open = vi.spyOn(fs, 'readFile').mockRejectedValue(systemError(code));
    expect(await transient(store().take(KEY, folder.in('taken')))).toMatchSnapshot();
    open.mockRestore();
    expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
  });

  test.each(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ESTALE'])(
    'while it is written leaves nothing: %s',
    async (code) => {
      const rename = vi.spyOn(fs, 'rename').mockRejectedValue(systemError(code));
      expect(await transient(store().put(KEY, made('bytes', 'beside')))).toMatchSnapshot();
      rename.mockRestore();
      expect(stored()).toEqual([]);
    },
  );

  test('for a moment is tried again: a file that was replaced on the server', async () => {
    await store().put(KEY, made());
    vi.spyOn(fs, 'readFile').mockRejectedValueOnce(systemError('ESTALE'));
    expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
  });

  test('that is no longer mounted is not written', async () => {
    const files = store();
    await files.put(KEY, made());
    rmSync(folder.in('store'), { recursive: true });
    const works = [
      () => files.put(KEY, made()),
      () => files.among([KEY]),
      () => files.take(KEY, folder.in('taken')),
    ];
    for (const work of works)
      expect(await transient(work())).toBe(
        'The store STORE has vanished: mount its disk again, or create the folder, then try again.',
      );
    expect(existsSync(folder.in('store'))).toBe(false);
  });

  test.runIf(process.platform === 'linux')('or cannot be there is reported', async () => {
    const error = await failure(new FolderFiles('/proc/untrained').put(KEY, made()));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatchInlineSnapshot(
      `"The store /proc/untrained cannot be written because the folder does not exist and cannot be created (ENOENT): try again, or choose another with --store."`,
    );
  });

  test('for what is taken is not the store: its files are kept', async () => {
    await store().put(KEY, made());
    const error = await failure(store().take(KEY, folder.in('nowhere', 'taken')));
    expect(error.message).toContain('ENOENT');
    expect(await store().take(KEY, folder.in('taken'))).toBe('taken');
  });
});

describe('a file in place of the folder is refused', () => {
  test.each(['file', 'file/store'])('%s', async (name) => {
    writeFileSync(folder.in('file'), '');
    const open = await failure(openStore(folder.in(...name.split('/'))));
    const put = await failure(new FolderFiles(folder.in(...name.split('/'))).put(KEY, made()));
    for (const error of [open, put]) {
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toContain('must be a folder or s3://bucket/prefix: part of its path is a file.');
    }
  });
});

test('what killed processes left is removed after a day, and nothing else', async () => {
  mkdirSync(at('unfinished-abcdef'), { recursive: true });
  mkdirSync(at('unfinished-ghijkl'));
  mkdirSync(at('folder of somebody'));
  const old = [
    `${KEY}-12345678.unfinished`,
    `${KEY}.sha256`,
    'unfinished-abcdef/00001.mp4',
    'file of somebody',
  ];
  const recent = [`${OTHER}-12345678.unfinished`, `${OTHER}.sha256`, 'unfinished-ghijkl/00001.mp4'];
  for (const name of [...old, ...recent]) writeFileSync(at(name), '');
  for (const name of [...old, 'unfinished-abcdef', 'unfinished-ghijkl', 'folder of somebody'])
    utimesSync(at(name), 1000, 1000);
  await store().ready();
  expect(stored()).toEqual(
    [recent[0], recent[1], 'file of somebody', 'folder of somebody', 'unfinished-ghijkl'].sort(),
  );
});

test('a segment that another process removes and stores again meanwhile is read', async () => {
  const files = store();
  await files.put(KEY, made('bytes'));
  for (const name of ['link', 'copyFile'] as const)
    vi.spyOn(fs, name).mockRejectedValueOnce(systemError('ENOENT'));
  expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
  expect(readFileSync(folder.in('taken'), 'utf8')).toBe('bytes');
  // The folder of the copy is missing, which no attempt changes.
  expect(await transient(files.take(KEY, folder.in('missing', 'taken')))).toContain('ENOENT');
});

test(`processes killed at random moments leave only whole files (${seed.hint})`, async () => {
  const random = seedrandom(String(seed.value));
  const keys = Array.from({ length: 40 }, (_, i) => keyOf(i));
  const script = folder.in('write.mjs');
  const url = (path: string) => JSON.stringify(pathToFileURL(resolve(path)).href);
  // Stores and removes files for ever, so that processes often do both at once under the same key.
  writeFileSync(
    script,
    `import { rmSync, writeFileSync } from 'node:fs';
     import { FolderFiles } from ${url('dist/stores/folder.js')};
     const [folder, work, ...keys] = process.argv.slice(2);
     const files = new FolderFiles(folder);
     console.log('ready');
     for (;;) {
       const key = keys[Math.floor(Math.random() * keys.length)];
       for (const path of [work, work + '.beside']) rmSync(path, { force: true }); // the store has links to them
       writeFileSync(work, Buffer.alloc(200_000, key));
       writeFileSync(work + '.beside', key);
       await files.put(key, work);
       if (Math.random() < 0.5) await files.remove(key);
       await files.take(key, work + '-taken');
     }`,
  );
  const bytesOf = (key: string) => Buffer.alloc(200_000, key);
  const check = () => {
    let whole = 0;
    for (const name of stored()) {
      if (name.endsWith('.unfinished')) continue;
      expect(name).toMatch(/^[0-9a-f]{40}(\.sha256|\.beside)?$/);
      const [key, ending] = name.split('.');
      const bytes = readFileSync(at(name));
      if (ending === 'sha256') expect(bytes.toString()).toBe(digestOf(key, bytesOf(key)));
      else if (ending === 'beside') expect(bytes.toString()).toBe(key);
      else expect(bytes.equals(bytesOf(key))).toBe(true);
      whole += ending === undefined ? 1 : 0;
    }
    return whole;
  };
  const running = new Set<ChildProcess>();
  const start = (i: number) =>
    new Promise<ChildProcess>((done, fail) => {
      const args = [script, folder.in('store'), folder.in(`work-${i}`), ...keys];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      running.add(child);
      child.stdout.once('data', () => done(child));
      child.once('exit', (code) => {
        running.delete(child);
        if (code !== null) fail(new Error(`A process ended with ${code}.`)); // rather than killed
      });
    });
  try {
    for (let round = 0; round < 2; round++) {
      const children = await Promise.all([0, 1, 2].map(start));
      for (const child of children) {
        await new Promise((done) => setTimeout(done, 150 * random()));
        expect(child.exitCode).toBe(null); // it has not failed
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        await gone;
      }
      check(); // nobody writes now
    }
  } finally {
    for (const child of running) child.kill('SIGKILL');
  }
  expect(check()).toBeGreaterThan(0);
  const files = store();
  for (const key of keys) await files.put(key, made(bytesOf(key)));
  for (const key of keys) expect(await files.take(key, folder.in(key))).toBe('taken');
  expect(check()).toBe(keys.length);
});
