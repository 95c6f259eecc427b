/** What build/embed.js puts into dist/embedded.js in place of this file; always imported as "#embedded", from there. */

/** The CPU renderer's browser worker, bundled: a classic script. */
export const workerSource: string = '';

/** The typeface of src/nodes/theme.ts, as a data: URL. */
export const font: string = '';

/** The version of this package. */
export const version: string = '';
