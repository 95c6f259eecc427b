/** Errors in a page, as plain data. */

import { fileNameOf } from './media.js';

export interface Failure {
  message: string;
  /** The browser's stack trace. Its positions are in the bundle. */
  stack: string;
  /** The address that the page was not allowed to reach, if that is the error. */
  blocked?: string;
  /** A variable that was set although no scene uses it, and the names of those that scenes do use. */
  unread?: { name: string; known: string[] };
}

/** Describes anything that was thrown. */
export function describe(error: unknown): Failure {
  if (error instanceof UnreadVariable)
    return { message: error.message, stack: '', unread: { name: error.variable, known: error.known } };
  if (error instanceof Error) {
    // Motion Canvas names the picture only in the error's HTML remarks.
    const { remarks = '' } = error as { remarks?: string };
    const [, address] = /following url:\s*<pre><code>([^<]*)/.exec(remarks) ?? [];
    const message = address ? `${error.message}, "${fileNameOf(address)}"` : error.message;
    return { message, stack: error.stack ?? '' };
  }
  if (error instanceof Event) return { message: `A "${error.type}" event was thrown`, stack: '' };
  return { message: String(error), stack: '' };
}

export class UnreadVariable extends Error {
  constructor(
    readonly variable: string,
    readonly known: string[],
  ) {
    super(`No scene uses a variable ${variable}`);
  }
}
