/** The licences of bundled packages, which require that they are passed on. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The files that were bundled from each package, by the package's folder. @param metafile - esbuild's. */
export function filesOf({ inputs }) {
  const found = new Map();
  for (const input of Object.keys(inputs)) {
    const [, folder, file] = split(input) ?? [];
    if (folder === undefined) continue;
    if (!found.has(folder)) found.set(folder, new Set(['package.json']));
    found.get(folder).add(file);
  }
  return found;
}

/** The folder of a file's package, and the path of the file within it. */
export function split(input) {
  return /^(?:\(disabled\):)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(input);
}

/** Writes the licences of the packages in these folders to a file. */
export async function writeLicences(path, folders) {
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(
      await readFile(resolve(root, folder, 'package.json'), 'utf8'),
    );
    const file = (await readdir(resolve(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(resolve(root, folder, file), 'utf8') : '';
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  await writeFile(path, (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`));
}
