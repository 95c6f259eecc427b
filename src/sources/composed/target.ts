/** What is rendered in a browser: one composed scene, or a Motion Canvas project; and what stands beside it on disk. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UsageError } from '../../core/errors.js';
import { parseJson } from '../../core/wording/json.js';

export interface Target {
  kind: 'scene' | 'project';
  /** Absolute: of the .tsx file, or of the project's module. */
  path: string;
}

/** How a film of it looks when nothing else is asked for. */
export interface Defaults {
  /** Of the frames, in pixels. */
  size: [width: number, height: number];
  /** Of the view, in the scenes' units. */
  view: [width: number, height: number];
  fps: number;
  /** A CSS colour. */
  background: string;
  /** Which part of a project is rendered, in seconds: frames from the first moment on, up to before the second. */
  range?: [from: number, to: number];
}

/** Of the view's shorter side in composed scenes, whatever the size of the frames: what scenes are laid out by. */
const SHORT_SIDE = 1080;

/** A composed scene is 1920x1080 at 25 fps. A project says in its .meta file, which the editor wrote. */
export function defaultsOf({ kind, path }: Target): Defaults {
  const scene: Defaults = { size: [1920, 1080], view: [1920, 1080], fps: 25, background: '#000' };
  if (kind === 'scene') return scene;
  const { shared, rendering } = metaOf(path);
  const view: [number, number] = [Number(shared?.size?.x ?? 1920), Number(shared?.size?.y ?? 1080)];
  const scale = Number(rendering?.resolutionScale ?? 1);
  return {
    view,
    size: [Math.trunc(view[0] * scale), Math.trunc(view[1] * scale)],
    fps: Number(rendering?.fps ?? 60),
    background: shared?.background ?? '#000',
    range: rangeOf(shared?.range),
  };
}

/** As Motion Canvas reads it: a missing end means the film's end, and neither may precede its beginning. */
function rangeOf(range: unknown): Defaults['range'] {
  if (!Array.isArray(range)) return undefined;
  const [from, to] = [range[0] ?? 0, range[1] ?? Number.POSITIVE_INFINITY].map((at) =>
    Math.max(0, Number(at)),
  );
  return from > to ? [to, from] : [from, to];
}

/**
 * The view for frames of a size. A composed scene is laid out anew: its view is 1080 on its shorter side. A project's
 * has the size that it was made for.
 * @throws UsageError when a project would be cut or distorted.
 */
export function viewFor({ kind }: Target, { view }: Defaults, size: [number, number]): [number, number] {
  const [width, height] = size;
  if (kind === 'scene') {
    const scale = SHORT_SIDE / Math.min(width, height);
    return [width * scale, height * scale];
  }
  const fitting = Math.round((width * view[1]) / view[0]);
  if (Math.abs(fitting - height) > 1) {
    throw new UsageError(
      `--size is ${width}x${height}, and the project is laid out for ${view.join('x')}: ` +
        `take the same proportions, such as ${width}x${fitting}.`,
    );
  }
  return view;
}

interface Meta {
  shared?: { size?: { x: number; y: number }; background?: string | null; range?: unknown };
  rendering?: { fps?: number; resolutionScale?: number };
}

/** Where the editor keeps what it knows of the module of a scene or a project. */
export function metaFileOf(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.meta`);
}

/** What is kept there; nothing where the editor has not been. */
export function metaOf(path: string): Meta & Record<string, unknown> {
  const file = metaFileOf(path);
  if (!existsSync(file) || statSync(file).isDirectory()) return {};
  try {
    return parseJson(readFileSync(file, 'utf8')) as Meta & Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${(error as Error).message}): mend it, or remove it.`);
  }
}

/** The nearest folder above with a package.json, or the file's own: where a Motion Canvas project's public files are. */
export function rootOf(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return dirname(resolve(path));
    folder = parent;
  }
  return folder;
}
