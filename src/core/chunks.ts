/** Parts of long lists. */

/** Consecutive parts of a list, each of `size` elements but the last. */
export function* chunks<T>(all: readonly T[], size: number): Generator<T[], undefined> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
}
