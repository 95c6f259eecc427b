/** Runs the `untrained` command. Exit codes: 0, 1 for work that failed, 2 for bad usage, 130 when interrupted. */
import { CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import { forgottenDashes } from './forgotten.js';
import { buildProgram } from './program.js';
import { inSight, printJson } from './report.js';
import { stopMessage } from './stopping.js';

/** @param args - The command line's words, without Node's and the program's own. */
export async function start(args: string[]): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(130); // asked twice: at once
      interruption.abort(new Error(stopMessage()));
    });
  }
  // A reader that went away (| head), or a full disk behind >, is no reason for a render to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const program = buildProgram(interruption.signal);
    // Commander answers `help nonsense` with all of its help.
    const [first, topic] = args;
    const lost = first === 'help' && topic && !program.commands.some((command) => command.name() === topic);
    await program.parseAsync(lost ? [topic] : args, { from: 'user' });
  } catch (error) {
    const { aborted, reason } = interruption.signal;
    process.exitCode = report(aborted ? reason : error, args.includes('--json'), aborted);
  }
}

/**
 * Runs a command for one of this package's own npm scripts.
 * @param words - Those that npm has left of what stood on its command line.
 */
export async function startByNpm(name: string, words: string[]): Promise<void> {
  const program = buildProgram(new AbortController().signal);
  const command = program.commands.find((command) => command.name() === name)!;
  const message = await forgottenDashes(command, words);
  if (message === undefined) return start([name, ...words]);
  process.exitCode = report(new UsageError(message), words.includes('--json'), false);
}

/** Says what went wrong, in one line. Gives the exit code. */
function report(error: unknown, json: boolean, stopped: boolean): number {
  const said = error instanceof CommanderError; // it has printed its message itself
  if (said && error.exitCode === 0) return 0; // --help and --version
  const message = inSight(error instanceof Error ? error.message : String(error));
  if (json) printJson('error', { message });
  if (!said) console.error(`untrained: ${message}`);
  if (stopped) return 130;
  if (said || error instanceof UsageError) return 2;
  if (process.env.DEBUG) console.error(error);
  return 1;
}
