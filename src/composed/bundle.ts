/** One composed scene, or project, as files for a page: bundled into memory, nothing on disk is touched. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build as buildFast } from 'esbuild';
import { build, type Plugin, type ResolvedConfig, type Rollup } from 'vite';
import { UsageError } from '../errors.js';
import { ENTRY, ESBUILD, entryFor, findModules, loadScenes } from './modules.js';
import { rootOf, type Target } from './target.js';

export interface Bundle {
  /** By name, relative to the page. `film.js` is the first. */
  files: Map<string, string | Uint8Array>;
  /** Where the page finds modules that are imported by name, as an import map has it. */
  imports: Record<string, string>;
  /** A folder whose files the page may have too, by their path in it. */
  publicFolder: string;
}

/** @throws UsageError for a scene that cannot be built: a mistake in its syntax, an import that is not there. */
export async function bundle(target: Target): Promise<Bundle> {
  const root = target.kind === 'project' ? rootOf(target.path) : dirname(target.path);
  const apart = new Map<string, string>();
  const plugins = () => [findModules(target.path, apart), loadScenes(), glsl()];
  try {
    const result = await build({
      configFile: false,
      root,
      base: './',
      publicDir: false,
      logLevel: 'silent',
      plugins: [entryFor(target), ...plugins()],
      worker: { format: 'es', plugins },
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
          treeshake: false, // it takes a loop that never ends for one that does nothing
          onLog(_, log) {
            // Else it is left to the browser, which says no place.
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
    const files: Bundle['files'] = new Map(
      output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
    );
    const imports = await bundlePackages(apart, files);
    return { files, imports, publicFolder: join(root, 'public') };
  } catch (error) {
    throw buildFailure(error as Rollup.RollupError);
  }
}

/** What is not the scenes' own code, but packages, pictures, typefaces. Of our own nodes, only those that are in packages. */
export const isSurrounding = (name: string): boolean => name.startsWith('packages/') || !/\.js$/.test(name);

/** Names what a bundle does: the same name, the same film. Maps to the sources do nothing. */
export function digestOf(
  { files, imports, publicFolder }: Bundle,
  counts: (name: string) => boolean = () => true,
): string {
  const hash = createHash('sha256').update(JSON.stringify(imports));
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

/**
 * Bundles packages as modules that share what they have in common. esbuild takes 0.3 s for Motion Canvas, where Rollup
 * took 4 s and more.
 */
async function bundlePackages(
  packages: Map<string, string>,
  files: Bundle['files'],
): Promise<Bundle['imports']> {
  const names = [...packages.keys()].sort(); // in whichever order they were come upon
  const { outputFiles } = await buildFast({
    entryPoints: names.map((name, i) => ({ in: packages.get(name)!, out: `packages/${i}` })),
    bundle: true,
    splitting: true,
    format: 'esm',
    define: { 'import.meta.hot': 'undefined' },
    chunkNames: 'packages/[name]-[hash]',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  for (const { path, contents } of outputFiles) {
    files.set(path.replaceAll('\\', '/').replace(/^([A-Za-z]:)?\//, ''), contents);
  }
  return Object.fromEntries(names.map((name, i) => [name, `./packages/${i}.js`]));
}

/** Motion Canvas's own loader of shaders. Its package is slow to load, and few scenes have any. */
function glsl(): Plugin {
  let config: ResolvedConfig;
  let loader: Promise<Plugin> | undefined;
  const load = async (): Promise<Plugin> => {
    process.env.VITE_CJS_IGNORE_WARNING = 'true'; // the package takes vite's older face, of which vite complains aloud
    const { default: motionCanvas } = await import('@motion-canvas/vite-plugin');
    // A CommonJS module in an ES module's clothes: its default is one level further in.
    const plugins = (motionCanvas as unknown as { default: () => Plugin[] }).default();
    const found = plugins.find(({ name }) => name === 'motion-canvas:webgl')!;
    (found.configResolved as (config: ResolvedConfig) => void)(config);
    return found;
  };
  return {
    name: 'untrained:glsl',
    configResolved(resolved) {
      config = resolved;
    },
    async transform(code, id) {
      if (!/\.glsl(?:$|\?)/.test(id)) return null;
      loader ??= load();
      const { transform } = await loader;
      return (transform as Rollup.TransformHook).call(this, code, id);
    },
  };
}

/** One line with the file and the place in it. */
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

/** Where in a file a module's name stands between quotation marks. */
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
