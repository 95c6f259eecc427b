/**
 * The rows of a batch. Turns a file, which is not trusted, into the words of `render` command lines.
 */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import Papa from 'papaparse';
import { UsageError } from '../core/errors.js';
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import { didYouMean, nearest } from '../core/wording/did-you-mean.js';
import { quote } from '../core/wording/explain.js';
import { parseJson } from '../core/wording/json.js';
import { printable } from '../core/wording/printable.js';
import { flagOf, kebab, type OptionEntry } from './option.js';
import type { RenderOptions } from './options.js';
import { allFields } from './override.js';
import { optionSynonyms } from './synonyms.js';

/** A row as it is in the file: names and values, in order. */
export type Row = [name: string, value: unknown][];

/** What a row requests. */
export interface RowRequest {
  scene: string | undefined;
  options: RenderOptions;
  /** The names of the options that the row or the command line gave. */
  given: Set<string>;
}

/** How rows are read: with the options of `render`. */
export interface RowReader {
  /** The options that a row may give. */
  fields: readonly OptionEntry[];
  /** Reads a command line. @throws UsageError as `render` itself would. */
  read(words: string[]): RowRequest;
}

const MOST_BYTES = 16 * 2 ** 20;
const MOST_ROWS = 10_000;

/** @throws UsageError, beginning with the file's name, if the file cannot be read as rows. */
export async function readRows(path: string, reader: RowReader): Promise<Row[]> {
  try {
    const rows = await rowsIn(path, reader);
    if (rows.length === 0) throw new UsageError('the file has no rows: write one for each film.');
    if (rows.length > MOST_ROWS) {
      throw new UsageError(
        `the file has ${rows.length} rows, but at most ${MOST_ROWS} are allowed: split it.`,
      );
    }
    return rows;
  } catch (error) {
    throw new UsageError(`${path}: ${inOneLine((error as Error).message)}`, { cause: error });
  }
}

async function rowsIn(path: string, reader: RowReader): Promise<Row[]> {
  const kind = extname(path).toLowerCase();
  if (kind !== '.json' && kind !== '.csv') {
    throw new UsageError('rows must be in a .json or .csv file: check its name.');
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new UsageError('there is no such file: check its path.');
  if (stats.size > MOST_BYTES) {
    throw new UsageError(
      `the file has ${stats.size} bytes, but at most ${MOST_BYTES} are allowed: split it.`,
    );
  }
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  return kind === '.json' ? fromJson(text) : fromCsv(text, reader);
}

function fromJson(text: string): Row[] {
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (error) {
    throw new UsageError(
      `the file is not valid JSON (${(error as Error).message}): check its brackets and quotes.`,
    );
  }
  if (!Array.isArray(data))
    throw new UsageError('the file must be a list of rows: [{ "scene": "depth", "seed": 7 }, ...].');
  return data.map((row, i) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return Object.entries(row);
    throw new UsageError(
      `row ${i + 1} is ${quote(row)} but must be an object: { "scene": "depth", "seed": 7 }.`,
    );
  });
}

/**
 * A header, then a line for each row. Several values of a repeatable option are separated by semicolons. An empty field
 * stands for an option that is not given.
 */
function fromCsv(text: string, reader: RowReader): Row[] {
  const [, delimiter = ','] = /^[^\n]*?([,;\t])/.exec(text) ?? [];
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
  const [error] = errors;
  if (error) {
    throw new UsageError(
      `the file is not valid CSV (${error.message}, row ${(error.row ?? 0) || 1}): check its quotes.`,
    );
  }
  const [header = [], ...lines] = data;
  const names = header.map((name) => name.trim());
  for (const name of names) fieldOf(name, reader); // an unknown column is a mistake in every row
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`two columns are named "${twice}": remove one.`);
  return lines.map((line, i) => {
    if (line.length > names.length) {
      throw new UsageError(
        `row ${i + 1} has ${line.length} fields, but the header has ${names.length}: quote values that contain "${delimiter}".`,
      );
    }
    return line.flatMap((value, column): Row => {
      const name = names[column];
      if (value.trim() === '') return [];
      const repeatable = fieldOf(name, reader)?.repeatable;
      return [[name, repeatable ? value.split(';').map((part) => part.trim()) : value.trim()]];
    });
  });
}

/** What a row requests. @throws UsageError for anything that `render` would reject. */
export function requestOf(row: Row, reader: RowReader): RowRequest {
  const words: string[] = [];
  let scene: string | undefined;
  for (const [name, value] of row) {
    if (value === null || value === undefined) continue;
    const entry = fieldOf(name, reader);
    if (entry) words.push(...wordsFor(entry, name, value, reader));
    else if (typeof value === 'string') scene = value;
    else throw new UsageError(`scene is ${quote(value)} but must be a name or a path.`);
  }
  return reader.read([...words, '--', ...(scene === undefined ? [] : [scene])]);
}

/** The option that a field sets, written "max-size" or "maxSize"; undefined for the scene. */
function fieldOf(field: string, { fields }: RowReader): OptionEntry | undefined {
  if (field === 'scene') return undefined;
  const entry = fields.find(({ name }) => name === field || kebab(name) === field);
  if (entry) return entry;
  const opposite = fields.find((entry) => entry.opposes && flagOf(entry) === `--${kebab(field)}`);
  if (opposite) return opposite;
  const names = fields.map(({ name }) => kebab(name));
  const parameter = nearest(field, allFields, sweepSynonyms);
  const hint =
    parameter !== undefined && !nearest(field, names, optionSynonyms)
      ? `: to set a sweep's ${parameter}, name the column "set" and write ${parameter}=... in it.`
      : didYouMean(field, [...names, 'scene'], optionSynonyms);
  throw new UsageError(`${quote(field)} is not an option of render${hint}`);
}

function wordsFor(entry: OptionEntry, name: string, value: unknown, { fields }: RowReader): string[] {
  const flag = flagOf(entry);
  if (entry.value === undefined) {
    const on = { true: true, yes: true, 1: true, false: false, no: false, 0: false }[
      String(value).toLowerCase()
    ];
    if (on === undefined) throw new UsageError(`${name} is ${quote(value)} but must be true or false.`);
    if (entry.opposes) return on ? [flag] : []; // its column has the name of the flag
    return on === (entry.negated ?? false) ? [] : [flag];
  }
  if (value === false && fields.some(({ name, opposes }) => opposes && name === entry.name))
    return [`--no-${kebab(entry.name)}`];
  if (entry.repeatable) return several(name, value).map((text) => `${flag}=${text}`);
  if (typeof value === 'string' || typeof value === 'number') return [`${flag}=${value}`];
  throw new UsageError(
    `${name} is ${quote(value)} but must be one string or number, as on the command line.`,
  );
}

/** A repeatable option's values: a list, or one; for `set` also an object, or assignments separated by semicolons. */
function several(name: string, value: unknown): string[] {
  if (name === 'set' && typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value as object).map(
      ([key, part]) => `${key}=${typeof part === 'string' ? part : JSON.stringify(part)}`,
    );
  }
  const parts = Array.isArray(value) ? value : name === 'set' ? String(value).split(';') : [value];
  return parts.map((part) => {
    if (typeof part === 'string' || typeof part === 'number') return `${part}`.trim();
    throw new UsageError(
      `${name} has ${quote(part)}, but its values must be strings or numbers: give one, or a list.`,
    );
  });
}

/** A message on one line, without control characters and of limited length: it may quote a file. */
export function inOneLine(text: string): string {
  const line = printable(text);
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
