/** The `init` command: makes a project with two scenes that can be rendered and edited at once. */
import { existsSync, promises as fs } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { RenderError, UsageError } from '../core/errors.js';
import { quote } from '../core/wording/explain.js';
import { whyNotPortable } from '../core/wording/file-name.js';
import { cannotWrite, makeFolder } from '../system/folders.js';
import { projectFiles } from './project-files.js';
import { inShell } from './shell.js';

/** What a folder may contain and still count as empty: version control, and what file managers leave. */
const UNIMPORTANT = new Set(['.git', '.hg', '.DS_Store', 'Thumbs.db', 'desktop.ini']);

/**
 * Makes a project in a folder. Overwrites nothing.
 * @param given - The folder; the current one by default.
 * @throws UsageError if it is not empty, or if its name is not allowed everywhere.
 */
export async function init(given = '.'): Promise<void> {
  const folder = resolve(given);
  await checkFolder(folder, given);
  const made: string[] = [];
  let outermost: string | undefined;
  try {
    outermost = await makeFolder(folder);
    await fs.mkdir(join(folder, 'scenes'));
    made.push(join(folder, 'scenes'));
    for (const [name, text] of Object.entries(projectFiles(packageName(basename(folder))))) {
      const file = await fs.open(join(folder, name), 'wx');
      made.push(join(folder, name)); // also if it cannot be filled
      await file.writeFile(text).finally(() => file.close());
    }
  } catch (error) {
    // Only what this call has made.
    for (const path of made.reverse()) await fs.rm(path, { recursive: true, force: true }).catch(() => {});
    if (outermost) await fs.rm(outermost, { recursive: true, force: true }).catch(() => {});
    if (error instanceof RenderError) throw error;
    throw cannotWrite(`The project cannot be made in ${quote(given)}`, error, 'name another folder');
  }
  const below = relative('.', folder);
  console.log(`Made a project in ${below || 'this folder'}. Next:`);
  for (const [line, about] of [
    ...(below ? [[inShell(['cd', below]), '']] : []),
    ['npm install', ''],
    ['npm run render', 'renders/drift.mp4 and .gif'],
    ['npm start', 'the editor'],
  ])
    console.log(`  ${line.padEnd(16)}${about && `  # ${about}`}`.trimEnd());
}

/** @throws UsageError if the folder is not empty, or if its name is not allowed everywhere. */
async function checkFolder(folder: string, given: string): Promise<void> {
  const entries = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code === 'ENOTDIR') throw new UsageError(`${quote(given)} is a file: name a new folder.`);
    throw cannotWrite(`The project cannot be made in ${quote(given)}`, error, 'name another folder');
  });
  if (entries === undefined) {
    // A folder above it that exists may have any name.
    for (let at = folder; !existsSync(at); at = dirname(at)) {
      const reason = whyNotPortable(basename(at));
      if (reason) throw new UsageError(`${quote(basename(at))} is ${reason}: choose another name.`);
    }
    return;
  }
  const where = given === '.' ? 'This folder' : quote(given);
  const others = entries.filter((name) => !UNIMPORTANT.has(name)).sort();
  if (others.includes('package.json')) {
    throw new UsageError(
      `${where} already has a package.json: run npm install untrained there, and save scenes in scenes/; ` +
        'or name a new folder.',
    );
  }
  if (others.length > 0) {
    const shown = others.slice(0, 3).join(', ') + (others.length > 3 ? ', ...' : '');
    throw new UsageError(`${where} is not empty (${shown}): name a new folder.`);
  }
}

/**
 * The name of the project's package, from that of its folder: npm allows lower-case letters, digits, and hyphens, dots
 * and underscores after the first character. A package cannot depend on one of its own name.
 */
export function packageName(folder: string): string {
  const name = folder
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 214);
  if (name === '') return 'my-film';
  return ['untrained', 'node_modules', 'favicon.ico'].includes(name) ? `${name}-film` : name;
}
