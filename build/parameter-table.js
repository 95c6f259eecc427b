/**
 * `npm run docs`: writes the tables that are generated from src/core: README's parameters, and the activations and
 * features of docs/networks.md. With --check it only compares, and exits with 1 if a file is out of date. A folder with
 * such files may be named: node build/parameter-table.js [--check] [FOLDER].
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allParameters } from '../dist/core/frame/parameters.js';
import { activationTable } from '../dist/core/network/activations.js';
import { featureCalled, featureNames } from '../dist/core/network/features.js';
import { parameterTable } from '../dist/core/parameters/table.js';

function activations() {
  const rows = Object.entries(activationTable).map(([name, { formula, source, signed }]) => {
    const shown = signed ? '(v + 1) / 2' : 'v, clipped';
    return `| \`${name}\` | ${formula.replaceAll('|', '\\|')} | ${shown} | ${source} |`;
  });
  return ['| name | formula | an output is shown as | source |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function features() {
  const of = (what) => featureNames.filter((name) => featureCalled(name).of === what);
  const row = (title, what) =>
    `| ${title} | ${of(what)
      .map((name) => `\`${name}\``)
      .join(' ')} |`;
  const rows = [row('x', 'x'), row('y', 'y'), row('the point', 'point')];
  return ['| of | features |', '| --- | --- |', ...rows].join('\n');
}

/** Each block begins after its mark and ends at the next empty line. */
const blocks = [
  {
    file: 'README.md',
    mark: '<!-- Generated from src/core/*/parameters.ts: edit those, then run npm run docs. -->',
    text: parameterTable(allParameters),
  },
  {
    file: 'docs/networks.md',
    mark: '<!-- Generated from src/core/network/activations: edit those, then run npm run docs. -->',
    text: activations(),
  },
  {
    file: 'docs/networks.md',
    mark: '<!-- Generated from src/core/network/features.ts: edit that, then run npm run docs. -->',
    text: features(),
  },
];

const words = process.argv.slice(2);
const checks = words.includes('--check');
const [folder = fileURLToPath(new URL('..', import.meta.url))] = words.filter((word) => word !== '--check');
for (const { file, mark, text } of blocks) {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const [start, end] = [before.indexOf(`${mark}\n`), before.indexOf('\n\n', before.indexOf(mark))];
  if (start < 0 || end < 0) throw new Error(`${path} has no line "${mark}" before a table.`);
  const after = `${before.slice(0, start)}${mark}\n${text}${before.slice(end)}`;
  if (!checks) writeFileSync(path, after);
  else if (after !== before) {
    console.error(`A table in ${path} is out of date: run npm run docs.`);
    process.exitCode = 1;
  }
}
