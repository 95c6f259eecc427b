/**
 * `npm run docs`: writes the tables of the guide anew from the code that they describe. With --check it only compares,
 * and exits with 1 if a page is out of date. The folder that holds docs/ may be named:
 * node build/docs.js [--check] [FOLDER]. With --pictures it draws the guide's diagrams in renders/gallery instead.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allParameters } from '../dist/core/frame/parameters.js';
import { parameterTable } from '../dist/core/parameters/table.js';
import { commandTable } from './docs/commands.js';
import { formatTable, platformTable } from './docs/formats.js';
import { activationsTable, featureTable, paletteTable } from './docs/networks.js';
import { optionTable, otherOptionTable } from './docs/options.js';
import { writeSceneTable } from './docs/scenes.js';

/** Each table begins after its mark, which names the table's source, and ends at the next empty line. */
const tables = [
  { page: 'commands', source: 'src/cli/program.ts', text: commandTable },
  { page: 'options', source: 'src/cli/options.ts', text: optionTable },
  { page: 'options', source: 'src/cli/options.ts, the other commands', text: otherOptionTable },
  { page: 'parameters', source: 'src/core/*/parameters.ts', text: () => parameterTable(allParameters) },
  { page: 'palettes', source: 'src/core/frame/palette-names.ts', text: paletteTable },
  { page: 'formats', source: 'src/outputs/formats', text: formatTable },
  { page: 'formats', source: 'src/outputs/platforms.ts', text: platformTable },
  { page: 'networks', source: 'src/core/network/activations', text: activationsTable },
  { page: 'networks', source: 'src/core/network/features.ts', text: featureTable },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const checks = words.includes('--check');
const [folder = root] = words.filter((word) => !word.startsWith('--'));
if (words.includes('--pictures')) drawPictures();
else {
  writeTables();
  if (!checks && folder === root) await writeSceneTable(root); // test/cli/scenes.test.ts compares it
}

function writeTables() {
  for (const { page, source, text } of tables) {
    const path = join(folder, 'docs', `${page}.md`);
    const mark = `<!-- Generated from ${source}: edit that, then run npm run docs. -->\n`;
    const before = readFileSync(path, 'utf8');
    const start = before.indexOf(mark) + mark.length;
    if (start < mark.length) throw new Error(`${path} has no line "${mark.trimEnd()}".`);
    const length = before.slice(start).search(/\n\n|\n$/); // its last line is also the page's, or an empty line follows
    const after = `${before.slice(0, start)}${text()}${before.slice(start + length)}`;
    if (!checks) writeFileSync(path, after);
    else if (after !== before) {
      console.error(`A table in ${path} is out of date: run npm run docs.`);
      process.exitCode = 1;
    }
  }
}

/** Draws the diagrams of build/docs/diagrams.tsx. */
function drawPictures() {
  const wide = 'cpu gpu adaptive composed films encoding explorer farm sound'.split(' ');
  const sizes = { ...Object.fromEntries(wide.map((name) => [name, '960x400'])), palettes: '960x560' };
  for (const [name, size] of Object.entries(sizes)) {
    const out = `renders/gallery/guide/${name}.webp`;
    const scene = ['build/docs/diagrams.tsx', '--set', `diagram=${name}`, '--size', size];
    const words = ['dist/cli/main.js', 'render', ...scene, '--frames', '0-0', '--out', out, '--quiet'];
    execFileSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
    console.log(out);
  }
}
