/** The network in words, for those who do not see its picture. */
import { currentValue, type ExplorerDocument, entryAt } from './document.js';

/** "Network Ada, 20 layers of 16 units". */
export function describeNetwork(document: ExplorerDocument, t: number): string {
  const value = (name: string) => currentValue(document, ['network', name], t);
  if (entryAt(document, ['network', 'weights']) !== undefined) return 'Network with weights from a file';
  const units = value('units');
  const of = Array.isArray(units)
    ? `${units.map(rounded).join(', ')} units`
    : counted(rounded(units), 'unit');
  const layers = counted(rounded(value('layers')), 'layer');
  return `Network ${value('seed')}, ${layers} of ${of}`;
}

const rounded = (value: unknown) => Number((value as number).toFixed(1));
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
