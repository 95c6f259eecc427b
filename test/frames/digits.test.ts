/** Zooms beyond float32's precision are detected where they begin, without false alarms for calm networks. */
import { expect, test } from 'vitest';
import type { FrameInput } from '../../src/core/frame/description.js';
import { isDeep, isGrainy } from '../../src/core/frame/digits.js';
import { grainNote, grainNoteAt } from '../../src/core/sweep/grain.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { zoom } from '../../src/core/sweep/track.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf, furthest, referenceColours } from './compare.js';
import { lookingAt } from './specs.js';

const view = (halfWidth: number) => ({ centre: [0.31, 0.2] as [number, number], halfWidth });
const wild = (halfWidth: number, weightScale = 1.5) =>
  frameOf({ network: { seed: 5, weightScale }, view: view(halfWidth), size: [24, 24] });

test('a wild network has grain below the threshold and none above it, compared with float64', async () => {
  const renderer = new CpuRenderer(1);
  try {
    expect(isGrainy(wild(1e-3), evaluate)).toBe(false);
    const deep = wild(1e-7);
    expect(isGrainy(deep, evaluate)).toBe(true);
    expect(furthest(await renderer.render(deep), deep, referenceColours(deep)).steps).toBeGreaterThan(2);
    const calm = wild(1e-7, 0.8);
    expect(isGrainy(calm, evaluate)).toBe(false);
    expect(furthest(await renderer.render(calm), calm, referenceColours(calm)).steps).toBeLessThanOrEqual(1);
  } finally {
    await renderer.close();
  }
});

test('no false alarms: calm networks to 1e-9, networks scaled to small views, wide views of wild networks', () => {
  expect(isGrainy(wild(1e-9, 0.6), evaluate)).toBe(false);
  expect(isGrainy(frameOf(lookingAt(0.31, -0.2, 1e-9)), evaluate)).toBe(false);
  expect(isGrainy(wild(2.6, 2), evaluate)).toBe(false);
});

test('other features: grain is found where they are large and in hidden units, and calm ones give no alarm', () => {
  const wildly = (features: string[], halfWidth: number, more: Partial<FrameInput> = {}) =>
    frameOf({
      network: { seed: 1, weightScale: 3, features },
      view: { centre: [0.31, 0.2], halfWidth },
      size: [80, 80],
      ...more,
    });
  for (const shown of [undefined, { layer: 26, unit: 3 }, { layer: 26 }]) {
    expect(isGrainy(wildly(['x*y', 'r'], 1e-5, { shown }), evaluate)).toBe(true);
    expect(isGrainy(wildly(['x*y', 'r'], 1e-2, { shown }), evaluate)).toBe(false);
  }
  expect(isGrainy(wildly(['cos(x)', 'cos(y)'], 1e-7), evaluate)).toBe(false);
  const squares = wildly(['square(x)', 'square(y)'], 1, { view: { centre: [30, -7], halfWidth: 1 } });
  expect(isDeep(squares), 'a pixel is small beside 900').toBe(true);
  expect(isDeep({ ...squares, network: { ...squares.network, features: ['x', 'y'] } })).toBe(false);
});

test('for a film, one line says where grain begins and what to do', () => {
  const film = (weightScale: number) =>
    sweep({
      seconds: 2,
      size: [24, 24],
      network: { seed: 5, weightScale },
      view: { ...view(1), halfWidth: zoom(1, 1e-8) },
    });
  const note = grainNote(film(1.5), evaluate)!;
  expect(note).toMatch(
    /^From 1\.\d+ s, at half-width 0\.0000\d+, the zoom exceeds float32 precision and the picture turns to grain: /,
  );
  expect(note).not.toContain('\n');
  expect(grainNote(film(1.5), evaluate, [0, 20]), 'for its first frames only').toBeUndefined();
  expect(grainNote(film(0.6), evaluate)).toBeUndefined();
  expect(grainNoteAt(film(1.5), 2, evaluate)).toMatch(/^At half-width 1e-8 the zoom exceeds/);
  expect(grainNoteAt(film(1.5), 0, evaluate)).toBeUndefined();
});
