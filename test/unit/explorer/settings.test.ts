/** A setting changes what depends on it, so that no control fails because of another one. Views and names as text. */
import { describe, expect, test } from 'vitest';
import { markActivations } from '../../../src/core/network/weights-file.js';
import { type ExplorerDocument, pictureAt, withEntries } from '../../../src/explorer/state/document.js';
import { canMove, started } from '../../../src/explorer/state/motion.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { numericAt } from '../../../src/explorer/state/paths.js';
import { seedOf, seedText } from '../../../src/explorer/state/seeds.js';
import { withSeed, withSetting } from '../../../src/explorer/state/settings.js';
import { readView, viewText } from '../../../src/explorer/state/view-text.js';
import { evaluate } from '../../../src/renderers/cpu/planes.js';

const glass = networks[0].document;
const nacre = networks[2].document;
const at = (document: ExplorerDocument) => pictureAt(document, 0, evaluate);

describe('settings that require others', () => {
  test('inputs, features and slices agree', () => {
    const plain = withEntries(nacre, [
      [['network', 'inputs'], 2],
      [['slice'], undefined],
    ]);
    expect(at(withSetting(plain, ['slice', 1], 0.5))).toMatchObject({
      slice: [0, 0.5],
      network: { inputs: 4 },
    });
    expect(at(withSetting(plain, ['network', 'inputs'], 5)).slice).toEqual([0, 0, 0]);
    const fewer = at(withSetting(glass, ['network', 'inputs'], 3));
    expect(fewer.slice).toEqual([0.2]);
    expect(at(withSetting(glass, ['network', 'inputs'], 1)).network.features).toEqual(['x']);
    const featured = at(withSetting(plain, ['network', 'features'], ['x', 'y', 'r']));
    expect([featured.network.inputs, featured.slice]).toEqual([3, []]);
    const back = withSetting(
      withSetting(plain, ['network', 'features'], ['x', 'y', 'r']),
      ['network', 'features'],
      undefined,
    );
    expect(at(back).network.inputs).toBe(2);
  });

  test('a palette of three outputs and grey exclude each other', () => {
    const grey = withSetting(glass, ['network', 'outputs'], 1);
    expect(at(grey)).toMatchObject({ palette: 'rgb', network: { outputs: 1 } });
    expect(at(withSetting(grey, ['palette'], 'oklab')).network.outputs).toBe(3);
    expect(at(withSetting(grey, ['palette'], 'viridis')).network.outputs).toBe(1);
  });

  test('a layer that is gone is no longer shown', () => {
    const shown = withSetting(glass, ['shown'], { layer: 12, unit: 3 });
    expect(withSetting(shown, ['network', 'layers'], 15).sweep.shown).toEqual({ layer: 12, unit: 3 });
    expect(withSetting(shown, ['network', 'layers'], 5).sweep.shown).toBeUndefined();
    expect(() => withSetting(shown, ['network', 'layers'], 5000)).toThrow(/layers.*1024/);
  });

  test('one coordinate of a point brings the other', () => {
    expect(at(withSetting(nacre, ['levels', 1], 0.7)).levels).toEqual([0, 0.7]);
  });

  test('weights from a file replace what determines random ones, until another name is typed', () => {
    const layers = [
      {
        w: [
          [1, 2, 0.5],
          [0.5, -1, 2],
        ],
        b: [0, 1],
      },
      { w: [[1, -2]] },
    ];
    const own = withSetting(glass, ['network', 'weights'], markActivations(layers, ['sin', 'tanh']));
    const { network, slice, palette } = at(own);
    expect([network.layers, network.inputs, network.outputs, slice.length]).toEqual([2, 3, 1, 1]);
    expect([network.outputActivation, palette]).toEqual(['tanh', 'rgb']);
    const named = at(withSeed(own, 'Ada', glass));
    expect(named.network).toMatchObject({ seed: 'Ada', layers: 20, units: 16 });
    expect(at(withSetting(own, ['network', 'weights'], undefined)).network.weights).toBeUndefined();
  });
});

test('the numbers in mixes and folds move, too, and so does a slice that is not there yet', () => {
  const mixed = withSetting(glass, ['network', 'activation'], { from: 'tanh', to: 'sin', fraction: 0.5 });
  const path = ['network', 'activation', 'fraction'];
  const { activation } = started(mixed, path, 0).sweep.network as { activation: { fraction: object } };
  expect(activation.fraction).toMatchObject({ loop: { middle: 0.5 } });
  expect([canMove(['network', 'fold', 'kaleidoscope']), canMove(['network', 'fold', 'tile'])]).toEqual([
    false,
    true,
  ]);
  expect(numericAt(['network', 'inputs'])).toMatchObject({ whole: true, moves: false });
  expect(started(nacre, ['slice', 0], 0).sweep).toMatchObject({ loop: true, network: { inputs: 4 } });
});

test('names are numbers if they are written like numbers', () => {
  expect(['70', ' Ada ', '', '007', '1e3', '-2.5', 'Infinity'].map(seedOf)).toEqual([
    70,
    'Ada',
    undefined,
    '007',
    '1e3',
    -2.5,
    'Infinity',
  ]);
  expect(seedOf('x'.repeat(300))).toHaveLength(200);
  expect([seedText(7), seedText({ from: 'a', to: 'b', fraction: 0.5 }), seedText(undefined)]).toEqual([
    '7',
    'a',
    '',
  ]);
});

test('views are read as they are written', () => {
  const view = { centre: [0.2, -0.0001] as [number, number], halfWidth: 1.2, rotation: 0 };
  expect(viewText(view)).toBe('x 0.20, y 0.00, half-width 1.2');
  expect(readView(viewText(view))).toEqual({ centre: [0.2, 0], halfWidth: 1.2 });
  expect(readView('-1.5 2e-3; 0.25, 90')).toEqual({ centre: [-1.5, 0.002], halfWidth: 0.25, rotation: 90 });
  expect(viewText({ ...view, halfWidth: 1e-5, rotation: 30 })).toBe(
    'x 0.2000000, y -0.0001000, half-width 0.00001, rotation 30',
  );
  for (const text of ['', 'here', '1, 2', '1, 2, 0', '1, 2, 3, 4, 5'])
    expect(readView(text)).toMatch(/must be x, y/);
});
