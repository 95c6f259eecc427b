/** Pictures stay visible: keep chaos after any choice in a menu, and keep detail while zooming in. */
import { describe, expect, test } from 'vitest';
import { interestOf, isWorthSeeing } from '../../../src/core/frame/interest.js';
import { activationNames } from '../../../src/core/network/activations.js';
import { chiAt } from '../../../src/explorer/state/chaos.js';
import { type ExplorerDocument, pictureAt, withEntries } from '../../../src/explorer/state/document.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { placedParameters } from '../../../src/explorer/state/paths.js';
import { interestIn } from '../../../src/explorer/state/sketch.js';
import { type Action, firstState, reduce } from '../../../src/explorer/state/state.js';
import { revealing } from '../../../src/explorer/state/visible.js';
import { brightnessPlanes, evaluate, evaluateValues } from '../../../src/renderers/cpu/planes.js';

const [glass, , nacre] = networks;
const set = (path: readonly (string | number)[], value: unknown, gesture = '1'): Action => ({
  type: 'set',
  path,
  value,
  gesture,
});
const ACTIVATION = ['network', 'activation'];
const SCALE = ['network', 'weightScale'];

/** What the page does for a choice. */
function chosen(document: ExplorerDocument, path: readonly (string | number)[], value: unknown) {
  const state = reduce(firstState(document), set(path, value));
  if (state.message) throw new Error(state.message);
  if (state.chi === undefined) return state;
  const evaluators = { brightness: brightnessPlanes, values: evaluateValues };
  return reduce(state, { type: 'reveal', entries: revealing(state.document, state.chi, 0, evaluators) });
}

const isVisible = (document: ExplorerDocument) =>
  isWorthSeeing(interestIn(pictureAt(document, 0, evaluate), brightnessPlanes));

/** The choices that make other networks. */
const MENUS = placedParameters.filter(
  ({ path, parameter }) => path[0] === 'network' && parameter.kind === 'choice',
);
const choices = MENUS.flatMap(({ path, parameter }) =>
  parameter.kind === 'choice' ? parameter.choices.map((choice) => [path, choice] as const) : [],
);
/** In most networks, these leave a single colour without keep chaos. */
const HARD = {
  Glass: ['relu', 'sigmoid', 'sawtooth'],
  Nacre: ['softplus', 'gelu'],
};

describe('keep chaos', () => {
  test.each([
    ['Glass', glass.document],
    ['Nacre', nacre.document],
  ] as const)(
    'after any choice in a menu, %s still shows a picture with 14 of 16 seeds',
    async (name, document) => {
      // The hardest choices with all seeds, and each of the others with two.
      for (const [path, choice] of choices) {
        const isHard = path[1] === 'activation' && HARD[name].includes(String(choice));
        const seeds = isHard ? 16 : 2;
        let visible = 0;
        for (let seed = 1; seed <= seeds; seed++) {
          const seeded = withEntries(document, [[['network', 'seed'], seed]]);
          if (isVisible(chosen(seeded, path, choice).document)) visible++;
          await new Promise((next) => setImmediate(next));
        }
        expect(visible, `${path.join('.')} ${choice}`).toBeGreaterThanOrEqual(isHard ? 14 : 1);
      }
    },
  );

  test('the measure stays the same, and comes back from activations that cannot have it', () => {
    const chi = chiAt(glass.document, 0)!;
    expect(chi).toBeCloseTo(1.37, 1);
    const sine = chosen(glass.document, ACTIVATION, 'sin');
    expect(chiAt(sine.document, 0)).toBeCloseTo(chi, 1);
    const wide = chosen(glass.document, ['network', 'units'], 64);
    expect(chiAt(wide.document, 0)).toBeCloseTo(chi, 1);
    const rectified = chosen(glass.document, ACTIVATION, 'relu');
    const back = reduce(rectified, set(ACTIVATION, 'tanh', '2'));
    const { levels, network } = back.document.sweep;
    expect([levels, network.normalisation]).toEqual([undefined, undefined]);
    expect(network.weightScale).toBeCloseTo(0.95, 2);
    expect(reduce(rectified, { type: 'undo' }).document).toEqual(glass.document); // one step of undo
  });

  test('without it, only the parameter changes; a scale that moves, and explicit levels, stay', () => {
    const off = { ...glass.document, keepChaos: false };
    expect(chosen(off, ACTIVATION, 'sin').document.sweep.network.weightScale).toBe(0.95);
    const moving = withEntries(glass.document, [[SCALE, { loop: { radius: 0.1, middle: 0.9 } }]]);
    expect(chosen(moving, ACTIVATION, 'sin').document.sweep.network.weightScale).toEqual({
      loop: { radius: 0.1, middle: 0.9 },
    });
    const levelled = withEntries(glass.document, [[['levels'], [0.1, 0.8]]]);
    for (const name of activationNames.slice(0, 3)) {
      expect(chosen(levelled, ACTIVATION, name).document.sweep.levels).toEqual([0.1, 0.8]);
    }
  });
});

describe('keep detail', () => {
  /** Six octaves in, at a point where Glass has shapes. */
  function zoomed(keepDetail: boolean): ExplorerDocument {
    let state = firstState({ ...glass.document, keepDetail });
    for (let octave = 0; octave <= 6; octave++) {
      state = reduce(state, { type: 'look', view: { centre: [0.5, 0.3], halfWidth: 1.2 / 2 ** octave } });
    }
    return state.document;
  }

  test('six octaves in, there is still a picture; without it, only a single colour', () => {
    expect(isVisible(zoomed(true))).toBe(true);
    expect(isVisible(zoomed(false))).toBe(false);
    expect(zoomed(true).sweep.network.layers).toBeGreaterThan(30);
  });

  test('zooming out again removes the layers', () => {
    const out = reduce(firstState(zoomed(true)), { type: 'look', view: { halfWidth: 1.2 } });
    expect(out.document.sweep.network.layers as number).toBeCloseTo(20, 1);
  });
});

test('a sketch is measured like the pixels of a picture', () => {
  const flat = { ...glass.document, sweep: { ...glass.document.sweep } };
  const grey = interestOf(new Uint8Array(4 * 64 * 40).fill(128), 64, 40);
  expect(grey.score).toBe(0);
  expect(isVisible(flat)).toBe(true);
  expect(isVisible(withEntries(flat, [[SCALE, 0.3]]))).toBe(false);
});
