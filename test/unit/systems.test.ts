/** What differs on Windows and macOS, as far as another system can try it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { portable, whyNotPortable } from '../../src/core/wording/file-name.js';
import { moveTo } from '../../src/outputs/links.js';
import { openWorkFolder } from '../../src/outputs/workfolder.js';
import { identityOf, replaceFile, whyRefused } from '../../src/system/folders.js';

const folder = mkdtempSync(join(tmpdir(), 'untrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that another program has open', () => {
  /** A rename that fails so many times. */
  function failing(times: number, code: string) {
    const calls: string[] = [];
    const rename = async (from: string, to: string) => {
      calls.push(`${from} ${to}`);
      if (calls.length <= times) throw Object.assign(new Error(code), { code });
    };
    return { rename, calls };
  }

  test.each(['EPERM', 'EACCES', 'EBUSY'])('is replaced on Windows once it is free: %s', async (code) => {
    const { rename, calls } = failing(2, code);
    await replaceFile('a', 'b', { rename, platform: 'win32' });
    expect(calls).toEqual(['a b', 'a b', 'a b']);
  });

  test('is an error if it stays open, with the reason', async () => {
    const { rename, calls } = failing(100, 'EBUSY');
    await expect(replaceFile('a', 'b', { rename, platform: 'win32' })).rejects.toThrow('EBUSY');
    expect(calls.length).toBe(6);
    expect(whyRefused({ code: 'EBUSY' })).toBe('another program has the file open');
    expect(whyRefused({ code: 'EPERM' }, 'win32')).toMatch(/^another program has the file open, or /);
    expect(whyRefused({ code: 'EPERM' }, 'linux')).toBe('you do not have permission to write there');
  });

  test('is an error at once elsewhere, and for other reasons', async () => {
    const busy = failing(1, 'EBUSY');
    await expect(replaceFile('a', 'b', { ...busy, platform: 'linux' })).rejects.toThrow('EBUSY');
    const full = failing(1, 'ENOSPC');
    await expect(replaceFile('a', 'b', { ...full, platform: 'win32' })).rejects.toThrow('ENOSPC');
    expect([busy.calls.length, full.calls.length]).toEqual([1, 1]);
  });

  test('films replace earlier ones', async () => {
    const [from, to] = [join(folder, 'new'), join(folder, 'old')];
    writeFileSync(from, 'new');
    writeFileSync(to, 'old');
    await moveTo(from, to);
    expect(readFileSync(to, 'utf8')).toBe('new');
  });
});

describe('names', () => {
  test.each([
    'con',
    'NUL.txt',
    'com1.tar.gz',
    'LPT9',
    'aux.mp4',
    'a:b',
    'a?',
    'a\tb',
    'a.',
    'a ',
    'x|y',
    'CONIN$',
  ])('%j is not allowed everywhere', (name) => {
    expect(whyNotPortable(name)).toMatch(/^(not a valid name on every system|the name of a device)/);
  });

  test.each(['console', 'com10', 'nul-film', 'film.mp4', '.hidden', 'Größe', 'a b'])('%j is', (name) => {
    expect(whyNotPortable(name)).toBeUndefined();
    expect(portable(name)).toBe(name);
  });

  test('the name of a device is changed for files that we name', () => {
    expect(portable('con')).toBe('_con');
    expect(whyNotPortable(portable('con.mp4'))).toBeUndefined();
  });

  test('Windows refuses to make a film with such a name, and other systems make it', async () => {
    const inside = join(folder, 'names');
    mkdirSync(inside);
    await expect(openWorkFolder(join(inside, 'aux.mp4'), 'win32')).rejects.toThrow(
      'is the name of a device on Windows: choose another name.',
    );
    await expect(openWorkFolder(join(inside, 'film:mp4.mp4'), 'win32')).rejects.toThrow(
      'because it contains ":"',
    );
    expect(readdirSync(inside)).toEqual([]);
    const made = await openWorkFolder(join(inside, 'aux.mp4'), 'linux');
    await made.remove();
  });

  test('paths that differ in case are the same file on macOS and Windows', () => {
    const [one, other] = [join(folder, 'Film.mp4'), join(folder, 'film.MP4')];
    for (const platform of ['darwin', 'win32'] as const)
      expect(identityOf(one, platform)).toBe(identityOf(other, platform));
    expect(identityOf(one, 'linux')).not.toBe(identityOf(other, 'linux'));
    expect(identityOf('a\u0308.mp4', 'darwin')).toBe(identityOf('\u00e4.mp4', 'darwin'));
    expect(identityOf('film.mp4')).toBe(identityOf(join('x', '..', 'film.mp4')));
  });
});

test('text files have the same line endings on every system', () => {
  expect(readFileSync('.gitattributes', 'utf8')).toMatch(/^\* text=auto eol=lf$/m);
});
