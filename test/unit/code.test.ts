/** What the explorer offers as code: a scene's module, a recipe, a command and a node. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { frameSchema } from '../../src/core/frame/description.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { easingNames } from '../../src/core/sweep/easing.js';
import { sparseFrame, sparseSweep } from '../../src/core/sweep/sparse.js';
import { frameAt, parseSweep, type Sweep, sweep } from '../../src/core/sweep/sweep.js';
import { circle, keyframes, loop, steps, type Track, tween, walk, zoom } from '../../src/core/sweep/track.js';
import { fieldCode, recipeText, sceneCode } from '../../src/explorer/state/code.js';
import { fileName, renderCommand } from '../../src/explorer/state/command.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';

const makers = { sweep, circle, keyframes, loop, steps, tween, walk, zoom };

/** The sweep of a scene's module. */
function run(code: string): Sweep {
  const [, names, body] = /^import \{ (.*) \} from 'untrained';\n\nexport default (.*);\n$/s.exec(code)!;
  const list = names.split(', ') as (keyof typeof makers)[];
  const used = new Function(...list, `'use strict'; return ${body};`);
  expect(list.toSorted()).toEqual(list);
  for (const name of list) expect(body).toContain(`${name}(`);
  return used(...list.map((name) => makers[name]));
}

const glass = sweep({
  seconds: 24,
  loop: true,
  palette: 'oklch',
  network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2),
});

