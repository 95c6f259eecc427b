/** The package as another project sees it: packed before a file's tests, with its dependencies and nothing else. */
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = resolve('.');
export const folder = mkdtempSync(join(tmpdir(), 'untrained consumer '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const [, GUIDE_CODE] = /^```ts\n([\s\S]*?)```/m.exec(readFileSync('docs/code.md', 'utf8')) ?? [];

const FILES: Record<string, string> = {
  'guide.ts': GUIDE_CODE,
  'film.ts': `
    import { sweep, tween } from 'untrained';
    import { type FilmOptions, renderFilm, renderStill } from 'untrained/render';
    const film = sweep({ seconds: 1, size: [64, 64], network: { seed: 7, layers: tween(1, 4), width: 8, weightScale: 1 } });
    const options: FilmOptions = { outputs: [{ path: 'film.mp4' }], onProgress: ({ frame }) => void frame.toFixed() };
    const { files } = await renderFilm(film, options);
    export const bytes: number = files[0].bytes;
    await renderStill(film, 0.5, 'still.png');
    // @ts-expect-error A sweep's length is a number.
    sweep({ seconds: 'long' });
  `,
  'anywhere.ts': `
    import { type FrameDescription, type NetworkSpec, type Palette, buildNetwork, forward, frameSchema, paletteNames } from 'untrained';
    const frame: FrameDescription = frameSchema.parse({ network: { layers: 3 }, size: [4, 4] });
    const spec: NetworkSpec = frame.network;
    export const out: number[] = forward(buildNetwork(spec), [0, 1]);
    export const palette: Palette = paletteNames[0];
  `,
  // Without Vite's own types: projects may have another version.
  'plugins.ts': `
    import untrained from 'untrained/vite';
    export const names: string[] = untrained({ ffmpeg: '/usr/bin/ffmpeg' }).map(({ name }) => name);
  `,
  // CommonJS: Node can require() our modules from 20.19 on, which TypeScript knows with nodenext.
  'loads.cts': `
    export async function draw(): Promise<void> {
      const { sweep } = await import('untrained');
      const { renderStill } = await import('untrained/render');
      await renderStill(sweep({ seconds: 1 }), 0.5, 'still.png');
    }
  `,
  'requires.cts': `
    import { sweep } from 'untrained';
    import { renderStill } from 'untrained/render';
    export const drawn: Promise<unknown> = renderStill(sweep({ seconds: 1 }), 0.5, 'still.png');
  `,
  // Without JSX, because only bundlers find Motion Canvas's JSX types.
  'nodes.ts': `
    import { makeScene2D } from '@motion-canvas/2d';
    import { Axes, NetworkField } from 'untrained/nodes';
    export default makeScene2D(function* (view) {
      const field = new NetworkField({ size: 700, seed: 18, layers: 9, weightScale: 0.4 });
      view.add([field, new Axes({ size: [10, 10] })]);
      yield* field.weightScale(1.2, 4);
    });
  `,
};

beforeAll(() => {
  const packing = ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', packing, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    }),
  );
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', filename, '-C', 'node_modules'], { cwd: folder });
  renameSync(join(modules, 'package'), join(modules, 'untrained'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});

/** Calls `found` with the name and path of each direct or indirect dependency of our package. */
export function eachDependency(found: (name: string, at: string) => void): void {
  const seen = new Set<string>();
  const walk = (at: string) => {
    const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const inside = join(at, 'node_modules', name);
      const own = at !== repository && existsSync(inside);
      const place = own ? inside : join(repository, 'node_modules', name);
      if (seen.has(place) || !existsSync(place)) continue;
      seen.add(place);
      if (!own) found(name, place);
      walk(place);
    }
  };
  walk(repository);
}

/** A way to find modules, and the libraries of the project. */
export interface Checked {
  module: 'esnext' | 'node16' | 'nodenext';
  dom: boolean;
}

/** Declares the tests that a strict project compiles. */
export function compiles(cases: Checked[]): void {
  describe('strict TypeScript without skipLibCheck', () => {
    beforeAll(() => {
      // Copies, because imports of linked packages would resolve to our own development dependencies.
      const declared = /(\.d\.[cm]?ts|package\.json)$/;
      eachDependency((name, at) => {
        cpSync(at, join(folder, 'node_modules', name), {
          recursive: true,
          filter: (path) =>
            !path.includes('@esbuild') && (declared.test(path) || statSync(path).isDirectory()),
        });
      });
      // Our declared dependencies must suffice.
      expect(existsSync(join(folder, 'node_modules/@types/d3-scale'))).toBe(false);
    });

    test.each(cases)('$module, with the DOM: $dom', async ({ module, dom }) => {
      const lib = dom ? ['es2022', 'dom', 'dom.iterable'] : ['es2022'];
      const fits = (name: string) =>
        (dom || name !== 'nodes.ts') &&
        (module !== 'esnext' || !name.endsWith('.cts')) &&
        (module === 'nodenext' || name !== 'requires.cts');
      const files = Object.keys(FILES).filter(fits);
      const moduleResolution = module === 'esnext' ? 'bundler' : module;
      const compilerOptions = {
        ...{ target: 'es2022', module, moduleResolution, lib, types: [] },
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      const tsc = join(repository, 'node_modules/typescript/bin/tsc');
      const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', '.'], {
        cwd: folder,
      }).catch((error) => error);
      expect(stdout).toBe('');
    });
  });
}
