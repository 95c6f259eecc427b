/** What went wrong in a page as one line, with the place in the scene's own source. */

import { SourceMap } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RenderError, UsageError } from '../../core/errors.js';
import { available } from '../../core/wording/did-you-mean.js';
import type { Bundle } from './bundle.js';
import type { Failure } from './page/failure.js';
import type { Warning } from './page/warning.js';

/** In a file of the bundle, counted from 1 as browsers do in stacks. */
interface BundlePlace {
  file: string;
  line: number;
  column: number;
}

const ours = fileURLToPath(new URL('../..', import.meta.url));

/** Reads places of a bundle. */
export class Places {
  private readonly maps = new Map<string, SourceMap | undefined>();

  constructor(private readonly files: Bundle['files']) {}

  /** "scenes/mine.tsx:12:7", or undefined if that is in no file of the user's. */
  ofUser({ file, line, column }: BundlePlace): string | undefined {
    const entry = this.map(file)?.findEntry(line - 1, column - 1);
    if (!entry || !('originalSource' in entry)) return undefined;
    const source = entry.originalSource;
    if (source.startsWith(ours) || source.split(/[/\\]/).includes('node_modules') || source.includes('\0')) {
      return undefined;
    }
    const path = relative('.', source);
    const shown = path.startsWith(`..${sep}..`) ? source : path;
    return `${shown}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  /** The innermost of a stack's places that is the user's. */
  inStack(stack: string): string | undefined {
    for (const [, file, line, column] of stack.matchAll(/\/([^/\s?]+(?:\/[^/\s?]+)*\.js):(\d+):(\d+)/g)) {
      const name = [...this.files.keys()].find((known) => file === known || file.endsWith(`/${known}`));
      const place = name && this.ofUser({ file: name, line: Number(line), column: Number(column) });
      if (place) return place;
    }
    return undefined;
  }

  private map(file: string): SourceMap | undefined {
    if (!this.maps.has(file)) {
      const text = this.files.get(`${file}.map`);
      this.maps.set(file, text === undefined ? undefined : new SourceMap(JSON.parse(text.toString())));
    }
    return this.maps.get(file);
  }
}

/** @param scene - The scene that was playing. */
export function failureMessage(failure: Failure, scene: string | undefined, places: Places): Error {
  const { unread, blocked } = failure;
  if (unread) {
    return new UsageError(
      `--set ${unread.name}: no scene asks for a variable of that name${available(unread.name, unread.known)}`,
    );
  }
  const place = places.inStack(failure.stack) ?? (scene && `scene "${scene}"`);
  const message = blocked
    ? `The page requested ${blocked} but has no network access: put the file next to the scene and import it${allowing(blocked)}.`
    : inOneLine(failure.message);
  return new RenderError(place ? `${place}: ${message}` : message);
}

/** @param scene - The scene that was playing. */
export function warningMessage(
  { message, stack, node }: Warning,
  scene: string | undefined,
  places: Places,
): string {
  const place = places.inStack(stack) ?? (scene && `scene "${scene}"`);
  return `${place ? `${place}: ` : ''}${inOneLine(message)}${node ? ` (node "${node}")` : ''}`;
}

/** Advice on allowing a host, if it can be allowed. */
function allowing(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' && url.hostname !== '127.0.0.1'
    ? `, or use --allow-host ${url.host}`
    : '';
}

const inOneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
