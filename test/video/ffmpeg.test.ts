/** Where and in which order ffmpeg is searched for. The ffmpegs here are shell scripts that only print a version. */

import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { RenderError, UsageError } from '../../src/core/errors.js';
import { type Surroundings, findFfmpeg as search } from '../../src/outputs/ffmpeg.js';
import { findFfmpeg } from '../../src/outputs/index.js';
import { fakeFfmpeg, testFolder } from './films.js';

const folder = testFolder();

/** Five ffmpegs, each with the name of its location as its version. */
let everywhere: Surroundings & { explicit: string };
beforeEach(() => {
  const pretend = (name: string) => {
    mkdirSync(folder.in(name));
    const path = folder.in(name, 'ffmpeg');
    fakeFfmpeg(path, `echo "ffmpeg version ${name} Copyright (c) nobody"`);
    return path;
  };
  const packages = { 'ffmpeg-static': pretend('static'), '@ffmpeg-installer/ffmpeg': pretend('installer') };
  pretend('path');
  everywhere = {
    explicit: pretend('explicit'),
    env: { FFMPEG_PATH: pretend('env'), PATH: [folder.in('nowhere'), folder.in('path')].join(delimiter) },
    packagePath: (name) => packages[name],
  };
});

const without = (name: string): Surroundings['packagePath'] => {
  const { packagePath } = everywhere;
  return (asked) => (asked === name ? undefined : packagePath(asked));
};

test('the order', async () => {
  const { explicit, env, packagePath } = everywhere;
  const { PATH } = env;
  const found = [
    await search(explicit, everywhere),
    await search(undefined, everywhere),
    await search(undefined, { env: { PATH, FFMPEG_PATH: '' }, packagePath }),
    await search(undefined, { env: { PATH }, packagePath: without('ffmpeg-static') }),
    await search(undefined, { env: {}, packagePath: without('ffmpeg-static') }),
  ];
  expect(found).toEqual([
    { path: folder.in('explicit', 'ffmpeg'), version: 'explicit', source: '--ffmpeg' },
    { path: folder.in('env', 'ffmpeg'), version: 'env', source: 'FFMPEG_PATH' },
    { path: folder.in('static', 'ffmpeg'), version: 'static', source: 'ffmpeg-static' },
    { path: folder.in('path', 'ffmpeg'), version: 'path', source: 'PATH' },
    { path: folder.in('installer', 'ffmpeg'), version: 'installer', source: '@ffmpeg-installer/ffmpeg' },
  ]);
});

describe('an ffmpeg given by name', () => {
  test('may be a program on PATH', async () => {
    fakeFfmpeg(folder.in('path', 'ffmpeg7'), 'echo ffmpeg version seven');
    const { path, source } = await search('ffmpeg7', everywhere);
    expect({ path, source }).toEqual({ path: folder.in('path', 'ffmpeg7'), source: '--ffmpeg' });
  });

  test('must run', async () => {
    writeFileSync(folder.in('data'), 'no program');
    fakeFfmpeg(folder.in('broken'), 'exit 3');
    fakeFfmpeg(folder.in('other'), 'echo hello');
    for (const name of ['absent', 'data', 'broken', 'other', 'path']) {
      const path = folder.in(name);
      await expect(search(path, everywhere), name).rejects.toThrow(UsageError);
      await expect(search(path, everywhere), name).rejects.toThrow(`--ffmpeg names "${path}", which`);
      const env = { ...everywhere.env, FFMPEG_PATH: path };
      await expect(search(undefined, { ...everywhere, env })).rejects.toThrow(
        `FFMPEG_PATH names "${path}", which`,
      );
    }
  });

  test('and if it does not run, the message says why', async () => {
    await expect(search('/absent/ffmpeg', everywhere)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --ffmpeg names "/absent/ffmpeg", which does not exist: give the path of an ffmpeg program, or leave it out and one will be found.]`,
    );
    await expect(search('/bin/echo', everywhere)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --ffmpeg names "/bin/echo", which runs, but is not ffmpeg: give the path of an ffmpeg program, or leave it out and one will be found.]`,
    );
    await expect(search('/', everywhere)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --ffmpeg names "/", which is not a program that may be run: give the path of an ffmpeg program, or leave it out and one will be found.]`,
    );
  });
});

describe("a package's ffmpeg", () => {
  test('is skipped if it does not exist', async () => {
    const packagePath: Surroundings['packagePath'] = (name) => folder.in('absent', name);
    await expect(search(undefined, { env: everywhere.env, packagePath })).resolves.toMatchObject({
      version: 'env',
    });
    const { PATH } = everywhere.env;
    await expect(search(undefined, { env: { PATH }, packagePath })).resolves.toMatchObject({
      version: 'path',
    });
  });

  test('gets the execute bit that npm --ignore-scripts leaves off', async () => {
    const path = folder.in('installer', 'ffmpeg');
    chmodSync(path, 0o644);
    const { version } = await search(undefined, { env: {}, packagePath: without('ffmpeg-static') });
    expect(version).toBe('installer');
    accessSync(path, constants.X_OK);
  });
});

test('a PATH entry that does not run is skipped', async () => {
  fakeFfmpeg(folder.in('path', 'ffmpeg'), 'exit 127');
  const surroundings = { env: { PATH: everywhere.env.PATH }, packagePath: without('ffmpeg-static') };
  await expect(search(undefined, surroundings)).resolves.toMatchObject({ version: 'installer' });
});

test('none at all', async () => {
  const none = search(undefined, { env: {}, packagePath: () => undefined });
  await expect(none).rejects.toThrow(RenderError);
  await expect(none).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RefusedError: A film needs ffmpeg, but there is none in node_modules or on PATH: install it (run npm install without --omit=optional, or see https://ffmpeg.org/download.html), or specify one with --ffmpeg or FFMPEG_PATH. Stills, sheets and PNG frames do not need it.]`,
  );
});

test('this machine has one', async () => {
  const { path, version } = await findFfmpeg();
  expect(path).toMatch(/ffmpeg/);
  expect(version).toMatch(/\d/);
});
