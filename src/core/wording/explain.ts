/** Turns a zod error into one line: the value, the rule, and a suggestion. */
import type * as z from 'zod';
import { didYouMean, type Synonyms } from './did-you-mean.js';

/** Context for messages about an input, beyond its schema. */
export interface About {
  /** The input's path in a larger object, such as `['network']`; by default the input is the whole. */
  prefix?: readonly (string | number)[];
  /** The subject of a message about the whole input, such as "The sweep". By default the prefix. */
  whole?: string;
  /** The end of a sentence about an unknown field: see didYouMean. @param path - Of its container, prefix included. */
  fieldHint?: (key: string, path: (string | number)[]) => string;
  /** Synonyms of the values that the schema accepts. */
  synonyms?: Synonyms;
  /** Rewrites the message for inputs that users know by other names. */
  reword?: (message: string) => string;
}

/** One line about the first error. @param input - The parsed input, to quote the value from. */
export function explain(error: z.ZodError, input: unknown, about: About): string {
  const message = describe(error, input, about);
  return about.reword ? about.reword(message) : message;
}

function describe(error: z.ZodError, input: unknown, about: About): string {
  const { prefix = [], whole, fieldHint = () => '.', synonyms = {} } = about;
  const issue = deepest(error.issues[0] as Issue);
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys![0];
    return `${[...prefix, ...path, key].join('.')} is not a field${fieldHint(key, [...prefix, ...path])}`;
  }
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], input);
  const subject = path.length === 0 && whole ? whole : [...prefix, ...path].join('.');
  if (issue.code === 'custom') return `${subject} ${issue.message}.`;
  const hint =
    typeof value === 'string' && issue.values ? didYouMean(value, issue.values.map(String), synonyms) : '.';
  const tooManyToList = issue.values && issue.values.length > 10 && hint !== '.';
  const rule = tooManyToList ? 'must be a known name' : ruleOf(issue);
  return value === undefined
    ? `${subject} is missing: it ${rule}.`
    : `${subject} is ${quote(value)} but ${rule}${hint}`;
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

/** The deepest error among a union's members: the author probably meant the form that matched furthest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return issue;
  const firsts = issue.errors.map(([first]) => deepest(first));
  const literals = firsts.filter((first) => first.code === 'invalid_value');
  if (literals.length === firsts.length) {
    return { ...issue, code: 'invalid_value', values: literals.flatMap((first) => first.values ?? []) };
  }
  // (A number that is not whole is closer than a missing value or one of another type.)
  const isType = ({ code, expected }: Issue) => code === 'invalid_type' && expected !== 'int';
  const rank = (one: Issue) => 10 * one.path.length + (isType(one) ? 0 : 1);
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
