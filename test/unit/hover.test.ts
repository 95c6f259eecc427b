/** What an editor shows about an author's code: docblocks, which for parameters agree with their tables. */
import { describe, expect, test } from 'vitest';
import { frameParameters, viewParameters } from '../../src/core/frame/parameters.js';
import { networkParameters } from '../../src/core/network/parameters.js';
import type { Parameter } from '../../src/core/parameters/parameter.js';
import { docOf } from '../../src/core/parameters/table.js';
import { Authoring, PLACE } from '../hover.js';

const IMPORTS = `
import { buildNetwork, createRenderer, isGrainy, keyframes, loop, steps, sweep, tween, walk, zoom } from 'untrained';
import { Axes, Curve, Gauge, Heading, HeightMap, NetworkDiagram, NetworkField, NetworkGrid, SceneView, Title } from 'untrained/nodes';
import { plan, renderFilm, renderStill } from 'untrained/render';
const [field, view] = null! as [NetworkField, SceneView];
`;
const MIX = `{ ${PLACE} }`;
/** Code with one place or more, by what is written there. */
const CODE = {
  sweep: `sweep({ ${PLACE} });`,
  network: `sweep({ seconds: 1, network: { ${PLACE} } });`,
  view: `sweep({ seconds: 1, view: { ${PLACE} } });`,
  palette: `sweep({ seconds: 1, palette: { ${PLACE} } });`,
  shown: `sweep({ seconds: 1, shown: { ${PLACE} } });`,
  values: `sweep({ seconds: 1, network: { seed: ${MIX}, activation: ${MIX}, outputActivation: ${MIX}, fold: ${MIX}, weights: ${MIX} } });`,
  layers: `sweep({ seconds: 1, network: { weights: [{ ${PLACE} }], activation: [{ ${PLACE} }] } });`,
  tracks: `sweep({ seconds: 1, network: { weightScale: { ${PLACE} }, biasScale: { loop: { ${PLACE} } } } });`,
  movements: `tween(0, 1, { ${PLACE} }); zoom(0, 1, { ${PLACE} }); keyframes([], { ${PLACE} }); steps([], { ${PLACE} }); loop(1, { ${PLACE} }); walk([], { ${PLACE} });`,
  spec: `buildNetwork({ ${PLACE} });`,
  frame: `isGrainy({ ${PLACE} });`,
  frameView: `isGrainy({ network: {}, size: [1, 1], view: { ${PLACE} } });`,
  renderer: `createRenderer({ ${PLACE} });`,
  film: `renderFilm({ ${PLACE} }, { ${PLACE} }); renderFilm(null!, { outputs: [{ ${PLACE} }], poster: { ${PLACE} } });`,
  still: `renderStill(null!, 1, '', { ${PLACE} });`,
  plan: `plan({ ${PLACE} }, null!, { ${PLACE} }); plan({ source: { ${PLACE} }, encode: { ${PLACE} }, recipe: { ${PLACE} }, outputs: [] }, null!);`,
  play: `field.play({ ${PLACE} }); view.play({ ${PLACE} });`,
  field: `<NetworkField ${PLACE} />;`,
  heights: `<HeightMap ${PLACE} />;`,
  diagram: `<NetworkDiagram ${PLACE} />;`,
  nodes: `<Axes ${PLACE} />; <Curve ${PLACE} />; <Gauge ${PLACE} />; <Heading ${PLACE} />; <SceneView ${PLACE} />; <Title ${PLACE} />;`,
  grid: `<NetworkGrid ${PLACE} />; <NetworkGrid items={[{ ${PLACE} }]} />;`,
  objects: `<NetworkField shown={{ ${PLACE} }} />; <Curve graph={{ ${PLACE} }} />;`,
};
type Name = keyof typeof CODE;

const editor = new Authoring();
const all = editor.hovers(IMPORTS + Object.values(CODE).join('\n'));
/** What is shown in each piece of code. */
const shown = Object.fromEntries(
  Object.entries(CODE).map(([name, code]) => [name, all.splice(0, code.split(PLACE).length - 1)]),
) as Record<Name, typeof all>;

test.each(Object.keys(CODE) as Name[])('%s: every name is documented, with types by their names', (name) => {
  for (const names of shown[name]) {
    expect(names.size).toBeGreaterThan(0);
    for (const [field, { type, text, literals }] of names) {
      expect(text, type).not.toBe('');
      const only = [`: ${literals[0]}`, `: ${literals[0]} | undefined`]; // a tag, or an option's only value
      const isTag = only.some((end) => type.endsWith(end));
      expect({ field, type, literals: isTag ? [] : literals }).toEqual({ field, type, literals: [] });
    }
  }
});

const views: Record<string, Parameter> = viewParameters;
const { slice, palette, levels, shown: part } = frameParameters;
const { rotation, ...ofNodes } = { ...networkParameters, ...viewParameters, slice, palette, levels };
const nodes: Record<string, Parameter> = { ...ofNodes, viewRotation: rotation };

describe.each<[Name, parameters: Record<string, Parameter>, absent?: string]>([
  ['network', networkParameters],
  ['view', views],
  ['sweep', { slice, palette, levels, shown: part }],
  ['spec', networkParameters],
  ['frame', { slice, palette, levels, shown: part }],
  ['frameView', views],
  ['field', nodes, 'null'],
  ['heights', nodes, 'null'],
  ['diagram', nodes, 'null'],
])('%s', (place, parameters, absent) => {
  test.each(Object.keys(parameters))('%s has the sentence, range and default of its table', (name) => {
    const { text, defaultValue } = docOf(parameters[name], absent);
    const hover = shown[place][0].get(name);
    expect(hover?.text).toContain(text);
    expect(hover?.defaultValue).toBe(defaultValue);
  });
});

test('an editor shows the same where it completes a name', () => {
  for (const [code, name] of [
    [CODE.network, 'layers'],
    [CODE.field, 'layers'],
  ])
    expect(editor.completion(IMPORTS + code, name)).toContain(docOf(networkParameters.layers).text);
});

test('code that uses all of this has no errors', () => {
  const code = `
    const moving = sweep({
      seconds: 4,
      network: { seed: walk([1, 'two']), layers: tween(2, 9), units: [8, zoom(2, 8)], activation: [{ from: 'tanh', to: 'sin', fraction: tween(0, 1) }, { perUnit: ['relu', 'sin'] }] },
      view: { centre: [loop(1, { easing: 'linear' }), 0], rotation: keyframes([[0, 0], [1, 90, 'easeOutBounce']]) },
      shown: { layer: 1, unit: steps([1, 2], { each: 1 }) },
      palette: { map: 'viridis', output: 2 },
    });
    void renderFilm(moving, { outputs: ['film.mp4'], quality: 'high', poster: { path: 'a.png', frame: 'last' } });
    void buildNetwork({ width: 3, weights: buildNetwork({ seed: { from: 1, to: 2, fraction: 0.5 } }) });
    void [<NetworkField size={10} seed={() => 3} centreX={2} fold={{ tile: 2 }} initialisation={null} />, <HeightMap colours={null} />];`;
  expect(editor.errorsIn(IMPORTS + code)).toEqual([]);
  expect(editor.errorsIn(`${IMPORTS}sweep({ seconds: 1, network: { layers: 'many' } });`)).toHaveLength(1);
});
