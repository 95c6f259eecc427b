/** The variables that a composed scene reads, found in its text, because running the scene would need a browser. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `useScene().variables.get('seed', 1)` */
const READ = /\bvariables\s*\.\s*get\s*\(\s*(['"`])([^'"`\n]+)\1/g;
/** `from './parts'`, `import './parts'`, `import('./parts')`; a query such as `?scene` is left out. */
const IMPORT = /\b(?:from|import)\s*\(?\s*(['"`])(\.{1,2}\/[^'"`?\n]+)(?:\?[^'"`\n]*)?\1/g;
const MOST_FILES = 200;
const MOST_BYTES = 2 ** 20;

/**
 * The names of variables that the module of a scene or project reads, including the files that it imports by relative
 * paths.
 */
export function variablesReadBy(module: string): string[] {
  const names = new Set<string>();
  const files = new Set([module]);
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    for (const [, , name] of text.matchAll(READ)) names.add(name);
    for (const [, , source] of text.matchAll(IMPORT)) {
      const file = moduleAt(join(dirname(path), source));
      if (file && files.size < MOST_FILES) files.add(file);
    }
  }
  return [...names];
}

/** The file of a module that is imported without its extension. */
function moduleAt(path: string): string | undefined {
  const candidates = [path, `${path}.ts`, `${path}.tsx`, join(path, 'index.ts'), join(path, 'index.tsx')];
  return candidates.find((candidate) => {
    if (!/\.[cm]?[jt]sx?$/.test(candidate) || !existsSync(candidate)) return false;
    const file = statSync(candidate);
    return file.isFile() && file.size <= MOST_BYTES;
  });
}
