/** Errors in a page, as plain data. */

import { fileNameOf } from './media.js';
import type { Failure } from './protocol.js';

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
