/** Says what is wrong with a scene, and where, for the panel on its page. */

import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { extname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ViteDevServer } from 'vite';
import type { Failure, Place, Question } from './page/protocol.js';

const ours = fileURLToPath(new URL('..', import.meta.url));
/** How many lines are shown before and after a failure's line. */
const AROUND = 2;

/** Answers a page's question. @param path - The scene's file. */
export async function failureFor(
  { message, stack, importing, stray }: Question,
  path: string,
  server: ViteDevServer,
): Promise<Failure> {
  const place = await placeInStack(stack, server);
  if (place) return { message: inOneLine(message), place };
  if (stray) return { message };
  if (extname(path) !== '.tsx') return failureOfSweep(path, message);
  const found = importing ? await buildFailureOf(path) : undefined;
  // If a scene has no export, no line is wrong. Other failures are not about a line of the scene.
  return found ?? { message: inOneLine(message), place: placeAt(path) };
}

/** What is wrong with a sweep. @param text - The message, which may begin with the file and a position in it. */
export function failureOfSweep(path: string, text: string): Failure {
  const own = text.startsWith(path) ? text.slice(path.length).replace(/^: /, '') : text;
  const [, line, column, said = own] = /^:?(\d+):(?:(\d+):)? (.*)$/s.exec(own) ?? [];
  if (line)
    return {
      message: inOneLine(said),
      place: placeAt(path, Number(line), column ? Number(column) : undefined),
    };
  const [, file, row, at, elsewhere] = /^(\/.+?|[A-Za-z]:[\\/].+?):(\d+):(?:(\d+):)? (.*)$/s.exec(own) ?? [];
  if (file)
    return { message: inOneLine(elsewhere), place: placeAt(file, Number(row), at ? Number(at) : undefined) };
  return { message: inOneLine(own), place: placeAt(path, lineOfField(path, own)) };
}

/** The line that sets the field with which a message begins, such as "network.layers is -4"; or that of the export. */
function lineOfField(path: string, message: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  if (/no default export/.test(message)) return lines.findLastIndex((line) => line.trim() !== '') + 1 || 1;
  const [names = ''] = /^[\w$]+(\.[\w$]+|\[\d+\])*/.exec(message) ?? [];
  let found = lines.findIndex((line) => /\bexport\s+default\b/.test(line));
  for (const name of names.replace(/\[\d+\]/g, '').split('.')) {
    const next = lines.findIndex(
      (line, i) => i >= found && new RegExp(`\\b${name}['"]?\\s*[:,(]`).test(line),
    );
    if (next < 0) break;
    found = next;
  }
  return found < 0 ? undefined : found + 1;
}

/** The innermost position in a browser's stack trace that is in one of the user's files. */
async function placeInStack(stack: string, server: ViteDevServer): Promise<Place | undefined> {
  for (const [, address, line, column] of stack.matchAll(/(https?:\/\/[^\s()]+?):(\d+):(\d+)/g)) {
    if (!URL.canParse(address)) continue;
    const { pathname, search } = new URL(address);
    const module = await server.moduleGraph
      .getModuleByUrl(decodeURI(pathname) + search)
      .catch(() => undefined);
    if (!module?.file || !isUsers(module.file)) continue;
    const sent = module.transformResult ?? (await server.transformRequest(module.url).catch(() => null));
    if (!sent?.map || !('mappings' in sent.map)) continue;
    const entry = new SourceMap(sent.map as unknown as SourceMapPayload).findEntry(
      Number(line) - 1,
      Number(column) - 1,
    );
    if ('originalLine' in entry)
      return placeAt(module.file, entry.originalLine + 1, entry.originalColumn + 1);
  }
  return undefined;
}

/** Whether a file is the user's: neither ours nor a package's. */
const isUsers = (file: string) =>
  existsSync(file) && !resolve(file).startsWith(ours) && !file.split(/[/\\]/).includes('node_modules');

/** The message of a render about a scene that cannot be bundled. */
async function buildFailureOf(path: string): Promise<Failure | undefined> {
  const { bundle } = await import('../sources/composed/bundle.js'); // needed only now
  try {
    await bundle({ kind: 'scene', path });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const [, file, line, column, said] = /^(.+?):(\d+):(\d+): (.*)$/s.exec(message) ?? [];
    if (!file) return { message: inOneLine(message), place: placeAt(path) };
    return { message: inOneLine(said), place: placeAt(resolve(file), Number(line), Number(column)) };
  }
}

/** A position with the lines around it. */
export function placeAt(file: string, line?: number, column?: number): Place {
  const inside = relative('.', file);
  const shown = inside.startsWith(`..${sep}..`) ? file : inside;
  const place: Place = {
    file,
    shown,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  };
  if (line === undefined || !existsSync(file)) return place;
  const first = Math.max(1, line - AROUND);
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .slice(first - 1, line + AROUND);
  return { ...place, excerpt: { first, lines: lines.map((text) => text.slice(0, 300)) } };
}

const inOneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
