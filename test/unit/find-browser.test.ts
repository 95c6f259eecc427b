import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();

/** An executable file, which is never run here. */
function program(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
  chmodSync(path, 0o755);
  return path;
}

const chrome = program('bin/google-chrome');
const mine = program('mine/chrome');
const packaged = { path: join(folder, 'packaged'), env: { LD_LIBRARY_PATH: 'lib' } };
const linux = (
  env: NodeJS.ProcessEnv = {},
  unpack = async () => undefined as typeof packaged | undefined,
) => ({
  env,
  platform: 'linux' as const,
  unpack,
});
const installed = { PATH: join(folder, 'bin') };

test.skipIf(process.platform === 'win32')('the four sources, in order', async () => {
  const unpack = async () => packaged;
  const all = linux({ ...installed, CHROME_PATH: mine }, unpack);
  expect(await findBrowser(chrome, all)).toEqual({ path: chrome, source: '--browser', env: {} });
  expect(await findBrowser(undefined, all)).toEqual({ path: mine, source: 'CHROME_PATH', env: {} });
  expect(await findBrowser(undefined, linux(installed, unpack))).toMatchObject({
    path: chrome,
    source: 'installed',
  });
  expect(await findBrowser(undefined, linux({}, unpack))).toEqual({
    ...packaged,
    source: '@sparticuz/chromium',
  });
});

test.skipIf(process.platform === 'win32')('a bare name is looked up on PATH', async () => {
  expect(await findBrowser('google-chrome', linux(installed))).toMatchObject({
    path: chrome,
    source: '--browser',
  });
});

test('a named browser that does not exist is an error, even if others exist', async () => {
  await expect(findBrowser('/no/chrome', linux(installed))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UsageError: --browser names "/no/chrome", which is not a program: give the path of a Chrome, Chromium or Edge, or leave it out and one will be found.]`,
  );
  await expect(findBrowser(undefined, linux({ ...installed, CHROME_PATH: folder }))).rejects.toThrow(
    'CHROME_PATH',
  );
});

test('without any browser, the error is one line with the next step', async () => {
  await expect(findBrowser(undefined, linux())).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RefusedError: No browser was found, and composed scenes need one: install Chrome, Chromium or Edge, name one with --browser or CHROME_PATH, or on Linux run: npm install @sparticuz/chromium.]`,
  );
});
