/** Signals that follow a sound. src/sources/composed/hearing.ts finds its numbers when the scene is bundled. */
import { useScene2D } from '@motion-canvas/2d';
import { UsageError } from '../core/errors.js';
import type { Seed } from '../core/network/draws.js';
import type { SeedMix } from '../core/network/spec.js';
import { type HeardSound, heardAt, keyOfPlaceholder } from '../core/sound/heard.js';
import {
  type BeatsOptions,
  beats as beatsPlaceholder,
  checkedPlaceholder,
  type ListenOptions,
  listen as listenPlaceholder,
  type Placeholder,
  soundOf,
} from '../core/sound/listening.js';

/** Where a sound lies in a film. */
export interface Placed {
  /** When the sound starts, in seconds of the film: the `audioOffset` of a project's audio. @defaultValue 0 */
  offset?: number | undefined;
}

/** What a scene's module has heard. */
export interface Hearing {
  /** What was heard for each call of `listen` and `beats`, or why nothing was, by the placeholder's key. */
  heard: Record<string, HeardSound | { problem: string }>;
  /** The file of each imported sound, by its address. */
  imported: ReadonlyMap<string, string>;
  /** For each file, a name that is unique in the film. */
  files: Readonly<Record<string, string>>;
}

/** What `beats` gives with these options. */
type BeatOf<Options> = Options extends { seeds: unknown[] } ? Seed | SeedMix : number;

type Listening = { listen: typeof listen; beats: typeof beats };

/** The sounds that the scenes of this page follow, and where these lie in the film: JSON of [file, offset]. */
export const followed = new Set<string>();

/**
 * A signal that follows how loud a sound is, for any property of a node. Its time is the film's. Bundles contain its
 * numbers and not the sound; in a Vite project of your own, add the plugin of `untrained/vite`.
 * @param file - The sound: its path relative to the module that contains this call, or an import of it. This and the
 *   options must be literals, or constants of the module.
 * @param options - Which part of the spectrum, and which numbers, as in a sweep; and the sound's `offset` in the film.
 * @throws UsageError for invalid options, or a sound that cannot be read.
 * @example `<NetworkField weightScale={listen('song.mp3', { band: 'bass', from: 0.5, to: 0.7 })} />`
 */
export function listen(file: string, options: ListenOptions & Placed = {}): () => number {
  throw notHeard('listen', file, options);
}

/**
 * A signal that jumps at each beat of a sound, for any property of a node; or seeds that change with the beat, for the
 * `seed` of a network. Its time is the film's.
 * @param file - The sound; see `listen`.
 * @param options - What happens at each beat, as in a sweep; and the sound's `offset` in the film.
 * @throws UsageError for invalid options, or a sound that cannot be read or has no beats.
 * @example `<NetworkField halfWidth={beats('song.mp3', { from: 2, to: 1.8 })} />`
 */
export function beats<Options extends BeatsOptions & Placed>(
  file: string,
  options: Options = {} as Options,
): () => BeatOf<Options> {
  throw notHeard('beats', file, options);
}

function notHeard(name: 'listen' | 'beats', file: string, { offset: _, ...options }: Placed): UsageError {
  checkedPlaceholder({ ...options, [name]: file }); // reports invalid arguments
  return new UsageError(
    `${name}(${JSON.stringify(file)}): the sound is heard when the scene is bundled, and this bundle was made without ` +
      'it: render the scene with untrained, or add the plugin of "untrained/vite" to vite.config.ts.',
  );
}

/**
 * The functions `listen` and `beats` for one module.
 * @param hearing - What was heard for the calls in it.
 * @param rule - What its calls must be like, for messages.
 * @throws UsageError, from the functions, for invalid arguments, or a sound that cannot be read.
 */
export function listeningWith({ heard, imported, files }: Hearing, rule: string): Listening {
  const follow = (placeholder: Placeholder, offset: number): (() => never) => {
    const file = soundOf(placeholder);
    const found = heard[keyOfPlaceholder(placeholder)];
    const name = 'listen' in placeholder ? 'listen' : 'beats';
    if (!found) throw new UsageError(`${name}(${JSON.stringify(file)}): its arguments ${rule}`);
    if ('problem' in found) throw new UsageError(`${name}(${JSON.stringify(file)}): ${found.problem}`);
    followed.add(JSON.stringify([files[file] ?? file, offset]));
    return () => heardAt(found, placeholder, useScene2D().getView().globalTime() - offset) as never;
  };
  const fileOf = (file: string) => imported.get(file) ?? file;
  return {
    listen: (file, { offset, ...options } = {}) =>
      follow(listenPlaceholder(fileOf(file), options), offsetOf('listen', offset)),
    beats: (file: string, { offset, ...options }: BeatsOptions & Placed = {}) =>
      follow(beatsPlaceholder(fileOf(file), options), offsetOf('beats', offset)),
  };
}

function offsetOf(name: string, offset: number | undefined): number {
  if (offset === undefined || Number.isFinite(offset)) return offset ?? 0;
  throw new UsageError(`${name}: offset is ${JSON.stringify(offset)} but must be a number of seconds.`);
}
