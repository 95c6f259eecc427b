/** Finds a project's music among the files that it imports. */
import { normalizePath, type Plugin } from 'vite';
import { isSoundName } from '../../core/sound/endings.js';
import type { Target } from './target.js';

/**
 * A plugin that finds the sound files that a project's own module imports, and no other module does: scenes do not
 * have them.
 * @param into - Receives their absolute paths.
 */
export function findMusic({ kind, path }: Target, into: Set<string>): Plugin {
  const project = normalizePath(path);
  return {
    name: 'untrained:music',
    buildEnd() {
      if (kind !== 'project') return;
      const importers = new Map<string, Set<string>>(); // of each sound file; it may be imported as x?url, too
      for (const id of this.getModuleIds()) {
        const file = id.split('?')[0];
        if (!isSoundName(file)) continue;
        const known = importers.get(file) ?? new Set();
        importers.set(file, known);
        for (const by of this.getModuleInfo(id)?.importers ?? []) known.add(by.split('?')[0]);
        for (const by of this.getModuleInfo(id)?.dynamicImporters ?? []) known.add(by.split('?')[0]);
      }
      for (const [file, by] of importers) if (by.size === 1 && by.has(project)) into.add(file);
    },
  };
}
