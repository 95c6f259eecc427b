/** What a film's file says of itself: size, time and the note it carries. The six formats are told apart by how they begin,
 *  whatever the file is called. Nothing is decoded, and nothing else is run. */

import { UsageError } from '../../core/errors.js';
import type { Format } from '../../outputs/output.js';
import { FileBytes, Malformed } from './bytes.js';
import type { Found } from './found.js';
import { readGif } from './gif.js';
import { readMp4 } from './mp4.js';
import { readPng } from './png.js';
import { readWebm } from './webm.js';
import { readWebp } from './webp.js';

export interface Probe extends Found {
  format: Format;
  bytes: number;
  /** On average; 0 for a still. */
  fps: number;
}

/**
 * Reads a file's headers.
 * @throws UsageError, in one line, for what is not there, no film, or damaged.
 */
export function probe(path: string): Probe {
  let bytes: FileBytes | undefined;
  try {
    bytes = new FileBytes(path);
    const [format, read] = readerOf(bytes);
    const found = read(bytes);
    const fps = found.seconds > 0 ? found.frames / found.seconds : 0;
    if (!Number.isFinite(found.seconds + fps)) throw new Malformed('is cut short or damaged'); // lasts for ever, or no time
    return { format, bytes: bytes.size, ...found, fps };
  } catch (error) {
    throw new UsageError(`${path} ${explain(error)}: check the file.`, { cause: error });
  } finally {
    bytes?.close();
  }
}

function readerOf(bytes: FileBytes): [Format, (bytes: FileBytes) => Found] {
  const head = bytes.slice(0, Math.min(16, bytes.size)).toString('latin1').padEnd(16);
  if (head.startsWith('GIF8')) return ['gif', readGif];
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return ['png', readPng];
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return ['webp', readWebp];
  if (head.startsWith('\x1aE\xdf\xa3')) return ['webm', readWebm];
  if (head.startsWith('ftyp', 4)) return [head.startsWith('qt  ', 8) ? 'mov' : 'mp4', readMp4];
  throw new Malformed('is no .mp4, .gif, .webm, .webp, .mov or .png');
}

function explain(error: unknown): string {
  if (error instanceof Malformed) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'is not there';
  return `cannot be read (${code ?? (error as Error).message})`;
}
