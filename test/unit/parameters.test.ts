/** The tables of parameters, and everything derived from them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { allFields, override } from '../../src/cli/override.js';
import { frameSchema } from '../../src/core/frame/description.js';
import { allParameters, frameParameters, viewParameters } from '../../src/core/frame/parameters.js';
import {
  type NetworkParameter,
  type NetworkParameterName,
  networkParameterNames,
  networkParameters,
} from '../../src/core/network/parameters.js';
import { networkSchema } from '../../src/core/network/spec.js';
import type { Parameter } from '../../src/core/parameters/parameter.js';
import { parameterTable } from '../../src/core/parameters/table.js';
import { frameAt, type SweepInput, sweep, tween } from '../../src/index.js';
import '../../src/nodes/network-node.js';

/** The defaults of nodes' signals. (Motion Canvas itself needs a page.) */
const { signals } = vi.hoisted(() => ({ signals: {} as Record<string, unknown> }));
vi.mock('@motion-canvas/2d', () => {
  const decorator = () => () => {};
  const initial = (value: unknown) => (_: object, name: string) => {
    signals[name] = value;
  };
  return { Rect: class {}, signal: decorator, interpolation: decorator, vector2Signal: decorator, initial };
});

const parameters: Record<NetworkParameterName, NetworkParameter> = networkParameters;
const shown: Record<string, Parameter> = { ...viewParameters, ...frameParameters };
/** The same by the names of their signals; `shown` belongs to some nodes only. */
const { rotation: viewRotation, shown: _, ...others } = shown;
const ofNodes: Record<string, Parameter> = { ...others, viewRotation };
const isValid = (field: string, value: unknown) => networkSchema.safeParse({ [field]: value }).success;

describe.each(networkParameterNames)('%s', (name) => {
  const parameter = parameters[name];

  test('has its default in the schema and in its signal', () => {
    const filled = networkSchema.parse({})[name];
    const known = name === 'inputs' ? 2 : undefined; // the number of features
    expect(filled).toEqual(parameter.optional ? known : parameter.default);
    expect(signals[name]).toEqual(parameter.default ?? null);
  });

  test('accepts the values of its range or its choices, and no others', () => {
    if ('range' in parameter) {
      const [least, greatest] = parameter.range;
      const [below, above] = [least - 1, greatest + 1];
      expect([below, least, greatest, above].map((value) => isValid(name, value))).toEqual([
        false,
        true,
        // The widest networks are too large to build, which is an error about their width.
        name !== 'units',
        false,
      ]);
      expect(isValid(name, least + 0.5)).toBe(parameter.kind !== 'integer');
      expect(parameter.ui.min).toBeGreaterThanOrEqual(least);
      expect(parameter.ui.max).toBeLessThanOrEqual(greatest);
    } else if (parameter.kind === 'choice') {
      for (const choice of parameter.choices) expect(isValid(name, choice), `${choice}`).toBe(true);
      expect(isValid(name, 'anything else')).toBe(false);
      const [from, to] = parameter.choices;
      expect(isValid(name, { from, to, fraction: 0.5 })).toBe(parameter.mixes === true);
    } else {
      expect(isValid(name, { anything: 'else' })).toBe(false);
    }
  });

  test('can be set from the command line', () => {
    expect(allFields).toContain(name);
  });

  test('can be animated if its table says so', () => {
    if (!('range' in parameter)) return expect(parameter.kind).not.toBe('number');
    const { min: from, max: to } = parameter.ui;
    const moving = { seconds: 1, network: { [name]: tween(from, to) } } as SweepInput;
    if (parameter.moves) expect(frameAt(sweep(moving), 1).network[name]).toBe(to);
    else expect(() => sweep(moving)).toThrow(`network.${name} is`);
  });
});

test("a view's parameters have their defaults and ranges in the schema and in the signals", () => {
  const frame = frameSchema.parse({ network: {}, size: [2, 2] });
  for (const [name, parameter] of Object.entries(shown)) {
    expect({ ...frame, ...frame.view }[name as 'slice'], name).toEqual(parameter.default);
    expect(allFields).toContain(name);
  }
  for (const [name, parameter] of Object.entries(ofNodes)) {
    expect(signals[name], name).toEqual(parameter.default ?? null);
  }
  const { range } = viewParameters.halfWidth;
  const widths = [range[0] / 2, ...range, 2 * range[1]].map((halfWidth) => ({ view: { halfWidth } }));
  expect(
    widths.map(({ view }) => frameSchema.safeParse({ network: {}, size: [2, 2], view }).success),
  ).toEqual([false, true, true, false]);
});

test('--set animates logarithmic parameters by equal factors, and others by equal amounts', () => {
  const still = sweep({ seconds: 1 });
  for (const name of ['layers', 'units', 'weightScale', 'biasScale', 'halfWidth']) {
    const changed = override(still, `${name}=1..4`);
    const track = { ...changed.network, ...changed.view }[name];
    const { scale } = { ...parameters, ...shown }[name] as { scale: string };
    expect(track, name).toEqual(scale === 'logarithmic' ? { zoom: [1, 4] } : { tween: [1, 4] });
  }
  expect(viewParameters.halfWidth.scale).toBe('logarithmic');
});

test('--set reads a list of colours as a palette', () => {
  const still = sweep({ seconds: 1 });
  const palette = { colours: ['#012', '#fa3'] };
  expect(override(still, 'palette=#012,#fa3').palette).toEqual(palette);
  expect(override(still, `palette=${JSON.stringify(palette)}`).palette).toEqual(palette);
  expect(override(still, 'palette=turbo').palette).toBe('turbo');
});

test('--set weights replaces what determines random ones, except for a side that is drawn', () => {
  const network = { seed: 'silk', draws: 'hash', layers: 9, units: 7, biasScale: 0, residual: 0.5 } as const;
  const scene = sweep({ seconds: 1, network });
  const matrices = [{ w: [[1, 2]] }];
  const given = override(scene, `weights=${JSON.stringify(matrices)}`).network;
  expect(given).toEqual({ weights: matrices, residual: 0.5 });
  const mix = { from: 'drawn', to: matrices, fraction: 0.5 };
  const { seed, draws, biasScale, residual } = network;
  const mixed = override(scene, `weights=${JSON.stringify(mix)}`).network;
  expect(mixed).toEqual({ weights: mix, seed, draws, biasScale, residual });
});

test('docs/parameters.md has the table', () => {
  const lines = readFileSync('docs/parameters.md', 'utf8').split('\n');
  const first = lines.indexOf('| parameter | default | meaning |');
  expect(lines.slice(first, lines.indexOf('', first)).join('\n'), 'run npm run docs').toBe(
    parameterTable(allParameters),
  );
});
