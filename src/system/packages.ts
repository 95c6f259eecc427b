/** The versions of the third-party packages in use. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CORE, TWO_D } from '../core/motion-canvas.js';

/** The packages that determine pixels, directly or through their dependencies. */
export const DRAWING = [
  TWO_D,
  CORE,
  'd3-color',
  'd3-scale',
  'd3-scale-chromatic',
  'd3-shape',
  'fluent-ffmpeg',
  'seedrandom',
  'three',
  'webgpu',
] as const;

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/**
 * The versions of packages and all their dependencies, resolved as Node does from a folder: hoisted, nested or linked.
 * @returns "name@version", each once, sorted. Packages that are not installed are left out.
 */
export function versionsOf(names: readonly string[], from: string): string[] {
  const found = new Map<string, string>(); // by folder, since one package may be there in two versions
  const visit = (name: string, from: string): void => {
    const folder = packageFolder(name, from);
    if (folder === undefined || found.has(folder)) return;
    const { version, ...manifest } = manifestIn(folder)!;
    found.set(folder, `${name}@${version}`);
    const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const dependency of Object.keys(needed)) visit(dependency, folder);
  };
  for (const name of names) visit(name, from);
  return [...new Set(found.values())].sort();
}

/** The versions of the packages that determine pixels here. */
export const drawingVersions = (): string[] => versionsOf(DRAWING, dirname(fileURLToPath(import.meta.url)));

/**
 * The folder of a package that is installed for a folder; undefined if there is none. Looks where Node would. Packages
 * need not export their package.json, so Node cannot be asked for it.
 */
export function packageFolder(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
    if (at === dirname(at)) return unpluggedFolder(name, from);
  }
}

/** Without node_modules, as with Yarn's Plug'n'Play: searches upward from the package's entry point. */
function unpluggedFolder(name: string, from: string): string | undefined {
  try {
    const entry = createRequire(join(from, 'here.js')).resolve(name);
    for (let at = dirname(entry); at !== dirname(at); at = dirname(at))
      if (manifestIn(at)?.name === name) return at;
  } catch {
    return undefined; // not installed
  }
}

function manifestIn(folder: string): Manifest | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
