/** The lists of scenes agree: of the command line, of the editor's start page, and of scenes/README.md. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeScenes, listScenes, ourScenes, summaryOf } from '../../dist/cli/scenes.js';
import { byFigure, figuresIn } from '../../src/core/figures.js';
import { sectionsOf } from '../../src/editor/pages.js';

test('scenes are in the order of the figures, and those without figures come last', () => {
  const scenes = [
    { name: 'zoo' },
    { name: 'later', figure: '10' },
    { name: 'ants' },
    { name: 'all', figure: '1 to 20' },
    { name: 'several', figure: '7 and 8' },
    { name: 'second', figure: '2' },
    { name: 'first', figure: '1' },
    { name: 'one of them', figure: '7' },
  ];
  expect(scenes.sort(byFigure).map(({ name }) => name)).toEqual([
    'first',
    'all',
    'second',
    'one of them',
    'several',
    'later',
    'ants',
    'zoo',
  ]);
  expect(['3', '7 and 8', '1 to 20'].map(figuresIn)).toEqual([
    'figure 3',
    'figures 7 and 8',
    'figures 1 to 20',
  ]);
});

describe('our scenes', () => {
  const ours = listScenes().filter(({ path }) => dirname(path) === ourScenes);
  const listed = describeScenes();
  const about = async () => (await listed).map(({ name, title, figure = '' }) => ({ name, title, figure }));

  test("are the same in the list and on the editor's start page", async () => {
    const scenes = ours.map((scene) => ({ ...scene, origin: 'ours' as const }));
    const section = (await sectionsOf(scenes, summaryOf)).at(-1)!;
    const shown = section.scenes.map(({ name, title, figure = '' }) => ({ name, title, figure }));
    expect(shown).toEqual(await about());
  });

  test('are the same in scenes/README.md, each with its film and its thumbnail', async () => {
    const rows = readFileSync('scenes/README.md', 'utf8').matchAll(
      /^\| !\[(.+?)\]\((\S+)\) \| \*\*(.+?)\*\*<br>(.*?) \| ?(.*?) \| `npm run render (.+?)` \|$/gm,
    );
    const table = [...rows].map(([, picture, path, name, title, figure, command]) => {
      expect([picture, command, path]).toEqual([name, name, `../renders/gallery/${name}.webp`]);
      return { name, title, figure };
    });
    expect(table).toEqual(await about());
    const files = table.flatMap(({ name }) => [`${name}.webp`, `thumbnails/${name}.webp`]);
    expect(files.filter((file) => !existsSync(`renders/gallery/${file}`))).toEqual([]);
  });
});
