/** Seeds as people type them. */

/** The longest text that is a seed. */
export const LONGEST_SEED = 200;

/** The seed that a text stands for: a number if it is written like one; undefined if it is empty. */
export function seedOf(text: string): number | string | undefined {
  const trimmed = text.trim().slice(0, LONGEST_SEED);
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) && String(number) === trimmed ? number : trimmed;
}

/** A seed as text. Of a mix, the first one. */
export function seedText(seed: unknown): string {
  if (typeof seed !== 'object' || seed === null) return String(seed ?? '');
  return 'from' in seed ? seedText(seed.from) : '';
}
