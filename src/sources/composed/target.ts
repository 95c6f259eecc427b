/** What to render in a browser: a composed scene or a Motion Canvas project, with the files that belong to it. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UsageError } from '../../core/errors.js';
import { parseJson } from '../../core/wording/json.js';

export interface Target {
  kind: 'scene' | 'project';
  /** Absolute path of the .tsx file or of the project's module. */
  path: string;
}

/** The default properties of a target's film. */
export interface Defaults {
  /** Size of the frames in pixels. */
  size: [width: number, height: number];
  /** Size of the view in the scenes' units. */
  view: [width: number, height: number];
  fps: number;
  /** A CSS colour. */
  background: string;
  /** The part of a project to render, in seconds; `to` is excluded. */
  range?: [from: number, to: number];
}

/** The shorter side of the view of composed scenes, which their layout is based on, whatever the frames' size. */
const SHORT_SIDE = 1080;

/** A composed scene is 1920x1080 at 25 fps. A project's properties are in its .meta file, which the editor writes. */
export function defaultsOf(target: Target | { kind: 'scene' }): Defaults {
  const scene: Defaults = { size: [1920, 1080], view: [1920, 1080], fps: 25, background: '#000' };
  if (target.kind === 'scene') return scene;
  const { shared, rendering } = metaOf((target as Target).path);
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

/** Interprets a range like Motion Canvas: a missing end means the film's end, and times before its start count as 0. */
function rangeOf(range: unknown): Defaults['range'] {
  if (!Array.isArray(range)) return undefined;
  const [from, to] = [range[0] ?? 0, range[1] ?? Number.POSITIVE_INFINITY].map((at) =>
    Math.max(0, Number(at)),
  );
  return from > to ? [to, from] : [from, to];
}

/**
 * The view for frames of a given size. A composed scene is laid out for the size: its view is 1080 units on the shorter
 * side. A project's view keeps the size that it was made for.
 * @throws UsageError if a project would be cropped or distorted.
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
      `--size is ${width}x${height} but the project is laid out for ${view.join('x')}: ` +
        `use the same aspect ratio, such as ${width}x${fitting}.`,
    );
  }
  return view;
}

interface Meta {
  shared?: {
    size?: { x: number; y: number };
    background?: string | null;
    range?: unknown;
    audioOffset?: unknown;
  };
  rendering?: { fps?: number; resolutionScale?: number };
}

/** The file in which the editor saves settings of a scene's or project's module. */
export function metaFileOf(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.meta`);
}

/** The settings in that file, or nothing if there is no file. @throws UsageError if it is not JSON. */
export function metaOf(path: string): Meta & Record<string, unknown> {
  const file = metaFileOf(path);
  if (!existsSync(file) || statSync(file).isDirectory()) return {};
  try {
    return parseJson(readFileSync(file, 'utf8')) as Meta & Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${(error as Error).message}): fix it, or remove it.`);
  }
}

/**
 * The root of a Motion Canvas project: the nearest parent folder with a package.json, or else the file's own folder.
 */
export function rootOf(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return dirname(resolve(path));
    folder = parent;
  }
  return folder;
}
