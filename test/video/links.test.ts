/** Links are never replaced: files are written to their targets. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RenderError, UsageError } from '../../src/core/errors.js';
import { probe } from '../../src/outputs/index.js';
import { inProcess } from '../cli/untrained.js';
import { picture, render, testFolder } from './films.js';

const folder = testFolder();
const listing = () => readdirSync(folder.in(), { recursive: true }).map(String).sort();

/** Creates a link and its folder. */
function link(name: string, to: string): string {
  mkdirSync(dirname(folder.in(name)), { recursive: true });
  symlinkSync(to, folder.in(name));
  return folder.in(name);
}

describe.each(['mp4', 'gif', 'webm', 'webp', 'mov', 'png'])('a .%s', (format) => {
  const frames = format === 'png' ? [picture(0)] : [picture(0), picture(1)];
  const expectLink = (name: string, to: string) => expect(readlinkSync(folder.in(name))).toBe(to);

  test("replaces the link's target, and the link stays", async () => {
    mkdirSync(folder.in('store'));
    writeFileSync(folder.in('store', 'old'), 'what was there');
    const path = link(`film.${format}`, 'store/old');
    const finished = await render(path, frames);
    expect(finished).toEqual({ ...finished, path, bytes: readFileSync(folder.in('store', 'old')).length });
    expectLink(`film.${format}`, 'store/old');
    expect(probe(folder.in('store', 'old')).format).toBe(format);
    expect(listing()).toEqual([`film.${format}`, 'store', 'store/old']);
  });

  test('is made at the target of a dangling link, with any missing folders', async () => {
    await render(link(`film.${format}`, 'a/b/new'), frames);
    expectLink(`film.${format}`, 'a/b/new');
    expect(probe(folder.in('a', 'b', 'new')).format).toBe(format);
  });
});

test('links to links are followed, each relative to its own folder', async () => {
  mkdirSync(folder.in('real', 'deep'), { recursive: true });
  link('short', 'real/deep'); // short/../x is real/x
  link('real/second.mp4', 'third.mp4');
  link('first.mp4', 'short/../second.mp4');
  await render(folder.in('first.mp4'), [picture(0)]);
  expect(lstatSync(folder.in('real', 'third.mp4')).isFile()).toBe(true);
  expect(listing()).toEqual(['first.mp4', 'real', 'real/deep', 'real/second.mp4', 'real/third.mp4', 'short']);
});

test("each frame of a sequence is written to its own link's target", async () => {
  writeFileSync(folder.in('old'), 'what was there');
  link('f-1.png', 'old');
  await render(folder.in('f-%d.png'), [picture(0), picture(1), picture(2)]);
  expect(listing()).toEqual(['f-0.png', 'f-1.png', 'f-2.png', 'old']);
  expect(readlinkSync(folder.in('f-1.png'))).toBe('old');
  expect(probe(folder.in('old')).format).toBe('png');
});

describe('refused before the first frame:', () => {
  const refusal = (path: string) => render(path, [picture(0)]).catch((error: Error) => error);

  test('circular links', async () => {
    link('a.mp4', 'b.mp4');
    const error = await refusal(link('b.mp4', 'a.mp4'));
    expect(error).toBeInstanceOf(RenderError);
    expect((error as Error).message).toBe(
      `"${folder.in('b.mp4')}" cannot be written because its symbolic links form a loop (ELOOP): write it somewhere else.`,
    );
    expect(listing()).toEqual(['a.mp4', 'b.mp4']);
  });

  test('a link to a folder', async () => {
    mkdirSync(folder.in('store'));
    const error = await refusal(link('film.mp4', 'store'));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/^"[^"]*film\.mp4" leads to \S*store, which is a folder, /);
    expect(listing()).toEqual(['film.mp4', 'store']);
  });

  test.runIf(existsSync('/dev/null'))('a link to a device, which would be replaced', async () => {
    const error = await refusal(link('film.mp4', '/dev/null'));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/leads to \/dev\/null, which is not a file, /);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

test('stills, sheets, posters and recipes follow links too', async () => {
  const cwd = folder.in();
  const names = ['still.png', 'sheet.png', 'poster.png', 'film.gif', 'recipe.json'];
  for (const name of names) link(name, `store/${name}`);
  mkdirSync(folder.in('store'));
  const small = ['--size', '24x16', '--set', 'layers=2', '--quiet'];
  const commands = [
    ['still', 'depth', ...small, '--out', 'still.png'],
    ['sheet', 'depth', ...small, '--seeds', '1-2', '--out', 'sheet.png'],
    [
      ...['render', 'depth', ...small, '--frames', '0-2', '--out', 'film.gif', '--poster', 'poster.png'],
      ...['--recipe', 'recipe.json'],
    ],
  ];
  for (const command of commands)
    expect(await inProcess(command, { cwd }), command[0]).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(folder.in('store')).sort()).toEqual([...names].sort());
  for (const name of names) expect(readlinkSync(folder.in(name))).toBe(`store/${name}`);
  expect(listing()).toHaveLength(11);
});
