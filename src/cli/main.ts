#!/usr/bin/env node
/** The `untrained` command. Exit codes: 0, 1 for work that failed, 2 for bad usage; when a signal stopped it, as in shells,
 *  128 and the signal's number: 130 by Ctrl-C, 143 by SIGTERM, 129 when the terminal was closed. */
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import { buildProgram } from './program.js';
import { printJson } from './report.js';

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

const program = buildProgram(interruption.signal);
for (const command of [program, ...program.commands]) command.exitOverride();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const reported = error instanceof CommanderError; // it has printed its message itself
  if (reported && error.exitCode === 0) return 0;
  if (process.argv.includes('--json')) printJson('error', { message });
  if (reported) return 2;
  console.error(`untrained: ${message}`);
  if (stopped) return stopped;
  if (error instanceof UsageError) return 2;
  if (process.env.DEBUG) console.error(error);
  return 1;
}
