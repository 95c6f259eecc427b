/** A vite plugin for importing shaders: `#include "..."` is replaced by the named file. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import type { Plugin, Rollup } from 'vite';
import { suggestion } from '../../core/wording/did-you-mean.js';

/** As Motion Canvas reads it: at the beginning of a line. */
const INCLUDE = /^#include "([^"]+)"/;

/**
 * What Motion Canvas's own plugin does: the text of a `.glsl` as a module, with each file that it includes in it once.
 * Files are found as modules are, so that a shader may include those of packages. Unlike there, a missing file is an
 * error.
 */
export function loadShaders(): Plugin {
  return {
    name: 'untrained:shaders',
    async transform(code, id) {
      const [path, query] = id.split('?');
      if (!/\.glsl$/.test(path) || /(^|&)(raw|url|inline)\b/.test(query ?? '')) return null;
      const text = await expand(this, path, code, []);
      // Motion Canvas names this file when the shader does not compile.
      const name = relative('.', path).replaceAll('\\', '/');
      return {
        code: `export default ${JSON.stringify(`${text}\n//# sourceURL=${name}`)};`,
        map: { mappings: '' },
      };
    },
  };
}

/**
 * A shader with its includes.
 * @param seen - The files that are in it already, the shader itself first.
 */
async function expand(
  context: Rollup.TransformPluginContext,
  path: string,
  code: string,
  seen: string[],
): Promise<string> {
  seen.push(path);
  const lines: string[] = [];
  for (const [i, line] of code.split(/\r?\n/).entries()) {
    const [, name] = INCLUDE.exec(line) ?? [];
    if (name === undefined) {
      lines.push(`${line}\n`);
      continue;
    }
    const fail = (why: string) =>
      context.error({ message: `#include "${name}": ${why}`, loc: { file: path, line: i + 1, column: 1 } });
    const found = (await context.resolve(name, path))?.id.split('?')[0];
    if (found === undefined || !existsSync(found)) fail(`there is no such file${adviceFor(name, path)}`);
    else if (found === seen[0]) fail(`${basename(found)} would include itself.`);
    else if (!seen.includes(found)) {
      context.addWatchFile(found);
      lines.push(await expand(context, found, await readFile(found, 'utf8'), seen));
    }
  }
  return lines.join('');
}

/** Names without a leading dot refer to packages, which is easily forgotten. */
function adviceFor(name: string, path: string): string {
  const beside = !/^[./]/.test(name) && existsSync(resolve(path, '..', name));
  return beside ? suggestion(`./${name}`) : ': check its path, or install the package that contains it.';
}
