/** Bundles a composed scene or a project into files for a page, in memory: writes nothing to disk. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build as buildFast } from 'esbuild';
import { build, type Rollup } from 'vite';
import { UsageError } from '../../core/errors.js';
import { ENTRY, ESBUILD, entryFor, findModules, loadScenes } from './modules.js';
import { type Modules, ownModules, prebuiltPackages } from './prebuilt.js';
import { loadShaders } from './shaders.js';
import { listStyles, stylesOf } from './styles.js';
import { rootOf, type Target } from './target.js';
import { findWeights } from './weights.js';

export interface Bundle {
  /** The files by name, relative to the page. The entry is `film.js`. */
  files: Map<string, string | Uint8Array>;
  /** The page's import map: the file of each module that is imported by name. */
  imports: Record<string, string>;
  /** The names of the style sheets among the files, in load order. */
  styles: string[];
  /** The absolute paths of the style sheets' source files. */
  styleSources: string[];
  /** A folder whose files are served to the page too, by their path in the folder. */
  publicFolder: string;
}

/** @throws UsageError for a scene that cannot be built, because of a syntax error or a missing import. */
export async function bundle(target: Target): Promise<Bundle> {
  const root = target.kind === 'project' ? rootOf(target.path) : dirname(target.path);
  const apart = new Map<string, string>();
  const styleSources: string[] = [];
  try {
    const result = await build({
      configFile: false,
      root,
      base: './',
      publicDir: false,
      logLevel: 'silent',
      plugins: [
        entryFor(target),
        findWeights(),
        findModules(target.path, apart),
        loadScenes(),
        loadShaders(),
        listStyles(styleSources),
      ],
      // An import map applies only to the page: a worker is bundled into one file.
      worker: { format: 'es', plugins: () => [findModules(target.path), loadScenes(), loadShaders()] },
      esbuild: ESBUILD,
      build: {
        write: false,
        minify: false,
        sourcemap: true,
        target: 'esnext',
        modulePreload: false,
        reportCompressedSize: false,
        rollupOptions: {
          input: ENTRY,
          treeshake: false, // it would remove an endless loop as having no effect
          onLog(_, log) {
            // Otherwise the browser reports it, without a location.
            if (log.code === 'UNRESOLVED_IMPORT') throw Object.assign(new Error(log.message), log);
          },
          output: {
            entryFileNames: 'film.js',
            sourcemapPathTransform: (source, map) => resolve(dirname(map), source),
          },
        },
      },
    });
    const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput;
    const scenes = output.map(
      (file) => [file.fileName, file.type === 'chunk' ? file.code : file.source] as const,
    );
    const parts = [ownModules(), ...(await packagesOf(apart))];
    return {
      files: new Map([...scenes, ...parts.flatMap(({ files }) => [...files])]),
      imports: Object.assign({}, ...parts.map(({ imports }) => imports)),
      styles: stylesOf(output),
      styleSources,
      publicFolder: join(root, 'public'),
    };
  } catch (error) {
    throw buildFailure(error as Rollup.RollupError);
  }
}

/** Whether a file is something other than the scenes' own code: our nodes, packages, pictures, fonts. */
export const isSurrounding = (name: string): boolean =>
  /^(untrained|packages|modules)\//.test(name) || !/\.js$/.test(name);

/** A digest of everything in a bundle that affects the film. Source maps do not. */
export function digestOf(
  { files, imports, styles, publicFolder }: Bundle,
  counts: (name: string) => boolean = () => true,
): string {
  const hash = createHash('sha256').update(JSON.stringify([imports, styles]));
  for (const [name, content] of files)
    if (!name.endsWith('.map') && counts(name)) hash.update(name).update(content);
  if (existsSync(publicFolder)) {
    for (const name of readdirSync(publicFolder, { recursive: true }).map(String).sort()) {
      const { size, mtimeMs } = statSync(join(publicFolder, name));
      hash.update(JSON.stringify([name, size, mtimeMs]));
    }
  }
  return hash.digest('hex');
}

/** The prebuilt Motion Canvas, if the scene uses the same one, and everything else bundled separately. */
async function packagesOf(apart: Map<string, string>): Promise<Modules[]> {
  const is = (motionCanvas: boolean) =>
    new Map([...apart].filter(([name]) => name.startsWith('@motion-canvas/') === motionCanvas));
  const motionCanvas = is(true);
  const others = is(false);
  return [
    prebuiltPackages(motionCanvas) ?? (await bundlePackages(motionCanvas, 'packages')),
    ...(others.size > 0 ? [await bundlePackages(others, 'modules')] : []),
  ];
}

/** Bundles packages into a folder of that name, as modules that share common code. */
async function bundlePackages(packages: Map<string, string>, folder: string): Promise<Modules> {
  const names = [...packages.keys()].sort(); // independent of the order in which they were found
  const { outputFiles } = await buildFast({
    entryPoints: names.map((name, i) => ({ in: packages.get(name)!, out: `${folder}/${i}` })),
    bundle: true,
    splitting: true,
    format: 'esm',
    define: { 'import.meta.hot': 'undefined' },
    chunkNames: `${folder}/[name]-[hash]`,
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return {
    files: new Map(
      outputFiles.map(({ path, contents }) => [
        path.replaceAll('\\', '/').replace(/^([A-Za-z]:)?\//, ''),
        contents,
      ]),
    ),
    imports: Object.fromEntries(names.map((name, i) => [name, `./${folder}/${i}.js`])),
  };
}

/** Describes a build error in one line, with the file and the position in it. */
function buildFailure(
  error: Rollup.RollupError & { errors?: { text: string; location?: Place }[] },
): UsageError {
  const [first] = error.errors ?? [];
  const missing = error.code === 'UNRESOLVED_IMPORT' ? error.exporter : undefined;
  const place = first?.location ?? error.loc ?? (missing ? placeOfText(error.id, missing) : undefined);
  const file = place?.file ?? error.id?.split('?')[0];
  const text = missing
    ? `there is no module "${missing}": check its name, or install it beside the file.`
    : (first?.text ?? error.message).split('\n')[0];
  const known = file !== undefined && existsSync(file);
  const where = known ? `${relative('.', file)}${place ? `:${place.line}:${place.column}` : ''}: ` : '';
  return new UsageError(`${where}${text}`, { cause: error });
}

/** The position of a module's quoted name in a file. */
function placeOfText(file: string | undefined, name: string): Place | undefined {
  if (!file || !existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const row = lines.findIndex((line) => line.includes(`'${name}'`) || line.includes(`"${name}"`));
  return row < 0 ? undefined : { file, line: row + 1, column: lines[row].indexOf(name) };
}

interface Place {
  file?: string;
  line: number;
  column: number;
}
