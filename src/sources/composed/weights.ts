/** A Vite plugin that replaces `weightsFrom()` with the numbers in files, for renders and for the editor. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { statedActivations } from '../../core/network/weights-file.js';
import { loadWeights, namesIn, notPlain } from '../weights.js';

/** The prefix of a module that has all of `untrained`, with a weightsFrom() that knows the files of one module. */
const BOUND = '\0untrained:weights-of/';

/**
 * Gives each module that mentions weightsFrom() its own version of it, which returns the numbers of the files whose
 * names are plain strings in the module. Must come before `findModules`.
 */
export function findWeights(): Plugin {
  const names = new Map<string, string[]>(); // by the module's path
  const users = new Map<string, Set<string>>(); // the modules that hold a file's numbers, by its path
  return {
    name: 'untrained:weights',
    enforce: 'pre', // strings must still be as they were written
    transform(code, id) {
      const path = pathOf(id);
      if (code.includes('weightsFrom') && !path.startsWith('\0')) names.set(path, namesIn(code));
      else names.delete(path);
    },
    resolveId(source, importer) {
      if (source !== 'untrained' || importer === undefined || !names.has(pathOf(importer))) return null;
      return `${BOUND}${encodeURIComponent(pathOf(importer))}.js`;
    },
    async load(id) {
      if (!id.startsWith(BOUND)) return null;
      const module = decodeURIComponent(id.slice(BOUND.length, -'.js'.length));
      const found = await Promise.all(
        (names.get(module) ?? []).map(async (name) => {
          const path = resolve(dirname(module), name);
          users.set(path, (users.get(path) ?? new Set()).add(id));
          if (existsSync(path)) this.addWatchFile(path);
          try {
            const layers = await loadWeights(name, module);
            return [name, { layers, activations: statedActivations(layers) }];
          } catch (error) {
            return [name, { problem: (error as Error).message }]; // it may be an unrelated file
          }
        }),
      );
      return boundModule(Object.fromEntries(found), notPlain(module));
    },
    // Vite would find them itself if no path contained a space.
    handleHotUpdate({ file, modules, server }) {
      const holders = [...(users.get(resolve(file)) ?? [])].map((id) => server.moduleGraph.getModuleById(id));
      return [...new Set([...modules, ...holders])].filter((module) => module !== undefined);
    },
  };
}

const pathOf = (id: string) => id.split('?')[0];

function boundModule(files: object, rule: string): string {
  return `
import { UsageError } from 'untrained';
export * from 'untrained';
const files = new Map(Object.entries(JSON.parse(${JSON.stringify(JSON.stringify(files))})));
for (const { layers, activations } of files.values()) {
  if (activations) Object.defineProperty(layers, Symbol.for('untrained.activations'), { value: activations });
}
export function weightsFrom(name) {
  const file = files.get(name);
  if (!file) throw new UsageError(\`weightsFrom(\${JSON.stringify(name)}): the name \` + ${JSON.stringify(rule)});
  if (file.problem) throw new UsageError(file.problem);
  return file.layers;
}`;
}
