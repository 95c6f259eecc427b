/** The message of a command that is stopped. */

let kept = false;

/** Records that part of the film has been cached. */
export function noteKept(): void {
  kept = true;
}

/** Mentions resuming only if it is true: without a cache, or before a segment is cached, the work starts over. */
export function stopMessage(): string {
  return kept
    ? 'Stopped. No partial file is left; run the same command again to resume.'
    : 'Stopped. No partial file is left.';
}
