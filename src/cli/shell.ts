/** Formats commands for people to copy: invoked as this one was, and quoted for their shell. */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quotedLine, type Shell } from '../core/wording/shell.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * `untrained NAME WORDS...`, through npm or npx if this command was invoked that way.
 * @param options - Flags, each followed by its value, such as `--seed`, `7`.
 * @param operands - The scene or a file, placed before or after the options.
 */
export function commandLine(name: string, operands: string[], options: string[] = []): string {
  // An operand that looks like a flag would be read as one unless it follows "--".
  const flagLike = operands.some((word) => word.startsWith('-'));
  const words = flagLike ? [...options, '--', ...operands] : [...operands, ...options];
  return inShell([...invocation(name), ...words]);
}

/** Joins words into a line that the shell here splits into the same words. */
export function inShell(words: string[], shell: Shell = shellHere()): string {
  return quotedLine(words, shell);
}

/** The words that invoke a command as this one was invoked: through a script of this package, npx, or directly. */
function invocation(name: string, env: NodeJS.ProcessEnv = process.env): string[] {
  if (env.npm_command === 'exec') return ['npx', 'untrained', name];
  // Another package's scripts may have the same names as ours.
  const ours = env.npm_package_name === 'untrained' && !!env.npm_lifecycle_event;
  if (!ours) return ['untrained', name];
  const script = name === 'edit' ? ['start'] : ['run', name];
  const below = relative(root, process.cwd());
  const elsewhere = below.startsWith('..') || isAbsolute(below);
  return ['npm', ...(elsewhere ? ['--prefix', root.replace(/(.)[\\/]$/, '$1')] : []), ...script, '--'];
}

/** The shell that is most likely to read what we print. */
export function shellHere(platform = process.platform, env: NodeJS.ProcessEnv = process.env): Shell {
  if (platform !== 'win32' || env.SHELL || env.MSYSTEM) return 'posix'; // Git Bash, Cygwin
  // PowerShell puts the user's own modules first in this variable, which reveals it to its children.
  const home = env.USERPROFILE?.toLowerCase();
  return home && env.PSModulePath?.toLowerCase().includes(home) ? 'powershell' : 'cmd';
}
