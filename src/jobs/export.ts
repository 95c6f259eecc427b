/** Exports: sweeps in forms that other programs use. src/exporters/ writes their contents, and this file the files. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { z } from 'zod';
import type { StopSignal } from '../core/ambient.js';
import type { Watched } from '../core/breather.js';
import { RenderError, UsageError } from '../core/errors.js';
import { checkedSweep, preparePace, type Sweep } from '../core/sweep/sweep.js';
import { available } from '../core/wording/did-you-mean.js';
import { quote } from '../core/wording/explain.js';
import { parse } from '../core/wording/parse.js';
import {
  type Exported,
  type Exporter,
  type ExportTools,
  exporterFor,
  exporterNamed,
  exporters,
} from '../exporters/index.js';
import { type Finished, writeWhole } from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { CpuRenderer } from '../renderers/cpu/renderer.js';
import { VERSION } from '../system/package.js';

/** The program of exported pages, as built: beside the explorer's page, which also exports. */
const PLAYER = fileURLToPath(new URL('../pages/explorer/player.js', import.meta.url));

/** Options of exports. */
export interface ExportOptions {
  /** The format: `html`, `shadertoy`, `glsl`, `onnx`, `npz`, `pytorch`, `svg` or `gltf`. By default from the ending. */
  to?: string | undefined;
  /**
   * A single moment, in seconds. Pages and shaders contain the whole sweep by default; the other formats always contain
   * one moment, by default the end, or the beginning of a loop.
   */
  at?: number | undefined;
  /** Stops the export; the promise then rejects with its reason. */
  signal?: StopSignal | undefined;
}

/**
 * Writes a sweep in a format that other programs use: a page, a shader, a model, a curve or a height map. Its files are
 * either all complete or not there.
 * @param sweep - What to export.
 * @param output - The path of the file. Any further files are written beside it.
 * @param options - The format, and which moment.
 * @returns The files.
 * @throws UsageError that names the parameter, if something cannot be exported in that format; RenderError if a file
 * cannot be written; the signal's reason if it is aborted.
 */
export async function exportSweep(
  sweep: Sweep,
  output: string,
  options: ExportOptions = {},
): Promise<Finished[]> {
  const checked = checkedSweep(sweep);
  parse(z.string().min(1), output, { whole: 'The output' });
  parse(optionsSchema, options, { whole: 'The options argument' });
  const { to, at, signal } = options;
  return writeExport(formOf(output, to), checked, output, { at, signal });
}

const optionsSchema = z.strictObject({
  to: z.string().optional(),
  at: z.number().optional(),
  signal: z.custom((value) => value instanceof AbortSignal, 'must be an AbortSignal').optional(),
});

/** The endings of all exporters' files, for a sentence: ".html, .glsl". */
export const exportEndings = (): string => exporters.map(({ ending }) => ending).join(', ');

/**
 * The exporter for a path.
 * @param to - The exporter's name; by default the path's ending chooses it.
 * @throws UsageError for an unknown name or ending, or if the two disagree.
 */
export function formOf(path: string, to?: string): Exporter {
  const byEnding = exporterFor(path);
  if (byEnding && basename(path).length <= byEnding.ending.length)
    throw new UsageError(
      `"${path}" has no name before its ending: try "${path.slice(0, -byEnding.ending.length)}network${byEnding.ending}".`,
    );
  if (to === undefined) {
    if (byEnding) return byEnding;
    throw new UsageError(`"${path}" does not have the ending of an export: end it in ${exportEndings()}.`);
  }
  const named = exporterNamed(to);
  const names = exporters.map(({ name }) => name);
  if (!named)
    throw new UsageError(`--to is "${to}", which is not an export format${available(to, names, {})}`);
  if (named === byEnding) return named;
  const isFolder = path === '' || /[/\\]$/.test(path);
  const base = isFolder ? `${path}network` : path.slice(0, path.length - extname(path).length);
  throw new UsageError(
    `"${path}" does not end in ${named.ending}, which --to ${to} needs: name it "${base}${named.ending}"` +
      `${byEnding ? `, or use --to ${byEnding.name}` : ''}.`,
  );
}

/** Which moment to export, and how to stop. */
interface Writing extends Watched {
  /** Called with what in a file is not as the sweep says. */
  onNote?: (sentence: string) => void;
  /** In seconds; undefined for all of the sweep. */
  at?: number | undefined;
}

/** Writes the export's files. @param path - Of the first; it has the exporter's ending. */
export async function writeExport(
  exporter: Exporter,
  sweep: Sweep,
  path: string,
  { at, onNote, ...watched }: Writing = {},
): Promise<Finished[]> {
  const moment = at ?? (exporter.moves ? undefined : momentOf(sweep));
  if (moment !== undefined) checkMoment(sweep, moment);
  const { ending } = exporter;
  const stem = path.slice(0, path.length - ending.length);
  const exported: Exported = { name: basename(stem), sweep, at: moment };
  return writeWhole(path, async () => {
    const files = await withTools(watched, onNote, async (tools) => {
      await preparePace(sweep, evaluate, watched, moment);
      return exporter.write(exported, tools);
    });
    return files.map((file) => ({
      path: file.ending === ending ? path : `${stem}${file.ending}`,
      content: file.content,
    }));
  });
}

/** The moment that stands for a sweep: its end, or the beginning of a loop. In seconds. */
export const momentOf = ({ loop, seconds }: Sweep): number => (loop ? 0 : seconds);

function checkMoment({ seconds }: Sweep, at: number): void {
  if (at >= 0 && at <= seconds) return;
  throw new UsageError(
    `The time is ${quote(at)} s, but the sweep runs from 0 to ${seconds} s: choose a time in that range.`,
  );
}

/** Provides what exporters need. The renderer starts when it is first needed, and is closed on every path. */
async function withTools<T>(
  { signal }: Watched,
  note: Writing['onNote'],
  use: (tools: ExportTools) => Promise<T>,
): Promise<T> {
  let renderer: CpuRenderer | undefined;
  const tools: ExportTools = {
    evaluate,
    version: VERSION,
    draw(frame) {
      renderer ??= new CpuRenderer();
      return renderer.render(frame, undefined, 'rgba', signal);
    },
    deflate: (bytes) => promisify(deflate)(bytes, { level: 9 }),
    player,
    note,
  };
  try {
    const result = await use(tools);
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    await renderer?.close();
  }
}

async function player(): Promise<string> {
  try {
    return await readFile(PLAYER, 'utf8');
  } catch (error) {
    throw new RenderError(
      'The player for exported pages is missing from this installation: reinstall Untrained.',
      {
        cause: error,
      },
    );
  }
}
