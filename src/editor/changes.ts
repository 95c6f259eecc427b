/**
 * Tells pages of changes. Vite would reload all pages when a file changes that only one of them shows, or when a new file
 * appears; and it would keep from pages why a module cannot be loaded.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModuleNode, normalizePath, type Plugin, type ViteDevServer } from 'vite';
import type { Events } from './page/protocol.js';

const ours = normalizePath(fileURLToPath(new URL('..', import.meta.url)));

export interface Watched {
  /** The folders that exist now of those in which scenes are looked up. */
  folders: () => string[];
  /** The folder in which the user may still make the folder `scenes`. */
  workingFolder: string;
  /** Files to watch in other folders. */
  files: string[];
  /** The scenes' names and the IDs of the modules that export them. */
  modules: () => { name: string; id: string }[];
  /** The names of scenes whose module could not be made, so that any change may repair them. */
  broken: Set<string>;
}

export function tellChanges({ folders, workingFolder, files, modules, broken }: Watched): Plugin {
  const watchers: FSWatcher[] = [];
  return {
    name: 'untrained:changes',
    configureServer(server) {
      const tell = <Name extends keyof Events>(event: Name, data: Events[Name]) =>
        (server.ws.send as (event: Name, data: Events[Name]) => void)(event, data);
      tellOnlyAffected(server, modules);

      /** Loads again what could not be loaded: the change may have repaired it. */
      const retry = () => {
        const time = Date.now();
        const again = modules().filter(({ name }) => broken.has(name));
        broken.clear(); // those that fail again come back
        const seen = new Set<ModuleNode>();
        for (const { id } of again) invalidate(server, server.moduleGraph.getModuleById(id), time, seen);
        if (again.length > 0) tell('untrained:changed', { names: again.map(({ name }) => name), time });
      };
      const listed = (path: string) => /\.tsx?$/.test(path) && folders().includes(dirname(path));
      server.watcher.add(folders());
      server.watcher.on('all', (event, path) => {
        if (event === 'add' || event === 'unlink') {
          if (listed(path)) tell('untrained:list', {});
          retry();
        }
        if (path.endsWith('.meta') && broken.size > 0) retry();
      });

      // Other folders may be large, such as the user's home: their subfolders are not watched.
      const notice = (folder: string, seen: (path: string) => void) => {
        const listener = (event: string, name: string | null) => {
          const path = join(folder, `${name}`);
          if (event === 'rename' && existsSync(path)) seen(path);
        };
        try {
          watchers.push(watch(folder, { persistent: false }, listener).on('error', () => {}));
        } catch {
          // The folder cannot be watched: its changes are seen when a page is reloaded.
        }
      };
      notice(workingFolder, (path) => {
        if (basename(path) !== 'scenes' || !folders().includes(path)) return;
        server.watcher.add(path);
        tell('untrained:list', {});
      });
      const inside = (path: string) => folders().some((folder) => path.startsWith(folder + sep));
      server.watcher.add(files);
      for (const folder of new Set(files.filter((path) => !inside(path)).map((path) => dirname(path)))) {
        notice(folder, (path) => {
          server.watcher.add(path);
          server.watcher.emit('add', path);
          server.watcher.emit('all', 'add', path);
        });
      }
    },
    closeBundle() {
      for (const watcher of watchers.splice(0)) watcher.close();
    },
  };
}

/** Makes pages import a module anew, and all of the user's modules that it imports. */
function invalidate(
  server: ViteDevServer,
  module: ModuleNode | undefined,
  time: number,
  seen: Set<ModuleNode>,
): void {
  if (
    !module ||
    seen.has(module) ||
    /\/node_modules\//.test(module.file ?? '') ||
    module.file?.startsWith(ours)
  )
    return;
  seen.add(module);
  for (const imported of module.importedModules) invalidate(server, imported, time, seen);
  server.moduleGraph.invalidateModule(module, new Set(), time, true);
}

/** Replaces Vite's updates and reloads by a message to the pages of the scenes that have changed. */
function tellOnlyAffected(server: ViteDevServer, modules: Watched['modules']): void {
  const told = new Map<ModuleNode, number>();
  const send = server.ws.send.bind(server.ws) as (...message: unknown[]) => void;
  server.ws.send = ((...message: unknown[]) => {
    const [payload] = message as [{ type?: string; triggeredBy?: string } | string];
    if (typeof payload === 'string') return send(...message);
    const { type, triggeredBy } = payload;
    if (type === 'error') return; // pages ask what is wrong with their own scene
    const isReload = type === 'full-reload' && triggeredBy !== undefined;
    if (type !== 'update' && !isReload) return send(...message);
    if (triggeredBy && normalizePath(resolve(triggeredBy)).startsWith(ours)) return send(...message);
    const names: string[] = [];
    let time = 0;
    for (const { name, id } of modules()) {
      const module = server.moduleGraph.getModuleById(id);
      if (!module || module.lastHMRTimestamp <= (told.get(module) ?? 0)) continue;
      told.set(module, module.lastHMRTimestamp);
      names.push(name);
      time = Math.max(time, module.lastHMRTimestamp);
    }
    if (names.length > 0) send('untrained:changed', { names, time });
  }) as typeof server.ws.send;
}
