/** Bundles a composed scene or a project into files for a page, in memory: writes nothing to disk. */

import { createHash } from 'node:crypto';
import { existsSync, promises as fs, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build as buildFast } from 'esbuild';
import { build, type Rollup } from 'vite';
import { UsageError } from '../../core/errors.js';
import { isMotionCanvas } from '../../core/motion-canvas.js';
import { isSoundName } from '../../core/sound/endings.js';
import { findFfmpeg } from '../../outputs/index.js';
import { contentOf } from './content.js';
import { type Heard, type HearingOptions, hearSounds } from './hearing.js';
import { INSTALLED_HOSTS } from './installed.js';
import { ENTRY, ESBUILD, entryFor, findModules, loadScenes } from './modules.js';
import { findMusic } from './music.js';
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
  /** The absolute paths of the files that imported pictures, sounds and videos were read from, by name. */
  sources: Map<string, string>;
  /** The names of the sound files that only the project's own module imports, to play along with the scenes. */
  music: Set<string>;
  /** What the scenes have heard in the sounds that they follow. */
  heard: Heard;
}

/** What scenes hear, and with what. */
export type Hearing = Pick<HearingOptions, 'ffmpeg' | 'planned'>;

/** @throws UsageError for a scene that cannot be built, because of a syntax error or a missing import. */
export async function bundle(target: Target, hearing: Hearing = { ffmpeg: findFfmpeg }): Promise<Bundle> {
  const root = target.kind === 'project' ? rootOf(target.path) : dirname(target.path);
  const apart = new Map<string, string>();
  const styleSources: string[] = [];
  const music = new Set<string>();
  const heard: Heard = { sounds: {}, files: new Map() };
  try {
    const result = await build({
      configFile: false,
      root,
      base: './',
      publicDir: false,
      logLevel: 'silent',
      plugins: [
        entryFor(target),
        hearSounds({ ...hearing, folder: dirname(target.path), into: heard }),
        findWeights(),
        findModules(target.path, apart),
        loadScenes(),
        loadShaders(),
        listStyles(styleSources),
        findMusic(target, music),
      ],
      // An import map applies only to the page: a worker is bundled into one file.
      worker: { format: 'es', plugins: () => [findModules(target.path), loadScenes(), loadShaders()] },
      // What a bundle contains must not depend on the environment, or on where the scene's folder is.
      esbuild: { ...ESBUILD, jsxDev: false },
      define: {
        'process.env.NODE_ENV': '"production"',
        'import.meta.env.DEV': 'false',
        'import.meta.env.PROD': 'true',
      },
      build: {
        write: false,
        minify: false,
        sourcemap: true,
        target: 'esnext',
        modulePreload: false,
        reportCompressedSize: false,
        // Sounds are played from files.
        assetsInlineLimit: (path) => (isSoundName(path.split('?')[0]) ? false : undefined),
        rollupOptions: {
          input: ENTRY,
          treeshake: false, // it would remove an endless loop as having no effect
          onLog(_, log) {
            // Otherwise the browser reports it, without a location.
            if (log.code === 'UNRESOLVED_IMPORT') throw Object.assign(new Error(log.message), log);
          },
          output: {
            entryFileNames: 'film.js',
            // By default, names contain a digest of the content. Music does not change the pictures. (Vite leaves out
            // the original names of style sheets, which the type requires.)
            assetFileNames: ({ originalFileNames: [path] = [] }: { originalFileNames?: string[] }) =>
              path !== undefined && music.has(resolve(root, path))
                ? `assets/[name]-${createHash('sha256').update(path).digest('hex').slice(0, 8)}[extname]`
                : 'assets/[name]-[hash][extname]',
            sourcemapPathTransform: (source, map) => resolve(dirname(map), source),
          },
        },
      },
    });
    const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput;
    const scenes = output.map(
      (file) => [file.fileName, file.type === 'chunk' ? file.code : file.source] as const,
    );
    const sources = new Map(
      output.flatMap(({ fileName, ...file }) => {
        const path = file.type === 'asset' ? file.originalFileNames[0] : undefined;
        return path === undefined ? [] : [[fileName, resolve(root, path)] as const];
      }),
    );
    const parts = [ownModules(), ...(await packagesOf(apart))];
    return {
      files: new Map([...scenes, ...parts.flatMap(({ files }) => [...files])]),
      imports: Object.assign({}, ...parts.map(({ imports }) => imports)),
      styles: stylesOf(output),
      styleSources,
      publicFolder: join(root, 'public'),
      sources,
      heard,
      music: new Set([...sources].flatMap(([name, path]) => (music.has(path) ? [name] : []))),
    };
  } catch (error) {
    throw buildFailure(error as Rollup.RollupError);
  }
}

