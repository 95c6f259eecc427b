/** What build/embed.js puts the bundled reader.browser.ts into: a classic script for a worker. */

/** What the worker found in a file: its note, or why it cannot be read, to follow the file's name. */
export type Answer = { note: string | undefined } | { problem: string };

/** The worker's script. */
export const readerSource: string = '';
