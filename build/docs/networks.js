/** Tables of what networks are made of, from src/core. */
import { mapsByKind } from '../../dist/core/frame/palette-names.js';
import { activationTable } from '../../dist/core/network/activations.js';
import { featureCalled, featureNames } from '../../dist/core/network/features.js';
import { table } from './table.js';

const inCode = (names) => names.map((name) => `\`${name}\``).join(' ');

export function activationsTable() {
  const rows = Object.entries(activationTable).map(([name, { formula, source, signed }]) => {
    const shown = signed ? '(v + 1) / 2' : 'v, clipped';
    return [`\`${name}\``, formula.replaceAll('|', '\\|'), shown, source];
  });
  return table(['name', 'formula', 'an output is shown as', 'source'], rows);
}

export function featureTable() {
  const of = (what) => inCode(featureNames.filter((name) => featureCalled(name).of === what));
  const rows = [
    ['x', of('x')],
    ['y', of('y')],
    ['the point', of('point')],
  ];
  return table(['of', 'features'], rows);
}

export function paletteTable() {
  return table(
    ['colours', 'colour maps'],
    Object.entries(mapsByKind).map(([kind, names]) => [kind, inCode(names)]),
  );
}
