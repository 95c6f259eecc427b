/** Tests that folders are created where possible, and that a refusal is an error instead of an endless wait. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cacheFolder, homeFolder, makeFolder, whyRefused } from '../../src/system/folders.js';

const folder = mkdtempSync(join(tmpdir(), 'untrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('creates parents, and returns the outermost one that it created', async () => {
  expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBe(join(folder, 'a'));
  expect(await makeFolder(join(folder, 'a', 'b', 'd'))).toBe(join(folder, 'a', 'b', 'd'));
  expect(await makeFolder(join(folder, 'a', 'b', 'd'))).toBeUndefined();
  const racing = Array.from({ length: 8 }, () => makeFolder(join(folder, 'at', 'once')));
  await Promise.all(racing);
  expect(existsSync(join(folder, 'at', 'once'))).toBe(true);
});

test('rejects if folders cannot be created', async () => {
  writeFileSync(join(folder, 'file'), '');
  const places = [
    join(folder, 'file', 'x'),
    join(folder, 'file', 'x', 'y'),
    `${folder}/${'long'.repeat(80)}`,
    join(folder, 'parent', 'long'.repeat(80)),
  ];
  if (process.platform === 'linux') places.push('/proc/none', '/proc/none/.cache/untrained', '/dev/null/x/y');
  for (const place of places) {
    const error = await makeFolder(place).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(error, place).toBeInstanceOf(Error);
    expect(existsSync(join(folder, 'parent')), place).toBe(false); // nothing is left of what it has made
    expect(whyRefused(error), place).toMatch(/^(part of its path|the name|the folder does not exist)/);
  }
});

test.runIf(process.platform === 'linux')('a home folder is an absolute path or undefined', () => {
  mkdirSync(join(folder, 'home'));
  expect(homeFolder({ HOME: join(folder, 'home') })).toBe(join(folder, 'home'));
  expect(cacheFolder({ HOME: '/home/a' })).toBe('/home/a/.cache/untrained');
  expect(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: '/cache' })).toBe('/cache/untrained');
  expect(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: 'cache' })).toBe('/home/a/.cache/untrained');
  let listed: string | undefined;
  try {
    listed = userInfo().homedir;
  } catch {} // a user without an entry in the user database
  for (const HOME of ['', undefined, 'relative', '.']) {
    expect(homeFolder({ HOME }), HOME).toBe(listed);
    expect(cacheFolder({ HOME }), HOME).toBe(listed && join(listed, '.cache', 'untrained'));
  }
});
