/** What this machine has, and what to do about what it has not. */
import { accessSync, constants } from 'node:fs';
import { cpus } from 'node:os';
import { delimiter, join } from 'node:path';
import { createRenderer } from '../frame/create-renderer.js';
import { findAdapter, softwareProblem } from '../frame/gpu/device.js';
import { findFfmpeg } from '../video/index.js';

export interface Finding {
  what: string;
  found: boolean;
  /** What was found, or what to do to have it. */
  text: string;
}

export async function examine(options: { ffmpeg?: string; browser?: string }): Promise<Finding[]> {
  return [
    { what: 'node', found: true, text: `${process.version} on ${process.platform} ${process.arch}` },
    {
      what: 'cores',
      found: true,
      text: `${cpus().length}, ${cpus()[0]?.model ?? 'of a kind it does not tell'}`,
    },
    await examineGpu(),
    await examineRenderer(),
    await examineFfmpeg(options.ffmpeg),
    examineBrowser(options.browser),
  ];
}

async function examineGpu(): Promise<Finding> {
  const adapter = await findAdapter();
  if ('problem' in adapter) return { what: 'gpu', found: false, text: `none. ${adapter.problem}` };
  if (adapter.software) return { what: 'gpu', found: false, text: softwareProblem(adapter) };
  return { what: 'gpu', found: true, text: adapter.name };
}

async function examineRenderer(): Promise<Finding> {
  const renderer = await createRenderer();
  await renderer.close();
  return { what: 'backend', found: true, text: `${renderer.backend}: ${renderer.description}` };
}

async function examineFfmpeg(explicit?: string): Promise<Finding> {
  try {
    const { path, version, source } = await findFfmpeg(explicit);
    return { what: 'ffmpeg', found: true, text: `${version}, ${path} (from ${source})` };
  } catch (error) {
    return { what: 'ffmpeg', found: false, text: (error as Error).message };
  }
}

/** Sweeps need none. It is looked for where DevTools-speaking browsers are usually installed. */
function examineBrowser(explicit = process.env.CHROME_PATH): Finding {
  const path = [...(explicit ? [explicit] : []), ...browserPaths()].find(runnable);
  const text = path ?? 'none; sweeps need none. Install Chrome, Chromium or Edge, or set CHROME_PATH to one';
  return { what: 'browser', found: path !== undefined, text };
}

function browserPaths(): string[] {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return apps.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  if (process.platform === 'win32') {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const inside = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
    return folders.flatMap((folder) => (folder ? inside.map((path) => join(folder, path)) : []));
  }
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
