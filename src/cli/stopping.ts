/** What a command says when it is stopped. */

let kept = false;

/** Records that part of the film has been cached. */
export function noteKept(): void {
  kept = true;
}

/** Mentions resuming only if it is possible: without a cached segment, the work starts over. */
export function stopMessage(): string {
  return kept
    ? 'Stopped. No partial file is left; run the same command again to resume.'
    : 'Stopped. No partial file is left.';
}
