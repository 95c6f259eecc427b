/** Errors shown to users. Each message is one line: the value, the rule, and the next step. */

/** An invalid request: a value out of range or an unknown name. The command line exits with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The work itself failed: ffmpeg died, the disk is full. The command line exits with 1. */
export class RenderError extends Error {
  override name = 'RenderError';
}

/** A film that can never be made on this machine: something that its bytes depend on differs. Exits with 3. */
export class RefusedError extends RenderError {
  override name = 'RefusedError';
}

/**
 * A failure that may not occur again: a full disk, an unreachable store, a browser that died. Exits with 75, the
 * EX_TEMPFAIL of sysexits.h.
 */
export class TransientError extends RenderError {
  override name = 'TransientError';
}

/** The exit code for an error, for schedulers: 75 if a retry may succeed, 3 if it cannot succeed on this machine. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 | 75 {
  if (error instanceof UsageError) return 2;
  if (error instanceof RefusedError) return 3;
  return error instanceof TransientError ? 75 : 1;
}
