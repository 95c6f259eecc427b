#!/usr/bin/env node
/** The `untrained` command. Exit codes: 0, 1 for work that failed, 2 for bad usage; when a signal stopped it, as in shells,
 *  128 and the signal's number: 130 by Ctrl-C, 143 by SIGTERM, 129 when the terminal was closed. */
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { RenderError, UsageError } from '../errors.js';

const interruption = new AbortController();
let stopped = 0; // the exit code, once a signal has come
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (stopped) process.exit(stopped); // asked twice: at once
    stopped = 128 + constants.signals[name];
    interruption.abort(
      new Error('Stopped. No half-made file is left; the same command goes on from what was drawn.'),
    );
  });
}
process.stdout.on('error', () => {}); // a reader that went away (| head) is no reason to fail

try {
  const { buildProgram } = await import('./program.js'); // here, so that a failure to load it is told like any other
  const program = buildProgram(interruption.signal);
  for (const command of [program, ...program.commands]) command.exitOverride();
  await program.parseAsync();
} catch (error) {
  process.exitCode = await exitCodeOf(error);
}

async function exitCodeOf(error: unknown): Promise<number> {
  const message = tooManyFiles(error) ?? (error instanceof Error ? error.message : String(error));
  const reported = error instanceof CommanderError; // it has printed its message itself
  if (reported && error.exitCode === 0) return 0;
  if (process.argv.includes('--json')) {
    const { printJson } = await import('./report.js');
    printJson('error', { message });
  }
  if (reported) return 2;
  console.error(`untrained: ${message}`);
  if (stopped) return stopped;
  if (error instanceof UsageError) return 2;
  if (process.env.DEBUG) console.error(error);
  return 1;
}

/** What Node says of a low limit on open files, "EMFILE: too many open files, open '...'", in whichever package that was. */
function tooManyFiles(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : String(error);
  if (!/\b(EMFILE|ENFILE)\b|too many open files/i.test(text) || error instanceof RenderError)
    return undefined;
  return 'More files would have to be open than the system allows (EMFILE): raise the limit, as with "ulimit -n 1024".';
}
