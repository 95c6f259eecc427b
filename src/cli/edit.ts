/** The `edit` command: serves the editor until it is stopped. */
import { dirname, extname, sep } from 'node:path';
import { pretendHome } from '../browser/home.js';
import { UsageError } from '../core/errors.js';
import { isLink } from '../core/recipe/link.js';
import type { EditorScene } from '../editor/pages.js';
import { checkBundlers } from '../sources/composed/bundlers.js';
import { filmMaker } from './edit-render.js';
import type { RowReader } from './rows.js';
import { findScene, listScenes, loadScene, ourScenes, sceneFolders, soundOf, summaryOf } from './scenes.js';
import { commandLine } from './shell.js';

/**
 * @param files - The scenes to open, besides those in the usual folders: names or paths.
 * @param read - Reads the arguments of a `render` command line, for films requested in the editor.
 */
export async function edit(
  files: string[],
  options: { port?: number; open: boolean },
  signal: AbortSignal,
  read: RowReader['read'],
): Promise<void> {
  const link = files.find(isLink);
  if (link !== undefined) {
    const next = commandLine('explore', [link]);
    throw new UsageError(`The editor opens files, and this is a link: open it with ${next}`);
  }
  const opened = [...new Set(await Promise.all(files.map(findScene)))];
  for (const path of opened) {
    // If a module cannot be loaded, the editor shows why, and it can be corrected while the editor is open.
    if (['.ts', '.tsx'].includes(extname(path))) continue;
    const { kind } = await loadScene(path, { signal });
    if (kind === 'sweep') continue;
    throw new UsageError(`${path} shows a composed scene, which only its code can draw: open its .tsx file.`);
  }
  pretendHome();
  checkBundlers();
  const { startEditor } = await import('../editor/editor.js'); // slow to load
  const editor = await startEditor({
    list: () => editorScenes(opened),
    summaryOf,
    async sweepOf(path) {
      const scene = await loadScene(path, { fresh: true, signal });
      if (scene.kind !== 'sweep')
        throw new UsageError(`${path}: It shows a composed scene: open its .tsx file.`);
      return { sweep: scene.sweep, sounds: scene.sounds, sound: soundOf(scene) };
    },
    folders: sceneFolders,
    makeFilm: filmMaker(read),
    port: options.port,
    open: options.open && process.stdout.isTTY,
    onWarning: (text) => console.error(`Warning: ${text}`),
  });
  console.log(`The editor is at ${editor.url} until you press Ctrl-C.`);
  await new Promise<void>((stopped) => {
    signal.addEventListener('abort', () => stopped());
  });
  await editor.close();
}

/** The scenes of the usual folders, and those opened, by name. */
function editorScenes(opened: string[]): EditorScene[] {
  const scenes = listScenes().map(({ name, path }): EditorScene => {
    const origin = opened.includes(path) ? 'opened' : dirname(path) === ourScenes ? 'ours' : 'own';
    return { name, path, origin };
  });
  const names = new Set(scenes.map(({ name }) => name));
  for (const path of opened) {
    if (scenes.some((scene) => scene.path === path)) continue;
    const name = freeName(path, names);
    names.add(name);
    scenes.push({ name, path, origin: 'opened' });
  }
  return scenes;
}

/** The file's name without its ending, preceded by as many folders as it takes to differ from the names in use. */
function freeName(path: string, used: Set<string>): string {
  const parts = path.slice(0, -extname(path).length).split(sep);
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(-count).join('/');
    if (!used.has(name)) return name;
  }
  return path;
}
