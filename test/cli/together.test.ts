/** Two commands at once, on one target or one cache: neither harms the other, and the results are complete. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noteOf } from '../../src/core/recipe/note.js';
import { sweep, tween } from '../../src/index.js';
import { probe } from '../../src/outputs/index.js';
import { type ProcessSetting, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const FRAMES = 60;

/** An empty folder with two recipes, whose films differ in every frame. */
function prepare(name: string): { cwd: string; recipes: string[] } {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const recipes = [1, 2].map((seed) => {
    const network = { seed, layers: tween(2, 4), width: 8 };
    writeFileSync(
      join(cwd, `${seed}.json`),
      noteOf({ sweep: sweep({ seconds: FRAMES / 25, size: [32, 32], network }) }),
    );
    return `${seed}.json`;
  });
  return { cwd, recipes };
}

const render = (recipe: string, out: string, setting: ProcessSetting, ...more: string[]) =>
  untrained(['render', recipe, '--out', out, '--json', ...more], setting);

/** Starts a second command once the first has drawn a few frames, and returns both outcomes. */
async function overlap(cwd: string, first: string, second: string, out: string) {
  let other: ReturnType<typeof render> | undefined;
  const one = await render(first, out, {
    cwd,
    watch: (_, text) => {
      if (/"frame":5,/.test(text)) other ??= render(second, out, { cwd });
    },
  });
  expect(other, 'the second command was started').toBeDefined();
  return [one, await other!];
}

test.each(['film.mp4', 'film.gif', 'frame-%d.png'])(
  'two renders of one %s: both succeed, and each file is complete and from one of them',
  async (out) => {
    const { cwd, recipes } = prepare(out.replace('%d', ''));
    const alone = await Promise.all(
      recipes.map(async (recipe, i) => {
        mkdirSync(join(cwd, `alone${i}`));
        expect(await render(recipe, join(`alone${i}`, out), { cwd })).toMatchObject({ code: 0, stderr: '' });
        return join(cwd, `alone${i}`);
      }),
    );
    for (const outcome of await overlap(cwd, recipes[0], recipes[1], out))
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const made = readdirSync(alone[0]).sort();
    expect(readdirSync(cwd).sort()).toEqual([...recipes, 'alone0', 'alone1', ...made].sort());
    for (const file of made) {
      const bytes = readFileSync(join(cwd, file));
      const same = alone.filter((path) => readFileSync(join(path, file)).equals(bytes));
      expect(same, file).toHaveLength(1);
    }
    if (made.length === 1) expect(probe(join(cwd, out)).frames).toBe(FRAMES);
  },
);

test('a killed render does not harm the other', async () => {
  const { cwd, recipes } = prepare('stopped');
  let other: ReturnType<typeof render> | undefined;
  const one = await render(
    recipes[0],
    'film.mp4',
    {
      cwd,
      watch: ({ kill }, text) => {
        // The other is running when this one is killed, and ends after it.
        if (/"frame":5,/.test(text))
          other ??= render(recipes[1], 'film.mp4', {
            cwd,
            watch: (_, said) => /"frame":3,/.test(said) && kill('SIGKILL'),
          });
      },
    },
    '--seconds',
    '600',
  );
  expect(one.signal).toBe('SIGKILL');
  expect(await other).toMatchObject({ code: 0, stderr: '' });
  expect(probe(join(cwd, 'film.mp4')).frames).toBe(FRAMES);
  expect(readdirSync(cwd).sort()).toEqual([...recipes, 'film.mp4']);
});

test('two renders of one film share a cache: both are complete, and the cache serves a third', async () => {
  const { cwd, recipes } = prepare('cached');
  const env = { UNTRAINED_CACHE: join(cwd, 'cache') };
  const films = ['a.mp4', 'b.mp4'];
  const outcomes = await Promise.all(films.map((film) => render(recipes[0], film, { cwd, env })));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stderr: '' });
  const [a, b] = films.map((film) => readFileSync(join(cwd, film)));
  expect(a.equals(b)).toBe(true);
  const third = await render(recipes[0], 'c.mp4', { cwd, env });
  expect(JSON.parse(third.stdout.trim().split('\n').pop()!)).toMatchObject({ frames: FRAMES, drawn: 0 });
  expect(readFileSync(join(cwd, 'c.mp4')).equals(a)).toBe(true);
});

test('one command empties the cache while the other renders from it', async () => {
  const { cwd, recipes } = prepare('emptied');
  const env = { UNTRAINED_CACHE: join(cwd, 'cache') };
  expect(await render(recipes[0], 'a.mp4', { cwd, env })).toMatchObject({ code: 0 });
  const [again, cleared] = await Promise.all([
    render(recipes[0], 'b.mp4', { cwd, env }),
    untrained(['cache', 'clear'], { cwd, env }),
  ]);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(cleared).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(join(cwd, 'b.mp4'))).toBe(true);
  expect(readFileSync(join(cwd, 'b.mp4')).equals(readFileSync(join(cwd, 'a.mp4')))).toBe(true);
});
