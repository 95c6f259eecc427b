/** Turns what zod has to say into one line: the value, the rule, and the nearest right thing. */
import { closest, distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { networkFieldNames } from '../network/spec.js';

const knownFields = [
  ...'title figure seconds fps size loop network view slice pace palette supersample dither centre halfWidth'.split(
    ' ',
  ),
  ...'tween zoom keyframes walk easing during from to fraction map output'.split(' '),
  ...networkFieldNames,
];

/**
 * One line on the first thing wrong.
 * @param input - What was read, to quote the value from.
 * @param prefix - Where in the sweep the input stands.
 * @param whole - What to call the input where all of it is wrong.
 */
export function explain(
  error: z.ZodError,
  input: unknown,
  prefix: (string | number)[] = [],
  whole = 'The sweep',
): string {
  const issue = deepest(error.issues[0] as Issue);
  const path = issue.path;
  const name = [...prefix, ...path].join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys![0];
    return `${[...prefix, ...path, key].join('.')} is not a field${didYouMean(key, knownFields)}`;
  }
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], input);
  const subject = name === '' ? whole : name;
  if (issue.code === 'custom') return `${subject} ${issue.message}.`;
  const hint = typeof value === 'string' && issue.values ? didYouMean(value, issue.values.map(String)) : '.';
  const tooManyToList = issue.values && issue.values.length > 10 && hint !== '.';
  const rule = tooManyToList ? 'is none of those known' : ruleOf(issue);
  return value === undefined
    ? `${subject} is missing: it ${rule}.`
    : `${subject} is ${quote(value)}, and ${rule}${hint}`;
}

/**
 * One line on a view that float32 has too few digits for: what is wrong, where it begins, and what to do.
 * @param seconds - When it begins; undefined where it is so from the start.
 */
export function explainGrain(halfWidth: number, seconds?: number): string {
  const where = `at half-width ${Number(halfWidth.toPrecision(2))}`;
  const begin =
    seconds === undefined ? `A${where.slice(1)}` : `From ${Number(seconds.toFixed(2))} s, ${where},`;
  return `${begin} the zoom is beyond float32's digits and the picture is grain: zoom in less, or use fewer layers or a smaller weightScale.`;
}

/** " Did you mean "tanh"?" when something is near, and a full stop when nothing is. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '.';
  const best = closest(
    word.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  );
  const name = known.find((candidate) => candidate.toLowerCase() === best)!;
  return distance(word.toLowerCase(), best) <= Math.max(2, word.length / 3)
    ? `. Did you mean "${name}"?`
    : '.';
}

/** A value as short text, for messages. */
export function quote(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

interface Issue {
  code: string;
  path: PropertyKey[] & (string | number)[];
  message: string;
  keys?: string[];
  values?: unknown[];
  errors?: Issue[][];
  minimum?: number;
  maximum?: number;
  inclusive?: boolean;
  expected?: string;
  origin?: string;
}

/** Of a union's complaints, the one that got furthest: what the writer meant is the form they nearly wrote. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return issue;
  const firsts = issue.errors.map(([first]) => deepest(first));
  const literals = firsts.filter((first) => first.code === 'invalid_value');
  if (literals.length === firsts.length) {
    return { ...issue, code: 'invalid_value', values: literals.flatMap((first) => first.values ?? []) };
  }
  const rank = (one: Issue) => 10 * one.path.length + (one.code === 'invalid_type' ? 0 : 1);
  const best = firsts.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  return { ...best, path: [...issue.path, ...best.path] as Issue['path'] };
}

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'too_small':
      return `must be ${bound(issue, 'minimum', 'at least', 'above')}`;
    case 'too_big':
      return `must be ${bound(issue, 'maximum', 'at most', 'below')}`;
    case 'invalid_value':
      return `must be ${issue.values!.length > 1 ? 'one of ' : ''}${issue.values!.join(', ')}`;
    case 'invalid_type':
      return `must be ${article(issue.expected ?? 'something else')}`;
    default:
      return issue.message.startsWith('must') ? issue.message : `is not valid (${issue.message})`;
  }
}

function bound(issue: Issue, which: 'minimum' | 'maximum', inclusive: string, exclusive: string): string {
  const limit = `${issue.inclusive === false ? exclusive : inclusive} ${issue[which]}`;
  if (issue.origin === 'array') return `a list of ${limit}`;
  return issue.origin === 'string' ? `${limit} characters long` : limit;
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'tuple' || type === 'array') return 'a list';
  if (type === 'string') return 'a text';
  if (type === 'nan') return 'a number';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
