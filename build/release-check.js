/**
 * `npm run release-check -- TAG`: checks that a tag can be published. It must be the version in package.json,
 * CHANGELOG.md must have a section about it, and package.json must name the repository, which npm compares with the
 * one that the workflow ran in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param tag - Such as v0.2.0. @param manifest - The contents of package.json.
 * @param changelog - The text of CHANGELOG.md; undefined if there is none.
 * @returns What is wrong, in one line; undefined if nothing is.
 */
export function problemOf(tag, { version, repository }, changelog) {
  if (tag !== `v${version}`) {
    return `The tag is "${tag}" but must be v${version}, the version in package.json: change one of them.`;
  }
  const sections = [...(changelog ?? '').matchAll(/^##\s+\[?v?([^\s\]]+)\]?/gm)].map(([, name]) => name);
  if (!sections.includes(version))
    return `CHANGELOG.md has no section "## ${version}": say there what has changed.`;
  if (!repository)
    return 'package.json has no "repository", without which npm cannot verify where the package was built: add it.';
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const path = join(root, 'CHANGELOG.md');
  const problem = problemOf(
    process.argv[2] ?? '',
    manifest,
    existsSync(path) ? readFileSync(path, 'utf8') : undefined,
  );
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
  }
}
