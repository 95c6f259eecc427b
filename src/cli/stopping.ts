/** The message of a command that was stopped. */

let cached = false;

/** Records that part of the film has been cached. */
export function noteCached(): void {
  cached = true;
}

/** Mentions resuming only if it is possible: without a cached segment, the work starts over. */
export function stopMessage(): string {
  return cached
    ? 'Stopped. No partial file is left; run the same command again to resume.'
    : 'Stopped. No partial file is left.';
}
