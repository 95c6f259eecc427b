/** The package's version, and a fingerprint of all the code that determines what films look like. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../system/package.js';
import { drawingVersions } from './packages.js';

export { VERSION };

let digest: string | undefined;

/** Changes with every change of what is between a frame's description and its file, so that nothing is kept beyond it: our
 *  own code, other people's packages, and the engine, since palettes are computed with its Math. */
export function codeDigest(): string {
  digest ??= digestOf(
    ['core', 'renderers', 'nodes', 'outputs', 'jobs', 'sources/composed/page'],
    drawingVersions(),
  );
  return digest;
}

/** @param folders - Of our own code. @param versions - Of all packages that draw. */
export function digestOf(folders: readonly string[], versions: readonly string[]): string {
  const { v8, zlib } = process.versions;
  const hash = createHash('sha256').update(JSON.stringify([VERSION, versions, v8, zlib, process.arch]));
  for (const folder of folders) {
    const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
      if (/\.[jt]s$/.test(entry.name)) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}
