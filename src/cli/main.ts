#!/usr/bin/env node
/** The `untrained` command. Exit codes: 0, 1 for work that failed, 2 for bad usage, 130 when interrupted. */
import { CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import { buildProgram } from './program.js';
import { printJson } from './report.js';

/** How long a command that has failed may take to leave by itself, in milliseconds. */
const LEAVE_MS = 1000;

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(130); // asked twice: at once
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
  setTimeout(() => process.exit(), LEAVE_MS).unref(); // a dead disk, or what is left of a scene, may hold us here
}

function exitCodeOf(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const reported = error instanceof CommanderError; // it has printed its message itself
  if (reported && error.exitCode === 0) return 0;
  if (process.argv.includes('--json')) printJson('error', { message });
  if (reported) return 2;
  console.error(`untrained: ${message}`);
  if (interruption.signal.aborted) return 130;
  if (error instanceof UsageError) return 2;
  if (process.env.DEBUG) console.error(error);
  return 1;
}
