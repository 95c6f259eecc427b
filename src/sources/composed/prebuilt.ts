/** Loads what build/pages.js bundled when the package was built: our nodes, the page's program, and Motion Canvas. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Modules for a page. */
export interface Modules {
  /** The files by name, relative to the page. */
  files: Map<string, Uint8Array>;
  /** The import map: the file of each module that is imported by name. */
  imports: Record<string, string>;
}

interface Group {
  files: string[];
  imports: Record<string, string>;
}

interface Manifest {
  /** Our own modules. `needs` lists the package names that they import. */
  own: Group & { needs: string[] };
  /**
   * The packages. `madeOf` lists each with the SHA-1 of every file; `edges` are pairs of indices into `madeOf`: the
   * first package imports the second.
   */
  packages: Group & { madeOf: { name: string; files: Record<string, string> }[]; edges: [number, number][] };
}

const folder = fileURLToPath(new URL('../../pages/', import.meta.url));

let cached: Manifest | undefined;

function manifest(): Manifest {
  cached ??= JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return cached;
}

function load({ files, imports }: Group): Modules {
  return { files: new Map(files.map((file) => [file, readFileSync(join(folder, file))])), imports };
}

/** Our own modules. They import Motion Canvas by the names in `needs`, which the page's import map must contain too. */
export function ownModules(): Modules & { needs: string[] } {
  const { own } = manifest();
  return { ...load(own), needs: own.needs };
}

/** Whether scenes may import one of our own modules by this name. */
export function isOwn(name: string): boolean {
  return Object.hasOwn(manifest().own.imports, name);
}

/**
 * The prebuilt Motion Canvas, if bundling the scene's copy would produce the same files.
 * @param found - The paths of the Motion Canvas modules that the scene and our nodes import, by module name.
 * @returns undefined if the scene's own copy differs in version or by a patch, or if a module is not in the bundle.
 */
export function prebuiltPackages(found: Map<string, string>): Modules | undefined {
  const { packages } = manifest();
  for (const name of found.keys()) if (!Object.hasOwn(packages.imports, name)) return undefined;
  const folders = foldersOf(found);
  if (!folders?.every((path, i) => hasFiles(path, packages.madeOf[i].files))) return undefined;
  return load(packages);
}

/** The folders of the packages in `madeOf`, starting from the modules that were found. */
function foldersOf(found: Map<string, string>): string[] | undefined {
  const { madeOf, edges } = manifest().packages;
  const folders: string[] = [];
  /** Records a package's folder and those of its imports. False if one is missing, or found in two folders. */
  const visit = (i: number, path: string | undefined): boolean => {
    if (path === undefined || (folders[i] !== undefined && folders[i] !== path)) return false;
    const isNew = folders[i] === undefined;
    folders[i] = path;
    return !isNew || edges.every(([from, to]) => from !== i || visit(to, dependency(path, madeOf[to].name)));
  };
  for (const [module, file] of found) {
    const i = madeOf.findIndex(({ name }) => module === name || module.startsWith(`${name}/`));
    if (!visit(i, packageOf(file))) return undefined;
  }
  return madeOf.every((_, i) => folders[i] !== undefined) ? folders : undefined;
}

/** The folder of the package that contains a file. */
function packageOf(file: string): string | undefined {
  for (let path = dirname(realpathSync(file)); dirname(path) !== path; path = dirname(path))
    if (existsSync(join(path, 'package.json'))) return path;
  return undefined;
}

/** The folder of a package that another package imports, by Node's lookup rules. */
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