const number = fc.double({ min: 0.1, max: 1, noNaN: true });
const easing = fc.constantFrom(...easingNames.filter((name) => !/Back|Elastic|Bounce/.test(name)));
const movement = fc.record(
  { easing, during: fc.constantFrom<[number, number]>([0, 1], [0.25, 2]) },
  { requiredKeys: [] },
);
const track: fc.Arbitrary<Track> = fc.oneof(
  number,
  fc.tuple(number, number, movement).map(([a, b, how]) => tween(a, b, how)),
  fc.tuple(number, number, movement).map(([a, b, how]) => zoom(a, b, how)),
  fc.tuple(number, number, easing).map(([a, b, name]) =>
    keyframes([
      [0, a],
      [1, b, name],
      [1, a],
      [2, b],
    ]),
  ),
  fc.tuple(number, number).map(([a, b]) => steps([a, b, a], { each: 0.5 })),
  fc
    .tuple(number, fc.record({ middle: fc.constant(2), turns: fc.nat(3), easing }, { requiredKeys: [] }))
    .map(([radius, how]) => loop(radius / 10, { middle: 1, ...how })),
);
const slice = fc.oneof(
  fc.tuple(track, track),
  fc.tuple(number, fc.tuple(number, number)).map(([radius, centre]) => circle(radius, centre)),
  fc.constant(circle(0.5)),
);
const text = fc.oneof(
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.constantFrom("it's", '*/ \u2028', '\\'),
);
const sweeps = fc
  .record(
    {
      seconds: fc.constantFrom(2, 3.5),
      title: text,
      fps: fc.constantFrom(25, 30, 24000 / 1001),
      size: fc.constantFrom<[number, number]>([480, 480], [1920, 1080]),
      pace: fc.constantFrom('even' as const, 'tracks' as const),
      palette: fc.constantFrom(
        'rgb',
        'oklch',
        { map: 'viridis', output: 2 },
        { colours: ['#012', '#fa3'], output: 1 },
      ),
      dither: fc.boolean(),
      supersample: fc.constantFrom(1 as const, 2 as const),
      network: fc.record(
        {
          seed: fc.oneof(
            fc.integer(),
            fc.constant(walk([1, "it's"])),
            fc.constant({ from: 1, to: 2, fraction: tween(0, 1) }),
          ),
          layers: track
            .map((value) => (typeof value === 'number' ? 27 : value))
            .filter((value) => !('loop' in Object(value)))
            .map(() => tween(3, 5)),
          units: fc.constantFrom(30, 8, [4, 5.5]),
          activation: fc.constantFrom('tanh', 'sin', [
            'relu',
            { from: 'sin', to: 'relu', fraction: tween(0, 1) },
          ]),
          features: fc.constantFrom(['x', 'y'], ['r']),
          weightScale: track,
          biasScale: track,
          initialisation: fc.constantFrom('he' as const),
          fold: fc.constantFrom('none' as const, { tile: 2 }),
        },
        { requiredKeys: [] },
      ),
      view: fc.record(
        { centre: slice, halfWidth: track, rotation: fc.constantFrom(0, 30) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['seconds'] },
  )
  .map((input) => parseSweep(input));

describe("a scene's code", () => {
  test('is what a person would write', () => {
    expect(sceneCode(glass)).toMatchInlineSnapshot(`
      "import { circle, sweep } from 'untrained';

      export default sweep({
        seconds: 24,
        loop: true,
        network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
        view: { centre: [0.2, 0], halfWidth: 1.2 },
        slice: circle(0.2),
        palette: 'oklch',
      });
      "
    `);
    const moving = sweep({
      title: "What it's like",
      seconds: 6,
      network: {
        seed: walk(['a', 'b']),
        weightScale: keyframes([
          [0, 0.4],
          [3, 0.8, 'easeOutBounce'],
          [6, 0.4],
        ]),
        layers: steps([2, 5, 9], { each: 0.5 }),
      },
      view: { halfWidth: zoom(8, 1, { easing: 'linear', during: [0, 5] }) },
    });
    expect(sceneCode(moving)).toMatchInlineSnapshot(`
      "import { keyframes, steps, sweep, walk, zoom } from 'untrained';

      export default sweep({
        title: 'What it\\'s like',
        seconds: 6,
        network: {
          seed: walk(['a', 'b']),
          layers: steps([2, 5, 9], { each: 0.5 }),
          weightScale: keyframes([[0, 0.4], [3, 0.8, 'easeOutBounce'], [6, 0.4]]),
        },
        view: { halfWidth: zoom(8, 1, { easing: 'linear', during: [0, 5] }) },
      });
      "
    `);
    expect(sceneCode(sweep({ seconds: 1 }))).toMatchInlineSnapshot(`
      "import { sweep } from 'untrained';

      export default sweep({
        seconds: 1,
      });
      "
    `);
  });

  test('gives the recipe, whatever the sweep', () => {
    fc.assert(
      fc.property(sweeps, (sweep) => {
        const code = sceneCode(sweep);
        const recipe = parseRecipe(recipeText(sweep)).sweep!;
        expect(JSON.stringify(run(code))).toBe(JSON.stringify(recipe));
        expect(code).not.toMatch(/[\u2028\u202e\0]/);
      }),
      { numRuns: 150 },
    );
  });

  test('does not change the frames', () => {
    const filled = ({ network, ...rest }: ReturnType<typeof frameAt>) => ({
      ...rest,
      network: { ...network, weightScale: network.weightScale ?? (network.initialisation ? 1 : 0.6) },
    });
    fc.assert(
      fc.property(sweeps, fc.constantFrom(0, 0.7, 2), (sweep, t) => {
        const even = { ...sweep, pace: undefined };
        const again = parseSweep(sparseSweep(even));
        expect(filled(frameAt(again, t, evaluate))).toEqual(filled(frameAt(even, t, evaluate)));
      }),
      { numRuns: 50 },
    );
  });

  test('leaves out what follows from explicit weights', () => {
    const weights = [
      {
        w: [
          [1, -0],
          [0.5, 2],
          [3, 4],
        ],
        b: [0, 1, 2],
      },
    ];
    const given = parseSweep({ seconds: 1, network: { weights, inputs: 2, layers: 1, outputs: 3 } });
    expect(sparseSweep(given).network).toEqual({
      weights: [
        {
          w: [
            [1, 0],
            [0.5, 2],
            [3, 4],
          ],
          b: [0, 1, 2],
        },
      ],
    });
    expect(run(sceneCode(given)).network).toEqual(sparseSweep(given).network);
  });

  test('leaves out what a frame has filled in', () => {
    const still = parseSweep({ ...glass, ...frameAt(glass, 0, evaluate), seconds: 0.04, loop: false });
    expect(sparseSweep(still)).toEqual({
      seconds: 0.04,
      palette: 'oklch',
      network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
      view: { centre: [0.2, 0], halfWidth: 1.2 },
      slice: still.slice,
    });
  });

  describe('loaded by the command', async () => {
    const { loadModules } = await import('../../dist/cli/module.js');
    const folder = mkdtempSync(join(tmpdir(), 'untrained-code-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('is the recipe', async () => {
      const samples = [glass, ...fc.sample(sweeps, { numRuns: 8, seed: 1 })];
      const paths = samples.map((sweep, i) => {
        const path = join(folder, `${i}.ts`);
        writeFileSync(path, sceneCode(sweep));
        return path;
      });
      const loaded = await loadModules(paths);
      const found = loaded.map((one) => (one instanceof Error ? one : one.sweep));
      expect(found).toEqual(samples.map((sweep) => parseRecipe(recipeText(sweep)).sweep));
    });
  });
});

describe('a node', () => {
  test('is what a person would write', () => {
    expect(fieldCode(frameAt(glass, 0, evaluate))).toMatchInlineSnapshot(`
      "<NetworkField
        size={1080}
        seed={70}
        inputs={4}
        layers={20}
        units={16}
        weightScale={0.95}
        centre={[0.2, 0]}
        halfWidth={1.2}
        slice={[0.2, 0]}
        palette={'oklch'}
      />
      "
    `);
    const small = frameAt(sweep({ seconds: 1, size: [320, 180] }), 0, evaluate);
    expect(fieldCode(small)).toMatchInlineSnapshot(`
      "<NetworkField size={[1920, 1080]} />
      "
    `);
  });

  test('has the values of the frame', () => {
    fc.assert(
      fc.property(sweeps, (sweep) => {
        const frame = frameAt({ ...sweep, pace: undefined }, 0.5, evaluate);
        const code = fieldCode(frame).replace(/^<NetworkField\s|\/>\n$/g, '');
        // Each property is `name={value}`, and no value contains "={".
        const values = code.split(/(?:^|\s)(\w+)=\{/).slice(1);
        const props = Object.fromEntries(
          values.flatMap((name, i) =>
            i % 2 === 0 ? [[name, new Function(`return (${values[i + 1].trim().slice(0, -1)})`)()]] : [],
          ),
        );
        const { size, ...rest } = props;
        const nearZero = (value: unknown) => typeof value === 'number' && Math.abs(value) < 1e-15;
        const tidied = JSON.stringify(sparseFrame(frame), (_, value) => (nearZero(value) ? 0 : value));
        expect(rest).toEqual(JSON.parse(tidied));
        expect(size).toEqual(frame.size[0] === frame.size[1] ? 1080 : [1920, 1080]);
      }),
      { numRuns: 50 },
    );
    expect(frameSchema.safeParse({ ...frameAt(glass, 0, evaluate) }).success).toBe(true);
  });
});

describe('the command', () => {
  const payload = 'u1=eJx-_AZ09';
  const command = (link: string | undefined, still = false) =>
    renderCommand({ link, recipeFile: 'glass.json', still });

  test('is the same in every shell', () => {
    expect(command(`https://example.org/explorer/#${payload}&bare`)).toBe(
      `npx untrained render "https://example.org/explorer/#${payload}&bare"`,
    );
    expect(command(`http://127.0.0.1:4711/#${payload}`, true)).toBe(
      `npx untrained still "http://127.0.0.1:4711/#${payload}"`,
    );
    expect(command(undefined)).toBe('npx untrained render glass.json');
  });

  test.each(['$(touch x)', '%PATH%', '`x`', '!x', '"', '\\', "'", ' '])('passes on no %s', (nasty) => {
    expect(command(`https://example.org/${nasty}/#${payload}&a=${nasty}`)).toBe(
      `npx untrained render "#${payload}"`,
    );
  });

  test('names files after titles', () => {
    expect(fileName('What it’s like: Größe 7!')).toBe('what-it-s-like-gro-e-7');
    expect(fileName('../../\u202e')).toBe('network');
    expect(fileName('con'.repeat(40))).toHaveLength(60);
  });
});
