/**
 * The style sheets that scenes import: which ones a page must load, and where they name files that cannot be loaded.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin, Rollup } from 'vite';

/**
 * The style sheets that a page must load, in order: all of them, including those of dynamic imports, so that their
 * fonts are available from the start.
 */
export function stylesOf(output: Rollup.RollupOutput['output']): string[] {
  const chunks = new Map(
    output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])),
  );
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    chunk.imports.forEach(visit); // imported style sheets come first
    for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
    chunk.dynamicImports.forEach(visit);
  };
  for (const name of chunks.keys()) visit(name);
  return [...found];
}

/** A plugin that lists the source files of all style sheets, including imported ones. */
export function listStyles(into: string[]): Plugin {
  return {
    name: 'untrained:styles',
    generateBundle() {
      const files = this.getWatchFiles().map((file) => file.split('?')[0]);
      into.push(
        ...new Set(files.filter((file) => /\.(css|s[ac]ss|less|styl(us)?|p(ost)?css|sss)$/.test(file))),
      );
    },
  };
}

/** A warning that a font cannot be loaded, with the reason and the line of the style sheet that names it. */
export function lostFace(family: string, sources: string[]): string {
  const faces = sources.flatMap((file) => facesIn(file, family));
  const problems = faces.map(({ place, file, address }) => ({ place, problem: problemOf(address, file) }));
  const worst = problems.find(({ problem }) => problem !== undefined) ?? problems[0];
  const where = worst ? `${worst.place}: the` : 'The';
  const why = worst?.problem ?? 'its file is damaged, or is not a font';
  return `${where} typeface "${family}" cannot be loaded: ${why}. Its text is drawn in another typeface.`;
}

/** A warning about an address in a style sheet that the page may not load, with its line. */
export function lostAddress(address: string, sources: string[]): string {
  const places = sources.map((file) => {
    const text = readFileSync(file, 'utf8');
    const index = text.indexOf(address);
    return index < 0 ? undefined : placeIn(file, text, index);
  });
  const where = places.find((place) => place !== undefined);
  return (
    `${where ? `${where}: ` : ''}${address} cannot be loaded, because pages have no network access: ` +
    'put the file next to the style sheet.'
  );
}

/** The files that a style sheet's @font-face rules name for a family, with the positions of their addresses. */
function facesIn(path: string, family: string): { place: string; file: string; address: string }[] {
  const text = readFileSync(path, 'utf8').replace(/\/\*.*?\*\//gs, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  const found = [];
  for (const { index, 1: block } of text.matchAll(/@font-face\s*\{([^}]*)\}/g)) {
    const [, name] = /font-family\s*:\s*([^;]+)/.exec(block) ?? [];
    if (name?.trim().replace(/^(["'])(.*)\1$/, '$2') !== family) continue;
    for (const url of block.matchAll(/url\(\s*(["']?)(.*?)\1\s*\)/g)) {
      const at = index + text.slice(index).indexOf('{') + 1 + url.index;
      found.push({ place: placeIn(path, text, at), file: path, address: url[2] });
    }
  }
  return found;
}

/** Why an address in a style sheet cannot provide a font, if that is clear from the address. */
function problemOf(address: string, file: string): string | undefined {
  if (address.startsWith('data:')) return undefined;
  if (/^([a-z]+:)?\/\//i.test(address)) return `it is at ${address} but pages have no network access`;
  const [path] = address.split(/[?#]/);
  const isThere = path.startsWith('/') || !path.startsWith('.') || existsSync(resolve(dirname(file), path));
  return isThere ? undefined : `there is no ${path} next to the style sheet`;
}

function placeIn(file: string, text: string, index: number): string {
  return `${relative('.', file)}:${text.slice(0, index).split('\n').length}`;
}
