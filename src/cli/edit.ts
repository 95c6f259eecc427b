/** The `edit` command: serves the editor until it is stopped. */
import { extname } from 'node:path';
import { pretendHome } from '../browser/home.js';
import { defaultsOf } from '../sources/composed/target.js';
import { filmMaker } from './edit-render.js';
import type { RowReader } from './rows.js';
import { listScenes, loadScene, sceneFolders } from './scenes.js';

/** @param read - Reads the words of a `render` command line, for films requested in the editor. */
export async function edit(
  options: { port?: number; open: boolean },
  signal: AbortSignal,
  read: RowReader['read'],
): Promise<void> {
  pretendHome();
  const { startEditor } = await import('../editor/editor.js'); // slow to load
  const editor = await startEditor({
    list: listScenes,
    async lookOf({ path }) {
      if (extname(path) === '.tsx') return defaultsOf({ kind: 'scene', path });
      const scene = await loadScene(path, { fresh: true, signal });
      if (scene.kind !== 'sweep') throw new Error(`${path} is not a sweep.`);
      return scene.sweep;
    },
    folders: sceneFolders(),
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
