/** Renders that are killed (kill -9) at given moments, and then run again. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { untrained } from './untrained.js';

/** The number of frames of these films. */
export const FRAMES = 150;
const SMALL = ['--size', '40x24', '--seconds', '6', '--fps', '25'];

/** The files of a folder and their contents. */
export function read(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((file) => [file, readFileSync(join(path, file)).toString('base64')]),
  );
}

/** The command that makes these films and a poster in the folder `name`. */
export function commandFor(
  folder: string,
  name: string,
  films: readonly string[] = ['a.mp4', 'b.gif', 'c.webm'],
): { path: string; args: string[] } {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const out = (file: string) => ['--out', join(path, file)];
  const poster = ['--poster', join(path, 'poster.png')];
  return {
    path,
    args: ['render', ...SMALL, ...films.flatMap(out), ...poster, '--quiet'],
  };
}

/**
 * Kills a render at each of these moments, as fractions of the time of a whole render, and finally lets it finish. Its
 * files must equal those of an uninterrupted render, and it must leave nothing else.
 */
export async function expectResumed(
  folder: string,
  moments: number[],
  options: readonly string[] = [],
): Promise<void> {
  const whole = commandFor(folder, 'whole');
  const began = performance.now();
  expect(await untrained([...whole.args, ...options, '--no-cache'])).toMatchObject({ code: 0, stderr: '' });
  const length = performance.now() - began;

  const killed = commandFor(folder, 'killed');
  killed.args.push(...options);
  const cache = join(folder, 'cache');
  const env = { UNTRAINED_CACHE: cache };
  for (const moment of moments) {
    let timer: NodeJS.Timeout | undefined;
    const { code, signal } = await untrained(killed.args, {
      env,
      started: ({ kill }) => {
        timer = setTimeout(() => kill('SIGKILL'), moment * length);
      },
    });
    clearTimeout(timer);
    expect(code === 0 || signal === 'SIGKILL', `killed at ${moment}`).toBe(true);
  }
  const last = await untrained(killed.args, { env });
  expect(last.code, last.stderr).toBe(0);
  expect(read(killed.path), `killed at ${moments} of ${length} ms`).toEqual(read(whole.path));
  // A killed render may leave an unfinished copy, which the cache deletes a day later.
  const known = /^[0-9a-f]{40}(\.sha256|\.beside)?(-[0-9a-f]{8}\.unfinished)?$/;
  expect(readdirSync(cache).filter((name) => !known.test(name))).toEqual([]);

  const again = await untrained([...killed.args, '--json'], { env });
  expect(JSON.parse(again.stdout.trim().split('\n').pop()!)).toMatchObject({ frames: FRAMES, drawn: 0 });
  expect(read(killed.path)).toEqual(read(whole.path));
}
