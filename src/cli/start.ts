/**
 * Runs the `untrained` command. Exit codes: 0; those of exitCodeOf(); after a signal, 128 plus the signal's
 * number, as in shells: 130 for Ctrl-C, 143 for SIGTERM, 129 when the terminal was closed.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { exitCodeOf, RenderError, TransientError, UsageError } from '../core/errors.js';
import { inSight } from '../core/wording/printable.js';
import { forgottenDashes } from './forgotten.js';
import { dismissModuleProcess } from './module-child.js';
import { buildProgram } from './program.js';
import { printJson } from './report.js';
import { stopMessage } from './stopping.js';

/** How long a failed command may take to exit on its own, in milliseconds. */
const LEAVE_MS = 1000;

/** Runs the command. @param args - The command line's words, without the paths of Node and the program. */
export async function start(args: string[]): Promise<void> {
  const interruption = new AbortController();
  let stopped = 0; // the exit code, once a signal has been received
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
    // SIGBREAK, Ctrl-Break, exists only on Windows, which cannot send SIGTERM.
    process.on(name, () => {
      if (stopped) process.exit(stopped); // the second signal: exit at once
      stopped = 128 + constants.signals[name];
      interruption.abort(new Error(stopMessage()));
    });
  }
  // A render must not fail because its reader has exited (| head) or the disk behind > is full.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const code = await run(args, interruption.signal, () => stopped);
  if (code === 0) return; // keeps a code that the command set itself
  process.exitCode = code;
  setTimeout(() => process.exit(), LEAVE_MS).unref(); // an unresponsive disk may block the exit
}

/**
 * Runs a command in this process and reports its error, if any. Leaves signals, streams and the process's end alone.
 * @param stopped - Returns the exit code for a signal, once one has been received.
 * @returns The exit code for the error; 0 without one.
 */
export async function run(args: string[], signal: AbortSignal, stopped = () => 0): Promise<number> {
  try {
    const program = buildProgram(signal);
    // For `help nonsense`, commander would print its whole help.
    const [first, topic] = args;
    const lost = first === 'help' && topic && !program.commands.some((command) => command.name() === topic);
    await program.parseAsync(lost ? [topic] : args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(stopped() ? signal.reason : error, args.includes('--json'), stopped());
  } finally {
    dismissModuleProcess();
  }
}

/**
 * Runs a command for one of this package's own npm scripts.
 * @param words - The words that npm passed on.
 */
export async function startByNpm(name: string, words: string[]): Promise<void> {
  const program = buildProgram(new AbortController().signal);
  const command = program.commands.find((command) => command.name() === name)!;
  const message = await forgottenDashes(command, words);
  if (message === undefined) return start([name, ...words]);
  process.exitCode = report(new UsageError(message), words.includes('--json'));
}

/** Reports an error in one line. Returns the exit code: `stopped` if a signal was the cause. */
function report(error: unknown, json: boolean, stopped = 0): number {
  const printed = error instanceof CommanderError; // commander has printed its message itself
  if (printed && error.exitCode === 0) return 0; // --help and --version
  const shortage = tooManyFiles(error);
  const message = inSight(shortage ?? (error instanceof Error ? error.message : String(error)));
  if (json) printJson('error', { message });
  if (!printed) console.error(`untrained: ${message}`);
  if (stopped) return stopped;
  if (printed) return 2;
  if (process.env.DEBUG && !(error instanceof UsageError)) console.error(error);
  return shortage === undefined ? exitCodeOf(error) : exitCodeOf(new TransientError(shortage));
}

/**
 * Recognises a low limit on open files in any package's error: "EMFILE: too many open files, open '...'", or, when Node
 * could not open a package's files, "Cannot find package '...'" for one that is installed.
 */
function tooManyFiles(error: unknown): string | undefined {
  if (error instanceof RenderError) return undefined;
  const text = error instanceof Error ? error.message : String(error);
  const [, lost] =
    /^Cannot find (?:package|module) '(.+?node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\']+)/.exec(text) ?? [];
  const unopened = lost !== undefined && existsSync(lost);
  if (!unopened && !/\b(EMFILE|ENFILE)\b|too many open files/i.test(text)) return undefined;
  return 'Too many files are open (EMFILE): raise the limit, for example with "ulimit -n 1024".';
}
