/** The `doctor` command: reports what this machine has, and how to get what is missing. */
import { cpus } from 'node:os';
import { findBrowser } from '../browser/find-browser.js';
import { findFfmpeg, SegmentCache } from '../outputs/index.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { findAdapter, softwareProblem } from '../renderers/gpu/device.js';
import { whyRefused } from '../system/folders.js';

export interface Finding {
  what: string;
  found: boolean;
  /** What was found, or how to get it. */
  text: string;
  /** Further explanation, line by line. */
  details?: string[];
}

export async function examine(options: { ffmpeg?: string; browser?: string }): Promise<Finding[]> {
  return [
    { what: 'node', found: true, text: `${process.version} on ${process.platform} ${process.arch}` },
    {
      what: 'cores',
      found: true,
      text: `${cpus().length}, ${cpus()[0]?.model ?? 'unknown model'}`,
    },
    await examineGpu(),
    await examineRenderer(),
    await examineFfmpeg(options.ffmpeg),
    await examineBrowser(options.browser),
    await examineCache(),
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

/** Only composed scenes need a browser. */
async function examineBrowser(explicit?: string): Promise<Finding> {
  try {
    const { path, source } = await findBrowser(explicit);
    return { what: 'browser', found: true, text: `${path} (from ${source})` };
  } catch (error) {
    return { what: 'browser', found: false, text: (error as Error).message };
  }
}

/** Without a cache, films are still made but cannot be resumed. */
async function examineCache(): Promise<Finding> {
  try {
    const cache = SegmentCache.here();
    if (!cache) {
      const text = 'none: set HOME, or set UNTRAINED_CACHE to a folder';
      return { what: 'cache', found: false, text: process.env.UNTRAINED_CACHE === 'off' ? 'off' : text };
    }
    const { folder } = await cache.measure();
    const problem = await cache.problem();
    if (!problem) return { what: 'cache', found: true, text: folder };
    const text = `${folder} cannot be used because ${whyRefused(problem)}: set UNTRAINED_CACHE to another folder`;
    return { what: 'cache', found: false, text };
  } catch (error) {
    return { what: 'cache', found: false, text: (error as Error).message };
  }
}
