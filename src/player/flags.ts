/** What the address asks for: `?bare`, `?t=3`, `?play=0`. The same after "#", for addresses without a query. */
import { quote } from '../core/wording/explain.js';

export interface Flags {
  /** Whether to show the picture alone: no controls, no gestures. */
  bare: boolean;
  /** Where to start, in seconds; undefined for the beginning. */
  t: number | undefined;
  /** Whether to play; undefined if the address does not say. */
  play: boolean | undefined;
}

/**
 * Reads the flags. Values that are not valid count as missing.
 * @param address - Its query and its hash count.
 * @param warn - Called with what is not valid.
 */
export function flagsOf(
  { search, hash }: { search: string; hash: string },
  warn: (problem: string) => void,
): Flags {
  const given = new Map([...new URLSearchParams(hash.slice(1)), ...new URLSearchParams(search)]);
  const t = given.get('t')?.trim();
  const seconds = t ? Number(t) : Number.NaN;
  const isNumber = Number.isFinite(seconds);
  if (t !== undefined && !isNumber) warn(`t is ${quote(t)} but must be a number of seconds.`);
  return {
    bare: switchOf(given.get('bare')) ?? false,
    t: isNumber ? seconds : undefined,
    play: switchOf(given.get('play')),
  };
}

/** A flag without a value is on. */
function switchOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  return !/^(0|false|off|no)$/i.test(text.trim());
}