/** Motion Canvas's nodes that request something from a host. */
const ASKING_NODES = ['Icon', 'CodeBlock'];

const asks = new RegExp(
  [
    ...ASKING_NODES.map((name) => `\\b${name}\\b`),
    ...INSTALLED_HOSTS.map((host) => host.replaceAll('.', '\\.')),
  ].join('|'),
);

/** Whether a text names a host that needs no permission, or a node that requests something from one. */
export const namesHost = (text: string): boolean => asks.test(text);

/** The same for a bundle. Our own nodes request nothing, and Motion Canvas's only if they are used. */
export function mayNameHosts({ files }: Bundle): boolean {
  return [...files].some(
    ([name, content]) =>
      !/^(untrained|packages)\/|\.map$/.test(name) &&
      namesHost(typeof content === 'string' ? content : Buffer.from(content).toString('latin1')),
  );
}

/**
 * Digests of what is in a bundle and its public folder. Source maps do not count, since they affect no pixels. Neither
 * does music.
 */
export interface BundleDigests {
  /** Of everything that the pages load. */
  all: string;
  /** Of everything except the scenes' own code: our nodes, packages, pictures, fonts. */
  surroundings: string;
  /** Of everything except our own code: equal on all machines with the same files, wherever these are. */
  scene: string;
}

/**
 * Digests a bundle, and reads the public folder for it.
 * @param withMusic - Whether music counts.
 */
export async function digestsOf(bundle: Bundle, withMusic = false): Promise<BundleDigests> {
  const { files, imports, styles, publicFolder } = bundle;
  const shared = JSON.stringify([imports, styles, await contentsOf(publicFolder)]);
  const [all, surroundings, scene] = [0, 1, 2].map(() => createHash('sha256').update(shared));
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.endsWith('.map') || (bundle.music.has(name) && !withMusic)) continue;
    const isOurs = name.startsWith('untrained/');
    const isSurrounding = isOurs || /^(packages|modules)\//.test(name) || !/\.js$/.test(name);
    const digest = createHash('sha256').update(content).digest('hex');
    for (const [hash, counts] of [
      [all, true] as const,
      [surroundings, isSurrounding],
      [scene, !isOurs],
    ] as const)
      if (counts) hash.update(JSON.stringify([name, digest]));
  }
  return { all: all.digest('hex'), surroundings: surroundings.digest('hex'), scene: scene.digest('hex') };
}

/** The files below a folder, which links may lead to, by their paths there, each with a digest of its content. */
async function contentsOf(folder: string): Promise<[path: string, digest: string][]> {
  const found: [string, string][] = [];
  const visit = async (path: string, name: string, above: readonly string[]): Promise<void> => {
    const stat = await fs.stat(path).catch(() => undefined); // undefined for a link that leads nowhere
    if (stat?.isFile()) found.push([name, await contentOf(path, stat)]);
    if (!stat?.isDirectory()) return;
    const real = await fs.realpath(path);
    if (above.includes(real)) return; // a circular link
    for (const entry of await fs.readdir(path))
      await visit(join(path, entry), name === '' ? entry : `${name}/${entry}`, [...above, real]);
  };
  await visit(folder, '', []);
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The prebuilt Motion Canvas, if the scene uses the same one, and everything else bundled separately. */
async function packagesOf(apart: Map<string, string>): Promise<Modules[]> {
  const is = (motionCanvas: boolean) =>
    new Map([...apart].filter(([name]) => isMotionCanvas(name) === motionCanvas));
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
    // Comments and the names of chunks contain paths from here.
    absWorkingDir: folderAbove(packages.get(names[0])!),
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

/** The folder of the innermost node_modules folder that contains a file, or else the file's own folder. */
function folderAbove(file: string): string {
  const path = file.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  return at > 0 ? file.slice(0, at) : dirname(file);
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
