/** What this machine has, and what to do about what it has not. */
import { cpus } from 'node:os';
import { findBrowser } from '../browser/find-browser.js';
import { createRenderer } from '../frame/create-renderer.js';
import { findAdapter, softwareProblem } from '../frame/gpu/device.js';
import { findFfmpeg } from '../video/index.js';

export interface Finding {
  what: string;
  found: boolean;
  /** What was found, or what to do to have it. */
  text: string;
  /** What explains it further, line by line. */
  details?: string[];
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
    await examineBrowser(options.browser),
  ];
}

async function examineGpu(): Promise<Finding> {
  const adapter = await findAdapter({ fresh: true });
  const { said } = adapter;
  const details = said.length > 0 ? said.map((line) => `driver: ${line}`) : undefined;
  if ('problem' in adapter) return { what: 'gpu', found: false, text: `none. ${adapter.problem}`, details };
  if (adapter.software) return { what: 'gpu', found: false, text: softwareProblem(adapter), details };
  return { what: 'gpu', found: true, text: adapter.name, details };
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

/** Sweeps need none. */
async function examineBrowser(explicit?: string): Promise<Finding> {
  try {
    const { path, source } = await findBrowser(explicit);
    return { what: 'browser', found: true, text: `${path} (from ${source})` };
  } catch (error) {
    return { what: 'browser', found: false, text: (error as Error).message };
  }
}
