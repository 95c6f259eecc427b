/** Fingerprints of all the code that determines what films look like. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from './package.js';
import { drawingVersions } from './packages.js';

/** What runs our code: palettes are computed with its Math, and PNGs are compressed with its zlib. */
export interface Engine {
  v8: string;
  zlib: string;
  /** The kind of processor: "x64". */
  arch: string;
  /** The version of Node, for messages: Nodes with equal engines draw alike. */
  node: string;
}

let ownDigest: string | undefined;
let digest: string | undefined;

/** The engine that runs here. */
export function engine(): Engine {
  const { v8, zlib, node } = process.versions;
  return { v8, zlib, node, arch: process.arch };
}

/** Changes whenever anything in our own code changes between a frame's description and its file. */
export function ownCodeDigest(): string {
  ownDigest ??= digestOfFolders([
    'core',
    'renderers',
    'files',
    'nodes',
    'browser',
    'outputs',
    'sources',
    'jobs',
    'sound',
  ]);
  return ownDigest;
}

/**
 * Changes whenever anything between a frame's description and its file changes, so that nothing cached outlives it: our
 * own code, third-party packages, and the engine.
 */
export function codeDigest(): string {
  digest ??= digestOf(ownCodeDigest(), drawingVersions());
  return digest;
}

/** @param code - A digest of our own code. @param versions - Of all packages that draw. */
export function digestOf(code: string, versions: readonly string[]): string {
  const { v8, zlib, arch } = engine();
  return createHash('sha256')
    .update(JSON.stringify([VERSION, versions, v8, zlib, arch, code]))
    .digest('hex');
}

/** @param folders - Of our own code, below src/. */
function digestOfFolders(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const root = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    const paths = readdirSync(root, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'));
    for (const path of paths.sort())
      if (/(?<!\.d)\.([jt]s|wgsl)$/.test(path)) hash.update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}
