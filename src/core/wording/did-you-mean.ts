/** Guesses the intended word for an unknown one, by common synonyms or by spelling. */
import { distance } from 'fastest-levenshtein';

/**
 * Synonyms that people may use, by our word. Each list is defined next to what it names. If a word has several
 * meanings, the first one that is valid in context is suggested.
 */
export type Synonyms = Readonly<Record<string, readonly string[]>>;

const plain = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, '');

/** The member of `known` for which a word is a synonym or a variant spelling; undefined if there is none. */
export function namesake(word: string, known: readonly string[], synonyms: Synonyms): string | undefined {
  const given = plain(word);
  const means = (name: string) =>
    known.includes(name) && synonyms[name].some((synonym) => plain(synonym) === given);
  return known.find((name) => plain(name) === given) ?? Object.keys(synonyms).find(means);
}

/** The member of `known` that was probably meant; undefined if nothing is close. */
export function nearest(word: string, known: readonly string[], synonyms: Synonyms): string | undefined {
  if (known.length === 0) return undefined;
  const name = namesake(word, known, synonyms);
  if (name !== undefined) return name;
  const given = plain(word.slice(0, 100)); // words from files may be very long
  const longer = given.length > 2 ? known.filter((one) => plain(one).startsWith(given)) : [];
  if (longer.length > 0) return longer.reduce((a, b) => (b.length < a.length ? b : a));
  const far = known.map((one) => difference(given, plain(one)));
  const least = Math.min(...far);
  return least <= (given.length < 4 ? 1 : Math.max(2, given.length / 3))
    ? known[far.indexOf(least)]
    : undefined;
}

/** The Levenshtein distance, except that two swapped letters count as one mistake. */
function difference(a: string, b: string): number {
  const letters = (word: string) => [...word].sort().join('');
  return a !== b && letters(a) === letters(b) ? 1 : distance(a, b);
}

/** `. Did you mean "tanh"?` for a name, or a full stop for none. Completes a message. */
export function suggestion(name: string | undefined): string {
  return name === undefined ? '.' : `. Did you mean "${name}"?`;
}

/** The suggestion for an unknown word if a known name is close. Completes a message. */
export function didYouMean(word: string, known: readonly string[], synonyms: Synonyms): string {
  return suggestion(nearest(word, known, synonyms));
}

/** The same, followed by all known names: `. Did you mean "tanh"? Available: tanh, relu.` */
export function available(word: string, known: readonly string[], synonyms: Synonyms): string {
  return `${didYouMean(word, known, synonyms)}${known.length > 0 ? ` Available: ${known.join(', ')}.` : ''}`;
}
