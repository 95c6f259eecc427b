/** The `explore` command: serves the explorer until it is stopped. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { flagsIn, isLink, MAX_LINK, writeLink } from '../core/recipe/link.js';
import { serveExplorer } from '../explorer/server.js';
import { openPage } from '../system/open-page.js';
import type { OptionsOf } from './options.js';
import { loadScene, soundOf } from './scenes.js';
import { commandLine } from './shell.js';

const DEFAULT_PORT = 9010;

/**
 * @param given - The scene, recipe, film or link to open; undefined for the explorer's own first picture.
 * @throws UsageError if it is not a sweep, or too long for an address, or if there is no such sound.
 */
export async function explore(
  given: string | undefined,
  { port = DEFAULT_PORT, open, audio }: OptionsOf<'explore'>,
  signal: AbortSignal,
): Promise<void> {
  if (audio !== undefined && !statSync(audio, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`--audio names ${audio}, but there is no such file: check its path.`);
  const { hash, sound } = given === undefined ? { hash: '' } : await opened(given, signal);
  const server = await serveExplorer(port, { sound: audio === undefined ? sound : resolve(audio) });
  try {
    const url = `${server.url}${hash}`;
    console.log(`The explorer is at ${url} until you press Ctrl-C.`);
    if (open && process.stdout.isTTY) openPage(url);
    if (signal.aborted) return;
    await new Promise<void>((stopped) => {
      signal.addEventListener('abort', () => stopped());
    });
  } finally {
    await server.close();
  }
}

/** The hash that opens a scene, and the sound that plays along with it. */
async function opened(
  given: string,
  signal: AbortSignal,
): Promise<{ hash: string; sound?: string | undefined }> {
  const isALink = isLink(given);
  const scene = await loadScene(given, { signal });
  if (scene.kind === 'composed') {
    throw new UsageError(
      `${scene.name} is a composed scene, but the explorer opens only sweeps: use ${commandLine('edit', [given])}`,
    );
  }
  const hash = await writeLink(scene.sweep, isALink ? flagsIn(given) : undefined);
  if (hash.length <= 2 * MAX_LINK) return { hash, sound: soundOf(scene) };
  const next = isALink
    ? ''
    : `, write its recipe with ${commandLine('still', [given], ['--recipe', 'recipe.json'])}`;
  throw new UsageError(
    `${scene.name} would need an address of ${hash.length} characters, but the maximum is ${2 * MAX_LINK}: ` +
      `open the explorer without it${next} and drop the file on the page.`,
  );
}
