/** Parses untrusted data by a schema, with actionable error messages. */
import type * as z from 'zod';
import { UsageError } from '../errors.js';
import { type About, explain, keepFieldNames } from './explain.js';

export type Parsed<Output> = { success: true; data: Output } | { success: false; error: UsageError };

/** Parses a value and fills in its defaults. @throws UsageError that states the value, the rule and a suggestion. */
export function parse<Output>(schema: z.ZodType<Output>, input: unknown, about: About): Output {
  const result = tryParse(schema, input, about);
  if (result.success) return result.data;
  throw result.error;
}

/** The same, without throwing. */
export function tryParse<Output>(schema: z.ZodType<Output>, input: unknown, about: About): Parsed<Output> {
  const result = schema.safeParse(input, { error: keepFieldNames });
  if (result.success) return { success: true, data: result.data };
  return { success: false, error: new UsageError(explain(result.error, input, about)) };
}
