/**
 * `npm run docs`: writes README's table of parameters from the tables in src/core. With --check it only compares, and
 * exits with 1 if README is out of date. Another file may be named: node build/parameter-table.js [--check] [FILE].
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allParameters } from '../dist/core/frame/parameters.js';
import { parameterTable } from '../dist/core/parameters/table.js';

/** The line before the table, which ends at the next empty line. */
const MARK = '<!-- Generated from src/core/*/parameters.ts: edit those, then run npm run docs. -->';

const words = process.argv.slice(2);
const [file = fileURLToPath(new URL('../README.md', import.meta.url))] = words.filter(
  (word) => word !== '--check',
);
const before = readFileSync(file, 'utf8');
const [start, end] = [before.indexOf(`${MARK}\n`), before.indexOf('\n\n', before.indexOf(MARK))];
if (start < 0 || end < 0) throw new Error(`${file} has no line "${MARK}" before a table.`);
const after = `${before.slice(0, start)}${MARK}\n${parameterTable(allParameters)}${before.slice(end)}`;
if (!words.includes('--check')) writeFileSync(file, after);
else if (after !== before) {
  console.error(`The table of parameters in ${file} is out of date: run npm run docs.`);
  process.exitCode = 1;
}
