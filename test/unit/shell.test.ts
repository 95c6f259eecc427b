/** Commands that are printed for people to copy. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inShell, shellHere } from '../../src/cli/shell.js';

const shells = ['sh', 'dash', 'bash', 'ksh', 'zsh', 'busybox'].filter((name) =>
  ['/bin', '/usr/bin', '/usr/local/bin'].some((folder) => existsSync(`${folder}/${name}`)),
);

/** The words into which a shell splits a line. */
function wordsIn(shell: string, line: string): string[] {
  const script = `show() { for word; do printf '%s\\0' "$word"; done; }; show ${line}`;
  const args = shell === 'busybox' ? ['sh', '-c', script] : ['-c', script];
  const env = { PATH: process.env.PATH };
  // Bash treats a socket as stdin, which Node would give it, as a remote login.
  const said = execFileSync(shell, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] });
  return said.split('\0').slice(0, -1);
}

describe.skipIf(process.platform === 'win32')('in POSIX shells', () => {
  const nasty = [
    ...['', ' ', '-x', '--', '-n', "it's", "'", "''", '"', '$(touch PWNED)', '`touch PWNED`', '$HOME', '${x'],
    ...[
      '!!',
      'a!b',
      '%s%n',
      '100%',
      '\\',
      '\\n',
      'a\\',
      '*',
      '?',
      '[a]',
      '~',
      '~root',
      '{a,b}',
      '#x',
      '=ls',
      'a=b',
    ],
    ...[
      'a b',
      'a;b',
      'a&b',
      'a|b',
      '<a>',
      '(a)',
      'größe',
      '\u{1f319}',
      '\u{1f468}\u200d\u{1f469}',
      'a\nb',
      '\n',
      'a\n\n',
    ],
    ...['\t', '\r\n', '\x1b[2J', '\x7f', '\u009b2J', '\x07\'$(x)\\%-!`"', '\u202edlrow', '0\x01\x0212'],
  ];

  test.each(shells)('%s passes every word on unchanged', (shell) => {
    expect(wordsIn(shell, inShell(nasty, 'posix'))).toEqual(nasty);
  });

  test('for any words', () => {
    const special = fc.constantFrom(
      ...'\'"\\$`!%-~#=*?[]{}()<>|&; \n\t\x1b\u009b\u202e'.split(''),
      'é',
      '0',
      'a',
    );
    const word = fc.array(fc.oneof(special, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 });
    const words = fc.array(
      word.map((parts) => parts.join('').replaceAll('\0', '')),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...shells), (words, shell) => {
        expect(wordsIn(shell, inShell(words, 'posix'))).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });

  test('no control character reaches the terminal', () => {
    expect(inShell(nasty, 'posix').replaceAll('\n', '')).toMatch(/^\P{C}*$/u);
  });
});

test('on Windows, quoting follows each shell', () => {
  const words = ['--seed', '7', 'a word', "it's", 'say "x"', '100%', 'C:\\a b\\', 'a&b', '$x', ''];
  expect(inShell(words, 'powershell')).toBe(
    `--seed 7 'a word' 'it''s' 'say "x"' '100%' 'C:\\a b\\' 'a&b' '$x' ''`,
  );
  expect(inShell(words, 'cmd')).toBe(
    `--seed 7 "a word" "it's" "say ""x""" "100"^%"" "C:\\a b\\\\" "a&b" "$x" ""`,
  );
});

test('the shell is detected by the variables that it passes to its children', () => {
  const own = { USERPROFILE: 'C:\\Users\\Ada' };
  const system = 'C:\\Program Files\\WindowsPowerShell\\Modules';
  expect(shellHere('linux', {})).toBe('posix');
  expect(shellHere('win32', { MSYSTEM: 'MINGW64' })).toBe('posix');
  expect(shellHere('win32', { ...own, PSModulePath: system })).toBe('cmd');
  expect(
    shellHere('win32', {
      ...own,
      PSModulePath: `c:\\users\\ada\\Documents\\WindowsPowerShell\\Modules;${system}`,
    }),
  ).toBe('powershell');
});
