/** Writes values as JavaScript, laid out like code that a person has formatted. */
import { UNSEEN } from '../../core/wording/printable.js';

/** Code: a text without line breaks, or items between brackets. */
export type Code = string | Brackets;

interface Brackets {
  /** What comes before and after the items, such as `tween(` and `)`. */
  open: string;
  close: string;
  items: { key?: string; code: Code }[];
  /** Whether a space separates the items from the brackets if all is on one line. */
  spaced?: boolean;
  /** Whether each item is on its own line even if all would fit on one. */
  tall?: boolean;
}

/** Lines are at most this long where possible, in columns. */
export const COLUMNS = 100;
const INDENT = '  ';

/** `[a, b]` */
export const listCode = (items: Code[]): Code => ({
  open: '[',
  close: ']',
  items: items.map((code) => ({ code })),
});

/** `{ name: a }` */
export const objectCode = (fields: [name: string, code: Code][], tall = false): Code => ({
  open: '{',
  close: '}',
  items: fields.map(([name, code]) => ({ key: `${keyCode(name)}: `, code })),
  spaced: true,
  tall,
});

/** `name(a, b)`. A call with one argument shares its lines with the argument's brackets. */
export function callCode(name: string, args: Code[]): Code {
  const [only] = args;
  if (args.length === 1 && typeof only === 'object')
    return { ...only, open: `${name}(${only.open}`, close: `${only.close})` };
  return { open: `${name}(`, close: ')', items: args.map((code) => ({ code })) };
}

/** Plain data: numbers, texts, lists and objects. */
export function valueCode(value: unknown): Code {
  if (typeof value === 'string') return stringCode(value);
  if (Array.isArray(value)) return listCode(value.map(valueCode));
  if (typeof value !== 'object' || value === null) return String(value);
  return objectCode(Object.entries(value).map(([name, item]) => [name, valueCode(item)]));
}

/** Lays out code. @param before - How many columns of the first line are taken. @param after - And of the last. */
export function layOut(code: Code, indent = '', before = 0, after = 1): string {
  if (typeof code === 'string') return code;
  const flat = flatly(code);
  if (!isTall(code) && indent.length + before + flat.length + after <= COLUMNS) return flat;
  const inner = indent + INDENT;
  const lines = isPlainList(code)
    ? filled(
        code.items.map(({ code }) => code as string),
        inner,
      )
    : code.items.map(({ key = '', code }) => `${inner}${key}${layOut(code, inner, key.length + 1, after)},`);
  return [code.open, ...lines, indent + code.close].join('\n');
}

function flatly(code: Code): string {
  if (typeof code === 'string') return code;
  const items = code.items.map(({ key = '', code }) => key + flatly(code)).join(', ');
  const space = code.spaced && items !== '' ? ' ' : '';
  return code.open + space + items + space + code.close;
}

function isTall(code: Code): boolean {
  return typeof code === 'object' && (code.tall === true || code.items.some(({ code }) => isTall(code)));
}

/** A list of numbers or words, which may be long. */
function isPlainList({ open, items }: Brackets): boolean {
  return open.endsWith('[') && items.every(({ code }) => typeof code === 'string');
}

/** As many items on each line as fit. */
function filled(items: string[], indent: string): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= COLUMNS)
      lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`${indent}${item},`);
  }
  return lines;
}

const keyCode = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : stringCode(name));

/** A text in single quotes. */
export function stringCode(text: string): string {
  const escaped = text
    .replace(/[\\']/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
  return `'${escaped}'`;
}
