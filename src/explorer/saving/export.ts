/** Exports in the page: the same as the command's, by the same exporters. */
import { version } from '#embedded';
import { UsageError } from '../../core/errors.js';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { parseSweep, preparePace, type Sweep } from '../../core/sweep/sweep.js';
import type { Exporter, ExportTools } from '../../exporters/index.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import type { Work } from './progress.js';

export interface ExportRequest {
  /** The name of the files, without an ending. */
  name: string;
  sweep: Sweep;
  /** The time of a single moment, in seconds; undefined for all of the sweep. */
  at: number | undefined;
}

/** A file to save. */
export interface SavedFile {
  name: string;
  blob: Blob;
}

/**
 * Exports a sweep, or a moment of it.
 * @param renderer - Draws what the files contain. It stays open.
 * @throws UsageError that names the parameter, if it cannot be exported; the signal's reason if the work is cancelled.
 */
export async function saveExport(
  exporter: Exporter,
  { name, sweep, at }: ExportRequest,
  renderer: FrameRenderer,
  { signal }: Work = {},
): Promise<SavedFile[]> {
  const tools: ExportTools = {
    evaluate,
    draw: (frame) => renderer.render(frame, undefined, 'rgba', signal),
    deflate,
    player: () => player(signal),
    explorer: isElsewhere() ? new URL('.', location.href).href : undefined,
    version,
  };
  const checked = parseSweep(sweep);
  await preparePace(checked, evaluate, { signal }, at);
  const files = await exporter.write({ name, sweep: checked, at }, tools);
  signal?.throwIfAborted();
  return files.map(({ ending, content }) => ({
    name: `${name}${ending}`,
    blob: new Blob([content as string | Uint8Array<ArrayBuffer>], { type: typeOf(ending) }),
  }));
}

/** Whether others can open the explorer at this address, and not only this machine. */
const isElsewhere = () => !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/** In the zlib format. */
async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const whole = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(
    await new Response(whole.pipeThrough(new CompressionStream('deflate'))).arrayBuffer(),
  );
}

/** The program of exported pages, which the build puts beside the explorer. */
async function player(signal: AbortSignal | undefined): Promise<string> {
  const response = await fetch(new URL('player.js', location.href), { signal: signal ?? null });
  if (response.ok) return response.text();
  throw new UsageError(
    `This site lacks player.js, which exported pages need (${response.status}): use untrained export, or tell its owner.`,
  );
}

/** The browser must not add an ending of its own, so types that it does not know are plain bytes. */
function typeOf(ending: string): string {
  return (
    { '.html': 'text/html', '.svg': 'image/svg+xml', '.glb': 'model/gltf-binary' }[ending] ??
    'application/octet-stream'
  );
}
