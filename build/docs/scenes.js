/** The table in scenes/README.md, from the scenes themselves. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeScenes } from '../../dist/cli/scenes.js';
import { byFigure } from '../../dist/core/figures.js';
import { table } from './table.js';

/** The scenes of the package in the order of the article's figures: their names, titles and figures. */
export async function ourScenes(root) {
  const files = readdirSync(join(root, 'scenes'));
  const scenes = await describeScenes({});
  return scenes
    .filter(({ name }) => files.includes(`${name}.ts`) || files.includes(`${name}.tsx`))
    .sort(byFigure);
}

/** Writes the table anew. It is the end of the page. */
export async function writeSceneTable(root) {
  const rows = (await ourScenes(root)).map(({ name, title, figure = '' }) => [
    `![${name}](../renders/gallery/${name}.webp)`,
    `**${name}**<br>${title}`,
    figure,
    `\`npm run render ${name}\``,
  ]);
  const page = join(root, 'scenes/README.md');
  const [before] = readFileSync(page, 'utf8').split('| scene |');
  writeFileSync(page, `${before}${table(['scene', 'what it shows', 'figure', 'command'], rows)}\n`);
}
