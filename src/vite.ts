/** The plugin for Motion Canvas projects with a Vite of their own, whose scenes use our nodes. */
import { findFfmpeg } from './outputs/index.js';
import { hearSounds } from './sources/composed/hearing.js';
import { findWeights } from './sources/composed/weights.js';

/** How the plugin reads files. */
export interface UntrainedOptions {
  /** The path of ffmpeg, which decodes sounds. By default it is found. */
  ffmpeg?: string | undefined;
}

/** A plugin, as any version of Vite accepts it. Its other fields are Vite's. */
export interface UntrainedPlugin {
  /** It appears in Vite's messages. */
  name: string;
}

/**
 * Plugins that find the numbers of the files that scenes name: of sounds, with `listen()` and `beats()` from
 * `untrained/nodes`, and of weights, with `weightsFrom()` from `untrained`. `untrained render` needs no plugin.
 * @example `export default defineConfig({ plugins: [untrained(), motionCanvas()] })`
 */
export default function untrained({ ffmpeg }: UntrainedOptions = {}): UntrainedPlugin[] {
  return [hearSounds({ ffmpeg: () => findFfmpeg(ffmpeg) }), findWeights()];
}
