/** Describes a page's errors and warnings in one line, with the position in the scene's source. */

import { SourceMap } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RenderError, UsageError } from '../../core/errors.js';
import { available } from '../../core/wording/did-you-mean.js';
import type { Bundle } from './bundle.js';
import type { Failure, Warning } from './page/protocol.js';

/** A position in a file of the bundle. Lines and columns count from 1, as in browsers' stack traces. */
interface BundlePlace {
  file: string;
  line: number;
  column: number;
}

const ours = fileURLToPath(new URL('../..', import.meta.url));

/** Maps positions in a bundle to positions in its sources. */
export class Places {
  private readonly maps = new Map<string, SourceMap | undefined>();

  constructor(private readonly files: Bundle['files']) {}

  /** The source position, such as "scenes/mine.tsx:12:7", or undefined if it is not in one of the user's files. */
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

  /** The innermost position in a stack trace that is in one of the user's files. */
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

/** The variables that have an option of their own. */
const SHORT = ['seed', 'palette'];

/** @param scene - The scene that was playing. */
export function failureMessage(failure: Failure, scene: string | undefined, places: Places): Error {
  const { unread, blocked } = failure;
  if (unread) {
    const { name, known } = unread;
    const option = SHORT.includes(name) ? `--${name} or --set ${name}` : `--set ${name}`;
    return new UsageError(
      `${option}: nothing that is drawn uses a variable of that name${available(name, known, {})}`,
    );
  }
  const place = places.inStack(failure.stack) ?? (scene && `scene "${scene}"`);
  const message = blocked
    ? `The page requested ${blocked} but has no network access: put the file next to the scene and ` +
      `import it${allowing(blocked)}.`
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

/** Advice on allowing a host, or nothing if the address cannot be allowed. */
function allowing(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' && url.hostname !== '127.0.0.1'
    ? `, or use --allow-host ${url.host}`
    : '';
}

const inOneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
