/** The explorer's state: every action, undo, and keyframes as tracks. */
import { describe, expect, test } from 'vitest';
import glassScene from '../../../scenes/glass.js';
import nacreScene from '../../../scenes/nacre.js';
import { frameAt, parseSweep } from '../../../src/core/sweep/sweep.js';
import {
  currentValue,
  documentOf,
  type ExplorerDocument,
  FILM_SIZE,
  isMoving,
  moves,
} from '../../../src/explorer/state/document.js';
import { atRest, eased, keyedPaths, keysOf, moved, withLoop } from '../../../src/explorer/state/keyframes.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { presets } from '../../../src/explorer/state/presets.js';
import {
  type Action,
  documentShown,
  type ExplorerState,
  firstState,
  reduce,
} from '../../../src/explorer/state/state.js';
import { evaluate } from '../../../src/renderers/cpu/planes.js';

const [glass] = networks.map(({ document }) => document);
/** A still network: Nacre, without its drift. */
const nacre = documentOf({
  seconds: 8,
  size: FILM_SIZE,
  network: { seed: 65, layers: 27, units: 30, weightScale: 0.62 },
  view: { centre: [1, 0], halfWidth: 2.6 },
  palette: 'oklch',
});
const SCALE = ['network', 'weightScale'];
const LAYERS = ['network', 'layers'];

const perform = (state: ExplorerState, ...actions: Action[]) => actions.reduce(reduce, state);
const start = (document: ExplorerDocument = nacre) => firstState(document);
const set = (path: (string | number)[], value: unknown, gesture?: string): Action => ({
  type: 'set',
  path,
  value,
  ...(gesture && { gesture }),
});

test.each([
  ['Glass', glassScene],
  ['Nacre', nacreScene],
])('%s is the network of the scene', (name, scene) => {
  const { sweep } = networks.find((network) => network.name === name)!.document;
  const { network, view, slice, palette, seconds, loop } = scene;
  expect(sweep).toMatchObject({ network, view, slice, palette, seconds, loop });
});

describe('values', () => {
  test('a gesture is one step of undo, and redo repeats it', () => {
    const dragged = perform(
      start(),
      ...[10, 11, 12].map((layers) => set(LAYERS, layers, 'a')),
      set(LAYERS, 20, 'b'),
    );
    const layersOf = ({ document }: ExplorerState) => document.sweep.network.layers;
    expect([layersOf(dragged), dragged.undo.length]).toEqual([20, 2]);
    const back = perform(dragged, { type: 'undo' });
    expect(layersOf(back)).toBe(12);
    expect(layersOf(perform(back, { type: 'undo' }))).toBe(27);
    expect(layersOf(perform(back, { type: 'undo' }, { type: 'undo' }))).toBe(27); // nothing is left
    expect(layersOf(perform(back, { type: 'redo' }))).toBe(20);
    expect(layersOf(perform(back, set(LAYERS, 5), { type: 'redo' }))).toBe(5);
  });

  test('what is not valid changes only the message', () => {
    const refused = perform(start(), set(LAYERS, 2000));
    expect(refused.document).toBe(nacre);
    expect(refused.message).toMatch(/layers.*1024/);
    expect(perform(refused, set(LAYERS, 9)).message).toBeUndefined();
  });

  test('a value that is not set has the default that applies', () => {
    expect(currentValue(nacre, ['network', 'biasScale'], 0)).toBe(0.62);
    expect(currentValue(nacre, ['view', 'rotation'], 0)).toBe(0);
    const { document } = perform(start(), set(['network', 'inputs'], 4), set(['slice', 1], 0.5));
    expect(document.sweep.slice).toEqual([0, 0.5]);
  });

  test('undo goes to the earlier network, and a visit is counted', () => {
    const state = perform(start(), { type: 'open', document: glass });
    expect([state.visits, state.playing, state.time]).toEqual([1, true, 0]);
    expect(perform(state, { type: 'undo' }).document).toBe(nacre);
    expect(perform(state, { type: 'revisit', document: nacre }).visits).toBe(1);
  });
});

