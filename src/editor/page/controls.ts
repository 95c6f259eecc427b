/** The inspector's controls, from the table of parameters, and the code for the values set with them. */
import { frameParameters } from '../../core/frame/parameters.js';
import { networkParameters } from '../../core/network/parameters.js';
import type { Parameter, SliderControl } from '../../core/parameters/parameter.js';

/** A control for one signal of a NetworkField. */
export interface Control {
  /** The signal's name, which is also the property's in code. */
  signal: string;
  label: string;
  /** A sentence for a tooltip. */
  title: string;
  /** A slider for a range, a menu of choices, or a field for a seed. */
  kind: 'slider' | 'menu' | 'seed';
  /** How its slider works. */
  slider?: SliderControl;
  /** The valid range, for typing. */
  range?: readonly [least: number, greatest: number];
  choices?: readonly (string | number)[];
}

/** The parameters shown, by the names of their signals. */
const SHOWN = {
  seed: networkParameters.seed,
  weightScale: networkParameters.weightScale,
  layers: networkParameters.layers,
  units: networkParameters.units,
  activation: networkParameters.activation,
  palette: frameParameters.palette,
} satisfies Record<string, Parameter>;

/** The inspector's controls, in order. */
export const controls: readonly Control[] = Object.entries(SHOWN).map(([signal, parameter]) =>
  controlFor(signal, parameter),
);

function controlFor(signal: string, parameter: Parameter): Control {
  const { label, sentence: title } = parameter;
  if (parameter.kind === 'choice') return { signal, label, title, kind: 'menu', choices: parameter.choices };
  if ('range' in parameter) {
    const { ui, range } = parameter;
    return { signal, label, title, kind: 'slider', slider: ui, range };
  }
  return { signal, label, title, kind: 'seed' };
}

/** The seed that the user typed: a number if possible, otherwise a word. */
export function seedFrom(text: string): number | string {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed !== '' && Number.isFinite(number) ? number : text;
}

/**
 * Code that sets these values: for a node `seed={7} activation="sin"`, for a sweep
 * `network: { seed: 7 }, palette: 'viridis'`.
 * @param values - By the names of their signals.
 */
export function asCode(values: Readonly<Record<string, unknown>>, of: 'node' | 'sweep'): string {
  const entries = Object.entries(values);
  if (of === 'node') return entries.map(([name, value]) => `${name}=${asProperty(value)}`).join(' ');
  const fields = (list: typeof entries) => list.map(([name, value]) => `${name}: ${literal(value)}`);
  const network = fields(entries.filter(([name]) => !Object.hasOwn(frameParameters, name)));
  const others = fields(entries.filter(([name]) => Object.hasOwn(frameParameters, name)));
  return [...(network.length > 0 ? [`network: { ${network.join(', ')} }`] : []), ...others].join(', ');
}

/** A JSX attribute's value. Quotes, entities and invisible characters are safe only in a string literal. */
const asProperty = (value: unknown) =>
  typeof value === 'string' && !/["\\&{}<>\p{C}]/u.test(value) ? `"${value}"` : `{${literal(value)}}`;

const literal = (value: unknown) =>
  typeof value === 'string' && !/['"\\\p{C}]/u.test(value) ? `'${value}'` : JSON.stringify(value);
