/** Reads a film's headers: size, duration and note. The format is recognised by the file's first bytes, not by its
 *  name. Nothing is decoded, and no other program is run. */

import { UsageError } from '../core/errors.js';
import { type Bytes, Malformed, textOf } from '../files/bytes.js';
import { noteInExport } from '../files/read/exported.js';
import type { Found } from '../files/read/found.js';
import { HEAD } from '../files/read/note.js';
import type { Format } from './formats/format.js';
import { endingsIn, formatList } from './formats/index.js';
import { withBytes } from './opened.js';

export interface Probe extends Found {
  /** The format's name. */
  format: string;
  bytes: number;
  /** The average; 0 for a still. */
  fps: number;
}

/**
 * Reads what an exported file contains besides its contents.
 * @throws UsageError if the file does not exist or cannot be read.
 */
export function probeExport(path: string): Pick<Probe, 'bytes' | 'note'> {
  return reading(path, (bytes) => ({ bytes: bytes.size, note: noteInExport(bytes) }));
}

/**
 * Reads a film's headers.
 * @throws UsageError if the file does not exist, is not a film, or is damaged.
 */
export function probe(path: string): Probe {
  return reading(path, (bytes) => {
    const { reader } = formatOf(bytes);
    const found = reader.read(bytes);
    const { name } = withCodec(reader, found);
    const fps = found.seconds > 0 ? found.frames / found.seconds : 0;
    if (!Number.isFinite(found.seconds + fps)) throw new Malformed('is cut short or damaged'); // endless or empty
    return { format: name, bytes: bytes.size, ...found, fps };
  });
}

function reading<T>(path: string, read: (bytes: Bytes) => T): T {
  try {
    return withBytes(path, read);
  } catch (error) {
    throw new UsageError(`${path} ${explain(error)}: check the file.`, { cause: error });
  }
}

function formatOf(bytes: Bytes): Format {
  const head = textOf(bytes.slice(0, Math.min(HEAD, bytes.size)));
  const format = formatList.find(({ reader }) => reader.begins(head));
  if (format) return format;
  throw new Malformed(`is not a film or picture that Untrained can read (${endingsIn(formatList)})`);
}

/** Of the formats with a reader, the one with the codec that it found; by default the first. */
function withCodec(reader: Format['reader'], { codec }: Found): Format {
  const all = formatList.filter((format) => format.reader === reader);
  return all.find(({ codes }) => codec !== undefined && codes?.includes(codec)) ?? all[0];
}

function explain(error: unknown): string {
  if (error instanceof Malformed) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  return `cannot be read (${code ?? (error as Error).message})`;
}
