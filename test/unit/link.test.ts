/** Links: recipes in the hashes of addresses, from anyone. */
import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagsIn, isLink, MAX_LINK, readLink, writeLink } from '../../src/core/recipe/link.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { circle, frameAt, sweep, tween, walk } from '../../src/index.js';
import { seed } from '../seed.js';

const glass = sweep({
  title: 'Glass',
  seconds: 24,
  loop: true,
  network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2),
  palette: 'oklch',
});

/** A link whose payload is this text or these bytes, compressed. */
const linkOf = (content: string | Uint8Array) => `#u2=${deflateRawSync(content).toString('base64url')}`;
const recipeOf = (sweep: object) => linkOf(JSON.stringify({ sweep }));

/** Links that were copied from earlier versions. They must keep their pictures: see link.ts about defaults. */
const COPIED = {
  plain: '#u1=q1YqLk9NLVCyqlYqTk3Oz0spVrIyrq0FAA',
  glass:
    '#u1=bY8xTgQxDEXv8mszykYsiFyAA1BsgbaIEkOiDZko9jBCo9wdBVEhWuu9Z_uA7MwN7oBmLQyH5-JFQBAOa40CZ-8JZV0bnPaNCZV1X_ttOsIc4R4NIde2qcBN1n9xn54hbDXP6emBsHN-T_oS_NxilqfzIHxm3mcncNXOcK9msWSuhOTL2yVHTXCnxQ6ClBwmcPyecuAjx_iTInQf8yazasegf5GWvDDcnVns-Y9wJTRfWHV-v95KSBjjGw',
} as const;

describe('writing and reading', () => {
  test('give the same sweep, from an address or a hash alone', async () => {
    const hash = await writeLink(glass);
    for (const text of [
      hash,
      hash.slice(1),
      `https://example.org/explorer/${hash}`,
      `http://127.0.0.1:9001/${hash}&bare`,
      `  ${hash}\n`,
      `#bare&t=3&${hash.slice(1)}`,
      hash.replace('=', '%3D'),
    ]) {
      expect((await readLink(text)).sweep).toEqual(glass);
    }
  });

  test(`give the same frames for random sweeps (${seed.hint})`, async () => {
    const number = fc.double({ min: 0.05, max: 4, noNaN: true });
    const track = fc.oneof(
      number,
      fc.tuple(number, number).map(([a, b]) => tween(a, b)),
    );
    const record = (model: Record<string, fc.Arbitrary<unknown>>, required: string[] = []) =>
      fc.record(model, { requiredKeys: required });
    const sweeps = record(
      {
        title: fc.string({ maxLength: 40, unit: 'grapheme' }),
        seconds: fc.double({ min: 0.1, max: 60, noNaN: true }),
        fps: fc.constantFrom(25, 30, 12.5),
        size: fc.constant([640, 360]),
        palette: fc.constantFrom('rgb', 'oklch', 'viridis', { colours: ['#012', '#fa3'] }),
        supersample: fc.constantFrom(1, 2),
        dither: fc.boolean(),
        pace: fc.constantFrom('tracks', 'even'),
        network: record({
          seed: fc.oneof(fc.nat(), fc.constantFrom('moss', 'žluť', '🌿'), fc.constant(walk([1, 'moss']))),
          layers: fc.oneof(
            fc.integer({ min: 1, max: 9 }),
            track.map(() => tween(2, 5.5)),
          ),
          units: fc.constantFrom(30, 7, [3, 4]),
          activation: fc.constantFrom('tanh', 'relu', { from: 'tanh', to: 'sin', fraction: 0.5 }),
          weightScale: track,
          initialisation: fc.constantFrom('he', 'lecun'),
          firstLayerBias: fc.boolean(),
          draws: fc.constantFrom('generator', 'hash'),
        }),
        view: record({ centre: fc.tuple(track, track), halfWidth: track, rotation: number }),
      },
      ['seconds'],
    );
    await fc.assert(
      fc.asyncProperty(sweeps, async (input) => {
        const written = parseSweep(input);
        const { sweep: read } = await readLink(await writeLink(written));
        const [a, b] = [written, read].map((sweep) => ({ ...sweep, pace: 'tracks' as const }));
        expect({ ...b, network: {}, view: {} }).toEqual({ ...a, network: {}, view: {} });
        expect(read.pace ?? 'tracks').toBe(written.pace ?? 'tracks');
        for (const t of [0, 0.05]) expect(frameAt(b, t)).toEqual(frameAt(a, t));
      }),
      { seed: seed.value, numRuns: 60 },
    );
  });

  test('keep everything else that a recipe holds, except what drew it', async () => {
    const recipe = {
      sweep: glass,
      frames: [0, 9] as [number, number],
      every: 3,
      made: { version: '0.1.0', backend: 'cpu' },
    };
    const { made: _, ...kept } = recipe;
    expect(await readLink(await writeLink(recipe))).toEqual(kept);
  });

  test('equal sweeps have equal links, which are short', async () => {
    const { view, network, ...rest } = glass;
    const reordered = Object.fromEntries(
      Object.entries({ ...network, activation: 'tanh', normalisation: 'none' }).reverse(),
    );
    const turned = parseSweep({
      view: { rotation: 0, ...view },
      ...rest,
      pace: undefined,
      network: reordered,
    });
    const link = await writeLink(glass);
    expect(await writeLink(turned)).toBe(link);
    expect(link.length).toBeLessThan(330);
    expect((await writeLink(parseSweep({ seconds: 3 }))).length).toBeLessThan(50);
  });

  test('a default that is stated where another would apply is kept', async () => {
    const stated = sweep({ seconds: 1, network: { initialisation: 'he', weightScale: 0.6 } });
    expect((await readLink(await writeLink(stated))).sweep.network).toEqual(stated.network);
  });

  test.each(Object.entries(COPIED))('copied links keep their pictures: %s', async (name, link) => {
    const { sweep: read } = await readLink(link);
    const { network, ...frame } = frameAt(name === 'glass' ? glass : parseSweep({ seconds: 3 }), 1.5);
    expect(frameAt(read, 1.5)).toEqual({ ...frame, network: { ...network, fade: 'outputs' } });
  });
});

