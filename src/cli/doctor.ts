/** The `doctor` command: reports what this machine has, and how to get what is missing. */
import { cpus } from 'node:os';
import { findBrowser } from '../browser/find-browser.js';
import {
  allHardware,
  type Ffmpeg,
  findFfmpeg,
  formatsOf,
  type HardwareFinding,
  NEWER_FFMPEG,
  SegmentCache,
} from '../outputs/index.js';
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
  /** Each hardware encoder, and why it cannot be used, if it cannot. */
  encoders?: HardwareFinding[];
}

export async function examine(options: { ffmpeg?: string; browser?: string }): Promise<Finding[]> {
  const { ffmpeg, ...ffmpegFinding } = await examineFfmpeg(options.ffmpeg);
  return [
    { what: 'node', found: true, text: `${process.version} on ${process.platform} ${process.arch}` },
    {
      what: 'cores',
      found: true,
      text: `${cpus().length}, ${cpus()[0]?.model ?? 'unknown model'}`,
    },
    await examineGpu(),
    await examineRenderer(),
    ffmpegFinding,
    await examineEncoders(ffmpeg),
    await examineFormats(ffmpeg),
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

async function examineFfmpeg(explicit?: string): Promise<Finding & { ffmpeg?: Ffmpeg }> {
  try {
    const ffmpeg = await findFfmpeg(explicit);
    const { path, version, source } = ffmpeg;
    return { what: 'ffmpeg', found: true, text: `${version}, ${path} (from ${source})`, ffmpeg };
  } catch (error) {
    return { what: 'ffmpeg', found: false, text: (error as Error).message };
  }
}

/** Films need none of them: x264 encodes by default. */
async function examineEncoders(ffmpeg: Ffmpeg | undefined): Promise<Finding> {
  const what = 'encoders';
  if (!ffmpeg) return { what, found: false, text: 'none, since there is no ffmpeg' };
  try {
    const encoders = await allHardware(ffmpeg);
    const works = encoders.filter(({ problem }) => problem === undefined);
    const names = works.map(({ title, device }) => (device ? `${title} (${device})` : title)).join(', ');
    const text = names ? `${names}, for --encoder hardware` : 'none in hardware; x264 encodes all films';
    const details = encoders.flatMap(({ title, problem }) => (problem ? [`${title}: ${problem}`] : []));
    return { what, found: works.length > 0, text, details, encoders };
  } catch (error) {
    return { what, found: false, text: (error as Error).message };
  }
}

/** Formats that not every ffmpeg can make. */
async function examineFormats(ffmpeg: Ffmpeg | undefined): Promise<Finding> {
  const what = 'formats';
  if (!ffmpeg) return { what, found: false, text: 'only .png and .apng, since there is no ffmpeg' };
  try {
    const formats = await formatsOf(ffmpeg);
    const made = formats.flatMap(({ title, encoder }) => (encoder ? [`${title} (${encoder})`] : []));
    const others = formats.flatMap(({ title, encoder }) => (encoder ? [] : [title])).join(', ');
    const lacking = `This ffmpeg cannot make ${others}: ${NEWER_FFMPEG}.`;
    const text = made.length > 0 ? `all, with ${made.join(', ')}` : `all but ${others}`;
    return {
      what,
      found: others === '',
      text: others && made.length > 0 ? `${made.join(', ')}, but not ${others}` : text,
      ...(others && { details: [lacking] }),
    };
  } catch (error) {
    return { what, found: false, text: (error as Error).message };
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
