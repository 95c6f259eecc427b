/** The plugin for Motion Canvas projects with a Vite of their own, whose scenes use our nodes. */
import type { Plugin } from 'vite';
import { findFfmpeg } from './outputs/index.js';
import { hearSounds } from './sources/composed/hearing.js';
import { findWeights } from './sources/composed/weights.js';

/** How the plugin reads files. */
export interface UntrainedOptions {
  /** The path of ffmpeg, which decodes sounds. By default it is found. */
  ffmpeg?: string | undefined;
}

/**
 * Plugins that find the numbers of the files that scenes name: of sounds, with `listen()` and `beats()` from
 * `untrained/nodes`, and of weights, with `weightsFrom()` from `untrained`. `untrained render` needs no plugin.
 * @example `export default defineConfig({ plugins: [untrained(), motionCanvas()] })`
 */
export default function untrained({ ffmpeg }: UntrainedOptions = {}): Plugin[] {
  return [hearSounds({ ffmpeg: () => findFfmpeg(ffmpeg) }), findWeights()];
}
