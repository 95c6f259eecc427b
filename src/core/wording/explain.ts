/** Turns a zod error into one line: the value, the rule, and a suggestion. */
import type * as z from 'zod';
import { available, didYouMean, type Synonyms } from './did-you-mean.js';

/** Context for messages about an input, beyond its schema. */
export interface About {
  /** The input's path in a larger object, such as `['network']`; by default the input is the whole. */
  prefix?: readonly (string | number)[];
  /** The subject of a message about the whole input, such as "The sweep". By default the prefix. */
  whole?: string;
  /**
   * The end of a sentence about an unknown field; by default a similar field of its container, and all of them.
   * @param path - Of its container, prefix included. @param known - The names of the container's fields.
   */
  fieldHint?: (key: string, path: (string | number)[], known: readonly string[]) => string;
  /** The end of a sentence about an object where a number is expected; by default a full stop. */
  objectHint?: (value: object, path: (string | number)[]) => string;
  /** Synonyms of the fields and values that the schema accepts. */
  synonyms?: Synonyms;
  /** Rewrites the message for inputs that users know by other names. */
  reword?: (message: string) => string;
}

/** For zod's option `error`: keeps the names of the fields of an object that has an unknown one, which zod drops. */
export const keepFieldNames: z.core.$ZodErrorMap = ({ code, inst }) => {
  const { shape } = (inst as z.ZodObject | undefined)?._zod.def ?? {};
  return code === 'unrecognized_keys' && shape ? Object.keys(shape).join(' ') : undefined;
};

/** One line about the first error. @param input - The parsed input, to quote the value from. */
export function explain(error: z.ZodError, input: unknown, about: About): string {
  const message = describe(error, input, about);
  return about.reword ? about.reword(message) : message;
}

function describe(error: z.ZodError, input: unknown, about: About): string {
  const { prefix = [], whole, synonyms = {}, objectHint } = about;
  const { fieldHint = (key, _, known) => available(key, known, synonyms) } = about;
  const issue = first(error.issues as Issue[], input);
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys![0];
    const known = issue.message.split(' ');
    const subject = [...path, key].join('.');
    if (known.includes(key)) {
      const others = Object.keys(valueAt(issue.path, input) as object).filter((other) => other !== key);
      return `${subject} cannot be combined with ${others.join(', ')}: give one or the other.`;
    }
    return `${subject} is not a field${fieldHint(key, path, known)}`;
  }
  const value = valueAt(issue.path, input);
  const subject = issue.path.length === 0 && whole ? whole : path.join('.');
  if (issue.code === 'custom') return `${subject} ${issue.message}.`;
  const hint =
    typeof value === 'string' && issue.values
      ? didYouMean(value, issue.values.map(String), synonyms)
      : isObject(value) && issue.expected === 'number' && objectHint
        ? objectHint(value, path)
        : '.';
  const tooManyToList = issue.values && issue.values.length > 10 && hint !== '.';
  const rule = tooManyToList ? 'must be a known name' : ruleOf(issue);
  return value === undefined
    ? `${subject} is missing: it ${rule}.`
    : `${subject} is ${quote(value)} but ${rule}${hint}`;
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], input);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

/**
 * The error to report: the first one. But if it is about a missing field, an unknown field of the same object comes
 * first, since that is probably the missing field, misspelt.
 */
function first(issues: Issue[], input: unknown): Issue {
  const issue = deepest(issues[0], input);
  if (valueAt(issue.path, input) !== undefined) return issue;
  const around = issue.path.slice(0, -1).join('.');
  const unknown = issues.find(({ code, path }) => code === 'unrecognized_keys' && path.join('.') === around);
  return unknown ?? issue;
}

/** The deepest error among a union's members: the author probably meant the form that matched furthest. */
function deepest(issue: Issue, input: unknown): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return issue;
  const value = valueAt(issue.path, input);
  const firsts = issue.errors.map((issues) => first(issues, value));
  if (firsts.every(({ code, path }) => code === 'invalid_value' && path.length === 0)) {
    const values = new Set(firsts.flatMap(({ values }) => values ?? []));
    return { ...issue, code: 'invalid_value', values: [...values] };
  }
  const best = firsts.reduce((a, b) => (rankOf(b, value) > rankOf(a, value) ? b : a));
  const path = [...issue.path, ...best.path] as Issue['path'];
  return { ...best, ...(best.path.length === 0 && ofAllForms(best, firsts)), path };
}

/** An unknown field's issue with the fields of all forms of the object. A field that no form has comes first. */
function ofAllForms(issue: Issue, firsts: Issue[]): Partial<Issue> {
  if (issue.code !== 'unrecognized_keys') return {};
  const alike = firsts.filter(({ code, path }) => code === issue.code && path.length === 0);
  const known = new Set(alike.flatMap(({ message }) => message.split(' ')));
  const keys = issue.keys!.toSorted((a, b) => Number(known.has(a)) - Number(known.has(b)));
  return { keys, message: [...known].join(' ') };
}

/** How far a value matched the form that has an error. Among forms of an object, one with fewer unknown fields wins. */
function rankOf({ code, path, keys = [], expected }: Issue, value: unknown): number {
  const { length } = path;
  if (code === 'unrecognized_keys') return 10 * length + 5 - Math.min(4, keys.length - 1);
  if (valueAt(path, value) === undefined) return 10 * length - 4;
  // A fractional number is a closer match than a value of another type.
  return 10 * length + (code === 'invalid_type' && expected !== 'int' ? 0 : 1);
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
  if (type === 'record') return 'an object';
  if (type === 'tuple' || type === 'array') return 'a list';
  if (type === 'string') return 'a text';
  if (type === 'nan') return 'a number';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
