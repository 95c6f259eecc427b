/** Finds a browser to draw composed scenes: any that speaks the Chrome DevTools Protocol. */

import { constants, promises as fs } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { RefusedError, UsageError } from '../core/errors.js';
import type { Browser } from './browser.js';
import { unpackChromium } from './unpack-chromium.js';

/** The environment that findBrowser searches; tests pass their own. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** The browser from the npm package, or undefined if it is not installed or does not support this machine. */
  unpack: () => Promise<Omit<Browser, 'source'> | undefined>;
}

const here: Surroundings = { env: process.env, platform: process.platform, unpack: unpackChromium };

/**
 * Finds a browser. In this order, it tries `explicit` (the --browser option), the CHROME_PATH variable, an installed
 * Chrome, Chromium or Edge, and the Chromium for Linux in the package @sparticuz/chromium, if that is installed.
 * @throws UsageError when `explicit` or CHROME_PATH names something that is not a program; others are not tried then.
 * @throws RefusedError when no browser is found.
 */
export async function findBrowser(explicit?: string, surroundings = here): Promise<Browser> {
  const { env, unpack } = surroundings;
  if (explicit) return await named(explicit, '--browser', surroundings);
  if (env.CHROME_PATH) return await named(env.CHROME_PATH, 'CHROME_PATH', surroundings);
  for (const path of installedPaths(surroundings)) {
    if (await isProgram(path)) return { path, source: 'installed', env: {} };
  }
  const unpacked = await unpack();
  if (unpacked) return { ...unpacked, source: '@sparticuz/chromium' };
  throw new RefusedError(
    'No browser was found, and composed scenes need one: install Chrome, Chromium or Edge, ' +
      'name one with --browser or CHROME_PATH, or on Linux run: npm install @sparticuz/chromium.',
  );
}

/** The browser that the user named: by its path, or by the bare name of a program on PATH. */
async function named(
  value: string,
  source: '--browser' | 'CHROME_PATH',
  { env, platform }: Surroundings,
): Promise<Browser> {
  const bare = !/[/\\]/.test(value);
  const candidates = [resolve(value), ...(bare ? onPath([value], env, platform) : [])];
  for (const path of candidates) if (await isProgram(path)) return { path, source, env: {} };
  throw new UsageError(
    `${source} names "${value}", which is not a program: give the path of a Chrome, Chromium or Edge, ` +
      'or leave it out and one will be found.',
  );
}

/** Where installers put Chrome, Chromium and Edge, in order of preference. */
function installedPaths({ env, platform }: Surroundings): string[] {
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    const folders = ['/Applications', ...(env.HOME ? [join(env.HOME, 'Applications')] : [])];
    return apps.flatMap((app) => folders.map((folder) => join(folder, `${app}.app/Contents/MacOS/${app}`)));
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.PROGRAMW6432, env.LOCALAPPDATA];
    const inside = [
      'Google/Chrome/Application/chrome.exe',
      'Chromium/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
    ];
    return inside.flatMap((path) => folders.flatMap((folder) => (folder ? [join(folder, path)] : [])));
  }
  const names = [
    'google-chrome',
    'google-chrome-stable',
    'chromium',
    'chromium-browser',
    'microsoft-edge',
    'microsoft-edge-stable',
  ];
  return onPath(names, env, platform);
}

function onPath(names: string[], env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(isAbsolute);
  const file = (name: string) => (platform === 'win32' && !/\.exe$/i.test(name) ? `${name}.exe` : name);
  return names.flatMap((name) => folders.map((folder) => join(folder, file(name))));
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await fs.access(path, constants.X_OK);
    return (await fs.stat(path)).isFile();
  } catch {
    return false;
  }
}