describe('flags', () => {
  test('are beside the recipe', async () => {
    const flags = new Map([
      ['bare', ''],
      ['t', '3.5'],
      ['chaos', 'off'],
      ['from', 'a & b=c'],
    ]);
    const link = await writeLink(glass, flags);
    expect(flagsIn(`https://example.org/${link}`)).toEqual(flags);
    expect((await readLink(link)).sweep).toEqual(glass);
    expect(flagsIn('#bare')).toEqual(new Map([['bare', '']]));
    expect(flagsIn('https://example.org/')).toEqual(new Map());
  });

  test('hostile ones are ignored', () => {
    const flags = flagsIn('#__proto__=1&constructor=2&t=3&t=4&=x&&<b>=1&T=2&u1&x=%ff');
    expect([...flags]).toEqual([
      ['constructor', '2'],
      ['t', '3'],
      ['x', '%ff'],
    ]);
    expect(flagsIn(`#${'a&'.repeat(1e6)}`)).toEqual(new Map([['a', '']]));
  });
});

test('a link is recognised', async () => {
  const link = await writeLink(glass);
  for (const text of [link, link.slice(1), `file:///x.html${link}`, 'https://example.org/', '#bare&u7=x'])
    expect(isLink(text), text).toBe(true);
  for (const text of ['weight-scale', 'a.json', '#bare', 'C:\\scenes\\a.ts', 'user/u1', 'a#b.ts'])
    expect(isLink(text), text).toBe(false);
});

