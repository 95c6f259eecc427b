/** The table of commands, from src/cli/program.ts. */
import { buildProgram } from '../../dist/cli/program.js';
import { table } from './table.js';

/** The page of the guide about a command. */
const PAGES = {
  sheet: '[Choose a network](choose.md)',
  export: '[Export](exports.md)',
  batch: '[Make many films](batches.md)',
  plan: '[Use many machines](farm.md)',
  join: '[Use many machines](farm.md)',
  work: '[Use many machines](farm.md)',
  edit: '[The editor](editor.md)',
  explore: '[The explorer](explorer.md)',
  init: '[Start a project](start.md)',
  platforms: '[Formats and platforms](formats.md)',
  cache: '[The cache](machines.md#cache)',
  doctor: '[Your machine](machines.md)',
};

/** The command with its arguments, as help writes them. */
function usageOf(command) {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return ['untrained', ...pathOf(command), ...words].join(' ');
}

function pathOf(command) {
  return command.parent ? [...pathOf(command.parent), command.name()] : [];
}

const isShown = (command) => !command._hidden;
const withParts = (command) => [command, ...command.commands.flatMap(withParts)];

export function commandTable() {
  const program = buildProgram(new AbortController().signal);
  const rows = program.commands
    .filter(isShown)
    .flatMap(withParts)
    .map((command) => {
      const page = PAGES[command.name()];
      return [`\`${usageOf(command)}\``, `${command.description()}${page ? `: ${page}` : ''}`];
    });
  return table(['command', 'what it does'], rows);
}
