/** Whether the programs that bundle composed scenes are installed for this system. */
import { createRequire } from 'node:module';
import { RefusedError } from '../../core/errors.js';

/** Loads the part of Rollup that npm installs as an optional package, one for each system. */
function loadNative(): void {
  const require = createRequire(import.meta.url);
  const ofVite = createRequire(require.resolve('vite/package.json'));
  ofVite('rollup/dist/native.js');
}

/**
 * Call this before anything is imported that imports Vite: in Node 20, a failure in there cannot be caught.
 * @throws RefusedError if they are missing, as after `npm install --omit=optional`.
 */
export function checkBundlers(load = loadNative): void {
  try {
    load();
  } catch (error) {
    throw new RefusedError(
      'Composed scenes and the editor need Rollup, whose package for this system is missing: ' +
        'run npm install without --omit=optional.',
      { cause: error },
    );
  }
}
