/** Errors shown to users. Each message is one line: the value, the rule, and the next step. */

/** An invalid request: a value out of range or an unknown name. The command line exits with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The work itself failed: ffmpeg died, the disk is full. The command line exits with 1. */
export class RenderError extends Error {
  override name = 'RenderError';
}
