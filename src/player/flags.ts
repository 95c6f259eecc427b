/** What the address asks for: `?bare`, `?t=3`, `?play=0`. The same after "#", for addresses without a query. */

export interface Flags {
  /** Whether to show the picture alone: no controls, no gestures. */
  bare: boolean;
  /** Where to start, in seconds; undefined for the beginning. */
  t: number | undefined;
  /** Whether to play; undefined if the address does not say. */
  play: boolean | undefined;
}

/** @param address - Its query and its hash count. Values that are not valid count as missing. */
export function flagsOf({ search, hash }: { search: string; hash: string }): Flags {
  const given = new Map([...new URLSearchParams(hash.slice(1)), ...new URLSearchParams(search)]);
  const t = given.get('t')?.trim();
  const seconds = t ? Number(t) : Number.NaN;
  return {
    bare: switchOf(given.get('bare')) ?? false,
    t: Number.isFinite(seconds) ? seconds : undefined,
    play: switchOf(given.get('play')),
  };
}

/** A flag without a value is on. */
function switchOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  return !/^(0|false|off|no)$/i.test(text.trim());
}
