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
  const texts = (await readAll(folders)).map(({ title, text }) => `${title}\n\n${text}\n`);
  await writeFile(path, texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** The same as one short text: each wording once, below the packages and the copyright notices that it is for. */
export async function licencesOf(folders) {
  const groups = new Map();
  for (const { title, text } of await readAll(folders)) {
    const lines = text.split('\n');
    const isNotice = (line) => /^\s*copyright\b/i.test(line);
    const wording = lines.filter((line) => !isNotice(line)).join(' ');
    const normal = wording
      .replace(/\s+/g, ' ')
      .replace(/^ ?(the )?(mit|isc) licen[cs]e ?(\(mit\))? ?/i, '')
      .trim();
    const notices = lines.filter(isNotice).map((line) => line.trim());
    groups.set(normal, [
      ...(groups.get(normal) ?? []),
      `${title}${notices.map((notice) => `, ${notice}`).join('')}`,
    ]);
  }
  return [...groups].map(([wording, titles]) => `${titles.join('\n')}\n\n${wrapped(wording)}\n`).join('\n');
}

/** The title and the licence of each package. */
function readAll(folders) {
  const found = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(
      await readFile(resolve(root, folder, 'package.json'), 'utf8'),
    );
    const file = (await readdir(resolve(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(resolve(root, folder, file), 'utf8') : '';
    return { title: `${name} ${version} (${license})`, text: text.trim() };
  });
  return Promise.all(found);
}

/** A text in lines of at most 120 columns. */
const wrapped = (text) => text.replace(/(.{1,120})(?: |$)/g, '$1\n').trimEnd();
