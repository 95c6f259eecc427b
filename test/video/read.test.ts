/** Reading films: their properties, the notes in them, and damaged files, which are refused in one line. */

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import * as description from '../../src/core/frame/description.js';
import { noteOf } from '../../src/core/recipe/note.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { loop } from '../../src/core/sweep/track.js';
import { type ByteSource, Bytes, big, bytesOf, inMemory, joined } from '../../src/files/bytes.js';
import { noteIn } from '../../src/files/read/note.js';
import { probe } from '../../src/outputs/index.js';
import { decode, decodeWebp } from './decode.js';
import { HEIGHT, picture, render, testFolder, WIDTH } from './films.js';

const folder = testFolder();
const size = { width: WIDTH, height: HEIGHT };
const NAMES = [
  'film.mp4',
  'film.webm',
  'per-frame.gif',
  'global.gif',
  'film.webp',
  'still.webp',
  'film.mov',
  'film.png',
];
const recipe = {
  sweep: sweep({
    seconds: 1,
    title: 'größer = "<&>"; \\ \u{1F319}',
    loop: true,
    view: { halfWidth: loop(0.5, { centre: 2 }) },
  }),
  made: { version: '0.1.0', backend: 'cpu' },
};

/** A small film by its name, with a note or without. */
function make(path: string, name: string, note?: string) {
  const frames = name === 'film.png' || name === 'still.webp' ? 1 : 5;
  const gifPalette = name === 'global.gif' ? 'global' : 'per-frame';
  return render(
    path,
    Array.from({ length: frames }, (_, i) => picture(i)),
    { note, gifPalette },
  );
}

