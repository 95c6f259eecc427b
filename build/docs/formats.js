/** The tables of formats and platforms, from src/outputs. */
import { formatList } from '../../dist/outputs/formats/index.js';
import { describeRules, rulesOf, sizeFor } from '../../dist/outputs/index.js';
import { platformNames, platformOf } from '../../dist/outputs/platforms.js';
import { cell, table } from './table.js';

function sizesOf({ evenSides, maxSide }) {
  const limits = [evenSides && 'even sides', maxSide && `at most ${maxSide} pixels a side`];
  return limits.filter(Boolean).join(', ');
}

export function formatTable() {
  const rows = formatList.map((format) => [
    `${format.endings.map((ending) => `\`.${ending}\``).join(', ')}`,
    format.codec === format.title ? format.title : `${format.title}: ${format.codec}`,
    format.deep && format.bits === 8 ? '8 or 10' : `${format.bits}`,
    format.transparent ? 'yes' : 'no',
    format.sound ? format.sound.title : 'no',
    format.repeats ? 'by itself' : format.loops ? 'with `--loops`' : 'no',
    format.fixedSize ? 'no' : 'yes',
    sizesOf(format),
  ]);
  return table(
    ['ending', 'format', 'bits', 'transparency', 'sound', 'repeats', '`--max-size`', 'limits'],
    rows,
  );
}

export function platformTable() {
  const rows = platformNames.flatMap((name) => {
    const platform = platformOf(name);
    return formatList.flatMap((format) => {
      const rules = rulesOf(platform, format.name);
      if (!rules) return [];
      const facts = [...describeRules(rules)];
      return [
        [
          `\`${name}\``,
          platform.title,
          sizeFor(platform, format.name).join('x'),
          `\`.${format.endings[0]}\``,
          cell(facts.map(([source, list]) => `${list.join('; ')} (${source})`).join('; ')),
        ],
      ];
    });
  });
  return table(['`--for`', 'platform', 'size', 'file', 'limits, with their sources'], rows);
}
