/** An entry in the table of options (options.ts), and what follows from it: flag, help, and how values are read. */
import { Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { parseChoice, parseNumber } from './arguments.js';

/** Every command that has options. */
export type CommandName =
  | 'render'
  | 'still'
  | 'sheet'
  | 'export'
  | 'batch'
  | 'plan'
  | 'join'
  | 'work'
  | 'edit'
  | 'explore'
  | 'list'
  | 'info'
  | 'platforms'
  | 'cache'
  | 'doctor';

/** The numbers that an option accepts: enforced when it is read, and stated in its help. Both bounds are inclusive. */
export interface Range {
  least?: number;
  /** An exclusive lower bound, instead of `least`. */
  above?: number;
  most?: number;
  whole?: true;
}

export interface OptionEntry {
  /** As in code: `maxSize` is --max-size. */
  name: string;
  /** One letter. */
  short?: string;
  /** The value's placeholder. An option without one is a switch. */
  value?: string;
  /** A switch that turns off what is on by default: `cache` is --no-cache. */
  negated?: true;
  /** A negated switch beside an option with a value that has the same name, listed after it: its value is false. */
  opposes?: true;
  /** What it does, in one sentence without a full stop. */
  help: string;
  /** Help for a command in which it means something else. */
  helpFor?: { readonly [Name in CommandName]?: string };
  /** More about it in Markdown, for docs/options.md only. */
  more?: string;
  /** The unit of its numbers. */
  unit?: string;
  range?: Range;
  choices?: readonly string[];
  /** Turns its text into a value, or undefined for text of the wrong form. By default a number if it has a range. */
  read?: (text: string) => unknown;
  /** Completes "must be ...", for what `read` expects. */
  form?: string;
  /** Completes "try ..." when a value is rejected. */
  example?: string;
  /** Turns its value into text that `read` accepts. Defaults to String. */
  write?: (value: never) => string;
  /** Its value if it is not given. */
  default?: string;
  /** What applies if it is not given, in words. */
  otherwise?: string;
  otherwiseFor?: { readonly [Name in CommandName]?: string };
  /** How it affects the time that a render takes. */
  cost?: string;
  commands: readonly CommandName[];
  /** The only kind of scene that it applies to. Defaults to both. */
  scenes?: 'sweep' | 'composed';
  /** Whether it applies only to films, and not to pages and shaders. */
  films?: true;
  /** Whether it may be given more than once. Its value is then a list. */
  repeatable?: true;
  /** Whether a row of a batch may give it. Defaults to true for options of `render`. */
  row?: false;
  /** Whether commands that we suggest repeat it, because it determines what a picture shows. */
  repeated?: true;
}

/** "max-size" for maxSize. */
export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** "--max-size", or "--no-cache". */
export const flagOf = ({ name, negated }: OptionEntry) => `--${negated ? 'no-' : ''}${kebab(name)}`;

/** "-o, --out <file>". */
export function flagsOf(entry: OptionEntry): string {
  const { short, value } = entry;
  return `${short ? `-${short}, ` : ''}${flagOf(entry)}${value ? ` <${value}>` : ''}`;
}

/** Its help in one of its commands: the sentence, what it costs, and in parentheses range, default and limitations. */
export function helpOf(entry: OptionEntry, command: CommandName): string {
  const { scenes } = entry;
  const fallback = defaultOf(entry, command);
  return meaningOf(entry, command, [
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
    ...(scenes ? [`${KINDS[scenes]} only`] : []),
  ]);
}

/** Its sentence, what it costs, and in parentheses the values that it accepts and further facts. */
export function meaningOf(entry: OptionEntry, command: CommandName, more: string[] = []): string {
  const { help, helpFor, cost, range, unit, choices, repeatable } = entry;
  const sentence = helpFor?.[command] ?? help;
  const facts = [
    ...(range ? [limits(range, unit)] : []),
    ...(choices ? [choices.join(', ')] : []),
    ...more,
    ...(repeatable ? ['repeatable'] : []),
  ];
  return `${sentence}${cost ? `; ${cost}` : ''}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`;
}

/** What applies in a command if the option is not given, in words. */
export const defaultOf = (entry: OptionEntry, command: CommandName): string | undefined =>
  entry.otherwiseFor?.[command] ?? entry.otherwise ?? entry.default;

/** What an option's `scenes` is called. */
export const KINDS = { sweep: 'sweeps', composed: 'composed scenes' } as const;

/** "1 to 4", "above 0, at most 3600 seconds", "0 or more". */
function limits({ least, above, most }: Range, unit?: string): string {
  const lower = above !== undefined ? `above ${above}` : most === undefined ? `${least} or more` : `${least}`;
  const upper = most === undefined ? '' : above !== undefined ? `, at most ${most}` : ` to ${most}`;
  return `${lower}${upper}${unit ? ` ${unit}` : ''}`;
}

/** Reads a value from the command line or a batch. @throws UsageError that names the value and the rule. */
export function read(entry: OptionEntry, text: string): unknown {
  const { choices, range, unit, form, example } = entry;
  const flag = flagOf(entry);
  if (choices) return parseChoice(text, flag, choices);
  const value = entry.read ? entry.read(text) : range ? parseNumber(text) : text;
  if (value !== undefined && [value].flat().every((number) => !range || isWithin(range, number as number)))
    return value;
  const kind = form ?? (range?.whole ? 'a whole number' : 'a number');
  const preposition = range?.above !== undefined ? '' : range?.most !== undefined ? 'from ' : 'of ';
  const rule = range ? `${kind} ${preposition}${limits(range, unit)}` : kind;
  throw new UsageError(`${flag} is "${text}" but must be ${rule}${example ? `: try ${example}` : ''}.`);
}

function isWithin({ least, above, most, whole }: Range, value: number): boolean {
  const fromBelow = above !== undefined ? value > above : value >= (least ?? Number.NEGATIVE_INFINITY);
  return fromBelow && value <= (most ?? Number.POSITIVE_INFINITY) && (!whole || Number.isInteger(value));
}

/** The option for commander. */
export function commanderOption(entry: OptionEntry, command: CommandName): Option {
  const option = new Option(flagsOf(entry), helpOf(entry, command));
  if (entry.value === undefined) return option;
  if (!entry.repeatable) return option.default(entry.default).argParser((text) => read(entry, text));
  return option
    .default([])
    .argParser((text, earlier: unknown) => [...(earlier as unknown[]), read(entry, text)]);
}
