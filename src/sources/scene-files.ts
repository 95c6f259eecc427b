/** Composed scenes by name, and how a film's plan names a scene so that other machines find it. */
import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefusedError } from '../core/errors.js';
import { fileInPackage, noFile } from '../system/packaged.js';
import type { Target } from './composed/target.js';

/** A scene's file and its name. */
export interface Found {
  /** Base name of its default outputs. */
  name: string;
  /** Its file, or a link. */
  path: string;
}

/** A composed scene of scenes/, by its name there: never a path. */
export interface NamedScene {
  kind: 'scene';
  name: string;
}

/** The pattern of names of scenes in plans. */
export const SCENE_NAME = /^(?!\.)[^/\\:\p{C}]{1,200}$/u;

/** The folder of the scenes that come with this package. */
export const ourScenes = fileURLToPath(new URL('../../scenes', import.meta.url));

/** The folders in which names are looked up. The user's own scenes come first. */
export function sceneFolders(): string[] {
  return [...new Set([resolve('scenes'), ourScenes])].filter((folder) => existsSync(folder));
}

/** All named scenes, sorted by name. */
export function listScenes(): Found[] {
  const found = new Map<string, string>();
  for (const folder of sceneFolders()) {
    for (const file of readdirSync(folder).sort()) {
      const [, name] = /^(.+)\.tsx?$/.exec(file) ?? [];
      if (name && !name.endsWith('.d') && !found.has(name)) found.set(name, join(folder, file));
    }
  }
  return [...found]
    .map(([name, path]) => ({ name, path }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/**
 * How a plan names a scene or project: by its name in scenes/, if it has one, or else by its path from the working
 * folder, with slashes.
 */
export function plannedTarget(target: Target | NamedScene): Target | NamedScene {
  if ('name' in target || !existsSync(target.path)) return target; // the latter is in a package
  const path = resolve(target.path);
  const named = target.kind === 'scene' && listScenes().find((scene) => scene.path === path);
  if (named && SCENE_NAME.test(named.name)) return { kind: 'scene', name: named.name };
  const here = relative('.', path);
  return { kind: target.kind, path: isAbsolute(here) ? path : here.replaceAll('\\', '/') };
}

/**
 * The file of a scene or project that a plan names.
 * @param only - Whether scenes are accepted only by name, from scenes/ here: for plans from a queue.
 * @throws RefusedError for a name or a path that is not accepted; UsageError for a path without a file.
 */
export async function resolveTarget(
  target: Target | NamedScene,
  { only }: { only?: 'scenes' } = {},
): Promise<Target> {
  if ('name' in target) {
    const named = (name: string) => listScenes().find((scene) => scene.name === name)?.path;
    const path = SCENE_NAME.test(target.name) ? named(target.name) : undefined;
    if (path?.endsWith('.tsx')) return { kind: 'scene', path };
    throw new RefusedError(
      `There is no composed scene "${target.name}" in scenes/ here: copy it from the machine that planned the film.`,
    );
  }
  if (only === 'scenes') throw notByName(target.kind);
  const path = existsSync(target.path) ? target.path : await fileInPackage(target.path);
  if (path === undefined) throw noFile(target.path);
  return { kind: target.kind, path: resolve(path) };
}

/** The error for a scene or project that is not in scenes/, on a machine that accepts no others. */
export function notByName(kind: Target['kind']): RefusedError {
  return kind === 'project'
    ? new RefusedError(
        'Workers do not render projects: use plan, render --shard and join, or render it here.',
      )
    : new RefusedError(
        'Workers accept composed scenes only by name: move the scene into scenes/ on all machines, and plan it again.',
      );
}
