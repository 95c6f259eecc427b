/** Which files are asked for: by name, by place, or by default; and whether what was made suits where it is to go. */

import { RenderError, UsageError } from '../core/errors.js';
import { didYouMean } from '../core/wording/did-you-mean.js';
import type { OutputRequest } from '../jobs/plan.js';
import {
  headroom,
  type Measured,
  type PlaceName,
  parseOutput,
  placeNames,
  placeOf,
  probe,
  rulesOf,
  unsuitable,
} from '../outputs/index.js';
import type { Reporter } from './report.js';

/** Files of one rendering. */
export interface Group {
  size?: [number, number];
  fps?: number;
  files: (OutputRequest & { place?: PlaceName })[];
}

interface Asked {
  out: string[];
  for: string[];
  size?: [number, number];
  fps?: number;
  maxSize?: number;
}

/** The places that --for names, each once. */
function placesNamed(names: string[]): PlaceName[] {
  const places = names.map((name) => {
    const place = placeNames.find((known) => known === name.toLowerCase());
    if (place) return place;
    const hint = didYouMean(name, placeNames);
    throw new UsageError(
      `--for is "${name}", which is not a known place${hint} Available: ${placeNames.join(', ')}.`,
    );
  });
  return [...new Set(places)];
}

/**
 * The renderings to make: one for all files that have the same size and rate.
 * @param defaults - The files where none is named. @param fps - The scene's own.
 */
export function groupsOf(name: string, asked: Asked, defaults: string[], fps: number): Group[] {
  const { out, size, maxSize } = asked;
  const names = placesNamed(asked.for);
  if (names.length === 0) {
    const files = (out.length > 0 ? out : defaults).map((path) => ({ path, maxSize }));
    return [{ size, fps: asked.fps, files }];
  }
  if (out.length > 0 && out.length !== names.length) {
    throw new UsageError(
      `There are ${out.length} --out for ${names.length} --for: give one for each, in the same order, or none.`,
    );
  }
  const groups = new Map<string, Group>();
  for (const [i, place] of names.entries()) {
    const path = out[i] ?? `renders/${name}-${place}.mp4`;
    const { format } = parseOutput(path);
    const { gifSize, ...known } = placeOf(place);
    const rules = rulesOf(known, format);
    const shape = {
      size: size ?? (format === 'gif' ? gifSize : undefined) ?? known.size,
      fps: asked.fps ?? within(fps, rules?.fps?.value),
    };
    const most = rules?.bytes?.unverified ? undefined : rules?.bytes?.value;
    const key = JSON.stringify(shape);
    const group = groups.get(key) ?? { ...shape, files: [] };
    group.files.push({ path, place, maxSize: least(maxSize, most) });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The rate nearest to the scene's that a place takes. */
function within(fps: number, range: [number, number] | undefined): number {
  if (!range) return fps;
  return fps < range[0] ? Math.min(range[1], Math.max(25, range[0])) : Math.min(fps, range[1]);
}

const least = (...sizes: (number | undefined)[]) => {
  const known = sizes.filter((size) => size !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

/**
 * Compares the film with its places before it is made, and warns of what is not certain.
 * @throws UsageError for what a place says that it does not take.
 */
export function checkBefore(group: Group, film: Omit<Measured, 'format' | 'bytes'>, report: Reporter): void {
  for (const { path, place } of group.files) {
    if (!place) continue;
    for (const { message, unverified } of unsuitable(placeOf(place), {
      ...film,
      format: parseOutput(path).format,
    })) {
      if (!unverified) throw new UsageError(message);
      report.warning(message);
    }
  }
}

/**
 * Reads the finished files and compares them with their places. Gives what is to be said of each, by its path.
 * @throws RenderError for a file that its place will not take; it stays where it is.
 */
export function checkAfter(group: Group, report: Reporter): Map<string, string> {
  const said = new Map<string, string>();
  for (const { path, place } of group.files) {
    if (!place) continue;
    const film = probe(path);
    for (const { message, unverified } of unsuitable(placeOf(place), film)) {
      if (!unverified) throw new RenderError(`${path} is made, but not for ${place}: ${message}`);
      report.warning(message);
    }
    said.set(path, `${placeOf(place).title}: ${headroom(placeOf(place), film)}`);
  }
  return said;
}
