/** What build/pages.js bundled when the package was built: our own nodes, the page's program, and Motion Canvas. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Modules for a page. */
export interface Modules {
  /** By name, relative to the page. */
  files: Map<string, Uint8Array>;
  /** Where the page finds modules that are imported by name, as an import map has it. */
  imports: Record<string, string>;
}

interface Group {
  files: string[];
  imports: Record<string, string>;
}

interface Manifest {
  /** `needs` lists the names that its modules import. */
  own: Group & { needs: string[] };
  /**
   * `madeOf` has the SHA-1 of every file; `edges` say which package imports which other, by their places in `madeOf`.
   */
  packages: Group & { madeOf: { name: string; files: Record<string, string> }[]; edges: [number, number][] };
}

const folder = fileURLToPath(new URL('../../pages/', import.meta.url));

let read: Manifest | undefined;

function manifest(): Manifest {
  read ??= JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return read;
}

function load({ files, imports }: Group): Modules {
  return { files: new Map(files.map((file) => [file, readFileSync(join(folder, file))])), imports };
}

/**
 * Our own modules. They import Motion Canvas by the names in `needs`, which the page's import map must have as well.
 */
export function ownModules(): Modules & { needs: string[] } {
  const { own } = manifest();
  return { ...load(own), needs: own.needs };
}

/** Whether scenes may import one of our own modules by this name. */
export function isOwn(name: string): boolean {
  return Object.hasOwn(manifest().own.imports, name);
}

/**
 * The prebuilt Motion Canvas, if rebuilding it would produce an identical bundle.
 * @param found - The scene's path to each Motion Canvas module that it and our nodes import.
 * @returns undefined if the scene's own copy differs in version or by a patch, or if a module is not in the bundle.
 */
export function prebuiltPackages(found: Map<string, string>): Modules | undefined {
  const { packages } = manifest();
  for (const name of found.keys()) if (!Object.hasOwn(packages.imports, name)) return undefined;
  const folders = foldersOf(found);
  if (!folders?.every((path, i) => hasFiles(path, packages.madeOf[i].files))) return undefined;
  return load(packages);
}

/** The folders of the packages in `madeOf`, beginning at those of the modules that were found. */
function foldersOf(found: Map<string, string>): string[] | undefined {
  const { madeOf, edges } = manifest().packages;
  const folders: string[] = [];
  /** False if it is missing, or differs from the one found before. */
  const see = (i: number, path: string | undefined): boolean => {
    if (path === undefined || (folders[i] !== undefined && folders[i] !== path)) return false;
    const isNew = folders[i] === undefined;
    folders[i] = path;
    return !isNew || edges.every(([from, to]) => from !== i || see(to, dependency(path, madeOf[to].name)));
  };
  for (const [module, file] of found) {
    const i = madeOf.findIndex(({ name }) => module === name || module.startsWith(`${name}/`));
    if (!see(i, packageOf(file))) return undefined;
  }
  return madeOf.every((_, i) => folders[i] !== undefined) ? folders : undefined;
}

/** The folder of the package that contains a file. */
function packageOf(file: string): string | undefined {
  for (let path = dirname(realpathSync(file)); dirname(path) !== path; path = dirname(path))
    if (existsSync(join(path, 'package.json'))) return path;
  return undefined;
}

/** Where one package finds another, by Node's rules. */
function dependency(from: string, name: string): string | undefined {
  for (let path = from; ; path = dirname(path)) {
    const candidate = join(path, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (dirname(path) === path) return undefined;
  }
}

function hasFiles(path: string, files: Record<string, string>): boolean {
  try {
    return Object.entries(files).every(
      ([file, digest]) =>
        createHash('sha1')
          .update(readFileSync(join(path, file)))
          .digest('hex') === digest,
    );
  } catch {
    return false; // one of them is missing
  }
}
