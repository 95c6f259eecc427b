/** Breeding: neighbours with one change each, mixes of two networks, and the lineage. */
import { describe, expect, test } from 'vitest';
import { frameAt, parseSweep } from '../../../src/core/sweep/sweep.js';
import { breedable, type Neighbour, neighbours } from '../../../src/explorer/state/breed.js';
import {
  documentOf,
  type ExplorerDocument,
  entriesIn,
  entryAt,
  FILM_SIZE,
  pictureAt,
  withEntries,
} from '../../../src/explorer/state/document.js';
import { ancestry, CHANGED, withChild } from '../../../src/explorer/state/lineage.js';
import { mixed, walkBetween } from '../../../src/explorer/state/mix.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { nameOf } from '../../../src/explorer/state/paths.js';
import { type Action, firstState, reduce } from '../../../src/explorer/state/state.js';
import { hasSomethingToSee } from '../../../src/explorer/state/worth-seeing.js';
import { evaluate } from '../../../src/renderers/cpu/planes.js';

const [glass, landscape] = networks.map(({ document }) => document);
/** A still network: Nacre, without its drift. */
const nacre = documentOf({
  seconds: 8,
  size: FILM_SIZE,
  network: { seed: 65, layers: 27, units: 30, weightScale: 0.62 },
  view: { centre: [1, 0], halfWidth: 2.6 },
  palette: 'oklch',
});

/** The parameters in which two documents differ. */
function differences(a: ExplorerDocument, b: ExplorerDocument): string[] {
  const values = (document: ExplorerDocument) => {
    const { palette, dither, supersample } = document.sweep;
    const entries = entriesIn(document).map(
      ({ path, entry }) => [nameOf(path), JSON.stringify(entry)] as const,
    );
    return new Map([...entries, ['drawn', JSON.stringify([palette, dither, supersample])]]);
  };
  const [p, q] = [values(a), values(b)];
  return [...new Set([...p.keys(), ...q.keys()])].filter((name) => p.get(name) !== q.get(name));
}

const bred = (document: ExplorerDocument, seed: number, ...locked: string[]) => [
  ...neighbours(document, seed, new Set(locked)),
];
/** The neighbours for many seeds. */
const many = (document: ExplorerDocument): Neighbour[] =>
  [1, 2, 3, 4, 5, 6].flatMap((seed) => bred(document, seed));

