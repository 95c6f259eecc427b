/** A Vite plugin for importing shaders, which expands `#include "..."`. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import type { Plugin, Rollup } from 'vite';
import { suggestion } from '../../core/wording/did-you-mean.js';

/** Must be at the start of a line, as in Motion Canvas. */
const INCLUDE = /^#include "([^"]+)"/;

/**
 * Like Motion Canvas's own plugin, exports the text of a `.glsl` file with each included file inserted once. Included
 * files are resolved like modules, so a shader may include files from packages. Unlike in Motion Canvas, a missing file
 * is an error.
 */
export function loadShaders(): Plugin {
  let root = '.';
  return {
    name: 'untrained:shaders',
    configResolved(config) {
      ({ root } = config);
    },
    async transform(code, id) {
      const [path, query] = id.split('?');
      if (!/\.glsl$/.test(path) || /(^|&)(raw|url|inline)\b/.test(query ?? '')) return null;
      const text = await expand(this, path, code, []);
      // Motion Canvas reports this name if the shader does not compile. It must not depend on the working folder.
      const name = relative(root, path).replaceAll('\\', '/');
      return {
        code: `export default ${JSON.stringify(`${text}\n//# sourceURL=${name}`)};`,
        map: { mappings: '' },
      };
    },
  };
}

/**
 * Expands a shader's includes.
 * @param seen - The files already included, starting with the shader itself.
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

/** Advice for a missing file. Names without a leading dot refer to packages, which is easily forgotten. */
function adviceFor(name: string, path: string): string {
  const beside = !/^[./]/.test(name) && existsSync(resolve(path, '..', name));
  return beside ? suggestion(`./${name}`) : ': check its path, or install the package that contains it.';
}
