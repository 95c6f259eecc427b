/** The list of the package's files: what it needs, and no more. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

interface Packed {
  /** In bytes, compressed and on disk. */
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

const [packed]: Packed[] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json', '--offline'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  }),
);
const paths = new Set(packed.files.map(({ path }) => path));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

test('it has what is listed here, and is no larger than 6 MB, or 13 MB unpacked', () => {
  const roots = new Set([...paths].map((path) => path.split('/')[0]));
  expect([...roots].sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'fonts',
    'package.json',
    'renders',
    'scenes',
  ]);
  const foreign =
    /tsbuildinfo|\.map$|(^|\/)\.|\.test\.|(^|\/)(test|bench|build|src)\/|^renders\/(?!gallery\/thumbnails\/)|\.wgsl$/;
  expect([...paths].filter((path) => foreign.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(6e6);
  expect(packed.unpackedSize).toBeLessThan(13e6);
});

test('it has no modules that only bundles contain, and no types that the public ones do not need', () => {
  const unneeded =
    /^dist\/(player|explorer\/(page|plane|saving|state))\/|^dist\/(browser|cli|editor|explorer|farm|system)\/.*\.d\.ts$|^dist\/editor\/page\/(?!(render-)?protocol\.js)/;
  expect([...paths].filter((path) => unneeded.test(path))).toEqual([]);
});

test('it has no large file twice', () => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const { path, size } of packed.files) {
    if (size < 100_000) continue;
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    if (seen.has(digest)) twice.push(`${path} is ${seen.get(digest)}`);
    seen.set(digest, path);
  }
  expect(seen.size).toBeGreaterThan(5);
  expect(twice).toEqual([]);
});

test('it has every module and every type that its own import', () => {
  const targets = (value: unknown): string[] =>
    typeof value === 'string' ? [posix.normalize(value)] : Object.values(value ?? {}).flatMap(targets);
  const entries = targets([manifest.bin, manifest.exports, manifest.imports]).filter((path) =>
    /\.(js|d\.ts)$/.test(path),
  );
  const todo = [...entries, ...[...paths].filter((path) => /^dist\/(?!pages\/).*\.js$/.test(path))];
  const missing: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, from: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    if (!paths.has(path)) {
      missing.push(`${path} for ${from}`);
      return;
    }
    const text = readFileSync(path, 'utf8');
    for (const [, named] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      const target = posix.join(posix.dirname(path), named);
      const file = path.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
      if (existsSync(file)) visit(file, path); // comments and generated code contain imports too
    }
  };
  for (const path of todo) visit(path, 'package.json');
  expect(seen.size).toBeGreaterThan(400);
  expect(missing).toEqual([]);
});
