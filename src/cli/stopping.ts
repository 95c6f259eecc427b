/** What a command says when it is stopped. */

let kept = false;

/** Notes that a part of what is being made is kept for another time. */
export function noteKept(): void {
  kept = true;
}

/** Promises no more than is true: without a cache, or before a first segment is kept, the work begins anew. */
export function stopMessage(): string {
  return kept
    ? 'Stopped. No partial file is left; run the same command again to resume.'
    : 'Stopped. No partial file is left.';
}
