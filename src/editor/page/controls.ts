/** The inspector's controls, from the table of parameters, and the code for the values set with them. */
import { frameParameters } from '../../core/frame/parameters.js';
import { networkParameters } from '../../core/network/parameters.js';
import type { Parameter } from '../../core/parameters/parameter.js';

/** A control for one signal of a NetworkField. */
export interface Control {
  /** The signal's name, which is also the property's in code. */
  signal: string;
  label: string;
  /** A sentence for a tooltip. */
  title: string;
  /** A slider for a range, a menu of choices, or a field for a seed. */
  kind: 'slider' | 'menu' | 'seed';
  /** The slider's ends. */
  useful?: readonly [least: number, greatest: number];
  /** The valid range, for typing. */
  range?: readonly [least: number, greatest: number];
  scale?: 'linear' | 'logarithmic';
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
  if ('useful' in parameter) {
    const { useful, range, scale } = parameter;
    return { signal, label, title, kind: 'slider', useful, range, scale };
  }
  return { signal, label, title, kind: 'seed' };
}

/** How many steps a slider has. */
const STEPS = 400;

/** The position of a value on a slider, from 0 to 1. */
export function positionOf({ useful = [0, 1], scale }: Control, value: number): number {
  const [least, greatest] = useful;
  const part =
    scale === 'logarithmic'
      ? Math.log(value / least) / Math.log(greatest / least)
      : (value - least) / (greatest - least);
  return Math.min(1, Math.max(0, part));
}

/** The value at a slider's position, rounded to a step of the slider, with as few digits as possible. */
export function valueAt({ useful = [0, 1], scale }: Control, position: number): number {
  const [least, greatest] = useful;
  if (scale === 'logarithmic') return Number((least * (greatest / least) ** position).toPrecision(3));
  const step = 10 ** Math.ceil(Math.log10((greatest - least) / STEPS));
  const value = Math.round((least + position * (greatest - least)) / step) * step;
  return Number(value.toPrecision(12));
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
