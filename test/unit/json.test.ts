import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/sweep/json.js';

const complaint = (text: string) => {
  try {
    parseJson(text);
  } catch (error) {
    expect((error as Error).name).toBe('SyntaxError');
    return (error as Error).message;
  }
  return undefined;
};

test.each([
  ['', 'line 1, column 1: the text ends, and a value is missing, or is not one that JSON has'],
  ['{"untrained": 1', 'line 1, column 16: the text ends, and a comma is missing, or the brace that closes'],
  ['{"a": 1,}', 'line 1, column 9: a name in double quotes is missing'],
  ["{'a': 1}", 'line 1, column 2: a name in double quotes is missing'],
  ['{"a" 1}', 'line 1, column 6: a colon is missing'],
  ['{\n  "ä": [1, 2}\n}', 'line 2, column 13: a comma is missing, or the bracket that closes'],
  ['{"a": 1 "b": 2}', 'line 1, column 9: a comma is missing, or the brace that closes'],
  ['[1, 2,]', 'line 1, column 7: a value is missing, or is not one that JSON has'],
  ['[NaN]', 'line 1, column 2: a value is missing, or is not one that JSON has'],
  ['[01]', 'line 1, column 2: a value is missing, or is not one that JSON has'],
  ['[1] // done', 'line 1, column 5: something stands behind the end'],
  ['{} {}', 'line 1, column 4: something stands behind the end'],
  [
    '["a\nb"]',
    'line 1, column 2: a text in double quotes does not end, or has an escape or a line end that JSON does not know',
  ],
  ['"\u{1f319}" x', 'line 1, column 5: something stands behind the end'],
])('%j is not JSON, and where it is not', (text, message) => {
  expect(complaint(text)).toBe(message);
});

test('however deep it nests', () => {
  expect(complaint('['.repeat(300_000))).toMatch(/^line 1, column 300001: the text ends/);
});

test('whatever JSON.parse takes is the same, and whatever it refuses has a mistake before its end', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), fc.nat(2))
    .map(
      ([text, at, put, cut]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
    );
  fc.assert(
    fc.property(broken, (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        const [, line, column] = /^line (\d+), column (\d+): /.exec(complaint(text) ?? '') ?? [];
        const lines = text.split('\n');
        expect(Number(line)).toBeLessThanOrEqual(lines.length);
        expect(Number(column)).toBeLessThanOrEqual([...lines[Number(line) - 1]].length + 1);
        return;
      }
      expect(parseJson(text)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
