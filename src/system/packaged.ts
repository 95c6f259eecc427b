/** Files in packages that are installed for the current folder, by names such as `some-package/scenes/walk.ts`. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../core/errors.js';
import { nearest, suggestion } from '../core/wording/did-you-mean.js';
import { packageFolder } from './packages.js';

/** A package's name, and a path in it. */
const BARE = /^((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)(?:\/(.+))?$/;
/** Modules of scenes. */
const SCENE = /(?<!\.d)\.tsx?$/;
/** The greatest number of files that a message lists. */
const MOST_SHOWN = 20;

/**
 * The file in a package that a name refers to, found like an import in the current folder: in the nearest
 * `node_modules`, through the package's `exports`.
 * @param accepts - Whether a file is suitable; by default, modules of scenes are.
 * @returns The absolute path; undefined if no such package is installed.
 * @throws UsageError if the package has no such file.
 */
export async function fileInPackage(
  given: string,
  accepts: (path: string) => boolean = (path) => SCENE.test(path),
): Promise<string | undefined> {
  const [, name] = BARE.exec(given) ?? [];
  const folder = name && packageFolder(name, process.cwd());
  if (!folder) return undefined;
  const { createJiti } = await import('jiti'); // slow to load
  const conditions = ['node', 'import', 'default'];
  const parentURL = pathToFileURL(join(process.cwd(), 'here.js')).href;
  const url = createJiti(parentURL).esmResolve(given, { conditions, parentURL, try: true });
  const file = url?.startsWith('file:') ? realpathSync(fileURLToPath(url)) : undefined;
  if (file && statSync(file).isFile() && accepts(file)) return file;
  throw notIn(folder, name, given, file);
}

/** @param file - The file that the name refers to, if it is not a scene. */
function notIn(folder: string, name: string, given: string, file: string | undefined): UsageError {
  const path = given.slice(name.length + 1);
  const inside = join(folder, path);
  if (!file && SCENE.test(path) && existsSync(inside)) {
    const itself = relative(process.cwd(), inside);
    return new UsageError(
      `The package ${name} does not export ${path}: give the path of its file, ${itself}.`,
    );
  }
  const problem = file
    ? `${given} refers to ${relative(folder, file)} in its package, which is not a scene`
    : `The package ${name} has no ${path === '' ? 'main scene' : path}`;
  const paths = exported(folder, scenesIn(folder));
  const near = nearest(path, paths, {});
  const list = paths.slice(0, MOST_SHOWN).map((one) => `${name}/${one}`);
  const hint = suggestion(near === undefined ? undefined : `${name}/${near}`);
  return new UsageError(`${problem}${hint}${list.length > 0 ? ` Available: ${list.join(', ')}.` : ''}`);
}

/** The TypeScript files in a package's folder, by their paths there, with slashes. */
function scenesIn(folder: string): string[] {
  const scenes: string[] = [];
  const folders = [''];
  for (const below of folders) {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules' && folders.length < 100) folders.push(path);
      else if (entry.isFile() && SCENE.test(entry.name)) scenes.push(path);
    }
  }
  return scenes;
}

/** The paths by which a package exports files: see https://nodejs.org/api/packages.html#subpath-patterns. */
function exported(folder: string, files: string[]): string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof exports !== 'object' || exports === null) return exports === undefined ? files : [];
  const targetsIn = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(targetsIn);
  const paths = Object.entries(exports).flatMap(([key, value]) =>
    targetsIn(value).flatMap((target) => {
      const [before, after = ''] = target.split('*');
      const fitting = files.filter((file) =>
        target.includes('*')
          ? `./${file}`.startsWith(before) && file.endsWith(after)
          : `./${file}` === target,
      );
      return fitting.map((file) =>
        key.slice(2).replace('*', `./${file}`.slice(before.length, after ? -after.length : undefined)),
      );
    }),
  );
  return [...new Set(paths.filter((path) => path !== ''))];
}

/** The error for a path at which there is no file, and which does not begin with the name of an installed package. */
export function noFile(given: string): UsageError {
  const [, name, path] = BARE.exec(given) ?? [];
  // If the path begins with an existing folder, a file is missing rather than a package.
  if (path === undefined || existsSync(given.split('/')[0]))
    return new UsageError(`There is no file ${given}: check its path.`);
  return new UsageError(
    `There is no file ${given}, and no package ${name} is installed here: ` +
      `check the path, or install the package with npm install ${name}.`,
  );
}
