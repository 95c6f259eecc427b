/** A name for the code that decides what films look like, and the package's version. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../package.js';

export { VERSION };

/** Changes with every change of what is between a frame's description and its file, so that nothing is kept beyond it. */
export const CODE: string = hashOf(['network', 'frame', 'nodes', 'video', 'render', 'page']);

function hashOf(folders: string[]): string {
  const hash = createHash('sha256').update(VERSION);
  for (const folder of folders) {
    const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
      if (/\.[jt]s$/.test(entry.name)) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}
