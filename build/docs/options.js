/** The table of options, from src/cli/options.ts. */
import { defaultOf, flagOf, flagsOf, meaningOf } from '../../dist/cli/option.js';
import { OPTIONS } from '../../dist/cli/options.js';
import { cell, codes, table, unique } from './table.js';

const DRAWING = ['render', 'batch', 'still', 'sheet'];
const COMMANDS = [...DRAWING, 'export'];

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

export function optionTable() {
  return table(['option', 'meaning', 'default', 'only for'], unique(OPTIONS.map(flagOf)).flatMap(rowOf));
}

/** The options of the commands that draw nothing, each command with its own. */
export function otherOptionTable() {
  const rows = OPTIONS.flatMap((entry) => {
    const others = entry.commands.filter((command) => !COMMANDS.includes(command));
    if (others.length === 0) return [];
    const meanings = byCommand(
      others.map((command) => [entry, command]),
      (one, command) => meaningOf(one, command),
    );
    const isKnown = entry.commands.some((command) => COMMANDS.includes(command));
    return isKnown && !('helpFor' in entry) ? [] : [[`\`${flagsOf(entry)}\``, cell(meanings), codes(others)]];
  });
  return table(['option', 'meaning', 'of'], rows);
}
