/** Makes the films that the editor's pages request, as the command `render` would. */
import { basename, extname, relative } from 'node:path';
import { inSight } from '../core/wording/printable.js';
import type { MakeFilm } from '../editor/render.js';
import { draw, prepare, withWorkshop } from './draw.js';
import type { Reporter } from './report.js';
import type { RowReader } from './rows.js';
import { listScenes } from './scenes.js';
import { commandLine } from './shell.js';

/** @param read - Reads the arguments of a `render` command line. */
export function filmMaker(read: RowReader['read']): MakeFilm {
  return async ({ path, format, size, fps, frames }, onEvent, signal) => {
    const scene = listScenes().find((scene) => scene.path === path)?.name ?? relative('.', path);
    const words = [
      ...['--out', `renders/${basename(path, extname(path))}.${format}`],
      ...(size ? ['--size', size.join('x')] : []),
      ...(fps ? ['--fps', `${fps}`] : []),
      ...(frames ? ['--frames', frames.join('-')] : []),
    ];
    onEvent({ type: 'command', command: commandLine('render', [scene], words) });
    const request = read([...words, '--', scene]);
    const warned = new Set<string>();
    const report: Reporter = {
      progress: ({ frame, frames }) => onEvent({ type: 'progress', frame, frames }),
      stage: (doing) => onEvent({ type: 'stage', doing: inSight(doing) }),
      note() {},
      warning(message) {
        if (!warned.has(message)) onEvent({ type: 'warning', message: inSight(message) });
        warned.add(message);
      },
      done({ files, seconds }) {
        const [{ path, bytes }] = files;
        onEvent({ type: 'done', path: relative('.', path), bytes, seconds });
      },
      exported() {},
    };
    const prepared = await prepare(request.scene, request.options, request.given, report, signal);
    await withWorkshop((workshop) => draw(prepared, workshop, report, signal));
  };
}
