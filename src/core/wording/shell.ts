/** Quotes words for shells, so that a line can be copied into one. */
import { isPrintable } from './printable.js';

/** Shells that split a line into words by different rules. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** Joins words into a line that a shell splits into the same words. */
export function quotedLine(words: readonly string[], shell: Shell): string {
  return words.map((word) => quoted(word, shell)).join(' ');
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

/** Characters that are not printable are written as octal bytes. */
function forPosix(word: string): string {
  if (PLAIN.test(word)) return word;
  if (isPrintable(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  // $(...) drops trailing line breaks, which are appended as they are.
  const [, text, ends] = /^([\s\S]*?)(\n*)$/.exec(word)!;
  const format = [...text].map((character) => {
    if (/[\w ./:]/.test(character) || (character > '\x7f' && isPrintable(character))) return character;
    return [...new TextEncoder().encode(character)]
      .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
      .join('');
  });
  return `"$(printf '${format.join('')}')"${ends && `'${ends}'`}`;
}
