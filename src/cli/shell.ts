/** Formats commands for people to copy: invoked as this one was, and quoted for their shell. */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Shell = 'posix' | 'powershell' | 'cmd';

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

/** Joins words into a line that a shell splits into the same words. */
export function inShell(words: string[], shell: Shell = shellHere()): string {
  return words.map((word) => quoted(word, shell)).join(' ');
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

/** Words without special characters for a POSIX shell, and for the two Windows shells. */
const PLAIN = /^[A-Za-z0-9_./:+-][A-Za-z0-9_./:=,+-]*$/;
const PLAIN_ON_WINDOWS = /^(?:[A-Za-z0-9_./:\\][A-Za-z0-9_./:=+\\-]*|--?[A-Za-z-]*)$/;

function quoted(word: string, shell: Shell): string {
  if (shell === 'posix') return forPosix(word);
  if (PLAIN_ON_WINDOWS.test(word)) return word;
  // Single quotes are doubled; PowerShell treats typographic ones as single quotes too.
  if (shell === 'powershell') return `'${word.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
  // The started program splits the line itself: it reads a doubled quote, or a doubled backslash before a quote, as
  // one. Only a caret outside quotes escapes a percent sign. cmd cannot pass on line breaks at all.
  const inQuotes = word.replace(/(\\*)"/g, '$1$1""').replace(/\\+$/, '$&$&');
  return `"${inQuotes.replace(/%/g, '"^%"')}"`;
}

/** Control characters, which a terminal would interpret, and invisible ones. They are written as octal bytes. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

function forPosix(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!UNSEEN.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  // $(...) drops trailing line breaks, which are appended as they are.
  const [, text, ends] = /^([\s\S]*?)(\n*)$/.exec(word)!;
  const format = [...text].map((character) => {
    if (/[\w ./:]/.test(character) || (character > '\x7f' && !UNSEEN.test(character))) return character;
    return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `"$(printf '${format.join('')}')"${ends && `'${ends}'`}`;
}