describe('motion', () => {
  test('▶ begins where the value is, two parameters may move, and a change stops one', () => {
    const path = ['view', 'halfWidth'];
    const state = perform(start(), { type: 'move', path: SCALE, on: true }, { type: 'move', path, on: true });
    expect([state.playing, state.document.sweep.loop, moves(state.document)]).toEqual([true, true, true]);
    const frame = frameAt(state.document.sweep, state.time, evaluate);
    expect(frame.network.weightScale).toBeCloseTo(0.62, 5);
    expect(frame.view.halfWidth).toBeCloseTo(2.6, 5);
    expect(frameAt(state.document.sweep, 1, evaluate).network.weightScale).toBeGreaterThan(0.63);
    const touched = perform(state, { type: 'seek', time: 1 }, set(SCALE, 0.7));
    expect(touched.document.sweep.network.weightScale).toBe(0.7);
    expect(isMoving(touched.document.sweep.view)).toBe(true);
    const paused = perform(state, { type: 'seek', time: 2 }, { type: 'move', path, on: false });
    expect(currentValue(paused.document, path, 0)).toBe(
      frameAt(state.document.sweep, 2, evaluate).view.halfWidth,
    );
  });

  test.each([
    [['view', 'halfWidth'], 1e-9],
    [['network', 'units'], 1],
    [['network', 'layers'], 1024],
    [['view', 'centre', 0], 1],
    [['network', 'residual'], 2],
  ])('%s moves from %s without leaving its range', (path, value) => {
    const state = perform(start(), set(path, value), { type: 'move', path, on: true });
    expect(state.message).toBeUndefined();
    expect((currentValue(state.document, path, 0) as number) / value).toBeCloseTo(1, 6);
  });

  test('what cannot move says so', () => {
    const state = perform(start(), { type: 'move', path: ['network', 'distribution'], on: true });
    expect(state.message).toBe('network.distribution does not move: choose another parameter.');
  });
});

describe('keyframes', () => {
  const editing = perform(start(), { type: 'layout', change: { timeline: true } });
  const key: Action = { type: 'key', path: SCALE };
  const built = perform(editing, key, { type: 'seek', time: 4 }, set(SCALE, 0.8, 'x'), key);

  test('press, change the value, press again', () => {
    expect(keysOf(built.document, SCALE)).toEqual([
      [0, 0.62],
      [4, 0.8],
    ]);
    expect(built.document.sweep.seconds).toBe(8);
    expect(keyedPaths(built.document)).toEqual([SCALE]);
    const copied = parseSweep(JSON.parse(JSON.stringify(built.document.sweep)));
    expect(frameAt(copied, 2, evaluate)).toEqual(frameAt(built.document.sweep, 2, evaluate));
    expect(frameAt(copied, 2, evaluate).network.weightScale).toBeCloseTo(0.71, 10);
  });

  test('a changed value is shown, and lost when the time changes', () => {
    const changed = perform(editing, key, { type: 'seek', time: 4 }, set(SCALE, 0.8));
    expect(currentValue(documentShown(changed), SCALE, 4)).toBe(0.8);
    expect(currentValue(changed.document, SCALE, 4)).toBe(0.62);
    expect(perform(changed, { type: 'seek', time: 5 }).pending).toEqual([]);
  });

  test('pressing at a keyframe removes it, and the last one leaves its value', () => {
    const one = perform(built, { type: 'seek', time: 0 }, key);
    expect(keysOf(one.document, SCALE)).toEqual([[4, 0.8]]);
    const none = perform(one, { type: 'seek', time: 4 }, key);
    expect(none.document.sweep.network.weightScale).toBe(0.8);
  });

  test('keyframes move between their neighbours, and have easings', () => {
    expect(keysOf(moved(built.document, SCALE, 1, 99), SCALE)?.[1]).toEqual([8, 0.8]);
    expect(keysOf(moved(built.document, SCALE, 1, -1), SCALE)?.[1]).toEqual([0.02, 0.8]);
    expect(keysOf(eased(built.document, SCALE, 1, 'linear'), SCALE)?.[1]).toEqual([4, 0.8, 'linear']);
  });

  test('as a loop, the last keyframe returns to the first, whatever is added', () => {
    const loop = withLoop(built.document, true);
    expect(keysOf(loop, SCALE)).toEqual([
      [0, 0.62],
      [4, 0.8],
      [8, 0.62],
    ]);
    const more = perform({ ...built, document: loop }, { type: 'seek', time: 0 }, set(SCALE, 0.5), key);
    expect(more.message).toBeUndefined();
    expect(keysOf(more.document, SCALE)).toEqual([
      [0, 0.5],
      [4, 0.8],
      [8, 0.5],
    ]);
    expect(keysOf(perform(more, { type: 'seek', time: 4 }, key).document, SCALE)).toEqual([[0, 0.5]]);
  });
});

describe('the sweeps of the article', () => {
  test.each(presets)('$label', ({ apply }) => {
    for (const document of [nacre, glass]) {
      const swept = apply(document, 0);
      expect(moves(swept)).toBe(true);
      expect(moves(atRest(swept, 1))).toBe(false);
      const ends = [0, swept.sweep.seconds / 2].map((t) => JSON.stringify(frameAt(swept.sweep, t, evaluate)));
      expect(ends[0]).not.toBe(ends[1]);
      const loop = withLoop(swept, true);
      const [first, last] = [0, loop.sweep.seconds].map((t) => frameAt(loop.sweep, t, evaluate));
      expect(last.network.weightScale).toBeCloseTo(first.network.weightScale as number, 9);
      expect(last.view.halfWidth).toBeCloseTo(first.view.halfWidth, 4);
    }
  });
});
