/**
 * `npm run docs`: writes the README's table of options anew from src/cli/options.ts. With --check it only compares, and
 * exits with 1 if the table is out of date. The file may be named: node build/docs.js [--check] [FILE].
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultOf, flagOf, flagsOf, meaningOf } from '../dist/cli/option.js';
import { OPTIONS } from '../dist/cli/options.js';

/** The line before the table, which ends at the next empty line. */
const MARK = '<!-- The table is generated from src/cli/options.ts: edit that, then run npm run docs. -->';
const DRAWING = ['render', 'batch', 'still', 'sheet'];
const COMMANDS = [...DRAWING, 'export'];

/** Text for a cell. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '\\<');
const codes = (names) => names.map((name) => `\`${name}\``).join(', ');
const unique = (list) => [...new Set(list)];

/** Each different text with the commands it is for: "all the same", or "one; for `sheet`: another". */
function byCommand(variants, textOf) {
  const commands = new Map();
  for (const [entry, command] of variants) {
    const text = textOf(entry, command) ?? '';
    commands.set(text, [...(commands.get(text) ?? []), command]);
  }
  return [...commands]
    .filter(([text]) => text !== '')
    .map(([text, names], i) => (i === 0 ? text : `for ${codes(names)}: ${text}`))
    .join('; ');
}

function rowOf(flag) {
  const entries = OPTIONS.filter((entry) => flagOf(entry) === flag);
  const variants = entries.flatMap((entry) =>
    entry.commands.filter((command) => COMMANDS.includes(command)).map((command) => [entry, command]),
  );
  if (variants.length === 0) return [];
  const more = entries.flatMap((entry) => entry.more ?? []).map((text) => `. ${text}`.replace(/\.$/, ''));
  const commands = unique(variants.map(([, command]) => command));
  const scenes = { sweep: 'sweeps', composed: 'composed scenes' }[entries[0].scenes];
  const isForDrawing = DRAWING.every((command) => commands.includes(command));
  const some = isForDrawing ? 'all but `export`' : codes(commands);
  const isForAll = commands.length === COMMANDS.length || (isForDrawing && scenes === 'composed scenes');
  const limited = [...(isForAll ? [] : [some]), ...(scenes ? [scenes] : [])];
  return [
    [
      `\`${flagsOf(entries[0])}\``,
      cell(byCommand(variants, (entry, command) => meaningOf(entry, command)) + more.join('')),
      cell(byCommand(variants, defaultOf)),
      limited.join('; '),
    ],
  ];
}

function table() {
  const rows = unique(OPTIONS.map(flagOf)).flatMap(rowOf);
  const head = [['option', 'meaning', 'default', 'only for'], Array(4).fill('---')];
  const line = (cells) => `|${cells.map((text) => (text ? ` ${text} ` : ' ')).join('|')}|`;
  return [...head, ...rows].map(line).join('\n');
}

const words = process.argv.slice(2);
const [file = fileURLToPath(new URL('../README.md', import.meta.url))] = words.filter(
  (word) => word !== '--check',
);
const before = readFileSync(file, 'utf8');
const [start, end] = [before.indexOf(`${MARK}\n`), before.indexOf('\n\n', before.indexOf(MARK))];
if (start < 0 || end < 0) throw new Error(`${file} has no line "${MARK}" before a table.`);
const after = `${before.slice(0, start)}${MARK}\n${table()}${before.slice(end)}`;
if (!words.includes('--check')) writeFileSync(file, after);
else if (after !== before) {
  console.error(`The table of options in ${file} is out of date: run npm run docs.`);
  process.exitCode = 1;
}
