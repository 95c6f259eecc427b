/** The rows of a batch: from a file, which may be anybody's, to what `render` would have been told on its command line. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Option } from 'commander';
import Papa from 'papaparse';
import { UsageError } from '../core/errors.js';
import { sweepSynonyms } from '../core/sweep/fields.js';
import { didYouMean, nearest } from '../core/wording/did-you-mean.js';
import { quote } from '../core/wording/explain.js';
import { parseJson } from '../core/wording/json.js';
import type { RenderOptions } from './options.js';
import { allFields } from './override.js';
import { printable } from './report.js';
import { optionSynonyms } from './synonyms.js';

/** A row as it stands in the file: names and values, in order. */
export type Row = [name: string, value: unknown][];

/** What a row asks for. */
export interface Asked {
  scene: string | undefined;
  options: RenderOptions;
  /** Which of the options the row or the command line gave, by name. */
  given: Set<string>;
}

/** How rows are read: by the options of `render`. */
export interface RowReader {
  /** Those that a row may give. */
  fields: readonly Option[];
  /** Reads a command line. @throws UsageError as `render` itself would. */
  read(words: string[]): Asked;
}

const MOST_BYTES = 16 * 2 ** 20;
const MOST_ROWS = 10_000;

/** @throws UsageError, beginning with the file's name, for one that has no rows to read. */
export async function readRows(path: string, reader: RowReader): Promise<Row[]> {
  try {
    const rows = await rowsIn(path, reader);
    if (rows.length === 0) throw new UsageError('there are no rows in it: write one for each film.');
    if (rows.length > MOST_ROWS) {
      throw new UsageError(`it has ${rows.length} rows, and ${MOST_ROWS} are the most: cut it in parts.`);
    }
    return rows;
  } catch (error) {
    throw new UsageError(`${path}: ${inOneLine((error as Error).message)}`, { cause: error });
  }
}

async function rowsIn(path: string, reader: RowReader): Promise<Row[]> {
  const kind = extname(path).toLowerCase();
  if (kind !== '.json' && kind !== '.csv') throw new UsageError('rows are a .json or a .csv: name one.');
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new UsageError('there is no such file: check its path.');
  if (stats.size > MOST_BYTES) {
    throw new UsageError(`it has ${stats.size} bytes, and ${MOST_BYTES} are the most: cut it in parts.`);
  }
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  return kind === '.json' ? fromJson(text) : fromCsv(text, reader);
}

function fromJson(text: string): Row[] {
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (error) {
    throw new UsageError(`it is not JSON (${(error as Error).message}): check its brackets and quotes.`);
  }
  if (!Array.isArray(data))
    throw new UsageError('it must be a list of rows: [{ "scene": "depth", "seed": 7 }, ...].');
  return data.map((row, i) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return Object.entries(row);
    throw new UsageError(
      `row ${i + 1} is ${quote(row)} but must be an object: { "scene": "depth", "seed": 7 }.`,
    );
  });
}

/** A header, and a line for each row. What may be given more than once is parted by semicolons; an empty field is not given. */
function fromCsv(text: string, reader: RowReader): Row[] {
  const [, delimiter = ','] = /^[^\n]*?([,;\t])/.exec(text) ?? [];
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
  const [error] = errors;
  if (error)
    throw new UsageError(`it is not CSV (${error.message}, row ${(error.row ?? 0) || 1}): check its quotes.`);
  const [header = [], ...lines] = data;
  const names = header.map((name) => name.trim());
  for (const name of names) fieldOf(name, reader); // a column that means nothing is a mistake in every row
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`it has two columns "${twice}": leave one out.`);
  return lines.map((line, i) => {
    if (line.length > names.length) {
      throw new UsageError(
        `row ${i + 1} has ${line.length} fields, and the header ${names.length}: put what has a "${delimiter}" in it in quotes.`,
      );
    }
    return line.flatMap((value, column): Row => {
      const name = names[column];
      if (value.trim() === '') return [];
      const repeats = Array.isArray(fieldOf(name, reader)?.defaultValue);
      return [[name, repeats ? value.split(';').map((part) => part.trim()) : value.trim()]];
    });
  });
}

/** What a row asks for. @throws UsageError for what `render` would not take. */
export function askedBy(row: Row, reader: RowReader): Asked {
  const words: string[] = [];
  let scene: string | undefined;
  for (const [name, value] of row) {
    if (value === null || value === undefined) continue;
    const option = fieldOf(name, reader);
    if (option) words.push(...wordsFor(option, name, value));
    else if (typeof value === 'string') scene = value;
    else throw new UsageError(`scene is ${quote(value)} but must be a name or a path.`);
  }
  return reader.read([...words, '--', ...(scene === undefined ? [] : [scene])]);
}

/** The option that a field stands for, as "max-size" or "maxSize"; undefined for the scene. */
function fieldOf(name: string, { fields }: RowReader): Option | undefined {
  if (name === 'scene') return undefined;
  const option = fields.find((field) => field.attributeName() === name || nameOf(field) === name);
  if (option) return option;
  const parameter = nearest(name, allFields, sweepSynonyms);
  const hint =
    parameter !== undefined && !nearest(name, fields.map(nameOf), optionSynonyms)
      ? `: for a sweep's ${parameter}, name the column "set" and write ${parameter}=... in it.`
      : didYouMean(name, [...fields.map(nameOf), 'scene'], optionSynonyms);
  throw new UsageError(`${quote(name)} is not a render option${hint}`);
}

/** As a row has it: "max-size", and "cache" for "--no-cache". */
const nameOf = (option: Option) => option.name().replace(/^no-/, '');

function wordsFor(option: Option, name: string, value: unknown): string[] {
  const flag = option.long!;
  if (option.isBoolean()) {
    const on = { true: true, yes: true, 1: true, false: false, no: false, 0: false }[
      String(value).toLowerCase()
    ];
    if (on === undefined) throw new UsageError(`${name} is ${quote(value)} but must be true or false.`);
    return on === option.negate ? [] : [flag];
  }
  if (Array.isArray(option.defaultValue)) return several(name, value).map((text) => `${flag}=${text}`);
  if (typeof value === 'string' || typeof value === 'number') return [`${flag}=${value}`];
  throw new UsageError(`${name} is ${quote(value)} but must be one text or number, as on the command line.`);
}

/** A list, or one; and for `set` an object, or assignments parted by semicolons. */
function several(name: string, value: unknown): string[] {
  if (name === 'set' && typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value as object).map(
      ([key, part]) => `${key}=${typeof part === 'string' ? part : JSON.stringify(part)}`,
    );
  }
  const parts = Array.isArray(value) ? value : name === 'set' ? String(value).split(';') : [value];
  return parts.map((part) => {
    if (typeof part === 'string' || typeof part === 'number') return `${part}`.trim();
    throw new UsageError(`${name} has ${quote(part)}, and takes texts: one, or a list of them.`);
  });
}

/** What is said of a file may quote it, and that may be long, or commands to a terminal. */
export function inOneLine(text: string): string {
  const line = printable(text);
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