describe('neighbours', () => {
  const ofNacre = many(nacre);

  test('are eight different, visible networks with one change each; the same for the same seed', () => {
    for (const network of [glass, nacre]) {
      const document = { ...network, keepChaos: false };
      const found = bred(document, 1);
      expect(found).toHaveLength(8);
      expect(new Set(found.map(({ caption }) => caption)).size).toBe(8);
      for (const neighbour of found) {
        expect(differences(document, neighbour.document), neighbour.caption).toHaveLength(1);
        expect(hasSomethingToSee(neighbour.document)).toBe(true);
      }
      expect(bred(document, 1).map(({ caption }) => caption)).toEqual(found.map(({ caption }) => caption));
      expect(bred(document, 2)).not.toEqual(found);
    }
  });

  test.each<[RegExp, (before: unknown, after: unknown, match: RegExpMatchArray) => boolean]>([
    [
      /^(\d+) layers? (deeper|shallower)$/,
      (before, after, [, count, word]) =>
        (after as number) - (before as number) === (word === 'deeper' ? 1 : -1) * Number(count),
    ],
    [
      /^(a little|much) (calmer|wilder)$/,
      (before, after, [, , word]) => (after as number) > (before as number) === (word === 'wilder'),
    ],
    [/^seed (\d+)$/, (_, after, [, seed]) => after === Number(seed)],
    [
      /^(\w+) in place of (\w+)$/,
      (before, after, [, now, then]) => after === now && (before ?? 'tanh') === then,
    ],
    [
      /^(\d+) degrees (clockwise|counter-clockwise)$/,
      (_, after, [, degrees, word]) => after === (word === 'clockwise' ? -1 : 1) * Number(degrees),
    ],
    [/^(with) first-layer bias$/, (_, after) => after === true],
    [/^fold: (\w+)$/, (_, after, [, fold]) => after === fold],
  ])('named %s change as they say', (pattern, isTrue) => {
    const named = ofNacre.filter(({ caption }) => pattern.test(caption));
    expect(named.length).toBeGreaterThan(0);
    for (const { document, path, caption } of named) {
      const [before, after] = [entryAt(nacre, path), entryAt(document, path)];
      expect(isTrue(before, after, caption.match(pattern)!), caption).toBe(true);
    }
  });

  test('stay as chaotic as the network if chaos is kept, whatever their activations', () => {
    const names = breedable(nacre)
      .map(({ path }) => nameOf(path))
      .filter((name) => name !== 'network.activation');
    for (const { document, caption } of bred(nacre, 1, ...names)) {
      expect(differences(nacre, document).sort(), caption).toEqual([
        'network.activation',
        'network.weightScale',
      ]);
    }
  });

  test('respect what is locked, and may all be seeds', () => {
    const names = breedable(nacre).map(({ path }) => nameOf(path));
    expect(names).toContain('network.layers');
    expect(names).not.toContain('supersample');
    const seeds = bred(nacre, 1, ...names.filter((name) => name !== 'network.seed'));
    expect(seeds.map(({ caption }) => caption)).toEqual(seeds.map(() => expect.stringMatching(/^seed \d+$/)));
    expect(seeds).toHaveLength(8);
    expect(bred(nacre, 1, ...names)).toEqual([]);
    for (const { path } of bred(nacre, 3, 'network.seed', 'palette')) {
      expect(['network.seed', 'palette']).not.toContain(nameOf(path));
    }
  });

  test('leave what moves as it is, and change a slice that does not', () => {
    for (const { path } of bred(glass, 3)) expect(path[0]).not.toBe('slice');
    const still = withEntries(glass, [[['slice'], [0.2, 0]]]);
    const names = breedable(still)
      .map(({ path }) => nameOf(path))
      .filter((name) => name !== 'slice');
    const moved = bred(still, 1, ...names);
    expect(moved.length).toBeGreaterThan(0);
    for (const { document, caption } of moved) {
      const [, name, value] = caption.match(/^x([34]) (-?[\d.]+)$/)!;
      expect(entryAt(document, ['slice', Number(name) - 3])).toBe(Number(value));
    }
  });

  test('of explicit weights change only what applies to these', () => {
    const weights = [
      {
        w: [
          [1, 2],
          [3, -1],
        ],
      },
      {
        w: [
          [2, 1],
          [1, -1],
          [0.5, 1],
        ],
      },
    ];
    const names = breedable(documentOf({ seconds: 1, network: { weights } })).map(({ path }) => nameOf(path));
    expect(names).toContain('network.activation');
    expect(names).not.toContain('network.seed');
    expect(names).not.toContain('network.layers');
  });
});

test('there is something to see in our networks, but not in a single colour or noise', () => {
  expect(networks.map(({ document }) => hasSomethingToSee(document))).toEqual([true, true, true]);
  for (const weightScale of [0.1, 3])
    expect(hasSomethingToSee(withEntries(nacre, [[['network', 'weightScale'], weightScale]]))).toBe(false);
});

