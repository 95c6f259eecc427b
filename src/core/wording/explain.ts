/** Turns what zod has to say into one line: the value, the rule, and the nearest right thing. */
import type * as z from 'zod';
import { networkFieldNames } from '../network/spec.js';
import { didYouMean, namesake, nearest, suggestion } from './did-you-mean.js';

/** The known fields, by the last part of the path to their container. */
const SWEEP_FIELDS =
  'title figure seconds fps size loop network view slice pace palette supersample dither'.split(' ');
const FIELDS: Record<string, readonly string[]> = {
  network: networkFieldNames,
  view: ['centre', 'halfWidth'],
  loop: ['centre', 'radius', 'turns', 'phase'],
  palette: ['map', 'output'],
  weights: ['w', 'b'],
};
/** The fields of unnamed containers: tracks and pairs. */
const OTHER_FIELDS = 'tween zoom keyframes walk easing during from to fraction'.split(' ');

/** " Did you mean "layers"?" for an unknown field, with its path when it belongs elsewhere. */
function fieldMeant(key: string, path: (string | number)[]): string {
  const names = path.filter((part) => typeof part === 'string');
  const home = names.at(-1) ?? '';
  const known = FIELDS[home] ?? (names.length === 0 ? SWEEP_FIELDS : OTHER_FIELDS);
  const places = (['network', 'view'] as const).filter((part) => part !== home);
  // Exact names, here and elsewhere, come before similar spellings.
  for (const find of [namesake, nearest]) {
    const exact = names.length === 0 && places.find((part) => FIELDS[part].includes(key));
    if (exact) return suggestion(`${exact}.${key}`);
    const here = find(key, known);
    if (here !== undefined) return suggestion(here);
    for (const part of places) {
      const there = find(key, FIELDS[part]);
      if (there !== undefined) return suggestion(`${part}.${there}`);
    }
    const above = names.length > 0 && find(key, SWEEP_FIELDS);
    if (above) return `. Did you mean the sweep's "${above}"?`;
  }
  return '.';
}

/**
 * One line on the first thing wrong.
 * @param input - What was read, to quote the value from.
 * @param prefix - Where in the sweep the input stands.
 * @param whole - What to call the input where all of it is wrong.
 * @param known - The input's fields, if it is not a sweep or part of one.
 */
export function explain(
  error: z.ZodError,
  input: unknown,
  prefix: (string | number)[] = [],
  whole = 'The sweep',
  known?: readonly string[],
): string {
  const issue = deepest(error.issues[0] as Issue);
  const path = issue.path;
  const name = [...prefix, ...path].join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys![0];
    const meant = known ? didYouMean(key, known) : fieldMeant(key, [...prefix, ...path]);
    return `${[...prefix, ...path, key].join('.')} is not a field${meant}`;
  }
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], input);
  const subject = name === '' ? whole : name;
  if (issue.code === 'custom') return `${subject} ${issue.message}.`;
  const hint = typeof value === 'string' && issue.values ? didYouMean(value, issue.values.map(String)) : '.';
  const tooManyToList = issue.values && issue.values.length > 10 && hint !== '.';
  const rule = tooManyToList ? 'must be a known name' : ruleOf(issue);
  return value === undefined
    ? `${subject} is missing: it ${rule}.`
    : `${subject} is ${quote(value)} but ${rule}${hint}`;
}

/**
 * One line about a view that exceeds float32 precision: what is wrong, where it begins, and what to do.
 * @param seconds - When it begins; undefined if from the start.
 */
export function explainGrain(halfWidth: number, seconds?: number): string {
  const where = `at half-width ${Number(halfWidth.toPrecision(2))}`;
  const begin =
    seconds === undefined ? `A${where.slice(1)}` : `From ${Number(seconds.toFixed(2))} s, ${where},`;
  return `${begin} the zoom exceeds float32 precision and the picture turns to grain: zoom in less, or use fewer layers or a smaller weightScale.`;
}

/** A value as short text, for messages. */
export function quote(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = asText(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? 'a list' : 'an object'; // circular, or contains a BigInt
  }
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
