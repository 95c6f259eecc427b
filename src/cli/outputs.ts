/** Which files to make: by name, for platforms, or by default; and whether they are within their platforms' limits. */
import { RenderError, UsageError } from '../core/errors.js';
import { available } from '../core/wording/did-you-mean.js';
import type { OutputRequest } from '../jobs/plan.js';
import {
  type Codec,
  type Depth,
  defaultEndings,
  type EncodeOptions,
  formatNamed,
  headroom,
  type Measured,
  type PlatformName,
  parseOutput,
  platformNames,
  platformOf,
  platformSynonyms,
  probe,
  rulesOf,
  sizeFor,
  unsuitable,
} from '../outputs/index.js';
import type { Reporter } from './report.js';

/** The files of one rendering. */
export interface Group {
  size?: [number, number];
  fps?: number;
  files: (OutputRequest & { platform?: PlatformName })[];
}

interface OutputOptions {
  out: string[];
  for: string[];
  size?: [number, number];
  fps?: number;
  maxSize?: number;
  codec?: Codec;
  depth?: Depth;
}

/** The platforms that --for names, each once. */
function platformsNamed(names: string[]): PlatformName[] {
  const platforms = names.map((name) => {
    const platform = platformNames.find((known) => known === name.toLowerCase());
    if (platform) return platform;
    throw new UsageError(
      `--for is "${name}", which is not a known platform${available(name, platformNames, platformSynonyms)}`,
    );
  });
  return [...new Set(platforms)];
}

/**
 * The renderings to make: one for all files that have the same size and rate.
 * @param defaults - The files to make if none is named.
 * @param fps - The scene's own frame rate.
 */
export function groupsOf(name: string, options: OutputOptions, defaults: string[], fps: number): Group[] {
  const { out, size, maxSize, depth } = options;
  const names = platformsNamed(options.for);
  if (names.length === 0) {
    const files = (out.length > 0 ? out : defaults).map((path) => ({ path, maxSize }));
    return [{ size, fps: options.fps, files }];
  }
  if (depth === 10) {
    throw new UsageError(
      '--depth 10 makes files that platforms do not accept: leave it out, or leave out --for.',
    );
  }
  if (out.length > 0 && out.length !== names.length) {
    throw new UsageError(
      `There are ${out.length} --out for ${names.length} --for: give one for each, in the same order, or none.`,
    );
  }
  const groups = new Map<string, Group>();
  for (const [i, platform] of names.entries()) {
    const { film } = platformOf(platform);
    const ending = film ? `.${formatNamed(film).endings[0]}` : defaultEndings.film;
    const path = out[i] ?? `renders/${name}-${platform}${ending}`;
    const { format } = parseOutput(path, options);
    const rules = rulesOf(platformOf(platform), format);
    const shape = {
      size: size ?? sizeFor(platformOf(platform), format),
      fps: options.fps ?? within(fps, rules?.fps?.value),
    };
    const most = rules?.bytes?.unverified && !film ? undefined : rules?.bytes?.value;
    const key = JSON.stringify(shape);
    const group = groups.get(key) ?? { ...shape, files: [] };
    const limits = {
      editLists: rules?.editLists?.value,
      soundBits: rules?.soundBits?.value,
      silent: rules?.silent?.value,
    };
    group.files.push({ path, platform, limits, maxSize: least(maxSize, most) });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The frame rate nearest to the scene's that a platform accepts. */
function within(fps: number, range: [number, number] | undefined): number {
  if (!range) return fps;
  return fps < range[0] ? Math.min(range[1], Math.max(25, range[0])) : Math.min(fps, range[1]);
}

const least = (...sizes: (number | undefined)[]) => {
  const known = sizes.filter((size) => size !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

/**
 * Checks the film against its platforms' limits before it is made, and warns of limits that are unverified.
 * @throws UsageError if the film exceeds a limit that the platform itself states.
 */
export function checkBefore(
  group: Group,
  film: Omit<Measured, 'format' | 'bytes'>,
  options: Pick<EncodeOptions, 'codec'>,
  report: Reporter,
): void {
  for (const { path, platform } of group.files) {
    if (!platform) continue;
    for (const { message, unverified } of unsuitable(platformOf(platform), {
      ...film,
      format: parseOutput(path, options).format,
    })) {
      if (!unverified) throw new UsageError(message);
      report.warning(message);
    }
  }
}

/**
 * Checks the finished files against their platforms' limits. Returns a note on each file, by path.
 * @throws RenderError for a file that exceeds a limit of its platform. The file stays where it is.
 */
export function checkAfter(group: Group, report: Reporter): Map<string, string> {
  const notes = new Map<string, string>();
  for (const { path, platform } of group.files) {
    if (!platform) continue;
    const film = probe(path);
    for (const { message, unverified } of unsuitable(platformOf(platform), film)) {
      if (!unverified)
        throw new RenderError(`${path} is complete, but not suitable for ${platform}: ${message}`);
      report.warning(message);
    }
    notes.set(path, `${platformOf(platform).title}: ${headroom(platformOf(platform), film)}`);
  }
  return notes;
}