describe('a mix', () => {
  const picture = (document: ExplorerDocument) => pictureAt(document, 0, evaluate);

  test('blends seeds, numbers and activations, and is its parents at the ends', () => {
    const b = withEntries(nacre, [
      [['network', 'seed'], 9],
      [['network', 'layers'], 20],
      [['network', 'activation'], 'sin'],
      [['view', 'halfWidth'], 10.4],
      [
        ['view', 'centre'],
        [2, -1],
      ],
      [['palette'], 'rgb'],
    ]);
    expect(mixed(nacre, b, 0)).toBe(nacre);
    expect(mixed(nacre, b, 1)).toBe(b);
    const { network, view, palette } = picture(mixed(nacre, b, 0.25));
    expect(network).toMatchObject({
      seed: { from: 65, to: 9, fraction: 0.25 },
      layers: 25.25,
      activation: { from: 'tanh', to: 'sin', fraction: 0.25 },
    });
    expect(view.centre).toEqual([1.25, -0.25]);
    expect(view.halfWidth).toBeCloseTo(2.6 * 4 ** 0.25, 4); // equal factors, as on its slider
    expect(palette).toBe('oklch');
    expect(picture(mixed(nacre, b, 0.75)).palette).toBe('rgb');
  });

  test('of a mix of seeds switches half-way, since a seed is a mix of two at most', () => {
    const a = mixed(glass, landscape, 0.5);
    const seedAt = (fraction: number) =>
      entryAt(mixed(a, withEntries(glass, [[['network', 'seed'], 5]]), fraction), ['network', 'seed']);
    expect([seedAt(0.25), seedAt(0.75)]).toEqual([{ from: 70, to: 89, fraction: 0.5 }, 5]);
  });

  test('as a walk is a film from one network to the other and back', () => {
    const b = withEntries(nacre, [
      [['network', 'seed'], 'moss'],
      [['network', 'weightScale'], 0.7],
      [['network', 'activation'], 'sin'],
    ]);
    const film = walkBetween(nacre, b).sweep;
    expect(parseSweep(JSON.parse(JSON.stringify(film)))).toEqual(film);
    expect(film).toMatchObject({ seconds: 8, loop: true });
    const at = (t: number) => frameAt(film, t, evaluate).network;
    expect(at(0)).toMatchObject({
      seed: { from: 65, fraction: 0 },
      activation: { from: 'tanh', fraction: 0 },
    });
    const { seed, weightScale, activation } = at(4) as never as Record<
      string,
      { from: string; to: string; fraction: number }
    >;
    // At the turn, "moss" is the seed to which, or from which, the walk goes.
    expect(seed.fraction < 0.5 ? seed.from : seed.to).toBe('moss');
    expect(Math.min(seed.fraction, 1 - seed.fraction)).toBeCloseTo(0, 9);
    expect(at(0).weightScale).toBeCloseTo(0.62, 9);
    expect(weightScale).toBeCloseTo(0.7, 9);
    expect(activation.fraction).toBeCloseTo(1, 9);
    const quarter = at(1);
    expect(quarter.seed).toMatchObject({ fraction: expect.closeTo(0.5 - 0.5 * Math.SQRT1_2, 9) });
    expect((quarter.weightScale! - 0.62) / 0.08).toBeCloseTo(0.5 - 0.5 * Math.SQRT1_2, 9);
    expect(walkBetween(glass, landscape).sweep.seconds).toBe(24); // its slice goes on as before
  });

  test('keeps the inputs and the slice of one of them', () => {
    expect(picture(mixed(glass, nacre, 0.25))).toMatchObject({ slice: [0.2, expect.closeTo(0, 9)] });
    expect(picture(mixed(glass, nacre, 0.75))).toMatchObject({ slice: [] });
  });

  test('with explicit weights is refused in a sentence', () => {
    const weights = [
      {
        w: [
          [1, 2],
          [3, -1],
          [0, 1],
        ],
      },
    ];
    expect(() => mixed(nacre, documentOf({ seconds: 1, network: { weights } }), 0.75)).toThrow(/weights/);
  });
});

describe('the lineage', () => {
  const perform = (...actions: Action[]) => actions.reduce(reduce, firstState(nacre));
  const to = (seed: number): Action => ({
    type: 'bred',
    document: withEntries(nacre, [[['network', 'seed'], seed]]),
    caption: `seed ${seed}`,
  });
  const captions = ({ lineage }: ReturnType<typeof perform>) =>
    ancestry(lineage!).map((index) => lineage!.networks[index].caption);

  test('goes from parent to child, and back to any network', () => {
    const state = perform(to(1), to(2));
    expect(captions(state)).toEqual(['', 'seed 1', 'seed 2']);
    expect(state.visits).toBe(2);
    const back = reduce(state, { type: 'ancestor', index: 1 });
    expect(back.document).toBe(state.lineage!.networks[1].document);
    expect(captions(reduce(back, to(3)))).toEqual(['', 'seed 1', 'seed 3']);
    expect(reduce(back, to(3)).lineage!.networks).toHaveLength(4); // the other branch is still there
    expect(reduce(state, { type: 'ancestor', index: 9 }).document).toBe(state.document);
    expect(reduce(back, { type: 'undo' }).document).toBe(state.document);
  });

  test('includes changes by hand, and follows undo', () => {
    const set: Action = { type: 'set', path: ['network', 'layers'], value: 9 };
    expect(captions(perform(to(1), set, to(2)))).toEqual(['', 'seed 1', CHANGED, 'seed 2']);
    expect(captions(perform(to(1), to(2), { type: 'undo' }, to(3)))).toEqual(['', 'seed 1', 'seed 3']);
    expect(captions(perform(to(1), set, { type: 'ancestor', index: 0 }))).toEqual(['']);
  });

  test('forgets other branches, and then the oldest networks, if it gets too long', () => {
    let { lineage } = perform(to(1), { type: 'ancestor', index: 0 });
    for (let i = 0; i < 600; i++) lineage = withChild(lineage!, nacre, `child ${i}`);
    expect(lineage!.networks.length).toBeLessThanOrEqual(500);
    const line = ancestry(lineage!);
    expect(line.map((index) => lineage!.networks[index].caption).slice(-3)).toEqual([
      'child 597',
      'child 598',
      'child 599',
    ]);
    expect(lineage!.networks.map(({ caption }) => caption)).not.toContain('seed 1');
  });
});
