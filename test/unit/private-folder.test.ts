/** Tests which folders may be trusted: only those that nobody else can write to. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isPrivateFolder } from '../../src/system/private-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'untrained-private-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

test('a folder is created that only this user can access', () => {
  expect(isPrivateFolder(at('new'))).toBe(true);
  expect(isPrivateFolder(at('new'))).toBe(true); // exists now
  if (process.platform !== 'win32') expect(statSync(at('new')).mode & 0o777).toBe(0o700);
});

test.skipIf(process.platform === 'win32')('a folder that others may write to is not trusted', () => {
  mkdirSync(at('open'));
  chmodSync(at('open'), 0o777);
  expect(isPrivateFolder(at('open'))).toBe(false);
});

test('links, files, and folders that cannot be created are not trusted', () => {
  symlinkSync(at('new'), at('link'));
  writeFileSync(at('file'), '');
  expect(isPrivateFolder(at('link'))).toBe(false);
  expect(isPrivateFolder(at('file'))).toBe(false);
  expect(isPrivateFolder(at('file/inside'))).toBe(false);
  expect(isPrivateFolder(at('missing/inside'))).toBe(false);
});
