/** Derives schemas from the tables of parameters. */
import * as z from 'zod';
import { keepFieldNames } from '../wording/explain.js';
import type { Parameter } from './parameter.js';

/**
 * The schema of a parameter: its range or choices, and its default. The schemas of other kinds (`seed`, `weights`,
 * `fold`, `shown`) are beside their types.
 */
export function schemaOf(parameter: Parameter): z.ZodType {
  return withDefault(parameter, valueSchema(parameter));
}

/** Fills in the parameter's default, unless there is none or it depends on other parameters. */
export function withDefault({ default: value, optional }: Parameter, schema: z.ZodType): z.ZodType {
  return value === undefined || optional ? schema.optional() : schema.default(value);
}

/** A schema that is also valid as a mix of two: `{ from, to, fraction }`. */
export function mixable(schema: z.ZodType): z.ZodType {
  return z.union([schema, z.strictObject({ from: schema, to: schema, fraction: z.number().min(0).max(1) })]);
}

/**
 * A schema that validates quickly and without copying, because there may be millions of numbers.
 * @param isValid - Must accept a value only if the schema does.
 */
export function quick(schema: z.ZodType, isValid: (value: unknown) => boolean): z.ZodType {
  return z.any().superRefine((value, context) => {
    if (isValid(value)) return;
    const { error } = schema.safeParse(value, { error: keepFieldNames });
    for (const issue of error?.issues ?? []) context.issues.push(issue as never);
  });
}

function valueSchema(parameter: Parameter): z.ZodType {
  switch (parameter.kind) {
    case 'flag':
      return z.boolean();
    case 'choice': {
      const choice = z.literal([...parameter.choices]);
      return parameter.mixes ? mixable(choice) : choice;
    }
    case 'integer':
    case 'number':
    case 'point':
    case 'numbers':
      return numericSchema(parameter);
    case 'features':
      return z
        .array(z.enum(parameter.choices as [string, ...string[]]))
        .min(1)
        .max(parameter.longest);
    default:
      throw new TypeError(`There is no general schema for a parameter of the kind "${parameter.kind}".`);
  }
}

function numericSchema({
  kind,
  range: [least, greatest],
  perLayer,
  longest = Number.POSITIVE_INFINITY,
}: Extract<Parameter, { range: unknown }>): z.ZodType {
  const number = (kind === 'integer' ? z.int() : z.number()).min(least).max(greatest);
  if (kind === 'point') return z.tuple([number, number]);
  if (kind === 'numbers') return z.array(number).max(longest);
  return perLayer ? z.union([number, z.array(number).max(longest)]) : number;
}
