import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/core/wording/json.js';

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
  ['', 'line 1, column 1: the text ends, and a value is missing, or is not valid JSON'],
  ['{"untrained": 1', 'line 1, column 16: the text ends, and a comma or the closing brace is missing'],
  ['{"a": 1,}', 'line 1, column 9: a name in double quotes is missing'],
  ["{'a': 1}", 'line 1, column 2: a name in double quotes is missing'],
  ['{"a" 1}', 'line 1, column 6: a colon is missing'],
  ['{\n  "ä": [1, 2}\n}', 'line 2, column 13: a comma or the closing bracket is missing'],
  ['{"a": 1 "b": 2}', 'line 1, column 9: a comma or the closing brace is missing'],
  ['[1, 2,]', 'line 1, column 7: a value is missing, or is not valid JSON'],
  ['[NaN]', 'line 1, column 2: a value is missing, or is not valid JSON'],
  ['[01]', 'line 1, column 2: a value is missing, or is not valid JSON'],
  ['[1] // done', 'line 1, column 5: there is extra text after the end'],
  ['{} {}', 'line 1, column 4: there is extra text after the end'],
  [
    '["a\nb"]',
    'line 1, column 2: a string is not closed, or has an escape or a line break that JSON does not allow',
  ],
  ['"\u{1f319}" x', 'line 1, column 5: there is extra text after the end'],
])('%j is not JSON, and the error says where', (text, message) => {
  expect(complaint(text)).toBe(message);
});

test('deep nesting is no problem', () => {
  expect(complaint('['.repeat(300_000))).toMatch(/^line 1, column 300001: the text ends/);
});

test('accepts what JSON.parse accepts, and finds a mistake within what it rejects', () => {
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
