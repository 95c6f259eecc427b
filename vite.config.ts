import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { wgsl } from './build/wgsl.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

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
    maxWorkers: '100%', // by default one fewer, which leaves half of a machine with two cores idle
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
