/** A fingerprint of all the code that determines what films look like. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from './package.js';
import { drawingVersions } from './packages.js';

let digest: string | undefined;

/**
 * Changes whenever anything between a frame's description and its file changes, so that nothing cached outlives it: our
 * own code, third-party packages, and the engine, since palettes are computed with its Math.
 */
export function codeDigest(): string {
  digest ??= digestOf(
    ['core', 'renderers', 'files', 'nodes', 'outputs', 'sources', 'jobs'],
    drawingVersions(),
  );
  return digest;
}

/** @param folders - Of our own code, below src/. @param versions - Of all packages that draw. */
export function digestOf(folders: readonly string[], versions: readonly string[]): string {
  const { v8, zlib } = process.versions;
  const hash = createHash('sha256').update(JSON.stringify([VERSION, versions, v8, zlib, process.arch]));
  for (const folder of folders) {
    const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
      if (/\.([jt]s|wgsl)$/.test(entry.name)) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}
