import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { wgsl } from './build/wgsl.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The files that take longest, the longest first. */
const SLOWEST = [
  'browser/nodes',
  'renderers/gpu',
  'package/consumer',
  'renderers/cpu',
  'browser/composed',
  'guide/guide',
  'package/install',
  'video/segments',
  'frames/reference',
  'farm/join',
  'farm/queue',
  'cli/stalls',
  'cli/films',
  'cli/kills',
  'browser/imports',
  'browser/editor',
  'browser/playback',
  'browser/jobs',
  'gpu/detect',
  'cli/start',
  'farm/work',
  'farm/slurm',
  'farm/parallel',
  'cli/modules',
  'cli/together',
  'browser/explorer-site',
  'browser/explorer-time',
  'frames/palette',
  'gpu/networks',
  'video/budget',
  'browser/explorer-controls',
  'cli/npm',
  'gpu/palette',
  'cli/posts',
  'browser/explorer-layout',
  'video/png',
  'cli/usage',
  'cli/sound',
  'farm/hosts',
  'unit/explorer/chaos',
];

/** Starts the slowest files first, so that no core waits at the end for one that started late. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = SLOWEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return place < 0 ? SLOWEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  logLevel: 'error', // Motion Canvas ships source maps without their sources, a warning each
  css: { postcss: {} }, // otherwise Vite looks for a configuration in the home folder, which not everybody has
  plugins: [wgsl()], // tests take kernels from the sources
  resolve: {
    // Scenes import the package by its own name, as a user's would; tests read it from the sources.
    alias: [
      { find: /^untrained$/, replacement: at('src/index.ts') },
      { find: /^untrained\/nodes$/, replacement: at('src/nodes/index.ts') },
      { find: /^untrained\/render$/, replacement: at('src/render.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/**/*.long.test.ts'], // see vite.long.config.ts
    setupFiles: ['test/setup.ts'],
    pool: 'forks', // V8 flags belong to a process, and the CPU renderer sets some while it compiles
    sequence: { sequencer: SlowestFirst },
    maxWorkers: Math.ceil(1.5 * availableParallelism()), // tests of browsers and other programs mostly wait
    minWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } }, // by default a second, which is too short on busy machines
    server: {
      deps: {
        inline: [/@motion-canvas/], // its modules import one another without extensions
        external: [/\/dist\//], // the built command, as Node loads it
      },
    },
  },
});
