/**
 * Tells pages about changes. Vite would reload all pages when a file changes that only one of them shows, or when a new
 * file appears; and it would not tell pages why a module cannot be loaded.
 */
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModuleNode, normalizePath, type Plugin, type ViteDevServer } from 'vite';
import type { Events } from './page/protocol.js';

const ours = normalizePath(fileURLToPath(new URL('..', import.meta.url)));

/**
 * How long after a change to look at the file once more, in milliseconds. Many programs empty a file before they write
 * it, and Vite's watch drops changes within 50 ms of the last one: pages would keep the empty or half-written file.
 */
const LOOK_AGAIN_MS = 100;

/** What is known about the scenes that pages have requested. */
export interface Requested {
  /** The names of those that could not be opened: they are tried again when a file appears. */
  broken: Set<string>;
  /** The files of each sweep, by its name. Vite imports none of them. */
  sweepFiles: Map<string, string[]>;
}

export interface Watched {
  /** The folders in which scenes are looked up, as far as they exist now. */
  folders: () => string[];
  /** The folder in which the user may still create the folder `scenes`. */
  workingFolder: string;
  /** Files to watch in other folders. */
  files: string[];
  /** The scenes' names and the IDs of the modules that export them. */
  modules: () => { name: string; id: string }[];
  requested: Requested;
}

export function tellChanges({ folders, workingFolder, files, modules, requested }: Watched): Plugin {
  const watchers: FSWatcher[] = [];
  /** By the paths of the files that have just changed. */
  const looks = new Map<string, NodeJS.Timeout>();
  const { broken, sweepFiles } = requested;
  return {
    name: 'untrained:changes',
    configureServer(server) {
      const tell = <Name extends keyof Events>(event: Name, data: Events[Name]) =>
        (server.ws.send as (event: Name, data: Events[Name]) => void)(event, data);
      keepPages(server);

      const tellChanged = (path: string, mayRepair: boolean) => {
        const time = Date.now();
        const changed = new Set(server.moduleGraph.getModulesByFile(normalizePath(path)));
        const importers = importersOf(changed);
        const names: string[] = [];
        const seen = new Set<ModuleNode>();
        for (const { name, id } of modules()) {
          const module = server.moduleGraph.getModuleById(id);
          const affected = sweepFiles.get(name)?.includes(path) || (module && importers.has(module));
          if (!module || !(affected || (mayRepair && broken.has(name)))) continue;
          invalidate(server, module, time, seen);
          names.push(name);
        }
        for (const name of names) broken.delete(name); // those that fail again come back
        if (names.length > 0) tell('untrained:changed', { names, time });
      };
      const lookAgain = (path: string) => {
        const before = stateOf(path);
        clearTimeout(looks.get(path));
        const look = () => {
          looks.delete(path);
          if (stateOf(path) === before) return;
          tellChanged(path, true);
          lookAgain(path);
        };
        looks.set(path, setTimeout(look, LOOK_AGAIN_MS).unref());
      };
      server.watcher.on('all', (event, path) => {
        tellChanged(path, event === 'add' || event === 'unlink' || path.endsWith('.meta'));
        lookAgain(path);
      });

      // The list follows the folders themselves: their files may be older than Vite's watch.
      const noticed = new Set<string>();
      const notice = (folder: string, seen: (path: string) => void) => {
        if (noticed.has(folder)) return;
        noticed.add(folder);
        const listener = (event: string, name: string | null) => {
          if (event === 'rename') seen(join(folder, `${name}`)); // it has appeared or gone
        };
        try {
          watchers.push(
            watch(folder, { persistent: false }, listener).on('error', () => noticed.delete(folder)),
          );
        } catch {
          noticed.delete(folder); // changes are seen when a page is reloaded
        }
      };
      const noticeScenes = () => {
        for (const folder of folders())
          notice(folder, (path) => /\.tsx?$/.test(path) && tell('untrained:list', {}));
        server.watcher.add(folders());
        tell('untrained:list', {});
      };
      noticeScenes();
      notice(workingFolder, (path) => {
        if (basename(path) !== 'scenes') return;
        if (!existsSync(path)) noticed.delete(path); // it may come back
        noticeScenes();
      });
      // Other folders may be large, such as the user's home: their subfolders are not watched.
      server.watcher.add(files);
      for (const folder of new Set(files.map((path) => dirname(path)))) {
        notice(folder, (path) => {
          if (!existsSync(path)) return;
          server.watcher.add(path);
          tellChanged(path, true);
        });
      }
    },
    closeBundle() {
      for (const watcher of watchers.splice(0)) watcher.close();
      for (const look of looks.values()) clearTimeout(look);
    },
  };
}

/** Tells versions of a file apart without reading it; undefined if there is none or it is inaccessible. */
function stateOf(path: string): string | undefined {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/** These modules and all that import any of them, directly or indirectly. */
function importersOf(modules: Set<ModuleNode>): Set<ModuleNode> {
  const found = new Set(modules);
  for (const module of found) for (const importer of module.importers) found.add(importer); // grows meanwhile
  return found;
}

/** Makes pages import a module again, and all of the user's modules that it imports. */
function invalidate(server: ViteDevServer, module: ModuleNode, time: number, seen: Set<ModuleNode>): void {
  const { file, importedModules } = module;
  if (seen.has(module) || file?.includes('/node_modules/') || file?.startsWith(ours)) return;
  seen.add(module);
  for (const imported of importedModules) invalidate(server, imported, time, seen);
  server.moduleGraph.invalidateModule(module, new Set(), time, true);
}

/** Keeps Vite's own updates, reloads and errors from pages, except reloads because our own code has changed. */
function keepPages(server: ViteDevServer): void {
  const send = server.ws.send.bind(server.ws) as (...message: unknown[]) => void;
  server.ws.send = ((...message: unknown[]) => {
    const { type, triggeredBy } = message[0] as { type?: string; triggeredBy?: string };
    const ownCode = triggeredBy !== undefined && normalizePath(resolve(triggeredBy)).startsWith(ours);
    const isReload = type === 'full-reload' && triggeredBy !== undefined && !ownCode;
    if (type !== 'error' && type !== 'update' && !isReload) send(...message);
  }) as typeof server.ws.send;
}
