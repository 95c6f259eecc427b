/** Finds ffmpeg. For its arguments, see encode.ts. */

import { constants, promises as fs } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../core/ambient.js';
import { RefusedError, UsageError } from '../core/errors.js';
import { DEFAULT_TIMEOUT, outputOf, StalledError } from '../system/patience.js';

/** Where ffmpeg was found; findFfmpeg looks in this order. */
export type FfmpegSource = '--ffmpeg' | 'FFMPEG_PATH' | 'ffmpeg-static' | 'PATH' | '@ffmpeg-installer/ffmpeg';

/** A working ffmpeg. */
export interface Ffmpeg {
  /** Absolute. */
  path: string;
  /** As `ffmpeg -version` prints it: "7.0.2-static", or "N-47683-g0e8eb07980-static" for a build between releases. */
  version: string;
  /** Where it was found. */
  source: FfmpegSource;
}

/** Where findFfmpeg looks; tests pass their own. */
export interface Surroundings {
  env: Environment;
  /** The path that an installed npm package gives; undefined if it is not installed. There may be no file there. */
  packagePath: (name: 'ffmpeg-static' | '@ffmpeg-installer/ffmpeg') => string | undefined;
}

const here: Surroundings = { env: process.env, packagePath };

/**
 * Finds ffmpeg, in this order: `explicit` (the --ffmpeg option), the FFMPEG_PATH variable, the ffmpeg-static package,
 * an `ffmpeg` on PATH, and the 2018 build in @ffmpeg-installer/ffmpeg. Each candidate is run once with -version.
 * @param timeout - How long a candidate may make no progress, in seconds.
 * @throws UsageError if `explicit` or FFMPEG_PATH names something that does not run: an explicit choice is not
 * overridden.
 * @throws RefusedError if there is no ffmpeg.
 */
export async function findFfmpeg(
  explicit?: string,
  surroundings = here,
  timeout = DEFAULT_TIMEOUT,
): Promise<Ffmpeg> {
  const { env, packagePath } = surroundings;
  if (explicit) return await named(explicit, '--ffmpeg', env, timeout);
  if (env.FFMPEG_PATH) return await named(env.FFMPEG_PATH, 'FFMPEG_PATH', env, timeout);
  return (
    (await fromPackage('ffmpeg-static', packagePath, timeout)) ??
    (await fromSearchPath('ffmpeg', env, timeout)) ??
    (await fromPackage('@ffmpeg-installer/ffmpeg', packagePath, timeout)) ??
    Promise.reject(
      new RefusedError(
        'A film needs ffmpeg, but there is none in node_modules or on PATH: install it (run npm install without ' +
          '--omit=optional, or see https://ffmpeg.org/download.html), or specify one with --ffmpeg or FFMPEG_PATH. ' +
          'Stills, sheets and PNG frames do not need it.',
      ),
    )
  );
}

/** The ffmpeg that the user named: a path, or the bare name of a program on PATH. */
async function named(
  value: string,
  source: '--ffmpeg' | 'FFMPEG_PATH',
  env: Environment,
  timeout: number,
): Promise<Ffmpeg> {
  const path = resolve(value);
  try {
    return { path, version: await versionOf(path, timeout), source };
  } catch (error) {
    if (error instanceof StalledError) {
      throw new StalledError(
        `${source} names "${value}", which ${error.message}: allow more time with --timeout, or choose another.`,
      );
    }
    const bare = !/[/\\]/.test(value);
    const found = bare ? await fromSearchPath(value, env, timeout) : undefined;
    if (found) return { ...found, source };
    throw new UsageError(
      `${source} names "${value}", which ${(error as Error).message}: ` +
        'give the path of an ffmpeg program, or leave it out and one will be found.',
      { cause: error },
    );
  }
}

async function fromPackage(
  source: 'ffmpeg-static' | '@ffmpeg-installer/ffmpeg',
  packagePath: Surroundings['packagePath'],
  timeout: number,
): Promise<Ffmpeg | undefined> {
  const path = packagePath(source);
  if (path === undefined) return undefined;
  try {
    await fs.access(path, constants.X_OK).catch(() => fs.chmod(path, 0o755)); // npm --ignore-scripts omits this
    return { path, version: await versionOf(path, timeout), source };
  } catch {
    return undefined; // its download failed, or it is for another system
  }
}

async function fromSearchPath(name: string, env: Environment, timeout: number): Promise<Ffmpeg | undefined> {
  const windows = process.platform === 'win32';
  const file = windows && !/\.exe$/i.test(name) ? `${name}.exe` : name; // a .cmd would need a shell
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue; // "" and "." mean the working folder, whose programs we must not run
    const path = join(folder, file);
    try {
      return { path, version: await versionOf(path, timeout), source: 'PATH' };
    } catch {
      // Not in this folder, or it does not run.
    }
  }
  return undefined;
}

/** Runs `path -version`. Throws an Error whose message completes "the program…". */
async function versionOf(path: string, timeout: number): Promise<string> {
  let stdout: string;
  try {
    // A cold disk can take seconds to read 70 MB, but a program that waits for input must not block us forever.
    stdout = await outputOf(path, ['-version'], { timeout, stalled: `did not respond for ${timeout} s` });
  } catch (error) {
    if (error instanceof StalledError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error('does not exist', { cause: error });
    if (code === 'EACCES' || code === 'EPERM')
      throw new Error('is not a program that may be run', { cause: error });
    throw new Error(`fails when asked for its -version (${code ?? (error as Error).message})`, {
      cause: error,
    });
  }
  const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error('runs, but is not ffmpeg');
  return version;
}

function packagePath(name: 'ffmpeg-static' | '@ffmpeg-installer/ffmpeg'): string | undefined {
  try {
    // Both are CommonJS. ffmpeg-static exports the path or null; @ffmpeg-installer exports an object, and throws a
    // string if it has no build for this system.
    const exported = createRequire(import.meta.url)(name) as string | null | { path: string };
    return (typeof exported === 'string' ? exported : exported?.path) ?? undefined;
  } catch {
    return undefined;
  }
}
