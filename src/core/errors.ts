/** Errors shown to users. Each message is one line: the value, the rule, and the next step. */

/** An invalid request: a value out of range or an unknown name. The command line exits with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The work itself failed: a scene throws, ffmpeg rejects its input. The command line exits with 1. */
export class RenderError extends Error {
  override name = 'RenderError';
}

/** A film that can never be made on this machine: something that it needs is missing or differs. Exits with 3. */
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

/** Errors of the system that say nothing about the film: a full or failing disk, too little memory, too many files. */
const SHORTAGES = [
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ESTALE', 'ETIMEDOUT', 'EBUSY', 'EAGAIN'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'ERR_WORKER_OUT_OF_MEMORY'],
];

/** Whether an error of the system says nothing about the film. */
export const isShortage = (error: unknown): boolean =>
  SHORTAGES.includes((error as { code?: string } | undefined)?.code ?? '');

/** The exit code for an error, for schedulers: 75 if a retry may succeed, 3 if it cannot succeed on this machine. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 | 75 {
  if (error instanceof UsageError) return 2;
  if (error instanceof RefusedError) return 3;
  return error instanceof TransientError || isShortage(error) ? 75 : 1;
}