describe('hostile links', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const cases: [name: string, link: string, message: RegExp][] = [
    ['without a recipe', 'https://example.org/explorer/', /holds no recipe.*copy a link/],
    ['an empty recipe', linkOf('{}'), /The sweep is missing/i],
    ['empty', '', /holds no recipe/],
    ['an empty payload', '#u1=', /holds no recipe/],
    ['only flags', '#bare&t=3', /holds no recipe/],
    ['of a later version', '#u3=abcd', /has version 3, but .* reads 1 to 2: update/],
    ['of version 0', '#u0=abcd', /has version 0/],
    ['too long', `#u1=${'A'.repeat(100_000)}`, /has 100003 characters, but the maximum is 16000/],
    ['not base64url', '#u1=q1Y+Lk', /is damaged .* copy the whole link again/],
    ['not text at all', '#u1=\u0000\u202e🌿', /is damaged/],
    ['an impossible length', '#u1=q1YqL', /is damaged/],
    ['not compressed', '#u1=_____w', /cannot be decompressed/],
    ['cut short', COPIED.glass.slice(0, -12), /cannot be decompressed/],
    [
      'not UTF-8',
      linkOf(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
      /is not JSON in UTF-8/,
    ],
    ['not JSON', linkOf('{"sweep":'), /The link is damaged .*not JSON/],
    ['an empty text', linkOf(''), /is not JSON/],
    ['not a recipe', linkOf('[]'), /The recipe is/],
    [
      'another version inside',
      linkOf('{"untrained":7,"sweep":{"seconds":3}}'),
      /untrained is 7 but must be one of 1, 2/,
    ],
    ['no sweep', linkOf('{"scene":"tour"}'), /holds no sweep/],
    ['a scene and a sweep that is null', linkOf('{"scene":"tour","sweep":null}'), /sweep/i],
    ['deeply nested', recipeOf({ seconds: 1 }).slice(0, 4) + deep(nested(3000)), /nested too deeply/],
    ['deeply nested variables', linkOf(`{"scene":"x","variables":${nested(30_000)}}`), /nested too deeply/],
    ['a field named __proto__', linkOf('{"__proto__":{"sweep":{"seconds":1}}}'), /sweep/i],
    ['network.constructor', recipeOf({ seconds: 1, network: { constructor: 1 } }), /not a field/],
    ['too many layers', recipeOf({ seconds: 1, network: { layers: 1e9 } }), /layers is 1000000000 but/],
    ['too many weights', recipeOf({ seconds: 1, network: { layers: 1024, units: 8192 } }), /weights/],
    ['a huge picture', recipeOf({ seconds: 1, size: [1e9, 1e9] }), /size/],
    ['control characters', recipeOf({ seconds: 1, palette: '\u001b[31m\n\nred' }), /^palette is "/],
  ];
  function deep(text: string): string {
    return deflateRawSync(`{"sweep":{"seconds":1,"network":{"seed":${text}}}}`).toString('base64url');
  }

  test.each(cases)('%s', async (_, link, message) => {
    const error = await readLink(link).then(
      () => expect.fail('It was read.'),
      (error: Error) => error,
    );
    expect(error.name).toBe('UsageError');
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    expect(error.message.length).toBeLessThan(450);
  });

  test('prototypes are not changed', async () => {
    const { sweep } = await readLink(
      linkOf('{"sweep":{"seconds":1,"network":{"__proto__":{"layers":2}},"view":{"__proto__":{"x":1}}}}'),
    );
    expect(frameAt(sweep, 0)).toEqual(frameAt(parseSweep({ seconds: 1 }), 0));
    expect(Object.hasOwn(Object.prototype, 'layers')).toBe(false);
  });

  test('a bomb is not decompressed beyond the limit', async () => {
    const bomb = `#u1=${deflateRawSync(Buffer.alloc(2 ** 27, 32), { level: 9 }).toString('base64url')}`;
    const before = process.memoryUsage().rss;
    await expect(readLink(bomb, { characters: bomb.length })).rejects.toThrow(/more than 1048576 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26);
    const small = `#u1=${deflateRawSync(Buffer.alloc(2 ** 22, 32), { level: 9 }).toString('base64url')}`;
    expect(small.length).toBeLessThan(MAX_LINK);
    await expect(readLink(small)).rejects.toThrow(/more than 1048576 bytes/);
  });

  test(`random ones give a recipe or one line (${seed.hint})`, async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const link = fc.oneof(
      fc.string().map((text) => `#u1=${text}`),
      bytes.map((data) => `#u1=${Buffer.from(data).toString('base64url')}`),
      bytes.map(linkOf),
      fc.json().map((json) => linkOf(`{"sweep":${json}}`)),
    );
    await fc.assert(
      fc.asyncProperty(link, async (text) => {
        const result = await readLink(text).catch((error: Error) => error);
        if (!(result instanceof Error)) return;
        expect(result.name).toBe('UsageError');
        expect(result.message).not.toMatch(/\p{Cc}/u);
      }),
      { seed: seed.value, numRuns: 300 },
    );
  });
});

test('a recipe file and its link hold the same', async () => {
  const text = JSON.stringify({ untrained: 2, sweep: glass, every: 2 });
  expect(await readLink(await writeLink(parseRecipe(text)))).toEqual(parseRecipe(text));
});
