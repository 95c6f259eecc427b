/** Formats commands for people to copy: invoked as they invoked us, and quoted for their shell. */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Shell = 'posix' | 'powershell' | 'cmd';

/**
 * `untrained NAME WORDS...`, through npm or npx if that is how we were called.
 * @param options - Flags, each followed by its value, such as `--seed`, `7`.
 * @param operands - The scene or a file, placed before or after the options.
 */
export function commandLine(name: string, operands: string[], options: string[] = []): string {
  // An operand that looks like a flag would be read as one unless it follows "--".
  const flagLike = operands.some((word) => word.startsWith('-'));
  const words = flagLike ? [...options, '--', ...operands] : [...operands, ...options];
  return inShell([...called(name), ...words]);
}

/** Joins words into a line that a shell splits into the same words. */
export function inShell(words: string[], shell: Shell = shellHere()): string {
  return words.map((word) => quoted(word, shell)).join(' ');
}

/** How the command of that name was invoked this time. */
function called(name: string, env: NodeJS.ProcessEnv = process.env): string[] {
  if (ranByNpm(env)) {
    const below = relative(root, process.cwd());
    const script = name === 'edit' ? ['start', '--'] : ['run', name, '--'];
    const elsewhere = below.startsWith('..') || isAbsolute(below);
    return ['npm', ...(elsewhere ? ['--prefix', root.replace(/(.)[\\/]$/, '$1')] : []), ...script];
  }
  return env.npm_command === 'exec' ? ['npx', 'untrained', name] : ['untrained', name];
}

/** Whether one of our own package's scripts is running, rather than another package's script of the same name. */
function ranByNpm(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.npm_package_name === 'untrained' && env.npm_command !== 'exec' && !!env.npm_lifecycle_event;
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
  // A quote is doubled, as the program takes words apart, and so are backslashes before one. Nothing protects a percent
  // sign but a caret outside of quotes. cmd cannot pass on the end of a line at all.
  const inQuotes = word.replace(/(\\*)"/g, '$1$1""').replace(/\\+$/, '$&$&');
  return `"${inQuotes.replace(/%/g, '"^%"')}"`;
}

/** Control characters, which a terminal would obey, and invisible ones: written as their bytes. */
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