describe.each(NAMES)('%s', (name) => {
  test('has the right properties, and its recipe can be read', async () => {
    const { path, bytes } = await make(folder.in(name), name, noteOf(recipe));
    const still = name === 'film.png' || name === 'still.webp';
    const { note, ...film } = probe(path);
    expect(film).toMatchObject({
      ...{ format: name.split('.')[1], ...size, bytes, frames: still ? 1 : 5 },
      ...{ fps: still ? 0 : 25, seconds: still ? 0 : 0.2 },
    });
    expect(parseRecipe(note!)).toEqual(recipe);
  });

  test('shows the same with and without a note, and ffmpeg reports no errors', async () => {
    const { path: plain } = await make(folder.in('plain', name), name);
    const { path: noted } = await make(folder.in('noted', name), name, noteOf(recipe));
    expect(probe(plain).note).toBeUndefined();
    const [a, b] = await Promise.all(
      [plain, noted].map((path) => (name === 'film.webp' ? decodeWebp(path, size) : decode(path, size))),
    );
    expect(b.frames.length).toBe(a.frames.length);
    expect(b.frames.every((frame, i) => Buffer.compare(frame, a.frames[i]) === 0)).toBe(true);
  });

  test('the same frames and note make the same bytes', async () => {
    const [a, b] = [folder.in('a', name), folder.in('b', name)];
    await make(a, name, noteOf(recipe));
    await make(b, name, noteOf(recipe));
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  test('its note alone is found without its pictures', async () => {
    const { path } = await make(folder.in(name), name, noteOf(recipe));
    expect(noteIn(new Bytes(inMemory(readFileSync(path))))).toBe(noteOf(recipe));
  });

  test('a damaged file is read, or refused quickly in one line', async () => {
    const { path } = await make(folder.in(name), name, noteOf(recipe));
    const whole = readFileSync(path);
    const at = fc.nat(whole.length - 1);
    const edit = fc.oneof(
      fc.record({
        kind: fc.constant('set' as const),
        at,
        bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      }),
      fc.record({
        kind: fc.constant('set' as const),
        at: fc.nat(400),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      }),
      fc.record({
        kind: fc.constant('set' as const),
        at,
        bytes: fc.constantFrom(new Uint8Array(4).fill(255), new Uint8Array(8)),
      }),
      fc.record({ kind: fc.constant('cut' as const), at, bytes: fc.constant(new Uint8Array()) }),
      fc.record({
        kind: fc.constant('insert' as const),
        at,
        bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      }),
    );
    const damaged = folder.in(`damaged-${name}`);
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        let bytes = Buffer.from(whole);
        for (const { kind, at, bytes: piece } of edits) {
          if (kind === 'cut') bytes = bytes.subarray(0, at);
          else {
            const after = kind === 'insert' ? at : at + piece.length;
            bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(after)]);
          }
        }
        writeFileSync(damaged, bytes);
        try {
          const { note, width, frames, seconds } = probe(damaged);
          expect([width, frames, seconds].every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
          if (note !== undefined) parseRecipe(note);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
      { numRuns: 400 },
    );
  });
});

test('files that are not films are refused in one line', () => {
  writeFileSync(folder.in('empty.mp4'), '');
  writeFileSync(folder.in('text.gif'), 'a text that is not a film');
  const refusal = (name: string) => {
    try {
      return probe(folder.in(name));
    } catch (error) {
      return (error as Error).message.replaceAll(folder.in(), '…');
    }
  };
  expect(['empty.mp4', 'text.gif', 'absent.png', '.'].map(refusal)).toMatchInlineSnapshot(`
    [
      "…/empty.mp4 is not a film or picture that Untrained can read (.mp4, .gif, .webm, .webp, .avif, .mov, .apng or .png): check the file.",
      "…/text.gif is not a film or picture that Untrained can read (.mp4, .gif, .webm, .webp, .avif, .mov, .apng or .png): check the file.",
      "…/absent.png does not exist: check the file.",
      "… is not a file: check the file.",
    ]
  `);
});

describe('a hostile recipe', () => {
  test.each([
    ['deep', `{"untrained":1,"sweep":${'{"view":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
    [
      'deep lists',
      `{"untrained":1,"sweep":{"seconds":1,"slice":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    ],
    ['code', '{"untrained":1,"sweep":{"seconds":1,"easing":"require(\\"fs\\")"}}'],
    ['a path', '{"untrained":1,"sweep":{"seconds":1},"path":"/etc/passwd"}'],
    ['a huge film', '{"untrained":1,"sweep":{"seconds":1e9}}'],
    ['a huge picture', '{"untrained":1,"sweep":{"seconds":1,"size":[1000000,1000000]}}'],
    ['a huge network', '{"untrained":1,"sweep":{"seconds":1,"network":{"layers":1024,"width":8192}}}'],
    ['another version', '{"untrained":3,"sweep":{"seconds":1}}'],
    ['nothing', '{"untrained":1}'],
    ['terminal escape sequences', '{"untrained":1,"sweep":{"\\u001b[2J\\n":1}}'],
    ['an endless name', `{"untrained":1,"sweep":{"seconds":1,"${'x'.repeat(1e6)}":1}}`],
  ])('with %s is refused in one line', (_, text) => {
    let message = '';
    try {
      parseRecipe(text);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message).toMatch(/^\P{C}+$/u);
    expect(message.length).toBeLessThanOrEqual(401);
  });
});

test('a long valid recipe is read without validating every frame', () => {
  const weights = [{ w: Array(60_000).fill([0.12345, 0.5]) }, { w: Array(3).fill(Array(60_000).fill(0.25)) }];
  const view = { halfWidth: { tween: [1, 2] } };
  const text = JSON.stringify({ untrained: 1, sweep: { seconds: 10, network: { weights }, view } });
  const check = vi.spyOn(description.frameSchema, 'safeParse');
  expect(parseRecipe(text).sweep?.seconds).toBe(10);
  expect(check.mock.calls.length).toBeLessThan(20); // of 250 frames
  check.mockRestore();
});

test('a recipe that would change the prototype of objects changes nothing', () => {
  parseRecipe('{"untrained":1,"sweep":{"seconds":1,"network":{"__proto__":{"layers":3}}}}');
  expect('layers' in {}).toBe(false);
});

test('a recipe too long for a file omits its sweep', () => {
  const weights = [{ w: Array.from({ length: 3 }, () => Array(2).fill(0.123456789)) }];
  const long = { ...recipe.sweep, network: { weights: Array(40_000).fill(weights[0]) } };
  const note = noteOf({ ...recipe, sweep: long as typeof recipe.sweep });
  expect(note.length).toBeLessThan(1000);
  expect(note).toMatch(/^[ -~]+$/);
  expect(parseRecipe(note)).toEqual({ made: recipe.made, scene: recipe.sweep.title });
});

test.each(['film.mp4', 'film.webm'])('of a huge %s, little is read to find its note', async (name) => {
  const { path } = await make(folder.in(name), name, noteOf(recipe));
  const film = readFileSync(path);
  const gap = 2 ** 31;
  // A free box, or a Void element, stands for gigabytes of pictures between the file's beginning and its end.
  const [at, header] =
    name === 'film.mp4'
      ? [film.readUInt32BE(0), joined(big(gap + 8, 4), bytesOf('free'))]
      : [film.length, joined(Uint8Array.of(0xec, 0x01), big(gap, 7))];
  const parts = [film.subarray(0, at), header];
  const start = Buffer.concat(parts);
  let read = 0;
  const source: ByteSource = {
    size: film.length + header.length + gap,
    read(into, from) {
      read += into.length;
      into.fill(0);
      if (from < start.length) into.set(start.subarray(from, from + into.length));
      const end = start.length + gap;
      if (from + into.length > end)
        into.set(film.subarray(at).subarray(Math.max(0, from - end)), Math.max(0, end - from));
      return into.length;
    },
  };
  expect(noteIn(new Bytes(source))).toBe(noteOf(recipe));
  expect(read).toBeLessThan(2 ** 21);
});
