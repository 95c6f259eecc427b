/** @jsxImportSource preact */
/** A field for a list with one number, or one name, for each hidden layer. */
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { dispatch } from '../store.js';
import { setValue, useValue } from './current.js';
import { TextRow } from './text-row.js';

/** Whether a parameter may have one value for each hidden layer. */
export function isLayered(parameter: Parameter): boolean {
  return 'perLayer' in parameter || 'layered' in parameter;
}

export function ListRow({ path, parameter }: { path: Path; parameter: Parameter }) {
  const value = useValue(path);
  const label = `${parameter.label} by layer`;
  const accept = (text: string) => {
    const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
    if (parts.length === 0) return setValue(path, Array.isArray(value) ? value[0] : value);
    if (!('range' in parameter)) return setValue(path, parts);
    const numbers = parts.map(Number);
    const wrong = parts.find((_, i) => Number.isNaN(numbers[i]));
    if (wrong === undefined) return setValue(path, numbers);
    const problem = `${label} contains "${wrong.slice(0, 40)}" but must be numbers, such as 16, 12, 8.`;
    dispatch({ type: 'message', text: problem });
    return problem;
  };
  return (
    <TextRow
      label={label}
      explanation="One for each hidden layer, separated by commas. The last one repeats."
      placeholder="all alike"
      value={Array.isArray(value) ? value.map(nameOf).join(', ') : ''}
      onAccept={accept}
    />
  );
}

const nameOf = (item: unknown) => (typeof item === 'object' ? 'mixed' : String(item));
